"""The gradient of each number as a sum over whoever reads it, in 64 bit, from the traced dL/dh of every layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.catalogue.layers import layer_spec
from core.network import Link, activation_of
from core.why.numbers import Number, Term
from core.why.parts import parameter
from core.why.sample import EPSILON, GATES, Block, Sample
from core.why.symbols import symbol

NEAR = 1e-5
"""What is left of a gradient below this share counts as rounding."""


@dataclass(frozen=True, eq=False)
class BlockBack:
    """Gradients of one direction of a block; (steps, ...)."""

    sums: np.ndarray
    """(steps, gates x units) dL/da of the stacked sums."""
    own: np.ndarray
    """The same with respect to what the state before adds: of a GRU's candidate the reset gate comes between."""
    cell: np.ndarray
    """dL/dc of an LSTM."""


class Backward:
    """Answers, for a sample, what sends back how much to whom."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self._deltas: dict[str, np.ndarray] = {}
        self._blocks: dict[tuple[str, str], BlockBack] = {}

    # -- gradients of sums -------------------------------------------------------------------------------------------

    def delta(self, layer: str) -> np.ndarray:
        """dL/da of a dense layer, (steps, units)."""
        if layer not in self._deltas:
            traced = self.sample.traced(layer).delta
            if self.sample.network.layers[layer].kind == "output" and traced is not None:
                self._deltas[layer] = np.atleast_2d(np.asarray(traced, np.float64))
            else:
                self._deltas[layer] = self.pulled(layer)
        return self._deltas[layer]

    def pulled(self, layer: str) -> np.ndarray:
        """The part of ``delta`` that comes through the activation."""
        total, (value, slopes) = self.sample.free(layer), self.sample.activated(layer)
        if slopes is not None:
            return np.asarray(total * slopes)
        chosen = activation_of(self.sample.network.layers[layer])
        assert chosen is not None
        if chosen.key == "softmax":
            return np.asarray(value * (total - (total * value).sum(1, keepdims=True)))
        return np.asarray(total - np.exp(value) * total.sum(1, keepdims=True))

    def block(self, layer: str, suffix: str) -> BlockBack:
        """Of one direction of an RNN, LSTM or GRU."""
        if (layer, suffix) not in self._blocks:
            block = self.sample.block(layer, suffix)
            total = self.sample.free(layer)[:, block.first : block.first + block.units]
            make = {"rnn": self._rnn, "lstm": self._lstm, "gru": self._gru}[block.layer.kind]
            self._blocks[layer, suffix] = make(block, total)
        return self._blocks[layer, suffix]

    def _rnn(self, block: Block, total: np.ndarray) -> BlockBack:
        sums = block.gates[""]
        steep = 1 - np.tanh(sums) ** 2 if block.layer.params["nonlinearity"] == "tanh" else (sums > 0) * 1.0
        return BlockBack(total * steep, total * steep, np.zeros_like(total))

    def _lstm(self, block: Block, total: np.ndarray) -> BlockBack:
        i, f, g, o = (block.gates[gate] for gate in GATES["lstm"])
        bent = np.tanh(block.cell)
        cell = total * o * (1 - bent**2)
        for k in range(block.units):
            if (t := self.handed_at(block, k)) is not None:
                cell[t, k] += self.handed_cell(block, k)
        held = self.sample.held(block.layer.id, "cell")[:, block.first : block.first + block.units]
        for t in reversed(block.order):
            if t in block.follows and self.sample.remembers(block.layer.id, block.suffix, t):
                cell[block.follows[t]] += np.where(held[t], 0.0, cell[t]) * f[t]
        free = np.where(held, 0.0, cell)
        parts = [
            free * g * i * (1 - i),
            free * block.cell_before * f * (1 - f),
            free * i * (1 - g**2),
            total * bent * o * (1 - o),
        ]
        sums = np.concatenate(parts, 1)
        return BlockBack(sums, sums, cell)

    def _gru(self, block: Block, total: np.ndarray) -> BlockBack:
        r, z, n = (block.gates[gate] for gate in GATES["gru"])
        candidate = total * (1 - z) * (1 - n**2)
        recurrent = block.from_state[:, block.rows("candidate")]
        reset = candidate * recurrent * r * (1 - r)
        update = total * (block.before - n) * z * (1 - z)
        sums = np.concatenate([reset, update, candidate], 1)
        return BlockBack(sums, np.concatenate([reset, update, candidate * r], 1), np.zeros_like(total))

    def handed_at(self, block: Block, k: int) -> int | None:
        """The step whose cell is handed to another LSTM as its first one; None where that is not done."""
        links = self.sample.hands(block.layer.id)
        if not any(self.sample.network.layers[link.target].kind == "lstm" for link in links):
            return None
        return self.sample.final_step(block.layer.id, block.first + k) if self.sample.sequence(block.layer.id) else 0

    def handed_cell(self, block: Block, k: int) -> float:
        """What comes back from the LSTMs that begin with this cell."""
        total = 0.0
        for link in self.sample.hands(block.layer.id):
            if self.sample.network.layers[link.target].kind == "lstm":
                total += self.first_cell(link.target, block.first + k)
        return total

    def first_cell(self, layer: str, unit: int) -> float:
        """dL/dc before the first step."""
        block = self.sample.block_of(layer, unit)
        back, k = self.block(layer, block.suffix), unit - block.first
        begins = [t for t in range(len(back.cell)) if t not in block.follows]
        held = self.sample.held(layer, "cell")[:, unit]
        begins = [t for t in begins if self.sample.remembers(layer, block.suffix, t) and not held[t]]
        return float(sum(back.cell[t, k] * block.gates["forget"][t, k] for t in begins))

    # -- who reads a number ------------------------------------------------------------------------------------------

    def terms(self, layer: str, unit: int, step: int | None) -> list[Term]:
        """What each reader of a value sends back to it."""
        found: list[Term] = []
        for link in self.sample.network.out_of(layer):
            for t in self.readers(link, step):
                found += self._through(link, unit, t, "later" if step is not None and t != step else "now")
        if layer_spec(self.sample.network.layers[layer].kind).state:
            found += self._memory(layer, unit, step)
        for link in self.sample.network.out_of(layer, "memory"):
            found += self._looked_at(link, unit, step)
        found += self._handed(layer, unit, step)
        return found

    def readers(self, link: Link, step: int | None) -> list[int | None]:
        """The steps of its target at which a link reads ``step`` of its source; of one that reduces, of its source.

        Those at which no gradient goes back along it are left out.
        """
        return [t for t in self._readers(link, step) if self.sample.passes(link, t)]

    def _readers(self, link: Link, step: int | None) -> list[int | None]:
        sample = self.sample
        reduced = sample.reduces(link.target)
        if reduced and not sample.sequence(link.source):
            return [None]
        if not sample.sequence(link.target) and not reduced:
            return [] if step == -1 else [None]
        steps = sample.steps(link.source if reduced else link.target)
        if step == -1:
            return list(range(min(link.delay, steps)))
        if not sample.sequence(link.source):
            return list(range(link.delay, steps))
        assert step is not None
        return [step + link.delay] if step + link.delay < steps else []

    def _through(self, link: Link, unit: int, t: int | None, group: str) -> Iterator[Term]:
        kind = self.sample.network.layers[link.target].kind
        if kind in ("dense", "output"):
            yield from self._dense(link, unit, t, group)
        elif layer_spec(kind).state:
            yield from self._into_block(link, unit, t, group)
        elif kind != "embedding":
            for k, share in self.passed(link, unit, t):
                step = None if not self.sample.sequence(link.target) else t
                if self.sample.trace.whatif.puts(link.target, step, k):
                    continue
                yield self._term(share, Number("gradient", link.target, k, step), group)

    def _term(self, share: float, number: Number, group: str, weight: tuple[Number | None, str] = (None, "")) -> Term:
        factor_number, sign = weight
        if not sign and share != 1.0:
            sign = r"\partial"
        own = symbol(self.sample.network, number)
        return Term(
            share, self.at(number), "" if share == 1.0 and not weight[1] else sign, own, number, factor_number, group
        )

    def at(self, number: Number) -> float:
        """The value of a gradient."""
        row = self.sample.row(number.step)
        if number.quantity == "gradient":
            if number.step == -1:
                return float(sum(term.contribution for term in self.terms(number.layer, number.unit, -1)))
            return float(self.sample.total(number.layer)[row, number.unit])
        if number.quantity == "score_gradient":
            return float(self.at_score(number.layer)[row, number.unit])
        kind = self.sample.network.layers[number.layer].kind
        if kind in ("dense", "output"):
            return float(self.delta(number.layer)[row, number.unit])
        block = self.sample.block_of(number.layer, number.unit)
        back, k = self.block(number.layer, block.suffix), number.unit - block.first
        if number.quantity == "cell_gradient":
            return self.first_cell(number.layer, number.unit) if number.step == -1 else float(back.cell[row, k])
        return float(back.sums[row, block.rows(number.part.removesuffix("_reverse")).start + k])

    def _dense(self, link: Link, unit: int, t: int | None, group: str) -> Iterator[Term]:
        for k in range(len(self.sample.matrix(link))):
            if link.mask is None or link.mask[k, unit]:
                weight, number, sign = parameter(self.sample, f"{link.id}.weight", k, unit)
                yield self._term(weight, Number("delta", link.target, k, t), group, (number, sign))

    def offset(self, link: Link) -> int:
        """Where the features of a link begin in all that enters its target."""
        first = 0
        for other in self.sample.network.into(link.target):
            if other.id == link.id:
                break
            first += self.sample.shapes[other.source].features
        return first

    def _into_block(self, link: Link, unit: int, t: int | None, group: str) -> Iterator[Term]:
        column = self.offset(link) + unit
        for block in self.sample.blocks(link.target):
            for gate in GATES[block.layer.kind]:
                for k in range(block.units):
                    row = block.rows(gate).start + k
                    weight, number, sign = parameter(self.sample, f"{link.target}.weight_ih{block.suffix}", row, column)
                    felt = Number("delta", link.target, block.first + k, t, gate + block.suffix)
                    yield self._term(weight, felt, group, (number, sign))

    def _memory(self, layer: str, unit: int, step: int | None) -> Iterator[Term]:
        """What the next step of a block sends back to its state."""
        block = self.sample.block_of(layer, unit)
        if step is None:
            return
        column, steps = unit - block.first, self.sample.steps(layer)
        if step == -1:
            following = [t for t in range(steps) if t not in block.follows]
        else:
            following = [t for t, before in block.follows.items() if before == step]
        for t in following:
            if not self.sample.remembers(layer, block.suffix, t):
                continue
            yield from self._own(block, column, t if self.sample.sequence(layer) else None)

    def _own(self, block: Block, column: int, t: int | None) -> Iterator[Term]:
        key, at = block.layer.id, self.sample.row(t)
        for gate in GATES[block.layer.kind]:
            for k in range(block.units):
                row = block.rows(gate).start + k
                weight, number, sign = parameter(self.sample, f"{key}.weight_hh{block.suffix}", row, column)
                if block.layer.kind == "gru" and gate == "candidate":
                    weight, sign = weight * float(block.gates["reset"][at, k]), rf"r \, {sign}"
                felt = Number("delta", key, block.first + k, t, gate + block.suffix)
                yield self._term(weight, felt, "later", (number, sign))
        if block.layer.kind == "gru":
            unit = block.first + column
            if self.sample.trace.whatif.puts(key, t, unit):
                return
            gate_number = Number("gate", key, unit, t, "update" + block.suffix)
            sign = symbol(self.sample.network, gate_number)
            share = float(block.gates["update"][at, column])
            yield self._term(share, Number("gradient", key, unit, t), "later", (gate_number, sign))

    def _handed(self, layer: str, unit: int, step: int | None) -> Iterator[Term]:
        sample = self.sample
        last = sample.final_step(layer, unit) if sample.sequence(layer) else None
        if step == last:
            for link in sample.hands(layer):
                yield self._term(1.0, Number("gradient", link.target, unit, -1), "later")

    def _looked_at(self, link: Link, unit: int, step: int | None) -> Iterator[Term]:
        """What every step of an attention layer sends back to a step of its memory."""
        sample, sequence = self.sample, self.sample.sequence(link.target)
        if step == -1 or (step is not None and step >= sample.valid(link.source)):
            return
        if sample.trace.whatif.severed(link.id, step):
            return
        for t, shares in enumerate(sample.looked(link.target).by_memory(sample.row(step))):
            for k, share in enumerate(shares[:, unit]):
                at = t if sequence else None
                if not sample.trace.whatif.puts(link.target, at, k):
                    yield self._term(float(share), Number("gradient", link.target, k, at), "now")

    def at_score(self, layer: str) -> np.ndarray:
        """dL/de of an attention layer, (steps, memory steps)."""
        return self.sample.looked(layer).at_scores(self.sample.free(layer))

    def passed(self, link: Link, unit: int, t: int | None) -> list[tuple[int, float]]:
        """(unit of the target, d target / d source) where a layer has no matrices."""
        sample, kind = self.sample, self.sample.network.layers[link.target].kind
        at = self.offset(link) + unit
        if sample.reduces(link.target) and sample.sequence(link.source):
            return self._reduced(link, unit, at, t)
        if kind == "add":
            return [(unit, 1.0)]
        if kind == "multiply":
            return [(unit, self._others(link, unit, t))]
        if kind == "layer_norm":
            return self._normalised(link, at, t)
        if kind == "attention":
            return list(enumerate(sample.looked(link.target).by_query(sample.row(t))[:, at]))
        return [(at, 1.0)]

    def _reduced(self, link: Link, unit: int, at: int, t: int | None) -> list[tuple[int, float]]:
        valid, kind = self.sample.clock(link.target), self.sample.network.layers[link.target].kind
        assert t is not None
        if t >= valid:
            return []
        if kind == "mean_time":
            return [(at, 1 / valid)]
        chosen = valid - 1 if kind == "last_step" else int(np.argmax(self.sample.read(link)[:valid, unit]))
        return [(at, 1.0)] if t == chosen else []

    def _others(self, link: Link, unit: int, t: int | None) -> float:
        product = 1.0
        for other in self.sample.network.into(link.target):
            if other.id != link.id:
                read = self.sample.read(other)
                product *= float(read[min(self.sample.row(t), len(read) - 1), unit])
        return product

    def _normalised(self, link: Link, at: int, t: int | None) -> list[tuple[int, float]]:
        x = self.sample.joined(link.target)[self.sample.row(t)]
        centred, spread, size = x - x.mean(), float(np.sqrt(x.var() + EPSILON)), len(x)
        gain = self.sample.weights[f"{link.target}.gain"]
        column = -1 / (size * spread) - centred * centred[at] / (size * spread**3)
        column[at] += 1 / spread
        return [(k, float(share)) for k, share in enumerate(gain * column)]

    def from_loss(self, layer: str, unit: int, step: int | None) -> float:
        """What the loss itself sends to a value of the output layer, without any reader in between."""
        if self.sample.network.layers[layer].kind != "output" or step == -1:
            return 0.0
        total = float(self.sample.total(layer)[self.sample.row(step), unit])
        shares = [term.contribution for term in self.terms(layer, unit, step)]
        left = total - sum(shares)
        return left if abs(left) > NEAR * (abs(total) + sum(abs(one) for one in shares)) else 0.0
