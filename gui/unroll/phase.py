"""What is computed at the moment that the clock of the time steps shows, and the numbers of the selected layer there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel

from core.describe import number
from core.reports import Moment
from core.traces import LayerTrace
from gui.canvas import look
from gui.clock import moment_words
from gui.text import tr
from gui.theme import theme
from gui.unroll.layout import HEADER
from gui.unroll.numbers import Numbers, length

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

BETWEEN = "   ·   "
FORMULAS = {
    "input": "xₜ",
    "sum": "aₜ = W xₜ + U hₜ₋₁ + b",
    "gates": "gₜ = σ(aₜ)",
    "state": "hₜ = f(aₜ)",
    "output": "yₜ",
    "output_gradient": "∂L/∂yₜ",
    "direct": "∂L/∂hₜ, past the later steps",
    "through": "∂L/∂hₜ = direct + ∂L/∂hₜ₊₁ · ∂hₜ₊₁/∂hₜ",
    "share": "∂L/∂W  +=  ∂L/∂aₜ · xₜ",
}


class PhaseCard(QLabel):
    """A line at the top of the unrolled view while a batch is walked through."""

    def __init__(self, view: UnrollView) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("unroll_phase")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setContentsMargins(14, 4, 14, 4)
        self.setFont(look.font(12))
        self.hide()

    def refresh(self) -> None:
        """Say where the walk stands."""
        moment = self._view.shown.numbers.moment
        self.setVisible(moment is not None)
        if moment is not None:
            words = self.fitting(moment)
            if words != self.text():
                self.setText(words)
                self.adjustSize()
            self.place()

    def fitting(self, moment: Moment) -> str:
        """As much as there is room for: the formula is left out first, then the numbers."""
        parts = self.parts(moment)
        room = self._view.layout_.room_width() - 44
        while len(parts) > 1 and self.fontMetrics().horizontalAdvance(BETWEEN.join(parts)) > room:
            parts.pop(1)
        return BETWEEN.join(parts)

    def parts(self, moment: Moment) -> list[str]:
        """The moment, what is computed there, and what the selected layer has there."""
        parts = [moment_words(moment)]
        if moment.part in FORMULAS:
            parts.append(FORMULAS[moment.part])
        layers = self._view.document.selected_layers()
        if layers:
            found = layer_numbers(self._view.shown.numbers, layers[0], moment)
            if found:
                parts.append(f"{self._view.document.project.network.layers[layers[0]].name}: {found}")
        if moment.phase == "loss" and np.isfinite(self._view.shown.numbers.loss):
            parts.append(f"L = {number(self._view.shown.numbers.loss)}")
        return parts

    def place(self) -> None:
        """Below the numbers of the steps, in the middle."""
        layout = self._view.layout_
        room = layout.room_width()
        self.move(round(layout.gutter + max(6.0, (room - self.width()) / 2)), round(HEADER + layout.inset + 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(look.mixed(theme().color("layer"), theme().color("accent"), 0.06))
        painter.setPen(QPen(look.with_alpha(theme().color("accent"), 0.6), 1.0))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.end()
        super().paintEvent(event)


def layer_numbers(numbers: Numbers, layer: str, moment: Moment) -> str:
    """Lengths of what a layer has at a moment: “|a| = 2.31”; "" where it has nothing there."""
    own = None if numbers.trace is None else numbers.trace.layers.get(layer)
    if own is None:
        return ""
    found = [(name, _norm(values, moment)) for name, values in _of(own, moment)]
    return ", ".join(f"{name} = {number(size)}" for name, size in found if size is not None)


def _of(own: LayerTrace, moment: Moment) -> list[tuple[str, np.ndarray | None]]:
    match moment.part:
        case "input" | "output" | "state":
            return [("|h|", own.value), ("|c|", own.cell)]
        case "sum":
            return [("|a|", own.sums)]
        case "gates":
            return [(tr("|{gate}|", gate=gate), values) for gate, values in own.gates.items()]
        case "output_gradient":
            return [("|dL/da|", own.delta_direct)]
        case "direct":
            return [(tr("|dL/dh| direct"), own.direct)]
        case "through":
            return [("|dL/dh|", own.total), (tr("through time"), own.through), ("|dL/dc|", own.cell_gradient)]
        case "share":
            return [(tr("|dL/d {weight}|", weight=key.rpartition(".")[2]), rows) for key, rows in own.shares.items()]
    return []


def _norm(values: np.ndarray | None, moment: Moment) -> float | None:
    if values is None:
        return None
    if moment.part == "share":
        return float(values[moment.step]) if values.ndim == 1 and moment.step < len(values) else None
    if values.ndim != 2 or moment.step >= len(values):
        return None
    return float(length(values[moment.step][None])[0])
