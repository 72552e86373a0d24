"""What an import counts, and what is made: cells, symbols, files, drawings, formulas; counted once more by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.importers.text import Symbols
from core.data.own.generate import Channel, Formulas
from core.data.own.sketch import ACROSS, Curve, Sketch, smoothed
from core.describe import Words
from core.examples import open_example
from core.formula import svg
from core.why.data import held, read, stored
from core.why.numbers import Aggregate


def drawn(asked: Aggregate, value: float, adds_up: bool = True) -> None:
    assert asked.value == pytest.approx(value, rel=1e-12, abs=1e-12)
    if adds_up:
        assert sum(term.contribution for term in asked.terms) == pytest.approx(value, rel=1e-9, abs=1e-12)
    for line in (*asked.symbols, *asked.numbers):
        assert "<svg" in svg(line)


def test_cells_that_do_not_fit() -> None:
    cells = [(5, "a"), (9, "b"), (7, "a"), (11, "")]
    asked = read.bad_cells(cells, Words("They count as missing."))
    drawn(asked, 4)
    first = asked.terms[0].about
    assert first.value == 2 and first.note.values["rows"] == "5, 7"
    assert {str(term.about.title) for term in asked.terms} == {
        "Cells of “a” that do not fit", "Cells of “b” that do not fit", "Rows that have another number of cells"
    }  # fmt: skip


def test_symbols_of_a_text() -> None:
    codes = np.random.default_rng(0).integers(0, 60, 3000).astype(np.int32)
    found = Symbols(codes, tuple(chr(200 + n) for n in range(60)), "characters", 17)
    asked = read.symbols(found)
    drawn(asked["all"], 3000)
    drawn(asked["different"], 60)
    drawn(asked["rare"], 17, adds_up=False)
    for code in (0, 59):
        drawn(read.symbol(found, code), int((codes == code).sum()), adds_up=False)
        assert str(int(np.flatnonzero(codes == code)[0]) + 1) in str(read.symbol(found, code).note)


def test_a_large_count_is_told_to_the_last_one() -> None:
    codes = np.repeat(np.arange(60, dtype=np.int32), [1_234_567, 23_459, *[11] * 58])
    asked = read.symbols(Symbols(codes, tuple(chr(200 + n) for n in range(60)), "characters", 0))["all"]
    line = asked.numbers[0]
    assert line.startswith("n = 1234567 + 23459 + 11 + ") and line.endswith(f" = {len(codes)}")
    assert asked.explained().text("").endswith(f"= {len(codes):,}")


def test_files_and_pictures_of_classes() -> None:
    counts = {"cat": 3, "dog": 8}
    drawn(read.files(counts), 2)
    drawn(read.files(counts, "dog"), 8, adds_up=False)
    drawn(read.labelled(counts, "cat"), 3, adds_up=False)
    drawn(read.shape_of("x", np.zeros((4, 5, 6))), 120, adds_up=False)
    drawn(read.shape_of("y", np.zeros(())), 1, adds_up=False)
    drawn(read.inked("it", 5 / 16, 16), 5 / 16, adds_up=False)


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_values_of_a_formula(noise: float) -> None:
    made = Formulas((Channel("x", "sin(t / 3)", noise),), steps=50, seed=3)
    values, (clean, chance) = made.table().values[1], made.parts()["x"]
    assert np.array_equal(values, clean + chance)
    for at in range(8):
        asked = read.generated(made.channels[0], at, float(values[at]), float(clean[at]))
        drawn(asked, float(values[at]))
        assert asked.terms[0].contribution == pytest.approx(np.sin(at / 3))


@pytest.mark.parametrize("smoothing", [0.0, 8.0])
def test_values_of_a_sketch(smoothing: float) -> None:
    heights = np.full(ACROSS, np.nan)
    heights[20:300] = np.clip(0.5 + 0.4 * np.sin(np.arange(280) / 9), 0, 1)
    sketch = Sketch((Curve(heights),), "series", 200, -2.0, 6.0, smoothing)
    for place in (20, 150, 299):
        wanted = -2 + 8 * float(smoothed(heights, smoothing)[place])
        asked = read.sketched(sketch, 0, place)
        assert asked is not None
        drawn(asked, wanted)
    assert read.sketched(sketch, 0, 5) is None


def test_elsewhere_nothing_is_examined() -> None:
    data = open_example("names-gru").dataset()
    for asked in (held.samples(data), held.classes(data), stored.value(data, "target", (3, None, 0))):
        apart, rest = read.elsewhere(asked), []
        rest = [apart]
        while rest:
            one = rest.pop()
            assert one.sample is None and not one.leads
            rest += [term.about for term in one.terms if isinstance(term.about, Aggregate)]
        assert apart.value == asked.value and len(apart.terms) == len(asked.terms)
