"""The breakpoints: where training is to stand still before a weight changes, and what has stopped it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.breakpoints import Breakpoint
from core.catalogue.breakpoints import BREAKPOINTS
from core.catalogue.layers import layer_spec
from core.catalogue.spec import Spec
from core.describe import number
from core.errors import StudioError
from core.graph import recurrent_layers
from core.network import Layer, Network, activation_of
from core.parameters import count
from core.why.training.fired import numbers_of
from gui.breakpoints import BreakpointList, Fired
from gui.document import Document
from gui.forms import SpecForm
from gui.forms.form import heading
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr, tr_core
from gui.why.here import Question, open_menu
from gui.why.questions import about_batch, weights_of
from gui.widgets import Column, EmptyState, muted, words


def layers_for(key: str, network: Network) -> list[Layer]:
    """The layers that a kind of breakpoint makes sense for."""
    if key == "weight_norm":
        sizes = count(network)
        return [layer for layer in network if sizes.get(layer.id)]
    if key in ("saturated", "dead"):
        return [layer for layer in network if layer_spec(layer.kind).state or activation_of(layer) is not None]
    looped = recurrent_layers(network)
    return [layer for layer in network if layer_spec(layer.kind).state or layer.id in looped]


def offered(key: str, network: Network, chosen: str) -> Spec:
    """The spec of a kind with the layers of this network to choose from."""
    spec = BREAKPOINTS[key]
    names = [layer.name for layer in layers_for(key, network)]
    choices = [("", tr("all weights together") if key == "weight_norm" else tr("any layer"))]
    choices += [(name, name) for name in names]
    if chosen and chosen not in names:
        choices.append((chosen, tr("{name} (not here)", name=chosen)))
    params = [
        replace(param, kind="choice", choices=tuple(choices)) if param.key == "layer" else param
        for param in spec.parameters
    ]
    return replace(spec, parameters=tuple(params))


def summary(one: Breakpoint) -> str:
    """The values of a breakpoint in a few words."""
    values = one.choice.values
    parts = [str(values["layer"])] if values.get("layer") else []
    if values.get("step"):
        parts.append(tr("t = {step}", step=values["step"]))
    if "side" in values:
        parts.append(tr("at least") if values["side"] == "least" else tr("at most"))
    for key in ("bound", "share"):
        if key in values:
            parts.append(number(float(values[key])))
    if "factor" in values:
        parts.append(tr("{factor} times", factor=number(float(values["factor"]))))
    return " · ".join(parts)


class BreakpointsPanel(QWidget):
    """A card for each breakpoint, and a list of what has fired, the latest first."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("breakpoints")
        self.setAccessibleName(tr("Breakpoints"))
        self._document, self._model = document, runner.breakpoints
        self.cards: dict[str, BreakpointCard] = {}
        self.add = self._make_add()
        self.empty = EmptyState(
            "breakpoint",
            tr("No breakpoints. Add one, and training stands still before the update of the batch at which it fires."),
        )
        self._column = Column()
        self.log = _Log(document, runner)
        self._lay_out()
        self._model.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the breakpoints that are set."""
        wanted = {one.id: one for one in self._model.all}
        for name in [name for name in self.cards if name not in wanted]:
            card = self.cards.pop(name)
            card.hide()
            card.deleteLater()
        for name, one in wanted.items():
            if name not in self.cards:
                self.cards[name] = BreakpointCard(self._model)
                self._column.add(self.cards[name])
            self.cards[name].show_breakpoint(one, self._document.project.network)
        self._column.setVisible(bool(wanted))
        self.empty.setVisible(not wanted)

    def _make_add(self) -> QPushButton:
        button = QPushButton(icon("plus"), tr("Add a breakpoint"))
        button.setObjectName("add_breakpoint")
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        for family, specs in groupby(BREAKPOINTS.values(), key=lambda spec: spec.family):
            menu.addSection(tr_core(family))
            for spec in specs:
                action = menu.addAction(tr_core(spec.title))
                action.setData(spec.key)
                action.setToolTip(tr_core(spec.help))
        menu.triggered.connect(self._add)
        button.setMenu(menu)
        return button

    def _add(self, action: QAction) -> None:
        made = self._model.add(action.data())
        for name, card in self.cards.items():
            card.unfold(name == made.id)
        self.cards[made.id].focus_first()

    def _lay_out(self) -> None:
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        line = QHBoxLayout()
        line.setContentsMargins(10, 8, 10, 0)
        line.addWidget(self.add)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self._column, 1)
        column.addWidget(self.empty, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(top)
        splitter.addWidget(self.log)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([450, 300])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)


class BreakpointCard(QFrame):
    """One breakpoint: a switch, what it is, and its settings, which fold away."""

    def __init__(self, model: BreakpointList) -> None:
        super().__init__()
        self._model = model
        self._one: Breakpoint | None = None
        self._layers: tuple[object, ...] = ()
        self.form: SpecForm | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(self.palette().ColorRole.Base)
        self.switch = QCheckBox()
        self.header = _Header()
        self.delete = _tool("delete", tr("Delete this breakpoint"))
        self.fold = _tool("chevron-down", tr("Show its settings"))
        self.fold.setCheckable(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 6, 6, 6)
        line = QHBoxLayout()
        line.setSpacing(6)
        for widget in (self.switch, self.header, self.fold, self.delete):
            line.addWidget(widget, 1 if widget is self.header else 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(line)
        self.switch.clicked.connect(lambda on: self._model.enable(self._name(), on))
        self.delete.clicked.connect(lambda: self._model.remove(self._name()))
        self.fold.toggled.connect(self._folded)
        self.header.clicked.connect(self.fold.toggle)

    def show_breakpoint(self, one: Breakpoint, network: Network) -> None:
        """Show this one; its settings offer the layers of ``network``."""
        self._one = one
        title = tr_core(BREAKPOINTS[one.choice.key].title)
        self.setObjectName(one.id)
        self.setAccessibleName(title)
        self.switch.setAccessibleName(tr("Look for: {title}", title=title))
        self.switch.setToolTip(tr("Look for it while training"))
        self.switch.setChecked(one.enabled)
        self.header.title.setText(title)
        self.header.values.setText(summary(one))
        self.header.setEnabled(one.enabled)
        spec = offered(one.choice.key, network, str(one.choice.values.get("layer", "")))
        layers = tuple(param.choices for param in spec.parameters)
        if self.form is None or layers != self._layers:
            self._layers = layers
            self._build(spec)
        assert self.form is not None
        self.form.show_choice(one.choice)

    def unfold(self, open_: bool) -> None:
        """Show or hide the settings."""
        self.fold.setChecked(open_)

    def focus_first(self) -> None:
        """Put the keyboard into the first setting."""
        if self.form is not None:
            next(iter(self.form.rows.values())).field.setFocus(Qt.FocusReason.TabFocusReason)

    def _build(self, spec: Spec) -> None:
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = SpecForm(spec)
        self.form.edited.connect(self._edit)
        self.form.setVisible(self.fold.isChecked())
        self._column.addWidget(self.form)

    def _edit(self, path: str, value: object) -> None:
        try:
            self._model.change(self._name(), path, value)
        except StudioError as error:
            assert self.form is not None
            self.form.complain(path, error)

    def _folded(self, open_: bool) -> None:
        self.fold.setIcon(icon("chevron-up" if open_ else "chevron-down"))
        if self.form is not None:
            self.form.setVisible(open_)

    def _name(self) -> str:
        assert self._one is not None
        return self._one.id


class _Header(QWidget):
    """The title and the values of a breakpoint; a click folds its settings."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title, self.values = words(), muted()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.title)
        column.addWidget(self.values)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


class _Entries(QListWidget):
    """The entries of the log; their numbers are asked about in a menu."""

    def __init__(self, document: Document, runner: Runner) -> None:
        super().__init__()
        self._document, self._runner = document, runner

    def questions_here(self) -> list[Question]:
        """About the numbers of the current entry."""
        return self._questions(self.currentRow())

    def _questions(self, row: int) -> list[Question]:
        log, run = self._runner.breakpoints.log, self._runner.run
        if not 0 <= row < len(log):
            return []
        fired = log[row]
        leads = weights_of(self._document.project.network, fired.hit.layer or "", gradient=False)
        numbers = numbers_of(fired.hit, fired.batch, leads)
        said = {key: str(text) for key, text in fired.hit.values.items() if key in numbers}
        found = [Question(numbers[key], tr("Why {number}?", number=text)) for key, text in said.items()]
        if run is not None and run.id == fired.run:
            found.append(about_batch(self._document, run, fired.batch))
        return found

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        row = self.currentRow() if by_key else self.indexAt(event.pos()).row()
        open_menu(self, self._questions(row), self._document, event.globalPos(), ())


class _Log(QWidget):
    """What has fired: a click goes there."""

    def __init__(self, document: Document, runner: Runner) -> None:
        super().__init__()
        model = self._model = runner.breakpoints
        self.list = _Entries(document, runner)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setWordWrap(True)
        self.list.setAccessibleName(tr("Breakpoints that fired"))
        self.list.setToolTip(tr("Click an entry to stand before that update again, with its layer selected."))
        self.nothing = muted(tr("Nothing has fired yet."))
        self.clear = _tool("delete", tr("Empty the log"))
        head = QHBoxLayout()
        head.addWidget(heading(tr("What fired"), first=True), 1)
        head.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 4, 6, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        self.clear.clicked.connect(model.clear_log)
        self.list.itemClicked.connect(self._go)
        self.list.itemActivated.connect(self._go)
        model.logged.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the log."""
        log = self._model.log
        self.list.clear()
        for text in _sentences(log):
            self.list.addItem(QListWidgetItem(icon("breakpoint"), text))
        self.nothing.setVisible(not log)
        self.list.setVisible(bool(log))
        self.clear.setEnabled(bool(log))

    def _go(self, item: QListWidgetItem) -> None:
        self._model.go_to(self._model.log[self.list.row(item)])


def _sentences(log: tuple[Fired, ...]) -> Iterator[str]:
    for fired in log:
        what = tr_core(fired.hit.template, **fired.hit.values)
        yield tr("Batch {batch}: {what}", batch=f"{fired.batch:,}", what=what)


def _tool(picture: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(picture))
    button.setIconSize(QSize(14, 14))
    button.setAutoRaise(True)
    button.setToolTip(text)
    button.setAccessibleName(text)
    return button
