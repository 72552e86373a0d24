"""Which part answers for a time, and how values are spread, against a count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.data.cache import dataset
from core.data.dataset import PARTS, Dataset
from core.data.importers.table import Table
from core.data.looking import MOST_VALUES, answer_times, histogram, part_of, parts_in_time, runs, series_of, values_of
from core.data.own import table as own
from core.data.own.generate import Channel, Formulas


def made(table: Table, **settings: object) -> Dataset:
    features = own.columns_text([name for name in table.names if name not in ("t", "who")])
    values = {"features": features, "target": features, "reading": "windows", "time": "t", **settings}
    return own.build(table, "made", catalogue("datasets")["own_table"].complete(values))


def waves(steps: int) -> Table:
    return Formulas((Channel("a", "sin(t)"),), steps).table()


@pytest.mark.parametrize(("stride", "horizon"), [(1, 1), (7, 3), (30, 1), (5, 0)])
def test_every_answer_lies_in_its_part_and_stretches_hang_together(stride: int, horizon: int) -> None:
    table = Formulas((Channel("a", "sin(t)"), Channel("b", "cos(t)")), 500).table()
    other = {"features": own.columns_text(["a"]), "target": own.columns_text(["b"])}
    data = made(table, window=20, stride=stride, horizon=horizon, test=0.2, **other)
    series = series_of(data)
    assert series is not None
    codes = parts_in_time(data, series)
    for code, part in enumerate(PARTS):
        for sample in data.split[part]:
            first, last = answer_times(series, int(sample))
            assert set(codes[first : last + 1]) == {code} and last - first == max(0, horizon - 1)
    found = runs(codes)
    assert [code for _, _, code in found] == [0, 1, 2]  # one stretch each, in order of time
    assert sum(last - first + 1 for first, last, _ in found) == (codes >= 0).sum()
    assert all(part_of(data, int(sample)) == part for part in data.parts for sample in data.split[part])
    dealt = set(np.concatenate(list(data.split.values())).tolist())
    across = [sample for sample in range(len(data)) if sample not in dealt]
    assert all(part_of(data, sample) is None for sample in across)


def test_no_stretch_reaches_from_one_series_into_the_next() -> None:
    table = waves(90)
    who = np.repeat(np.arange(3, dtype=np.int32), 30)
    times = np.tile(np.arange(30.0), 3)
    several = Table(
        ("who", "t", "a"), ("text", "number", "number"), (who, times, table.values[1]), {"who": ("x", "y", "z")}
    )
    data = made(several, group="who", window=5, horizon=1)
    assert "series" not in data.info  # no forecast may run on from one into the next
    series = series_of(data)
    assert series is not None and series.begins.tolist() == [0, 30, 60]
    codes = parts_in_time(data, series).reshape(3, 30)
    assert (codes[:, :5] == -1).all() and (codes[:, 5:] >= 0).all() and np.array_equal(codes[0], codes[2])


def test_neighbours_of_the_same_part_are_not_joined_either() -> None:
    who = np.repeat(np.arange(6, dtype=np.int32), 20)
    times = np.tile(np.arange(20.0), 6)
    names = tuple("abcdef")
    several = Table(("who", "t", "a"), ("text", "number", "number"), (who, times, waves(120).values[1]), {"who": names})
    data = made(several, group="who", by="group", window=5, horizon=2, stride=4)
    series = series_of(data)
    assert series is not None
    codes = parts_in_time(data, series).reshape(6, 20)
    assert (codes[:, :5] == -1).all() and all(len(set(row[5:18].tolist())) == 1 and row[5] >= 0 for row in codes)
    assert sorted(codes[:, 5].tolist()) == [0, 0, 0, 0, 0, 1]


def test_no_series_behind_pictures_and_rows() -> None:
    assert series_of(dataset(catalogue("datasets").choose("digits"))) is None
    assert series_of(made(waves(60), reading="rows", target=own.columns_text(["t"]), time="")) is None
    assert series_of(dataset(catalogue("datasets").choose("sunspots"))) is not None


def test_a_histogram_counts_every_value_in_its_unit() -> None:
    data = dataset(catalogue("datasets").choose("iris", test=0.2))
    field = next(iter(data.inputs.values()))
    assert field.normalisation is not None
    raw = field.normalisation.undo(field.values.astype(float))
    for feature in range(field.features):
        found = histogram(data, field, feature)
        for part in data.parts:
            own_values = raw[data.split[part], feature]
            by_hand = [
                ((own_values >= a - 1e-9) & (own_values < b - 1e-9)).sum() for a, b in zip(found.edges, found.edges[1:])
            ]
            by_hand[-1] += (own_values >= found.edges[-1] - 1e-9).sum()
            assert found.shares[part].sum() == pytest.approx(1)
            assert (
                np.abs(found.shares[part] * len(own_values) - by_hand).max() <= 1
            )  # a value on an edge may fall to either side
            one = found.moments[part]
            wanted = (own_values.mean(), own_values.std(), own_values.min(), own_values.max())
            assert (one.mean, one.deviation, one.least, one.most) == pytest.approx(wanted, rel=1e-5)


def test_classes_padding_and_many_values() -> None:
    digits = dataset(catalogue("datasets").choose("digits"))
    told = histogram(digits, digits.target, 0)
    codes = digits.target.values[digits.split["train"], 0].astype(int)
    assert told.names == digits.target.classes
    assert told.shares["train"] == pytest.approx(np.bincount(codes, minlength=10) / len(codes))
    vowels = dataset(catalogue("datasets").choose("vowels"))
    assert vowels.lengths is not None
    field = next(iter(vowels.inputs.values()))
    for part in vowels.parts:
        values, every = values_of(vowels, field, 0, part)
        assert every == 1 and len(values) == vowels.lengths[vowels.split[part]].sum()
    long = made(waves(30_000), window=24)
    found = histogram(long, next(iter(long.inputs.values())), 0)
    assert found.every > 1 and max(one.count for one in found.moments.values()) <= MOST_VALUES


def test_a_feature_that_never_changes_has_one_bin() -> None:
    data = made(Formulas((Channel("a", "7"), Channel("b", "t")), 60).table(), window=5)
    found = histogram(data, next(iter(data.inputs.values())), 0)
    assert len(found.edges) == 2 and found.edges[0] < 7 < found.edges[1] and found.shares["train"].tolist() == [1.0]
