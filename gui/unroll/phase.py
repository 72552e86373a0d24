"""What is computed at the moment that the clock of the time steps shows, and the numbers of the selected layer there."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen

from core.describe import Words, number
from core.network import Layer
from core.reports import Moment
from core.traces import LayerTrace
from core.why.numbers import Number
from core.why.training.unrolled import part_of_gradient, vector_length, weight_share
from gui import places
from gui.canvas import look
from gui.clock import moment_words
from gui.text import tr
from gui.theme import theme
from gui.unroll.layout import HEADER
from gui.unroll.numbers import Numbers, length
from gui.why.here import Question
from gui.why.told import Told, asked, unmarked

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

BETWEEN = "\u2003·\u2003"
FORMULAS = {
    "input": "xₜ",
    "sum": "aₜ = W xₜ + U hₜ₋₁ + b",
    "gates": "gₜ = σ(aₜ)",
    "state": "hₜ = f(aₜ)",
    "output": "yₜ",
    "output_gradient": "∂L/∂yₜ",
    "direct": "∂L/∂hₜ, past the later steps",
    "through": "∂L/∂hₜ = direct + ∂L/∂hₜ₊₁ · ∂hₜ₊₁/∂hₜ",
    "share": "∂L/∂W\u2002+=\u2002∂L/∂aₜ · xₜ",
}


class PhaseCard(Told):
    """A line at the top of the unrolled view while a batch is walked through."""

    def __init__(self, view: UnrollView) -> None:
        super().__init__(view.document, "unroll_phase")
        self.setParent(view)
        self._view, self._said = view, ""
        self.setWordWrap(False)
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
            if words != self._said:
                self._said = words
                self.tell(words, self._about_it)
                self.adjustSize()
            self.place()

    def fitting(self, moment: Moment) -> str:
        """As much as there is room for: the formula is left out first, then the numbers."""
        parts = self.parts(moment)
        room = self._view.layout_.room_width() - 44
        while len(parts) > 1 and self._wide(BETWEEN.join(parts)) > room:
            parts.pop(1)
        return BETWEEN.join(parts)

    def _wide(self, told: str) -> int:
        return self.fontMetrics().horizontalAdvance(html.unescape(unmarked(told)))

    def parts(self, moment: Moment) -> list[str]:
        """The moment, what is computed there, and what the selected layer has there; rich text."""
        parts = [moment_words(moment, asked)]
        if moment.part in FORMULAS:
            parts.append(FORMULAS[moment.part])
        layers = self._view.document.selected_layers()
        if layers:
            found = layer_numbers(self._view.shown.numbers, layers[0], moment)
            if found:
                name = html.escape(self._view.document.project.network.layers[layers[0]].name, quote=False)
                parts.append(f"{name}: {found}")
        if moment.phase == "loss" and np.isfinite(self._view.shown.numbers.loss):
            parts.append(f"L = {asked('loss', number(self._view.shown.numbers.loss))}")
        return parts

    def _about_it(self) -> dict[str, Question]:
        shown, clock = self._view.shown, self._view.runner.clock
        moment = shown.numbers.moment
        if moment is None:
            return {}
        found = {"loss": Question(Number("loss"), tr("Why this loss?"))}
        layers = self._view.document.selected_layers()
        if layers and shown.numbers.trace is not None and layers[0] in shown.numbers.trace.layers:
            layer = self._view.document.project.network.layers[layers[0]]
            found |= about_moment(layer, shown.numbers.trace.layers[layers[0]], moment)
        return {**found, **places.about_moment(clock.moments, moment)}

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


class Part(NamedTuple):
    """A length that a layer has at a moment."""

    key: str
    """A part of a "norm" (see core.why.lengths), "loss's own", "gate NAME" or "share TENSOR"."""
    name: str
    values: np.ndarray | None
    """(steps, units), or (steps,) of a share."""


def layer_numbers(numbers: Numbers, layer: str, moment: Moment) -> str:
    """Lengths of what a layer has at a moment: “|a| = 2.31”, rich; "" where it has nothing there."""
    own = None if numbers.trace is None else numbers.trace.layers.get(layer)
    if own is None:
        return ""
    found = [(part, _norm(part.values, moment)) for part in _of(own, moment)]
    return ", ".join(f"{part.name} = {asked(part.key, number(size))}" for part, size in found if size is not None)


def _of(own: LayerTrace, moment: Moment) -> list[Part]:
    match moment.part:
        case "input" | "output" | "state":
            return [Part("value", "|h|", own.value), Part("cell", "|c|", own.cell)]
        case "sum":
            return [Part("sum", "|a|", own.sums)]
        case "gates":
            return [Part(f"gate {gate}", tr("|{gate}|", gate=gate), values) for gate, values in own.gates.items()]
        case "output_gradient":
            return [Part("loss's own", "|dL/da|", own.delta_direct)]
        case "direct":
            return [Part("direct", tr("|dL/dh| direct"), own.direct)]
        case "through":
            return [
                Part("gradient", "|dL/dh|", own.total), Part("through", tr("through time"), own.through),
                Part("cell_gradient", "|dL/dc|", own.cell_gradient),
            ]  # fmt: skip
        case "share":
            return [
                Part(f"share {key}", tr("|dL/d {weight}|", weight=key.rpartition(".")[2]), rows)
                for key, rows in own.shares.items()
            ]
    return []


def about_moment(layer: Layer, own: LayerTrace, moment: Moment) -> dict[str, Question]:
    """What can be asked about the lengths that a layer has at a moment."""
    found = {}
    for part in _of(own, moment):
        size = _norm(part.values, moment)
        if size is None or part.values is None:
            continue
        kind, _, name = part.key.partition(" ")
        if kind == "gate":
            units = int(layer.params["units"])
            gates = [
                Number("gate", layer.id, u, moment.step, name + ("_reverse" if u >= units else ""))
                for u in range(part.values.shape[1])
            ]
            title = Words("The length of the {gate} gate of “{layer}”, t = {step}",
                          {"gate": name, "layer": layer.name, "step": moment.step + 1})  # fmt: skip
            found[part.key] = vector_length(title, part.values[moment.step], gates, gates_sign(name))
        elif kind == "share":
            felt, read = _factors(own, name, moment.step)
            found[part.key] = weight_share(name.rpartition(".")[2], layer.name, moment.step, size, felt, read)
        elif part.key == "loss's own":
            title = tr(
                "|dL/da| of “{layer}” at t = {step}, straight from the loss", layer=layer.name, step=moment.step + 1
            )
            whole = Number("norm", layer.id, 0, moment.step, "delta")
            found[part.key] = part_of_gradient(title, "direct", size, whole)
        else:
            found[part.key] = Number("norm", layer.id, 0, moment.step, part.key)
    return {key: Question(one, tr("Why this length?")) for key, one in found.items()}


def gates_sign(gate: str) -> str:
    """The letter of a gate."""
    return {"input": "i", "forget": "f", "candidate": "g", "output": "o", "reset": "r", "update": "z"}[gate]


def _factors(own: LayerTrace, tensor: str, step: int) -> tuple[float | None, float | None]:
    """Lengths of what is felt at a step behind a matrix, and of what is read there; None where that is not so simple."""
    if own.delta is None or own.delta.ndim != 2 or step >= len(own.delta):
        return None, None
    felt, (owner, _, kind) = float(length(own.delta[step][None])[0]), tensor.rpartition(".")
    if kind in ("bias", "bias_ih"):
        return felt, 1.0
    reads = own.reads.values() if kind == "weight_ih" else [own.reads[owner]] if owner in own.reads else []
    rows = [rows[step] if rows.ndim == 2 else rows for rows in reads]
    return (felt, float(np.linalg.norm(np.concatenate(rows)))) if rows else (None, None)


def _norm(values: np.ndarray | None, moment: Moment) -> float | None:
    if values is None:
        return None
    if moment.part == "share":
        return float(values[moment.step]) if values.ndim == 1 and moment.step < len(values) else None
    if values.ndim != 2 or moment.step >= len(values):
        return None
    return float(length(values[moment.step][None])[0])
