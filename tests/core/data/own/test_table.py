"""A table of one's own as a data set: the right numbers in the right samples, and no part knows another's answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.registry import catalogue
from core.data import store
from core.data.cache import dataset
from core.data.dataset import Dataset
from core.data.importers.table import Table
from core.data.own import table as own
from core.errors import DataError

SPEC = catalogue("datasets")["own_table"]
DAY = 86_400.0


def series(rows: int = 60, groups: int = 1, seed: int = 0) -> Table:
    """Each number says where it stands: value = 1000 * group + time; the noise is something else. Rows come in disorder."""
    draw = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), rows).astype(np.int32)
    time = np.tile(np.arange(rows, dtype=float), groups)
    order = draw.permutation(len(group))
    columns = (
        time * DAY,
        group,
        1000.0 * group + time,
        draw.normal(size=len(group)),
        (time.astype(int) % 3).astype(np.int32),
    )
    names, kinds = ("when", "who", "value", "noise", "kind"), ("date", "text", "number", "number", "text")
    classes = {"who": tuple(f"g{n:02}" for n in range(groups)), "kind": ("a", "b", "c")}
    return Table(names, kinds, tuple(column[order] for column in columns), classes)  # type: ignore[arg-type]


def built(table: Table, features: list[str], target: list[str], **settings: Any) -> Dataset:
    named = {"features": own.columns_text(features), "target": own.columns_text(target)}
    return own.build(table, "test", SPEC.complete({"normalise": False, **named, **settings}))


def test_windows_hold_what_stands_in_the_table() -> None:
    table = series(rows=40, groups=3)
    data = built(
        table,
        ["value", "noise"],
        ["value"],
        time="when",
        group="who",
        reading="windows",
        window=5,
        stride=3,
        horizon=2,
        test=0.2,
    )
    shown, told = data.inputs["x"].values[..., 0], data.target.values
    starts = [1000 * g + t for g in range(3) for t in range(0, 40 - 7 + 1, 3)]
    assert shown[:, 0].tolist() == starts
    assert (shown == np.array(starts)[:, None] + np.arange(5)).all()
    assert (told == np.array(starts)[:, None] + np.array([5, 6])).all()
    assert data.target.names == ("value, 1 ahead", "value, 2 ahead")


@pytest.mark.parametrize("horizon", [0, 1, 4])
def test_an_answer_at_every_step_is_that_of_the_step(horizon: int) -> None:
    data = built(
        series(),
        ["noise"],
        ["value"],
        time="when",
        reading="windows",
        window=6,
        stride=2,
        horizon=horizon,
        asked="every",
    )
    starts = np.arange(len(data)) * 2
    for step in range(6):
        for ahead in range(max(1, horizon)):
            wanted = starts + step + ahead + (1 if horizon else 0)
            assert (data.target.values[:, step, ahead] == wanted).all()


def touched(data: Dataset, part: str) -> set[float]:
    """The values that a part's answers show; each names its time and group."""
    return set(data.target.values[data.samples(part)].ravel().tolist())  # type: ignore[arg-type]


@given(
    st.integers(2, 12),
    st.integers(1, 7),
    st.integers(0, 5),
    st.sampled_from(["last", "every"]),
    st.integers(1, 3),
    st.booleans(),
)
def test_no_part_is_asked_about_a_time_of_another(
    window: int, stride: int, horizon: int, asked: str, groups: int, timed: bool
) -> None:
    table = series(rows=120, groups=groups)
    if not timed:  # in the order of the file, which is then that of time
        order = np.argsort(table.values[0], kind="stable")
        table = Table(table.names, table.kinds, tuple(v[order] for v in table.values), table.classes)
    data = built(
        table,
        ["noise"],
        ["value"],
        time="when" if timed else "",
        group="who" if groups > 1 else "",
        by="time",
        reading="windows",
        window=window,
        stride=stride,
        horizon=horizon,
        asked=asked,
        test=0.2,
    )
    times = {part: {value % 1000 for value in touched(data, part)} for part in data.parts}
    assert max(times["train"]) < min(times["validation"]) <= max(times["validation"]) < min(times["test"])


@given(
    st.integers(3, 20),
    st.floats(0.05, 0.4),
    st.floats(0.05, 0.4),
    st.integers(0, 99),
    st.sampled_from(["rows", "windows", "groups"]),
)
def test_no_group_is_in_two_parts(groups: int, validation: float, test: float, seed: int, reading: str) -> None:
    data = built(
        series(rows=12, groups=groups),
        ["noise"],
        ["value"],
        group="who",
        by="group",
        reading=reading,
        window=3,
        validation=validation,
        test=test,
        seed=seed,
    )
    members = {part: {value // 1000 for value in touched(data, part)} for part in data.parts}
    assert set(data.parts) == {"train", "validation", "test"}
    assert not members["train"] & members["validation"]
    assert not members["train"] & members["test"]
    assert not members["validation"] & members["test"]
    assert set.union(*members.values()) == set(range(groups))


@pytest.mark.parametrize("reading", ["rows", "windows"])
@pytest.mark.parametrize("missing", ["drop", "mean"])
def test_mean_and_scale_are_those_of_the_training_part(reading: str, missing: str) -> None:
    """What comes after the training part may be anything: the training samples do not feel it."""
    table = series(rows=200)
    late = table.values[2] >= 140
    gap = table.values[2] % 17 == 5
    wild = Table(
        table.names,
        table.kinds,
        tuple(
            np.where(late, 1e6, np.where(gap, np.nan, v)) if name == "noise" else v
            for name, v in zip(table.names, table.values)
        ),
        table.classes,
    )
    tame = Table(
        table.names,
        table.kinds,
        tuple(np.where(gap, np.nan, v) if name == "noise" else v for name, v in zip(table.names, table.values)),
        table.classes,
    )
    settings = {
        "time": "when",
        "reading": reading,
        "window": 4,
        "missing": missing,
        "normalise": True,
        "validation": 0.3,
    }
    one, other = (built(t, ["noise"], ["value"], **settings) for t in (wild, tame))
    train = one.samples("train")
    assert np.array_equal(train, other.samples("train"))
    assert np.array_equal(one.inputs["x"].values[train], other.inputs["x"].values[train])
    assert np.array_equal(one.target.values[train], other.target.values[train])
    seen = [
        v for v, t in zip(tame.values[3], tame.values[2]) if t in set(in_unit(other, train).ravel()) and np.isfinite(v)
    ]
    if reading == "rows":
        assert other.inputs["x"].normalisation.mean[0] == pytest.approx(np.mean(seen))  # type: ignore[union-attr]
        assert other.inputs["x"].normalisation.scale[0] == pytest.approx(np.std(seen))  # type: ignore[union-attr]


def in_unit(data: Dataset, samples: np.ndarray) -> np.ndarray:
    assert data.target.normalisation is not None
    return np.rint(data.target.normalisation.undo(data.target.values[samples]))


def test_a_window_with_a_gap_is_left_out() -> None:
    table = series()
    values = list(table.values)
    values[3] = np.where(table.values[2] == 20, np.nan, values[3])
    values[2] = np.where(table.values[2] == 40, np.nan, values[2])
    broken = Table(table.names, table.kinds, tuple(values), table.classes)
    data = built(broken, ["noise"], ["value"], time="when", reading="windows", window=5, horizon=1)
    firsts = set((data.target.values[:, 0] - 5).tolist())
    assert firsts == set(range(55)) - set(range(16, 21)) - {35}


def test_text_is_a_class_and_flags() -> None:
    data = built(series(), ["kind", "noise"], ["kind"], time="when", reading="windows", window=3, horizon=1)
    assert data.task == "classification" and data.target.classes == ("a", "b", "c")
    assert data.inputs["x"].names == ("kind = a", "kind = b", "kind = c", "noise")
    assert (data.inputs["x"].values[..., :3].argmax(-1)[:, -1] == (data.target.values[:, 0] - 1) % 3).all()


def test_numbers_can_be_classes() -> None:
    table = Table(("x", "y"), ("number", "number"), (np.arange(9.0), np.array([7.0, 2, 2, np.nan, 7, 5, 5, 2, 7])), {})
    data = built(table, ["x"], ["y"], task="classes")
    assert data.target.classes == ("2", "5", "7")
    assert data.inputs["x"].values[:, 0].tolist() == [0, 1, 2, 4, 5, 6, 7, 8]
    assert data.target.values[:, 0].tolist() == [2, 0, 0, 2, 1, 1, 0, 2]


def test_one_sequence_per_group_is_padded_at_its_end() -> None:
    table = Table(
        ("g", "x", "y"),
        ("text", "number", "text"),
        (np.array([1, 0, 1, 1, 0, 2, 2], np.int32), np.arange(7.0), np.array([0, 1, 0, 0, 1, 1, 1], np.int32)),
        {"g": ("a", "b", "c"), "y": ("n", "p")},
    )
    data = built(table, ["x"], ["y"], group="g", reading="groups", validation=0.34)
    assert data.lengths is not None and data.lengths.tolist() == [2, 3, 2]
    assert data.inputs["x"].values[..., 0].tolist() == [[1, 4, 0], [0, 2, 3], [5, 6, 0]]
    assert data.target.values[:, 0].tolist() == [1, 0, 1]
    every = built(table, ["x"], ["y"], group="g", reading="groups", asked="every", validation=0.34)
    assert every.mask is not None and every.mask.sum(axis=1).tolist() == [2, 3, 2]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"features": []}, "No column is a feature"),
        ({"target": []}, "No column is the target"),
        ({"features": ["value"]}, "a feature and the target at once"),
        ({"features": ["nothing"]}, "no column “nothing”"),
        ({"reading": "windows", "window": 60}, "do not fit: the longest stretch has 60 rows"),
        ({"reading": "windows", "by": "lot"}, "cannot be dealt out by lot"),
        ({"reading": "groups"}, "choose the column that says which group"),
        ({"by": "group"}, "choose the column that says which group"),
        ({"by": "group", "group": "who"}, "too few"),
        ({"target": ["value", "kind"]}, "none can be a class"),
        ({"validation": 0.6, "test": 0.5}, "leave nothing to train on"),
    ],
)
def test_what_makes_no_data_set_is_told(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        built(series(), **{"features": ["noise"], "target": ["value"], **settings})


def test_what_would_fill_the_memory_is_refused_before_it_is_laid_out() -> None:
    rows = 200_000
    table = Table(("x", "y"), ("number", "number"), (np.zeros(rows), np.arange(float(rows))), {})
    with pytest.raises(DataError, match="raise the stride"):
        built(table, ["x"], ["y"], reading="windows", window=5000)


def test_the_same_choice_gives_the_same_arrays_out_of_the_store() -> None:
    content = own.store(series(), "test")
    choice = catalogue("datasets").choose(
        "own_table",
        content=content,
        name="test",
        features='["noise"]',
        target='["value"]',
        time="when",
        reading="windows",
        window=4,
    )
    one = dataset(choice)
    dataset.cache_clear()
    other = dataset(choice)
    assert np.array_equal(one.inputs["x"].values, other.inputs["x"].values)
    labels = one.info["series"].times  # type: ignore[attr-defined]
    assert (labels[0], labels[-1], len(labels)) == ("0", "5.0976e+06", 60)


def test_a_blob_that_is_no_table_is_told() -> None:
    content = store.put({"c0": np.zeros(3)}, {"kind": "table", "names": ["a", "b"], "kinds": ["number"], "classes": {}})
    with pytest.raises(DataError, match="damaged"):
        own.stored(content, "x")
    with pytest.raises(DataError, match="is not here"):
        own.stored("0" * 64, "x")


WINDOWS = {"time": "when", "reading": "windows", "window": 6, "stride": 2, "horizon": 1, "asked": "every"}


@pytest.mark.parametrize(
    ("features", "targets", "fed"),
    [
        (["value"], ["value"], (0,)),
        (["noise", "value"], ["value", "noise"], (1, 0)),
        (["noise", "kind", "value"], ["value"], (4,)),
        (["value", "kind"], ["kind"], (1, 2, 3)),
    ],
)
def test_what_is_foretold_at_every_step_can_be_fed_back(
    features: list[str], targets: list[str], fed: tuple[int, ...]
) -> None:
    table = series()
    data = built(table, features, targets, **WINDOWS, normalise=True)  # type: ignore[arg-type]
    assert (data.feedback, data.fed, data.begun) == ("x", fed, True)
    assert data.measured_beside == (len(fed) < data.inputs["x"].features)
    read, told = data.inputs["x"].values[..., list(fed)], data.target.values
    if data.target.codes:
        assert (read[:, 1:] == np.eye(3)[told[:, :-1, 0].astype(int)]).all()
    else:
        assert np.array_equal(read[:, 1:], told[:, :-1])
        assert data.info["series"].predicted == fed  # type: ignore[attr-defined]
        train = data.samples("train")
        times = np.unique((train * 2)[:, None] + np.arange(7))
        order = np.argsort(table.values[0])
        for n, name in enumerate(targets):
            own_values = table.values[table.names.index(name)][order][times]
            for scale, place in ((data.inputs["x"].normalisation, fed[n]), (data.target.normalisation, n)):
                assert scale is not None
                assert scale.mean[place] == pytest.approx(own_values.mean())
                assert scale.scale[place] == pytest.approx(own_values.std())


@pytest.mark.parametrize(
    ("features", "targets", "other"),
    [
        (["noise"], ["value"], {}),
        (["value", "noise"], ["value"], {"asked": "last"}),
        (["value", "noise"], ["value"], {"horizon": 2}),
        (["noise"], ["value", "noise"], {}),
    ],
)
def test_what_is_not_read_one_step_later_is_not_fed_back(
    features: list[str], targets: list[str], other: dict[str, Any]
) -> None:
    data = built(series(), features, targets, **{**WINDOWS, **other})
    assert (data.feedback, data.begun) == ("", False)
