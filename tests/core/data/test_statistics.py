"""What is counted in a data set is what is there: checked against plain loops over the files' own numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from core.data.catalogue import DATASETS, load
from core.data.statistics import balance, given_classes, lengths_of, numbers_of, symbols_of


def test_numbers_are_those_of_the_training_part_in_their_own_unit() -> None:
    data = load(DATASETS.choose("iris"))
    field = data.inputs["x"]
    assert field.normalisation is not None
    own = [float(field.normalisation.undo(field.values[n])[2]) for n in data.samples("train")]
    found = numbers_of(data, "x", 2)
    assert (found.moments.count, found.every) == (105, 1)
    assert found.moments.mean == pytest.approx(sum(own) / 105)
    assert found.moments.deviation == pytest.approx((sum((x - found.moments.mean) ** 2 for x in own) / 105) ** 0.5)
    assert (found.moments.least, found.moments.most) == (pytest.approx(min(own)), pytest.approx(max(own)))
    assert found.shares.sum() == 105
    low, high = found.edges[3], found.edges[4]
    assert found.shares[3] == sum(low <= x < high for x in own)


def test_padding_does_not_count() -> None:
    data = load(DATASETS.choose("vowels"))
    assert data.lengths is not None
    field, total, count = data.inputs["x"], 0.0, 0
    assert field.normalisation is not None
    for n in data.samples("train"):
        frames = field.normalisation.undo(field.values[n][: data.lengths[n]])
        total, count = total + float(frames[:, 4].sum()), count + len(frames)
    found = numbers_of(data, "x", 4)
    assert found.moments.count == count < len(data.samples("train")) * field.values.shape[1]
    assert found.moments.mean == pytest.approx(total / count, rel=1e-5)


def test_a_target_of_several_values_has_one_scale() -> None:
    data = load(DATASETS.choose("sunspots", horizon=3))
    assert numbers_of(data, "target", 1).moments.most == pytest.approx(154.4, abs=0.01)  # 1778
    assert numbers_of(data, "target", None).moments.least == pytest.approx(0, abs=1e-3)


def test_of_very_many_samples_some_are_counted_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.looking.MOST_VALUES", 1000)
    found = numbers_of(load(DATASETS.choose("adding", length=100, samples=100)), "x", 1)
    assert found.every == 8
    assert found.moments.count == 1000
    assert found.moments.least == 0 and found.moments.most == 1


def test_symbols_are_counted_as_they_are_read() -> None:
    data = load(DATASETS.choose("names"))
    assert data.lengths is not None
    times: Counter[str] = Counter()
    for n in data.samples("train"):
        times.update(data.inputs["x"].classes[int(code)] for code in data.inputs["x"].values[n, : data.lengths[n], 0])
    found = symbols_of(data, "x")
    assert dict(zip(found.names, found.counts, strict=True)) == {"·": 0, "-": 0} | dict(times)


def test_answers_that_the_mask_leaves_out_do_not_count() -> None:
    data = load(DATASETS.choose("copy"))
    assert data.mask is not None
    found = balance(data)
    assert sum(counts.sum() for counts in found.values()) == data.mask.sum()
    assert list(found) == ["train", "validation"]
    held = data.samples("validation")
    assert found["validation"][1] == (data.target.values[held][data.mask[held]] == 1).sum()


def test_lengths_are_told_where_they_differ() -> None:
    names = load(DATASETS.choose("names", question="write"))
    assert lengths_of(names, "x") is None
    found = lengths_of(names, "target")
    assert found is not None
    assert found.min() == 3  # two letters and the end
    assert lengths_of(load(DATASETS.choose("digits")), "x") is None
    words = load(DATASETS.choose("pronunciation"))
    read, before, told = (lengths_of(words, name) for name in ("x", "previous", "target"))
    assert read is not None
    assert read.max() == 9
    assert before is not None and told is not None
    np.testing.assert_array_equal(before, told)


def test_a_class_that_is_given_is_known_by_its_flags() -> None:
    found = given_classes(load(DATASETS.choose("surnames", question="write")))
    assert found is not None
    assert found.names[0] == "English"
    assert found.counts.sum() == 2462
    for other in ("digits", "iris", "sunspots", "names", "reverse"):
        assert given_classes(load(DATASETS.choose(other))) is None
    drawn = load(DATASETS.choose("drawing"))
    assert given_classes(drawn) is not None
    twice = np.ones_like(drawn.inputs["x"].values)
    assert given_classes(replace(drawn, inputs={"x": replace(drawn.inputs["x"], values=twice)})) is None
