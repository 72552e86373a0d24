"""One traced sample in 64 bit: what each layer read, summed and felt. Formulas take their numbers from here.

Arrays have an axis of steps also where a layer is static: it is then one step long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.catalogue.layers import layer_spec
from core.explore.activations import value_and_slope
from core.network import Layer, Link, Network, activation_of
from core.shapes import infer
from core.traces import LayerTrace, Trace
from core.whatif import START, Cut, Of, Put, Swap
from core.why.looked import Looked, looked

GATES = {"lstm": ("input", "forget", "candidate", "output"), "gru": ("reset", "update", "candidate"), "rnn": ("",)}
"""In the order in which they are stacked."""
EPSILON = 1e-5
"""Of layer normalisation."""


@dataclass(frozen=True, eq=False)
class Block:
    """One direction of an RNN, LSTM or GRU at all steps; (steps, ...) in the order of time."""

    layer: Layer
    suffix: str
    first: int
    """Where its units begin in the layer's value."""
    units: int
    order: tuple[int, ...]
    """The steps as it walks."""
    follows: Mapping[int, int]
    """By step: the step whose state it continues from; a step that is not there begins anew."""
    w_ih: np.ndarray
    w_hh: np.ndarray
    b_ih: np.ndarray
    b_hh: np.ndarray
    entering: np.ndarray
    before: np.ndarray
    cell_before: np.ndarray
    from_input: np.ndarray
    """(steps, gates x units) what the input adds to the stacked sums, bias included."""
    from_state: np.ndarray
    """The same of the state before."""
    gates: Mapping[str, np.ndarray]
    cell: np.ndarray

    def states(self) -> np.ndarray:
        """h of an LSTM or GRU as its gates make it."""
        if self.layer.kind == "lstm":
            return np.asarray(self.gates["output"] * np.tanh(self.cell))
        update = self.gates["update"]
        return np.asarray((1 - update) * self.gates["candidate"] + update * self.before)

    def rows(self, gate: str) -> slice:
        """Where a gate stands among the stacked ones."""
        place = GATES[self.layer.kind].index(gate)
        return slice(place * self.units, (place + 1) * self.units)


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Without overflow."""
    return np.asarray((1 + np.tanh(z / 2)) / 2)


class Sample:
    """A trace with the network and the weights that it was made with."""

    def __init__(
        self, network: Network, weights: Mapping[str, np.ndarray], trace: Trace, target: np.ndarray | None = None
    ) -> None:
        self.network, self.trace = network, trace
        self.weights = {name: np.asarray(value, np.float64) for name, value in weights.items()}
        self.target = None if target is None else np.atleast_2d(np.asarray(target, np.float64))
        """What the output was to say: (steps, features), one row where it is static; None where it is not known."""
        self.shapes = infer(network)
        self._blocks: dict[tuple[str, str], Block] = {}
        self._looked: dict[str, Looked] = {}

    def traced(self, layer: str) -> LayerTrace:
        """What was written down about a layer."""
        return self.trace.layers[layer]

    def sequence(self, layer: str) -> bool:
        """Whether a layer has a value per step."""
        return layer in self.trace.steps

    def steps(self, layer: str) -> int:
        """Rows of its arrays."""
        return self.trace.steps.get(layer, 1)

    def valid(self, layer: str) -> int:
        """Steps that are no padding."""
        return self.trace.valid.get(layer, 1)

    def row(self, step: int | None) -> int:
        """Where a step stands in an array."""
        return 0 if step is None else step

    def value(self, layer: str) -> np.ndarray:
        """(steps, units)."""
        return self._rows(self.traced(layer).value)

    def total(self, layer: str) -> np.ndarray:
        """dL/dh, (steps, units)."""
        return self._rows(self.traced(layer).total)

    def held(self, layer: str, of: Of = "value") -> np.ndarray:
        """(steps, units) True where a what-if puts a number."""
        where = np.zeros((self.steps(layer), self.shapes[layer].features), dtype=bool)
        for one in self.trace.whatif.interventions:
            if isinstance(one, Cut) or one.layer != layer or (isinstance(one, Put) and one.of != of):
                continue
            where[self.row(one.step), slice(None) if isinstance(one, Swap) or one.unit is None else one.unit] = True
        return where

    def free(self, layer: str, gradient: np.ndarray | None = None, of: Of = "value") -> np.ndarray:
        """dL/dh, or another gradient at a layer, as far as it goes on to what the layer computes its value from."""
        felt = self.total(layer) if gradient is None else gradient
        return np.where(self.held(layer, of), 0.0, felt) if self.trace.whatif.interventions else felt

    def passes(self, link: Link, t: int | None) -> bool:
        """Whether the gradient goes back along a link at step ``t``, as ``readers`` counts its steps."""
        whatif = self.trace.whatif
        if whatif.severed(link.id, t):
            return False
        if not whatif.truncate or t is None or not self.sequence(link.source) or self.reduces(link.target):
            return True
        return t // whatif.truncate == max(0, t - link.delay) // whatif.truncate

    def remembers(self, layer: str, suffix: str, t: int) -> bool:
        """Whether the gradient goes from step ``t`` of a block back to the state that it continues from."""
        whatif = self.trace.whatif
        if whatif.severed(layer, t, bool(suffix)):
            return False
        walked = self.valid(layer) - 1 - t if suffix else t
        return not whatif.truncate or walked <= 0 or walked % whatif.truncate != 0

    def handed(self, layer: str) -> list[Link]:
        """The link that hands a state over to a layer, where a what-if does not cut it."""
        return [k for k in self.network.into(layer, "initial") if not self.trace.whatif.severed(k.id, START)]

    def hands(self, layer: str) -> list[Link]:
        """The links along which a layer hands its last state over."""
        return [k for k in self.network.out_of(layer, "initial") if not self.trace.whatif.severed(k.id, START)]

    def _rows(self, array: np.ndarray) -> np.ndarray:
        return np.atleast_2d(np.asarray(array, np.float64))

    def read(self, link: Link) -> np.ndarray:
        """What a link carried, (steps of the target, features); of one that is reduced, of its source's steps."""
        if self.reduces(link.target) and link.delay and self.sequence(link.source):
            value, late = self.value(link.source), min(link.delay, self.steps(link.source))
            start = np.broadcast_to(self.initial(link.source), (late, value.shape[1]))
            return np.concatenate([start, value[: len(value) - late]])
        return self._rows(self.traced(link.target).reads[link.id])

    def joined(self, layer: str) -> np.ndarray:
        """What enters a layer side by side."""
        parts = [self.read(link) for link in self.network.into(layer)]
        longest = max(len(part) for part in parts)
        return np.concatenate([np.broadcast_to(part, (longest, part.shape[1])) for part in parts], 1)

    def matrix(self, link: Link) -> np.ndarray:
        """The weights of a link into a dense layer; connections that are cut are 0."""
        weight = self.weights[f"{link.id}.weight"]
        return weight if link.mask is None else weight * np.asarray(link.mask, np.float64)

    def sums(self, layer: str) -> np.ndarray:
        """Of a dense layer before its activation, (steps, units)."""
        total = np.zeros((self.steps(layer), self.shapes[layer].features))
        if f"{layer}.bias" in self.weights:
            total = total + self.weights[f"{layer}.bias"]
        for link in self.network.into(layer):
            total = total + self.read(link) @ self.matrix(link).T
        return total

    def activated(self, layer: str) -> tuple[np.ndarray, np.ndarray | None]:
        """(f(a), f'(a)) of a dense layer; no slopes for softmax and log-softmax, which look at all units."""
        sums, chosen = self.sums(layer), activation_of(self.network.layers[layer])
        assert chosen is not None
        if chosen.key in ("softmax", "log_softmax"):
            shifted = sums - sums.max(1, keepdims=True)
            logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
            return (np.exp(logs) if chosen.key == "softmax" else logs), None
        if chosen.key == "prelu":
            slope = float(self.weights[f"{layer}.slope"][0])
            return np.where(sums > 0, sums, slope * sums), np.where(sums > 0, 1.0, slope)
        return value_and_slope(chosen, sums)

    def looked(self, layer: str) -> Looked:
        """What an attention layer asked, looked through and found."""
        if layer not in self._looked:
            memory = self.memory(layer)
            values = self.value(memory.source)[: self.valid(memory.source)]
            names = {name: self.weights.get(f"{layer}.{name}") for name in ("score", "query", "memory", "energy")}
            given = {name: array for name, array in names.items() if array is not None}
            how = str(self.network.layers[layer].params["score"])
            step = self.sequence(memory.source)
            cut = [self.trace.whatif.severed(memory.id, s if step else None) for s in range(len(values))]
            self._looked[layer] = looked(how, self.joined(layer), values, given, ~np.array(cut))
        return self._looked[layer]

    def memory(self, layer: str) -> Link:
        """The link by which the memory of an attention layer reaches it."""
        return self.network.into(layer, "memory")[0]

    def initial(self, layer: str) -> np.ndarray:
        """The state before the first step, (features,)."""
        traced = self.traced(layer).initial
        if traced is not None:
            return np.asarray(traced, np.float64)
        handed = self.handed(layer)
        if handed:
            return self.final(handed[0].source, self.value(handed[0].source))
        blank = np.zeros(self.shapes[layer].features)
        return blank if self.network.into(layer, "initial") else self.weights.get(f"{layer}.initial", blank)

    def initial_cell(self, layer: str) -> np.ndarray:
        """The cell of an LSTM before the first step, (features,)."""
        handed = self.handed(layer)
        if handed and self.network.layers[handed[0].source].kind == "lstm":
            source = handed[0].source
            return self.final(source, np.concatenate([block.cell for block in self.blocks(source)], 1))
        blank = np.zeros(self.shapes[layer].features)
        return blank if self.network.into(layer, "initial") else self.weights.get(f"{layer}.initial_cell", blank)

    def final(self, layer: str, values: np.ndarray) -> np.ndarray:
        """The last valid state; each direction of a block ends where it has read everything."""
        return np.array([values[self.final_step(layer, unit)][unit] for unit in range(values.shape[1])])

    def final_step(self, layer: str, unit: int) -> int:
        """The step at which a unit has read everything."""
        of = self.network.layers[layer]
        if of.params.get("bidirectional") and unit >= int(of.params["units"]):
            return 0
        return self.valid(layer) - 1

    def blocks(self, layer: str) -> list[Block]:
        """The directions of a block."""
        both = self.network.layers[layer].params.get("bidirectional")
        return [self.block(layer, suffix) for suffix in (("", "_reverse") if both else ("",))]

    def block_of(self, layer: str, unit: int) -> Block:
        """The direction that a unit belongs to."""
        units = int(self.network.layers[layer].params["units"])
        return self.block(layer, "_reverse" if unit >= units else "")

    def block(self, layer: str, suffix: str) -> Block:
        """One direction of a block."""
        if (layer, suffix) not in self._blocks:
            self._blocks[layer, suffix] = self._made(self.network.layers[layer], suffix)
        return self._blocks[layer, suffix]

    def _follows(self, layer: Layer, suffix: str) -> dict[int, int]:
        steps, valid = self.steps(layer.id), self.valid(layer.id)
        if suffix:
            return {t: t + 1 for t in range(min(valid, steps) - 1)}
        return {t: t - 1 for t in range(1, steps)}

    def _made(self, layer: Layer, suffix: str) -> Block:
        units, steps = int(layer.params["units"]), self.steps(layer.id)
        first = units if suffix else 0
        w_ih, w_hh, b_ih, b_hh = (
            self.weights[f"{layer.id}.{name}{suffix}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        order, follows = tuple(range(steps))[:: -1 if suffix else 1], self._follows(layer, suffix)
        value, start = self.value(layer.id)[:, first : first + units], self.initial(layer.id)[first : first + units]
        before = np.array([value[follows[t]] if t in follows else start for t in range(steps)])
        cut = np.array([self.trace.whatif.severed(layer.id, t, bool(suffix)) for t in range(steps)])
        before[cut] = 0.0
        entering = self.joined(layer.id)
        from_input, from_state = entering @ w_ih.T + b_ih, before @ w_hh.T + b_hh
        gates = _gates(layer.kind, from_input, from_state, units)
        cell = cell_before = np.zeros((steps, units))
        if layer.kind == "lstm":
            begin = self.initial_cell(layer.id)[first : first + units]
            held, traced = self.held(layer.id, "cell"), self.traced(layer.id).cell
            put = np.full_like(cell, np.nan)
            if traced is not None:
                own = slice(first, first + units)
                put = np.where(held[:, own], self._rows(traced)[:, own], np.nan)
            cell, cell_before = _cells(gates, order, follows, begin, cut, put)
        return Block(
            layer, suffix, first, units, order, follows, w_ih, w_hh, b_ih, b_hh, entering, before, cell_before,
            from_input, from_state, gates, cell,
        )  # fmt: skip

    def clock(self, layer: str) -> int:
        """The valid steps of the sequence that a layer reduces."""
        sources = [link.source for link in self.network.into(layer)]
        return next(self.valid(key) for key in sources if self.sequence(key))

    def reduces(self, layer: str) -> bool:
        """Whether a layer makes one value of a sequence."""
        kind = self.network.layers[layer].kind
        return layer_spec(kind).time == "reduces" and any(self.sequence(k.source) for k in self.network.into(layer))


def _gates(kind: str, x: np.ndarray, h: np.ndarray, units: int) -> dict[str, np.ndarray]:
    parts = [slice(n * units, (n + 1) * units) for n in range(len(GATES[kind]))]
    if kind == "rnn":
        return {"": x + h}
    if kind == "lstm":
        summed = dict(zip(GATES[kind], [(x + h)[:, part] for part in parts], strict=True))
        return {name: np.tanh(z) if name == "candidate" else sigmoid(z) for name, z in summed.items()}
    r, z, n = parts
    reset = sigmoid((x + h)[:, r])
    return {"reset": reset, "update": sigmoid((x + h)[:, z]), "candidate": np.tanh(x[:, n] + reset * h[:, n])}


def _cells(
    gates: Mapping[str, np.ndarray],
    order: tuple[int, ...],
    follows: Mapping[int, int],
    begin: np.ndarray,
    cut: np.ndarray,
    put: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """(c_t, c_{t-1}) of an LSTM; a step that is ``cut`` reads zeros, ``put`` is NaN where nothing is put."""
    cell, before = np.zeros_like(gates["input"]), np.zeros_like(gates["input"])
    for t in order:
        before[t] = 0.0 if cut[t] else cell[follows[t]] if t in follows else begin
        cell[t] = gates["forget"][t] * before[t] + gates["input"][t] * gates["candidate"][t]
        cell[t] = np.where(np.isnan(put[t]), cell[t], put[t])
    return cell, before
