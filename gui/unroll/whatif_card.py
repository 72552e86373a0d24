"""The card of a what-if over the unrolled view: that one is in force, what it changes, and what came of it."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QLabel, QMenu, QToolButton, QWidget

from core.describe import number
from core.traces import Alike
from core.whatif import Intervention
from gui.canvas import look
from gui.icons import icon
from gui.imagining import Side
from gui.text import tr
from gui.theme import theme
from gui.unroll import marks
from gui.unroll.card_asking import CardAsking, key_of, marked
from gui.unroll.chips import LINE, Chip
from gui.unroll.layout import HEADER
from gui.why.here import Question, open_menu
from gui.why.told import Told, asked, unmarked

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

EDGE, GAP = 6, 6
BETWEEN = " · "
CORNER = 32
"""Width that the button in the corner takes."""
MOST_CHIPS = 24
"""Changes that are listed one by one where there is room."""
MOST_LAYERS = 8
"""Layers whose cosine is written out; all of them stand in the tip."""
TALL = 420
"""A view of less height shows one line of changes and no cosines of layers but in a tip."""


class WhatIfCard(QWidget):
    """Lies between the step numbers and the rows while something is changed."""

    def __init__(self, view: UnrollView) -> None:
        super().__init__(view)
        self.setObjectName("whatif_card")
        self.setAccessibleName(tr("What if"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._view = view
        self._imagining = view.runner.imagining
        self._key: object = None
        self._asking = CardAsking(view)
        self._came: list[str] = []
        """What came of it, part by part; the label shows as many of them as there is room for."""
        self.badge = self._label("whatif_badge", bold=True)
        self.badge.tell(tr("WHAT IF"), None)
        self.sides: dict[Side, QToolButton] = {}
        group = QButtonGroup(self)
        for side, text, tip in (
            ("original", tr("Original"), tr("The sample as it is, without any change (O)")),
            ("whatif", tr("What if"), tr("The sample with the changes (W)")),
            ("difference", tr("Difference"), tr("How both differ (X)")),
        ):
            button = self._button(f"whatif.{side}", text, tip)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, one=side: self._imagining.show_side(one))
            group.addButton(button)
            self.sides[side] = button  # type: ignore[index]
        self.outcome = self._label("whatif_outcome")
        self.clear = self._button("whatif.clear", "", tr("Take all changes away"), "close")
        self.clear.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.clear.setAccessibleName(tr("Clear the what-if"))
        self.clear.clicked.connect(lambda: self._imagining.clear(tr("Clear the what-if")))
        self.cut = self._label("whatif_cut", bold=True)
        self.train = self._button("whatif.train", "", "", "check")
        self.train.clicked.connect(view.changing.train_so)
        self.note = self._label("whatif_note")
        self._chips: list[Chip] = []
        self.all = self._button("whatif.all", "", tr("All changes"))
        self.all.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._layers: list[QLabel] = []
        self.hide()

    def _label(self, name: str, bold: bool = False) -> Told:
        label = Told(self._view.document, name)
        label.setParent(self)
        label.setWordWrap(False)
        label.setFont(look.font(12, bold))
        label.hide()
        return label

    def _button(self, name: str, text: str, tip: str, picture: str = "") -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setFont(look.font(12))
        button.setAutoRaise(not picture or picture == "close")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if picture:
            button.setIcon(icon(picture))
            button.setIconSize(QSize(14, 14))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.hide()
        return button

    # -- what is said ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Say what is in force now."""
        whatif = self._imagining.whatif
        if not whatif:
            if self.isVisible():
                self.hide()
                self._view.set_inset(0.0)
            return
        self._list(whatif.interventions)
        for side, button in self.sides.items():
            button.setChecked(side == self._imagining.side)
        self._came = self._outcome()
        self.outcome.setToolTip(BETWEEN.join(unmarked(part) for part in self._came))
        self._say_truncation(whatif.truncate)
        self.note.tell(html.escape(self._note(), quote=False), None)
        self.show()
        self.place()

    def _outcome(self) -> list[str]:
        found, plain = self._imagining.outcome, self._view.runner.trace
        if found is None or plain is None:
            return []
        whole, parts = found.alike.get(""), []
        if found.trace.whatif.interventions:
            losses = {"before": number(plain.loss, 4), "after": number(found.trace.loss, 4)}
            parts.append(tr("loss {before} → {after}", **marked("loss", losses)))
            answers = self._asking.answers()
            texts = {key: html.escape(one.text, quote=False) for key, one in answers.items()}
            parts += [tr("answer {before} → {after}", **marked("answer", texts))] if texts else []
        if whole is not None:
            words = tr("dL/dW: cosine {cosine}, × {ratio}", **marked("sample", _figures(whole)))
            parts.append(words if parts else tr("The loss stays. {gradient}", gradient=words))
        return parts

    def questions_here(self) -> list[Question]:
        """About every number on the card."""
        return list(self._asking.questions().values())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        open_menu(self, self.questions_here(), self._view.document, event.globalPos(), ())

    def _note(self) -> str:
        if self._imagining.refused:
            return self._imagining.refused
        if self._imagining.waits:
            return tr("It waits until training stands still.")
        impossible = [one for one in self._imagining.whatif.interventions if not self._imagining.possible(one)]
        if impossible:
            return tr("Not possible on this sample or network, and left out: {change}",
                      change=self._view.changing.words(impossible[0]))  # fmt: skip
        if self._imagining.outcome is None:
            return tr("Working it out …")
        return ""

    def _say_truncation(self, every: int) -> None:
        for label in self._layers:
            label.hide()
            label.deleteLater()
        self._layers = []
        if not every:
            self.cut.tell("", None)
            self.train.setText("")
            return
        fallen, whole = self._view.changing.fallen()
        count = marked("arrows", {"fallen": str(fallen), "whole": str(whole)})
        text = tr("Gradient cut every {steps} steps: {fallen} of {whole} arrows fall", steps=every, **count)
        self.cut.tell(text, self._asking.questions)
        in_use = int(self._view.document.project.training["tbptt"])
        self.train.setText(tr("Trains so") if in_use == every else tr("Train so (every {steps})", steps=every))
        self.train.setEnabled(in_use != every)
        self.train.setToolTip(
            tr("Sets the truncation of training to {steps} steps. It is an edit, which can be undone.", steps=every)
        )
        own = {} if self._imagining.outcome is None else self._imagining.outcome.alike
        network = self._view.document.project.network
        keys = ["", *[key for key in own if key]]
        for key in keys[: MOST_LAYERS + 1]:
            name = tr("cosine") if not key else html.escape(network.layers[key].name, quote=False)
            label = self._label(f"whatif_cosine.{key or 'all'}", bold=not key)
            label.tell(f"{name} {self._both(own, self._imagining.batch, key)}", self._asking.questions)
            label.setToolTip(self._tip(own, self._imagining.batch))
            self._layers.append(label)

    def _both(self, own: Mapping[str, Alike], batch: Mapping[str, Alike], key: str) -> str:
        one = asked(key_of("sample", key), f"{own[key].cosine:.3f}") if key in own else "…"
        other = asked(key_of("batch", key), f"{batch[key].cosine:.3f}") if key in batch else "…"
        return tr("{sample} sample, {batch} batch", sample=one, batch=other) if not key else f"{one}, {other}"

    def _tip(self, own: Mapping[str, Alike], batch: Mapping[str, Alike]) -> str:
        lines = [tr("Cosine and length of the truncated gradient beside the full one: this sample, the next batch")]
        network = self._view.document.project.network
        for key in own:
            name = network.layers[key].name if key in network.layers else tr("all weights")
            texts = [tr("{cosine}, length × {ratio}", **_figures(of[key])) if key in of else "…" for of in (own, batch)]
            lines.append(f"{name}: {texts[0]}  |  {texts[1]}")
        return "\n".join(lines)

    # -- the list ----------------------------------------------------------------------------------------------------

    def _list(self, found: tuple[Intervention, ...]) -> None:
        """One chip for each change."""
        key = found, theme().dark
        if key == self._key:
            return
        self.all.setMenu(self._menu_of(found))
        focused = self.isAncestorOf(self._view.focusWidget()) if self._view.focusWidget() else False
        for chip in self._chips:
            chip.deleteLater()
        self._key = key
        self._chips = [Chip(self, self._view, one) for one in found[:MOST_CHIPS]]
        if focused:
            self._view.setFocus()

    def _menu_of(self, found: tuple[Intervention, ...]) -> QMenu:
        """All changes, for where there is no room for all of them: choosing one takes it away."""
        menu = QMenu(self)
        for one in found:
            text = tr("Remove: {change}", change=self._view.changing.words(one))
            menu.addAction(icon("close"), text, lambda gone=one: self._view.changing.remove(gone))
        return menu

    def chips(self) -> list[Chip]:
        """The changes that are listed."""
        return self._chips

    # -- place -------------------------------------------------------------------------------------------------------

    def place(self) -> None:
        """Over the whole width, as high as it needs."""
        if not self._imagining.whatif:
            return
        width, tall = max(200, self._view.width()), self._view.height() >= TALL
        room = width - CORNER - 4 * EDGE
        self.outcome.tell(self._fitting(room), self._asking.questions)
        y, parts = EDGE - 2, [self.badge, *self.sides.values(), self.outcome]
        y = self._flow(parts, y, width - CORNER)
        self.clear.setGeometry(width - CORNER, EDGE, CORNER - EDGE, LINE - 4)
        self.clear.show()
        y = self._flow_chips(y, width, tall)
        layers: list[QWidget] = [*self._layers[1:]] if tall else []
        for label in self._layers[1:]:
            label.setVisible(tall)
        y = self._flow([self.cut, *self._layers[:1], self.train], y, width)
        y = self._flow(layers, y, width)
        y = self._flow([self.note], y, width)
        height = y + EDGE - 2
        self.setGeometry(0, int(HEADER), width, height)
        self.raise_()
        self.update()
        self._view.set_inset(float(height))

    def _fitting(self, room: int) -> str:
        """As much of what came of it as there is room for; all of it stands in the tip."""
        parts = list(self._came)
        while len(parts) > 1 and self._wide(BETWEEN.join(parts)) > room:
            parts.pop()
        return BETWEEN.join(parts)

    def _wide(self, told: str) -> int:
        return self.outcome.fontMetrics().horizontalAdvance(html.unescape(unmarked(told)))

    def _flow_chips(self, y: int, width: int, tall: bool) -> int:
        """The changes, on one line where the view is low; the rest is in a menu."""
        room, shown = width - 2 * EDGE - 70, 0
        for chip in self._chips:
            room -= chip.sizeHint().width() + GAP
            shown += tall or room > 0
        hidden = len(self._imagining.whatif.interventions) - shown
        self.all.setText(tr("+ {count}", count=hidden) if hidden > 0 else "")
        for chip in self._chips[shown:]:
            chip.hide()
        return self._flow([*self._chips[:shown], self.all], y, width)

    def _flow(self, row: list[QWidget], y: int, width: int) -> int:
        """Lay widgets from left to right, as many lines as they need; the y below them."""
        for one in row:
            one.setVisible(_says(one))
        row = [one for one in row if _says(one)]
        if not row:
            return y
        x = EDGE + 4
        for one in row:
            size = one.sizeHint()
            wide = min(size.width(), width - 2 * EDGE)
            if x + wide > width - EDGE and x > EDGE + 4:
                x, y = EDGE + 4, y + LINE
            high = min(LINE - 3, size.height()) if not isinstance(one, QLabel) else LINE - 3
            one.setGeometry(x, y + (LINE - high) // 2, wide, high)
            x += wide + GAP + (6 if isinstance(one, QLabel) or one is self.sides["difference"] else 0)
        return y + LINE

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._view.setFocus()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = look.mixed(theme().color("canvas"), marks.color(), 0.13)
        painter.fillRect(self.rect(), ground)
        painter.setPen(QPen(look.with_alpha(marks.color(), 0.75), 1.2))
        painter.drawLine(QPoint(0, self.height() - 1), QPoint(self.width(), self.height() - 1))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(marks.color())
        painter.drawRect(QRectF(0, 0, 4, self.height()))
        painter.end()


def _says(one: QWidget) -> bool:
    return bool(one.text()) if isinstance(one, QLabel | QToolButton) else True


def _figures(found: Alike) -> dict[str, str]:
    ratio = "?" if math.isnan(found.ratio) else number(found.ratio, 3)
    return {"cosine": f"{found.cosine:.3f}", "ratio": ratio}
