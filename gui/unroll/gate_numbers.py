"""The numbers inside an RNN, LSTM or GRU at one step: of one unit, or the mean over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.describe import Words
from core.network import Layer
from core.traces import LayerTrace
from core.why.numbers import Aggregate, Number, Quantity
from core.why.training.aggregates import unit_mean
from core.why.training.unrolled import complement, vector_length
from gui.text import tr
from gui.why.here import Question


@dataclass(frozen=True, eq=False)
class GateNumbers:
    """What the diagram of a cell says."""

    values: Mapping[str, float]
    """By the letter of the formula: i f g o c c_before h h_before (LSTM), r z n h h_before (GRU), a h h_before (RNN)."""
    units: np.ndarray
    """(units,) h_t of this direction."""
    gradient: float
    """|dL/dh_t| of what is shown."""
    cell_gradient: float | None


_LETTERS = {
    "lstm": {"input": "i", "forget": "f", "candidate": "g", "output": "o"},
    "gru": {"reset": "r", "update": "z", "candidate": "n"},
    "rnn": {},
}


def gate_numbers(layer: Layer, found: LayerTrace, step: int, valid: int, unit: int | None) -> GateNumbers | None:
    """The numbers at a step; ``unit`` None is the mean over the units. None where the trace is of another network.

    Of a layer with two directions the mean is that of the first one; a unit belongs to the direction it is in.
    """
    size = int(layer.params["units"])
    whole = found.value
    if whole.ndim != 2 or step >= len(whole) or whole.shape[1] % size:
        return None
    back = unit is not None and unit >= size
    part = slice(size, 2 * size) if back else slice(0, size)
    before = step + 1 if back else step - 1
    inside = 0 <= before < (valid if back else len(whole))

    def pick(values: np.ndarray) -> float:
        own = values[part]
        return float(own.mean()) if unit is None else float(own[unit - part.start])

    numbers = {letter: pick(found.gates[name][step]) for name, letter in _LETTERS[layer.kind].items()}
    numbers["h"] = pick(whole[step])
    numbers["h_before"] = pick(whole[before] if inside else _first(found.initial, whole[0]))
    if layer.kind == "lstm" and found.cell is not None:
        numbers["c"] = pick(found.cell[step])
        numbers["c_before"] = pick(found.cell[before] if inside else _first(found.initial_cell, whole[0]))
    if layer.kind == "rnn" and found.sums is not None:
        numbers["a"] = pick(found.sums[step])
    return GateNumbers(numbers, whole[step][part], _size(found.total[step][part], unit, part),
                       None if found.cell_gradient is None else _size(found.cell_gradient[step][part], unit, part))  # fmt: skip


def _first(initial: np.ndarray | None, like: np.ndarray) -> np.ndarray:
    return np.zeros_like(like) if initial is None else initial


def _size(gradient: np.ndarray, unit: int | None, part: slice) -> float:
    return float(np.linalg.norm(gradient)) if unit is None else abs(float(gradient[unit - part.start]))


def about_number(layer: Layer, found: LayerTrace, key: str, unit: int | None, step: int, valid: int) -> Question:
    """Why any number of the card is what it is: one of the drawing, what is left of a gate, a gradient."""
    if key == "1-z":
        gate = about_gate(layer, found, "z", unit, step, valid).asked
        shown = gate_numbers(layer, found, step, valid, unit)
        assert shown is not None and isinstance(gate, Number | Aggregate)
        return Question(complement("z", shown.values["z"], gate))
    if key in ("gradient", "cell_gradient"):
        return _about_gradient(layer, found, key, unit, step)
    return about_gate(layer, found, key, unit, step, valid)


def _about_gradient(layer: Layer, found: LayerTrace, key: str, unit: int | None, step: int) -> Question:
    """|dL/dh_t| or |dL/dc_t| of a unit, or of all units of the first direction."""
    rows = found.total if key == "gradient" else found.cell_gradient
    assert rows is not None
    quantity: Quantity = "gradient" if key == "gradient" else "cell_gradient"
    size = int(layer.params["units"])
    units = range(size) if unit is None else range(unit, unit + 1)
    numbers = [Number(quantity, layer.id, one, step) for one in units]
    letter = "h" if key == "gradient" else "c"
    title = Words(
        "|dL/d{letter}| of “{layer}” at t = {step}", {"letter": letter, "layer": layer.name, "step": step + 1}
    )
    if unit is not None:
        title = Words("|dL/d{letter}| of unit {unit} of “{layer}” at t = {step}", {**title.values, "unit": unit + 1})
    return Question(vector_length(title, rows[step][units.start : units.stop], numbers, "g"), tr("Why this gradient?"))


def about_gate(layer: Layer, found: LayerTrace, key: str, unit: int | None, step: int, valid: int) -> Question:
    """Why a number of the diagram is what it is: of one unit, or the mean over all units of the first direction."""
    size = int(layer.params["units"])
    back = unit is not None and unit >= size
    earlier = step + 1 if back else step - 1
    if not 0 <= earlier < (valid if back else len(found.value)):
        earlier = -1
    names = {letter: gate for gate, letter in _LETTERS[layer.kind].items()}
    suffix = "_reverse" if back else ""
    quantity: Quantity = "value"
    if key in names:
        quantity = "gate"
    elif key != "h":
        quantity = {"c": "cell", "c_before": "cell", "a": "sum"}.get(key, "value")  # type: ignore[assignment]
    at = earlier if key.endswith("_before") else step

    def one(number: int) -> Number:
        part = names[key] + suffix if key in names else ""
        return Number(quantity, layer.id, number, at, part)

    if unit is not None:
        return Question(one(unit))
    sources = {"gate": found.gates.get(names.get(key, "")), "cell": found.cell, "sum": found.sums, "value": found.value}
    firsts = found.initial_cell if quantity == "cell" else found.initial
    rows = sources[quantity]
    assert rows is not None
    values = (_first(firsts, rows[0]) if at < 0 else rows[at])[:size]
    title = Words(
        "Mean of {what} over the units of “{layer}”", {"what": key.replace("_before", " before"), "layer": layer.name}
    )
    return Question(unit_mean(title, [one(number) for number in range(size)], [float(v) for v in values]))
