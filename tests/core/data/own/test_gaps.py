"""Missing values: refused with their place, left out, filled with what stood before, or with the mean of the training part."""

from __future__ import annotations

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.data.importers.table import Table
from core.data.own import table as own
from core.data.own.gaps import filled_forward
from core.errors import DataError

GAP = np.nan


def table() -> Table:
    """Two groups by turns, whose rows come in disorder of time; the second one begins with a gap."""
    when = np.array([3, 0, 1, 2, 0, 1, 2, 3], float)
    who = np.array([0, 0, 1, 0, 1, 0, 1, 1], np.int32)
    value = np.array([30.0, 10, 111, GAP, GAP, 20, 112, GAP])
    word = np.array([0, 1, -1, 0, 1, 1, 0, 1], np.int32)
    names, kinds = ("when", "who", "value", "word"), ("number", "text", "number", "text")
    return Table(names, kinds, (when, who, value, word), {"who": ("a", "b"), "word": ("x", "y")})  # type: ignore[arg-type]


def build(missing: str, features: list[str], target: str = "when"):
    values = {
        "features": own.columns_text(features),
        "target": own.columns_text([target]),
        "time": "when",
        "group": "who",
    }
    values |= {"missing": missing, "by": "lot", "normalise": False, "validation": 0.2}
    return own.build(table(), "gaps", catalogue("datasets")["own_table"].complete(values))


def test_refused_with_row_and_column() -> None:
    with pytest.raises(DataError, match=r"Row 4 of the data, column “value”: the value is missing, and 3 in all"):
        build("refuse", ["value"])
    with pytest.raises(DataError, match=r"Row 3 of the data, column “word”"):
        build("refuse", ["word"])
    with pytest.raises(DataError, match=r"Row 4 of the data, column “value”"):
        build("refuse", ["when"], target="value")
    assert len(build("refuse", ["when"], target="who")) == 8


def test_the_value_before_in_time_and_within_the_group() -> None:
    data = build("forward", ["value"])
    # Group a in order of time: 10, 20, gap, 30; group b: gap, 111, 112, gap. A gap with nothing before it is left out.
    assert data.inputs["x"].values[:, 0].tolist() == [10, 20, 20, 30, 111, 112, 112]
    words = build("forward", ["word"]).inputs["x"].values
    assert words.argmax(axis=1).tolist() == [1, 1, 0, 0, 1, 1, 0, 1]


def test_left_out_or_the_mean_of_the_training_part() -> None:
    assert build("drop", ["value"]).inputs["x"].values[:, 0].tolist() == [10, 20, 30, 111, 112]
    data = build("mean", ["value"])
    seen = np.array([10, 20, GAP, 30, GAP, 111, 112, GAP])
    train = data.split["train"]
    mean = np.float32(np.nanmean(seen[train]))
    assert data.inputs["x"].values[:, 0] == pytest.approx(np.where(np.isnan(seen), mean, seen))


def test_no_gap_is_filled_from_what_comes_later() -> None:
    draw = np.random.default_rng(3)
    values, group = draw.normal(size=(200, 3)), np.sort(draw.integers(0, 9, 200))
    values[draw.random(values.shape) < 0.4] = GAP
    found = filled_forward(values, group)
    for row, column in np.ndindex(*values.shape):
        before = [
            values[n, column] for n in range(row + 1) if group[n] == group[row] and np.isfinite(values[n, column])
        ]
        assert np.array_equal(found[row, column], before[-1] if before else GAP, equal_nan=True)
