"""The terms of an explanation, the largest first; a click explains the number behind one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from core.describe import number
from core.network import Network
from core.why.numbers import Explanation, Later, Number, OfOwn, Term
from core.why.parts import LENGTH_WORDS
from gui.forms.form import heading
from gui.text import tr, tr_core
from gui.theme import theme
from gui.widgets import muted

ROW = 38
MOST = 60
"""Rows that are shown; the rest is told in a sentence."""


class TermList(QWidget):
    """A row per term: what it is, factor times value, what it adds."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.heading = heading(tr("Where it comes from"))
        self.rows: list[TermRow] = []
        self.more = muted()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.more)

    def show_terms(self, found: Explanation, network: Network) -> None:
        """Show the terms of an explanation."""
        terms = found.largest
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        whole = max((abs(term.contribution) for term in terms), default=0.0)
        self.rows = [TermRow(term, network, whole) for term in terms[:MOST]]
        for place, row in enumerate(self.rows):
            row.asked.connect(self.asked)
            self._column.insertWidget(place + 1, row)
        left = len(terms) - len(self.rows)
        rest = sum(term.contribution for term in terms[MOST:])
        self.more.setText(tr("{n} more terms add {value}.", n=left, value=number(rest)))
        self.more.setVisible(left > 0)
        leads = any(term.group == "leads" for term in terms)
        sample = any(term.group == "sample" for term in terms)
        titles = {1: tr("Where it is heading"), 2: tr("On what is examined")}
        self.heading.setText(titles.get(1 if leads else 2 * sample, tr("Where it comes from")))
        self.heading.setVisible(bool(terms))


class TermRow(QWidget):
    """One term. A click on the right half of its product asks about the number, on the left half about the weight."""

    asked = Signal(object)

    def __init__(self, term: Term, network: Network, whole: float) -> None:
        super().__init__()
        self.term = term
        self._words = term_words(term, network)
        self._share = term.contribution / whole if whole else 0.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(ROW)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{self._words}: {self._product()} = {number(term.contribution, 4)}")
        self.setToolTip(self._tip())
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def weight_area(self) -> QRectF:
        """Where a click asks about the weight; empty where the factor is no number of its own."""
        term = self.term
        if term.factor_about is None and (term.factor_number is None or term.factor_number == term.number):
            return QRectF()
        return QRectF(
            6, ROW / 2, QFontMetricsF(self.font()).horizontalAdvance(number(self.term.factor, 4)) + 8, ROW / 2
        )

    def _product(self) -> str:
        if not self.term.symbol or not self.term.factor_symbol:
            return number(self.term.contribution, 4)
        return f"{number(self.term.factor, 4)} × {number(self.term.value, 4)}"

    def _tip(self) -> str:
        if self.weight_area().isEmpty():
            return tr("Click to ask where this number comes from.")
        return tr("Click to ask where this number comes from; a click on the first factor asks about that one.")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._ask(self.weight_area().contains(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._ask(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def _ask(self, factor: bool) -> None:
        term = self.term
        weight, own = term.factor_about or term.factor_number, term.about or term.number
        wanted = (weight or own) if factor else (own or weight)
        if wanted is not None:
            self.asked.emit(wanted.make() if isinstance(wanted, Later) else wanted)

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bar(painter)
        text, quiet = theme().color("text"), theme().color("muted")
        right = number(self.term.contribution, 4)
        width = painter.fontMetrics().horizontalAdvance(right)
        painter.setPen(text)
        upper, lower = QRectF(6, 2, self.width() - 14, ROW / 2 - 2), QRectF(6, ROW / 2, self.width() - 14, ROW / 2 - 2)
        painter.drawText(upper, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
        room = round(upper.width() - width - 8)
        shown = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(upper, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setPen(quiet)
        painter.drawText(lower, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._product())
        if self.hasFocus() or self.underMouse():
            painter.setPen(theme().color("accent"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _paint_bar(self, painter: QPainter) -> None:
        """How much of the largest term this one is, in the colour of its sign."""
        color = theme().color("positive" if self._share >= 0 else "negative")
        color.setAlphaF(0.22)
        painter.fillRect(QRectF(0, 1, self.width() * abs(self._share), ROW - 2), color)

    def sizeHint(self) -> QSize:
        return QSize(220, ROW)


def term_words(term: Term, network: Network) -> str:
    """What a term is, in words."""
    if term.about is not None:
        about = term.about.number if isinstance(term.about, OfOwn) else term.about
        return (
            number_words(about, network)
            if isinstance(about, Number)
            else tr_core(about.title.template, **about.title.values)
        )
    one = term.number
    if one is None:
        return tr("all others together") if r"\text{others}" in term.symbol else tr("the target")
    if one.quantity == "loss":
        return tr("straight from the loss")
    return number_words(one, network)


def number_words(one: Number, network: Network) -> str:
    """A number by its place: "Hidden 3, t = 5"."""
    layer = network.layers[one.layer].name if one.layer in network.layers else ""
    if one.quantity == "weight_gradient":
        return tr("gradient of this weight")
    if one.quantity == "weight":
        tensor = one.part.rpartition(".")[2]
        return tr("bias {unit} of {layer}", unit=one.unit + 1, layer=layer) if "bias" in tensor else tr(
            "weight of {layer}", layer=layer
        )  # fmt: skip
    if one.quantity in ("norm", "flow"):
        text = _length_words(one, layer, network)
        return text if one.step is None else tr("{text}, t = {step}", text=text, step=one.step + 1)
    gate = one.part.removesuffix("_reverse")
    what = {
        "value": "{layer} {unit}", "sum": "sum {unit} of {layer}", "gate": "{gate} gate {unit} of {layer}",
        "cell": "cell {unit} of {layer}", "gradient": "gradient at {layer} {unit}",
        "delta": "gradient at sum {unit} of {layer}", "cell_gradient": "gradient at cell {unit} of {layer}",
        "attention": "attention of {layer} to step {unit} of its memory",
        "score": "score of step {unit} of the memory of {layer}",
        "score_gradient": "gradient at the score of step {unit} of the memory of {layer}",
    }[one.quantity]  # fmt: skip
    text = tr(what, layer=layer, unit=one.unit + 1, gate=gate)
    if gate and one.quantity == "delta":
        text = f"{text} ({gate})"
    if one.step is None:
        return text
    return (
        tr("{text}, before the first step", text=text)
        if one.step < 0
        else tr("{text}, t = {step}", text=text, step=one.step + 1)
    )


def _length_words(one: Number, layer: str, network: Network) -> str:
    if one.quantity == "flow":
        link = network.links.get(one.part)
        source = layer if link is None else network.layers[link.source].name
        return tr("what goes back from {layer} to {source}", layer=layer, source=source)
    return tr("length of {what} of {layer}", what=tr_core(LENGTH_WORDS.get(one.part, "")), layer=layer)
