"""Numbers that were counted in the data: the answer is what numpy finds, adds up, and leads down to the sample."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.dataset import Dataset, Field, Normalisation
from core.data.looking import histogram, values_of
from core.data.statistics import lengths_of, symbols_of
from core.describe import Words
from core.examples import open_example
from core.formula import svg
from core.why.data.stored import extreme, value
from core.why.data.tallied import Many, equal_to, in_bin, many, many_lengths, mean_at, moments, share, together
from core.why.numbers import Aggregate

EXAMPLES = ("digits-rows-elman", "sunspots-forecast", "names-gru", "weather", "circles-mlp", "adding-lstm")


def adds_up(asked: Aggregate, total: float) -> None:
    assert asked.value == pytest.approx(total, rel=1e-12, abs=1e-12)
    assert sum(term.contribution for term in asked.terms) == pytest.approx(total, rel=1e-9, abs=1e-12)
    drawn(asked)


def drawn(asked: Aggregate) -> None:
    for line in (*asked.symbols, *asked.numbers, *(t.latex for t in asked.terms[:3] if t.latex)):
        assert "<svg" in svg(line)


def raw(field: Field) -> np.ndarray:
    """All numbers in their own unit, by the definition of a normalisation; what is below their precision is 0."""
    scale = field.normalisation
    if scale is None:
        return np.asarray(field.values, float)
    own = np.asarray(field.values, float) * scale.scale + scale.mean
    return np.where(np.abs(own) < 1e-6 * (np.abs(scale.mean) + np.abs(scale.scale)), 0.0, own)


@pytest.fixture(scope="module", params=EXAMPLES)
def data(request) -> Dataset:
    return open_example(request.param).dataset()


def fields(data: Dataset) -> list[tuple[str, Field, int]]:
    return [(name, field, field.features - 1) for name, field in (*data.inputs.items(), ("target", data.target))]


def test_every_number_stands_where_it_says(data: Dataset) -> None:
    for name, field, feature in fields(data):
        for chosen in (feature, None) if field.features < 100 else (feature,):
            found = many(data, name, chosen, "train")
            own, rng = raw(field), np.random.default_rng(0)
            for at in rng.integers(0, len(found.values), 20):
                place = (found.samples[at], *(() if found.steps is None else (found.steps[at],)), found.features[at])
                assert own[place] == pytest.approx(found.values[at], rel=1e-6, abs=1e-5)
                about = found.about(int(at))
                assert about.value == pytest.approx(found.values[at], rel=1e-12, abs=1e-12)
                assert about.sample == (found.samples[at], "train")


def test_moments_add_up(data: Dataset) -> None:
    for name, field, feature in fields(data):
        values, _ = values_of(data, field, feature, "train")
        found = moments(many(data, name, feature, "train"))
        adds_up(found["mean"], float(np.mean(values)))
        assert found["deviation"].value == pytest.approx(float(np.std(values)), rel=1e-9)
        squares = sum(term.contribution for term in found["deviation"].terms)
        assert squares == pytest.approx(float(np.var(values)), rel=1e-9, abs=1e-12)
        drawn(found["deviation"])
        for key, end in (("least", values.min()), ("most", values.max())):
            adds_up(found[key], float(end))
            assert found[key].terms[0].about.value == pytest.approx(float(end), rel=1e-12, abs=1e-12)
        adds_up(found["count"], len(values))


def test_bars_of_a_histogram(data: Dataset) -> None:
    for name, field, feature in fields(data):
        found = histogram(data, field, feature)
        own: dict[str, Many] = {part: many(data, name, feature, part) for part in data.parts}
        last = len(found.edges) - 2
        for place in {0, last, last // 2}:
            for part in data.parts:
                bar = in_bin(own[part], float(found.edges[place]), float(found.edges[place + 1]), place == last)
                whole = moments(own[part])["count"]
                adds_up(bar, round(found.shares[part][place] * whole.value))
                asked = share_of(bar, whole)
                assert asked.value == pytest.approx(found.shares[part][place], rel=1e-12, abs=1e-15)
                for term in bar.terms[:3]:
                    if term.about is not None and term.about.terms and term.value > 1:
                        adds_up(term.about, term.value)
                        assert term.about.sample[1] == part


def share_of(bar: Aggregate, whole: Aggregate) -> Aggregate:
    asked = share(bar.title, bar, whole)
    assert [term.about for term in asked.terms] == [bar, whole]
    drawn(asked)
    return asked


def test_symbols_and_classes() -> None:
    data = open_example("names-gru").dataset()
    for name in (next(iter(data.inputs)), "target"):
        counts = symbols_of(data, name)
        found = many(data, name, None, "train")
        for code in np.argsort(-counts.counts)[:3].tolist():
            adds_up(equal_to(found, code, counts.names[code]), int(counts.counts[code]))
    parts = {part: equal_to(many(data, "target", None, part), 1, "x") for part in data.parts}
    both = together(parts["train"].title, parts)
    adds_up(both, int((data.target.values[np.concatenate(list(data.split.values())), 0] == 1).sum()))


def test_lengths() -> None:
    data = open_example("names-gru").dataset()
    name = next(iter(data.inputs))
    lengths = lengths_of(data, name)
    found = many_lengths(data, name, "train")
    adds_up(moments(found)["mean"], float(np.mean(lengths)))
    bar = in_bin(found, 3.5, 6.5, False)
    adds_up(bar, int(((lengths > 3.5) & (lengths < 6.5)).sum()))
    about = bar.terms[0].about
    assert about.value == data.lengths[about.sample[0]]


def test_a_number_comes_back_into_its_unit() -> None:
    field = Field(np.array([[[0.5, -2.0]], [[1.0, 0.0]]], np.float32), ("a", "b"), "kW",
                  normalisation=Normalisation(np.array([10.0, 4.0]), np.array([2.0, 3.0])))  # fmt: skip
    target = Field(np.array([[0.25], [0.5]], np.float32), normalisation=Normalisation(np.array([1.0]), np.array([8.0])))
    data = Dataset(
        "own", "Own", "regression", {"x": field}, target, {"train": np.array([0]), "validation": np.array([1])}
    )
    asked = value(data, "x", (0, 0, 1))
    adds_up(asked, -2.0 * 3 + 4)
    assert asked.sample == (0, "train") and "“b” of sample 0 at t = 1" in str(asked.title)
    adds_up(value(data, "target", (1, None, 0)), 5.0)
    assert str(value(data, "target", (1, None, 0)).title) == "The target of sample 1"
    assert extreme(data, "x", 1, 0, True).value == 12.0


def test_ends_of_a_sequence() -> None:

    data = open_example("sunspots-forecast").dataset()
    name, field = next(iter(data.inputs.items()))
    own = raw(field)[5, :, 0]
    adds_up(extreme(data, name, 5, 0, True), float(own.max()))
    adds_up(extreme(data, name, 5, 0, False), float(own.min()))


def test_the_mean_of_one_place_of_samples() -> None:
    data = open_example("drawing-gru").dataset()
    samples = data.split["train"][:60]
    asked = mean_at(data, "target", samples, 3, 4, Words("The mean"))
    adds_up(asked, float(np.asarray(data.target.values[samples, 3, 4], float).mean()))
    for term in asked.terms[:5]:
        if term.about is not None:
            adds_up(term.about, term.value)
