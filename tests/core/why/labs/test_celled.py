"""Numbers of the recurrent step against torch in 64 bit: every gate and state, every gradient at a sum, all that is foretold."""

import numpy as np
import pytest
import torch

from core.describe import Words
from core.explore.cells import GATES, make_cell, predicted, walk
from core.why.labs.cell_gradients import OfCell
from core.why.network.stretched import stretch
from tests.core.why.reading import check_words, walk_on

KINDS = ("elman", "lstm", "gru")
STEPS, UNITS = 7, 3


def asked(kind, seed=0, strength=0.8):
    rng = np.random.default_rng(seed)
    size = float(rng.uniform(0.5, 1.4))
    cell = make_cell(kind, UNITS, size, seed, 1.0)
    cell = type(cell)(cell.kind, cell.weight_ih * strength, cell.weight_hh, cell.bias_ih, cell.bias_hh)
    return OfCell(cell, walk(cell, rng.normal(size=(STEPS, 1))), size, strength)


class InTorch:
    """The same cell, step by step; every sum keeps its gradient."""

    def __init__(self, one):
        cell, kind = one.cell, one.cell.kind
        w, u = (torch.tensor(matrix) for matrix in (cell.weight_ih, cell.weight_hh))
        b = torch.tensor(cell.bias_ih + cell.bias_hh)
        h = c = torch.zeros(UNITS, dtype=torch.float64)
        self.parts = {name: [] for name in one.found.parts}
        self.sums = []
        for x in torch.tensor(one.found.x):
            own = w @ x + b
            if kind == "gru":
                past = u @ h
                z = own[: 2 * UNITS] + past[: 2 * UNITS]
                first = self._kept(z)
                r, update = torch.sigmoid(first[:UNITS]), torch.sigmoid(first[UNITS:])
                last = self._kept(own[2 * UNITS :] + r * past[2 * UNITS :])
                n = torch.tanh(last)
                h = self._kept((1 - update) * n + update * h)
                self.sums.append((first, last))
                made = {"r": r, "z": update, "n": n, "h": h}
            else:
                z = self._kept(own + u @ h)
                self.sums.append((z,))
                if kind == "elman":
                    h = self._kept(torch.tanh(z))
                    made = {"h": h}
                else:
                    i, f, g, o = z.split(UNITS)
                    i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
                    c = self._kept(f * c + i * g)
                    h = self._kept(o * torch.tanh(c))
                    made = {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}
            for name, value in made.items():
                self.parts[name].append(value)
        (h.square().sum() / 2).backward()

    @staticmethod
    def _kept(tensor):
        tensor = tensor if tensor.requires_grad else tensor.clone().requires_grad_()
        tensor.retain_grad()
        return tensor

    def delta(self, step, row):
        return float(torch.cat([part.grad for part in self.sums[step]])[row])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_a_cell_is_that_of_torch(kind, seed):
    one = asked(kind, seed)
    true = InTorch(one)
    for step in range(STEPS):
        for name, table in true.parts.items():
            for unit in range(UNITS):
                assert one.value(name, step, unit).value == pytest.approx(table[step][unit].item(), rel=1e-9, abs=1e-12)
        for memory in (False, True)[: 1 + (kind == "lstm")]:
            slopes = true.parts["c" if memory else "h"][step].grad
            for unit in range(UNITS):
                assert one.gradient(step, unit, memory).value == pytest.approx(slopes[unit].item(), rel=1e-9, abs=1e-14)
            assert one.profile(step, memory).value == pytest.approx(slopes.norm().item(), rel=1e-9)
        for row in range(len(GATES[kind]) * UNITS):
            assert one.delta(step, row).value == pytest.approx(true.delta(step, row), rel=1e-8, abs=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_sums_of_rows_are_the_numbers(kind):
    one, read = asked(kind), 0
    squash = {"h": np.tanh, "g": np.tanh, "n": np.tanh}
    for step in range(STEPS):
        for name in one.found.parts:
            for unit in range(UNITS):
                found = one.value(name, step, unit)
                total = sum(term.contribution for term in found.terms)
                plain = name == "c" or (name == "h" and kind != "elman")
                made = total if plain else squash.get(name, lambda z: 1 / (1 + np.exp(-z)))(total)
                assert made == pytest.approx(found.value, rel=1e-9, abs=1e-12)
                read += 1
        for unit in range(UNITS):
            found = one.gradient(step, unit)
            assert sum(term.contribution for term in found.terms) == pytest.approx(found.value, rel=1e-9, abs=1e-14)
    assert read == STEPS * UNITS * len(one.found.parts)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_foretold(kind):
    one = asked(kind)
    memory = kind == "lstm"
    curve, measured = predicted(one.cell, one.found), one.found.cell_profile if memory else one.found.profile
    for step in range(STEPS):
        found = one.foretold(step)
        assert found.value == pytest.approx(curve[step], rel=1e-12)
        assert np.prod([term.value for term in found.terms]) == pytest.approx(curve[step], rel=1e-9)
    assert one.left(0, STEPS - 1, memory).value == pytest.approx(measured[0] / measured[-1])
    assert one.left_of_foretold().value == pytest.approx(curve[0] / measured[-1])


@pytest.mark.parametrize("kind", KINDS)
def test_rows_lead_on_to_what_they_say_and_every_written_number_has_one(kind):
    rng, read = np.random.default_rng(3), 0
    for seed in range(8):
        one = asked(kind, seed)
        memory = kind == "lstm"
        starts = [
            one.value(str(rng.choice(list(one.found.parts))), int(rng.integers(STEPS)), int(rng.integers(UNITS))),
            one.profile(int(rng.integers(STEPS)), memory), one.profile(int(rng.integers(STEPS))),
            one.foretold(int(rng.integers(STEPS))), one.left(1, 4, memory), one.left_of_foretold(),
            *(one.delta(int(rng.integers(STEPS)), row) for row in range(0, len(GATES[kind]) * UNITS, 2)),
        ]  # fmt: skip
        read += sum(walk_on(start, rng, 6) for start in starts)
    assert read > 150


@pytest.mark.parametrize("kind", KINDS)
def test_all_lines_can_be_drawn_and_copied_as_text(kind):
    one = asked(kind)
    for found in (*(one.value(name, 3, 1) for name in one.found.parts), one.gradient(2, 1), one.gradient(STEPS - 1, 0),
                  one.profile(2), one.foretold(1), one.left(0, 5, False), *(one.delta(3, row) for row in range(0, len(GATES[kind]) * UNITS, UNITS))):  # fmt: skip
        check_words(found)
    if kind == "lstm":
        check_words(one.gradient(2, 1, True))


@pytest.mark.parametrize("shape", [(3, 3), (12, 5), (2, 6)])
def test_a_matrix_stretches_as_much_as_its_largest_singular_value(shape):
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=shape)
    found = stretch(Words("|W|"), matrix, lambda row, column: None)
    assert found.value == pytest.approx(torch.linalg.svdvals(torch.tensor(matrix))[0].item(), rel=1e-12)
    check_words(found)
    assert walk_on(found, rng, 3) == 3
