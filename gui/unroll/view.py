"""The unrolled network as a widget: it takes mouse and keys, and shows what the document and the runner say."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.network import Network
from core.project import Change
from core.shapes import infer
from core.unroll import unroll
from core.whatif import Cut
from gui.canvas.overlays import Bubble
from gui.document import Document
from gui.runner import Runner
from gui.text import tr
from gui.theme import theme
from gui.unroll import marks
from gui.unroll.asking import questions_at, questions_of_selection
from gui.unroll.asking_more import about_all
from gui.unroll.bar import Bar
from gui.unroll.cell_diagram import CellDiagram
from gui.unroll.changing import Changing
from gui.unroll.choosing import Choosing
from gui.unroll.commands import make_commands
from gui.unroll.editing import Editing
from gui.unroll.hints import Hint
from gui.unroll.hits import spot_at
from gui.unroll.layout import Layout
from gui.unroll.lights import Lights, Spot
from gui.unroll.looking import Looking
from gui.unroll.numbers import Numbers, Part, log_scale
from gui.unroll.painting import Painting, Shown
from gui.unroll.phase import PhaseCard
from gui.unroll.pointing import Pointing
from gui.unroll.reading import Reading
from gui.unroll.sample import Sample, read
from gui.unroll.walking import walk
from gui.unroll.whatif_card import WhatIfCard
from gui.why.here import Question


class UnrollView(QWidget):
    """Shows the network of a document over time. ``commands`` are its QActions by key."""

    step_selected = Signal(int)
    """0-based time step that was chosen here."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unroll_view")
        self.setAccessibleName(tr("Unrolled network"))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time goes from left to right in every language
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 160)
        self.document, self.runner = document, runner
        self.step: int | None = None
        """The selected time step, 0-based."""
        self.looking, self.choosing = Looking(self), Choosing(self)
        self.spot = Spot()
        self.painting = Painting(Shown(document.project.network, Layout(unroll(document.project.network, 1))))
        self.reading = Reading(document, runner)
        self.lights = Lights(self.painting)
        self.pointing = Pointing(self)
        self.editing = Editing(self)
        self.changing = Changing(self)
        self.bubble = Bubble(self)
        self.hint, self.phase = Hint(self), PhaseCard(self)
        self.diagram = CellDiagram(self)
        self.card = WhatIfCard(self)
        self.commands: dict[str, QAction] = make_commands(self)
        self.addActions(list(self.commands.values()))
        self.bar = Bar(self)
        self._picture: QPixmap | None = None
        self._network: Network | None = None
        self._drawn_with: object = None
        self._stale = True
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        document.selection_changed.connect(self._on_selection)
        document.highlighted.connect(self._on_highlight)
        runner.updated.connect(self._on_updated)
        runner.status_changed.connect(self._on_updated)
        runner.clock.changed.connect(self._on_clock)
        self.step_selected.connect(runner.clock.look_at)
        runner.imagining.changed.connect(self._on_updated)
        theme().changed.connect(self._on_theme)

    @property
    def shown(self) -> Shown:
        """What is painted."""
        return self.painting.shown

    @property
    def layout_(self) -> Layout:
        """Where everything is."""
        return self.painting.shown.layout

    # -- what the document and the runner say ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what is known now."""
        self._stale = False
        numbers = self.reading.numbers(self.shown.numbers, self.detailed())
        if self.document.project.network is not self._network or self.reading.lengths(numbers) != self._drawn_with:
            self._rebuild(numbers)
        if numbers is not self.shown.numbers:
            self._show_numbers(numbers)
        if self.isVisible():
            self.reading.want_trace(self.detailed())
        self.diagram.refresh()
        self.hint.refresh()
        self.phase.refresh()
        self.card.refresh()

    def set_inset(self, height: float) -> None:
        """Leave so much room to the card of a what-if."""
        if height == self.layout_.inset:
            return
        self.layout_.inset = height
        self.layout_.arrange()
        self.phase.place()
        self.painting.forget()
        self.repaint_all()

    def detailed(self) -> bool:
        """Whether what is shown needs a trace even while training runs."""
        return self.shown.gradient or self.diagram.isVisible()

    def _rebuild(self, numbers: Numbers) -> None:
        """The network or its lengths have changed."""
        network = self.document.project.network
        steps, valid = self._drawn_with = self.reading.lengths(numbers)
        self._network = network
        old = self.layout_
        layout = Layout(unroll(network, steps, valid))
        same = [(c.kind, c.stage, c.step) for c in layout.unrolled.columns] == [
            (c.kind, c.stage, c.step) for c in old.unrolled.columns
        ]
        layout.lens, layout.tall = old.lens, old.tall
        shapes = infer(network)
        layout.units = {key: shapes[key].features for key in old.units if key in shapes}
        layout.resize(QSizeF(self.size()))
        layout.inset = old.inset
        layout.pitch, layout.offset = old.pitch, old.offset
        self.shown.layout, self.shown.network = layout, network
        self._place_ends(self.shown.sample)
        self.choosing.find_again()
        if self.looking.follows or not same:
            self.looking.follows = True
            layout.fit()
        self.painting.forget()
        self.repaint_all()

    def _show_numbers(self, numbers: Numbers) -> None:
        shown = self.shown
        shown.numbers = numbers
        moment = numbers.moment
        if moment is not None and moment.phase in ("backward", "update"):
            self._set_gradient(True)
        elif moment is not None and moment.phase == "forward":
            self._set_gradient(False)
        data = self.reading.dataset()
        changed = frozenset(one.layer for one in numbers.whatif.interventions if not isinstance(one, Cut))
        sample = Sample()
        if data is not None:
            sample = read(shown.network, data, numbers.sample, numbers.values, changed)
        self._place_ends(sample)
        shown.sample = sample
        shown.scale = log_scale(numbers)
        if moment is not None and moment.phase in ("forward", "backward", "loss"):
            self.choosing.go_to_step(moment.step, tell=False)
        self.painting.forget()
        self.repaint_all()

    def _place_ends(self, sample: Sample) -> None:
        """Make room for the values of the sample."""
        rows = self.layout_.unrolled.by_layer
        wanted = (frozenset(sample.inputs.keys() & rows.keys()), frozenset(sample.asked.keys() & rows.keys()))
        if wanted != self.layout_.ends:
            self.layout_.ends = wanted
            self.layout_.arrange()

    def scroll_by(self, by: QPointF) -> None:
        """Columns have moved: move the picture with them, and paint what has come into sight."""
        dx, ratio = round(by.x()), self.devicePixelRatioF()
        whole = abs(by.x() - dx) < 1e-6 and abs(dx * ratio - round(dx * ratio)) < 1e-6
        if self._picture is None or not self.painting.scrolls or by.y() or not whole or abs(dx) > self.width() / 2:
            self.repaint_all()
        elif dx:
            self.painting.scroll(self._picture, dx)
            self.update()

    def _painted(self) -> QPixmap:
        """A picture of the size of the view."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap((QSizeF(self.size()) * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        self.painting.base(painter, ratio)
        painter.end()
        return picture

    # -- what commands, mouse and keys ask for -----------------------------------------------------------------------

    def show_gradient(self, on: bool) -> None:
        """Colours of gradients instead of activations."""
        self._set_gradient(on)
        self.painting.forget()
        self.refresh()
        self.repaint_all()

    def _set_gradient(self, on: bool) -> None:
        self.shown.gradient = on
        self.commands["gradient" if on else "values"].setChecked(True)

    def show_part(self, part: Part) -> None:
        """The whole gradient, what comes directly, or what comes through time."""
        self.shown.part = part
        self.commands[part].setChecked(True)
        self.show_gradient(True)

    def open_diagram(self, layer: str) -> None:
        """Show the inside of an LSTM or GRU."""
        if self.shown.network.layers[layer].kind in ("lstm", "gru", "rnn"):
            self.diagram.open(layer)
            self.refresh()

    def show_step(self, step: int) -> None:
        """Select a time step because someone else did; ``step_selected`` stays silent."""
        self.choosing.go_to_step(step, tell=False)

    def repaint_all(self) -> None:
        """Paint everything anew with the next frame."""
        self._picture = None
        self.update()

    def questions_here(self) -> list[Question]:
        """What can be asked about the selection, or about what the pointer is at, or about the picture as a whole."""
        return questions_of_selection(self) or questions_at(self, self.spot) or about_all(self)

    # -- signals -----------------------------------------------------------------------------------------------------

    def _on_changed(self, change: Change) -> None:
        if change.network or change.data:
            self._mark_stale()
        elif change.training:
            self.card.refresh()

    def _on_replaced(self) -> None:
        self.step, self.shown.column, self.looking.follows = None, None, True
        self.layout_.units, self.layout_.focus, self.spot = {}, None, Spot()
        self.diagram.hide()
        self._mark_stale()

    def _on_updated(self) -> None:
        self._mark_stale()

    def _on_clock(self) -> None:
        step = self.runner.clock.step
        if step is not None:
            self.show_step(step)
        self._mark_stale()

    def _mark_stale(self) -> None:
        self._stale = True
        if self.isVisible():
            self.refresh()

    def _on_selection(self) -> None:
        self.shown.marked = self.document.selection
        self.editing.enable()
        self.choosing.tell()
        self.phase.refresh()
        self.repaint_all()

    def _on_highlight(self, ids: frozenset[str]) -> None:
        self.shown.highlighted = ids
        self.repaint_all()

    def _on_theme(self) -> None:
        self.painting.restyle()
        self.repaint_all()

    # -- events ------------------------------------------------------------------------------------------------------

    def point(self, spot: Spot, pos: QPointF) -> None:
        """Something is under the pointer: light it up and say what it is."""
        if spot != self.spot:
            self.spot = spot
            self.update()
        self.bubble.say(self.pointing.words(spot), pos.toPoint(), "recurrent" if spot.kind == "arrow" else "plain")

    def spot_at(self, pos: QPointF) -> Spot:
        """What is at a point."""
        return spot_at(self.painting, pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            self._picture = self._painted()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        self.lights.paint(painter, self.spot)
        marks.paint_line(painter, self.layout_, self.runner.imagining.whatif.truncate, self.changing.held)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.layout_.resize(QSizeF(self.size()))
        if self.looking.follows:
            self.layout_.fit()
        else:
            self.layout_.arrange()
        self.card.place()
        self.bar.place()
        self.hint.place()
        self.phase.place()
        self.diagram.place()
        self.editing.place()
        self.repaint_all()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()
        if self.looking.follows:
            self.looking.fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pointing.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointing.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointing.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointing.double_click(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.point(Spot(), QPointF())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.pointing.wheel(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.editing.open_menu(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if walk(self, event):
            event.accept()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.looking.zoom(1.0 + event.value(), event.position().x())
            return True
        return super().event(event)
