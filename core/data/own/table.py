"""A table of one's own as a data set: which columns the network sees, what it tells, and how samples are cut and split."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.dataset import Dataset, Field, Normalisation, WindowedSeries
from core.data.importers.table import Table
from core.data.own import dealing, foretold, gaps
from core.data.own.samples import Cut, cut_windows, lay_out, whole_groups
from core.data.own.times import TimeLabels
from core.data.store import Blob, get, put
from core.errors import DataError

MAX_VALUES = 128_000_000
"""Numbers in all samples together: 512 MB."""
MAX_FLAGS = 200
"""Different texts in a column that the network sees: each becomes an input of its own."""
MAX_CLASSES = 1000


def store(table: Table, name: str, made: Mapping[str, Any] | None = None) -> str:
    """Keep a table; returns the name of its blob. ``made`` are plain values that tell what it was made from."""
    arrays = {f"c{n}": _small(values) for n, values in enumerate(table.values)}
    about = {
        "kind": "table",
        "name": name,
        "names": list(table.names),
        "kinds": list(table.kinds),
        "classes": {key: list(words) for key, words in table.classes.items()},
        **({"made": dict(made)} if made is not None else {}),
    }
    return put(arrays, about)


def _small(values: np.ndarray) -> np.ndarray:
    """In half the room where that loses nothing."""
    if values.dtype == np.float64:
        with np.errstate(over="ignore"):
            half = values.astype(np.float32)
        if np.array_equal(half, values, equal_nan=True):
            return half
    return values


def stored(content: str, name: str) -> Table:
    """The table of a blob; raises DataError where it is missing or no table."""
    blob = get(content, name)
    return _table(blob)


def _table(blob: Blob) -> Table:
    about = blob.about
    try:
        names, kinds = tuple(map(str, about["names"])), tuple(map(str, about["kinds"]))
        classes = {str(key): tuple(map(str, words)) for key, words in about["classes"].items()}
        values = tuple(blob.arrays[f"c{n}"] for n in range(len(names)))
        fits = (
            about["kind"] == "table" and len(kinds) == len(names) == len(set(names)) and len({*map(len, values)}) == 1
        )
    except (KeyError, TypeError, AttributeError):
        fits = False
    if not fits or not all(_sound(*one, classes) for one in zip(names, kinds, values)):
        raise DataError("The imported data is damaged: it is not the table that it says it is. Import the file again.")
    return Table(names, kinds, values, classes)  # type: ignore[arg-type]


def _sound(name: str, kind: str, values: np.ndarray, classes: dict[str, tuple[str, ...]]) -> bool:
    if values.ndim != 1 or not len(values):
        return False
    if kind == "text":
        words = classes.get(name)
        return (
            words is not None and values.dtype == np.int32 and values.min() >= -1 and values.max() < max(1, len(words))
        )
    return kind in ("number", "date") and values.dtype in (np.float32, np.float64)


@dataclass(frozen=True)
class Recipe:
    """The settings of the catalogue entry "own_table", column names parsed."""

    features: tuple[str, ...]
    targets: tuple[str, ...]
    time: str
    group: str
    reading: str
    """"rows", "windows" or "groups"."""
    window: int
    stride: int
    horizon: int
    asked: str
    task: str
    missing: str
    by: str
    normalise: bool
    validation: float
    test: float
    seed: int


def columns_text(names: Sequence[str]) -> str:
    """Column names as the text that a recipe holds."""
    return json.dumps(list(names), ensure_ascii=False)


def column_names(text: str) -> tuple[str, ...]:
    """The column names that a recipe holds as a text; raises DataError."""
    try:
        names = json.loads(text or "[]")
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DataError("The columns of the imported data do not read. Import the file again.")
    return tuple(names)


def table(*, content: str, name: str, features: str, target: str, **settings: Any) -> Dataset:
    """The data set that a recipe makes of an imported table."""
    if not content:
        raise DataError("There is no table yet: import one by File, Import data, or make one by File, Make data.")
    return dataset_of(stored(content, name), Recipe(column_names(features), column_names(target), **settings), name)


def dataset_of(table: Table, recipe: Recipe, name: str) -> Dataset:
    """The data set that ``recipe`` makes of ``table``; raises DataError with what to change."""
    _check(table, recipe)
    order, group = lay_out(_column(table, recipe.time), _column(table, recipe.group), len(table))
    seen, seen_names, measured = _seen(table, recipe, order)
    asked, classes, answer_names = _asked(table, recipe, order)
    if recipe.missing == "refuse":
        gaps.refuse(table, (*recipe.features, *recipe.targets), order)
    elif recipe.missing == "forward":
        seen = gaps.filled_forward(seen, group)
    moments = _column(table, recipe.time)
    times = None if moments is None else moments[order]
    cut = _cut(recipe, seen, asked, group)
    split = dealing.deal(cut, recipe, times, group, asked[:, 0] if classes else None)
    fed = foretold.fed(recipe, seen_names, classes)
    scale = _fitted(seen, cut.shown, split["train"], measured)
    told = _fitted(asked, cut.answers, split["train"], np.ones(asked.shape[1], bool))
    if fed and not classes:
        # What is answered at a step is what is read at the next one: both are measured in one way.
        told = _fitted(asked, foretold.all_rows(cut), split["train"], np.ones(asked.shape[1], bool))
        scale.mean[list(fed)], scale.scale[list(fed)] = told.mean, told.scale
    seen = _filled(seen, scale, recipe)
    chosen = scale if recipe.normalise else None
    inputs = Field(_gathered(seen, cut, chosen), seen_names, normalisation=chosen)
    return Dataset(
        key="own_table",
        title=name or "Your own table",
        task="classification" if classes else "regression",
        inputs={"x": inputs},
        target=_target(asked, cut, told if recipe.normalise else None, classes, answer_names),
        split=split,
        feedback="x" if fed else "",
        fed=fed,
        begun=bool(fed),
        mask=cut.answer_mask,
        lengths=cut.lengths,
        view="series" if recipe.reading == "windows" else "table" if recipe.reading == "rows" else "sequence",
        source="Imported by you.",
        info=_info(recipe, cut, seen, seen_names, times, group, classes),
    )


def _check(table: Table, recipe: Recipe) -> None:
    for column in (*recipe.features, *recipe.targets, recipe.time, recipe.group):
        if column and column not in table.names:
            raise DataError("The imported table has no column “{name}”.", name=column)
    if not recipe.features:
        raise DataError("No column is a feature: choose at least one that the network sees.")
    if not recipe.targets:
        raise DataError("No column is the target: choose what the network has to tell.")
    both = next((name for name in recipe.targets if name in recipe.features), None)
    if both and (recipe.reading != "windows" or recipe.horizon == 0):
        raise DataError(
            "“{name}” is a feature and the target at once, so the network would only copy it. Make it one of the two, or "
            "cut windows with a horizon of 1 or more.",
            name=both,
        )
    texts = [name for name in recipe.targets if name in table.classes]
    if len(recipe.targets) > 1 and (texts or recipe.task == "classes"):
        raise DataError("Of several targets none can be a class: choose one target, or numbers alone.")
    if recipe.reading == "groups" and not recipe.group:
        raise DataError("To read one sequence per group, choose the column that says which group a row belongs to.")


def _column(table: Table, name: str) -> np.ndarray | None:
    return table.values[table.names.index(name)] if name else None


def _seen(table: Table, recipe: Recipe, order: np.ndarray) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """What the network sees (rows, features) float64 with NaN, the features' names, and which are measured (not flags)."""
    parts, names, measured = [], [], []
    for name in recipe.features:
        values = table.values[table.names.index(name)][order]
        if name not in table.classes:
            parts.append(values.astype(np.float64)[:, None])
            names.append(name)
            measured.append(True)
            continue
        words = table.classes[name]
        if len(words) > MAX_FLAGS:
            raise DataError(
                "“{name}” holds {n} different texts, too many to be seen by the network: at most {most}. Leave it out.",
                name=name,
                n=len(words),
                most=MAX_FLAGS,
            )
        flags = (values[:, None] == np.arange(len(words))).astype(np.float64)
        flags[values < 0] = np.nan
        parts.append(flags)
        names += [f"{name} = {word}" for word in words]
        measured += [False] * len(words)
    return np.concatenate(parts, axis=1), tuple(names), np.array(measured)


def _asked(table: Table, recipe: Recipe, order: np.ndarray) -> tuple[np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """What it has to tell (rows, targets) with NaN where missing, the classes if it is one, and the names."""
    first = recipe.targets[0]
    values = np.stack([table.values[table.names.index(name)][order] for name in recipe.targets], axis=1).astype(float)
    words = table.classes.get(first, ())
    if first in table.classes:
        values[values < 0] = np.nan
    elif recipe.task == "classes":
        levels, codes = np.unique(values[:, 0], return_inverse=True)
        given = int(np.isfinite(levels).sum())
        values = np.where(codes < given, codes, np.nan)[:, None]
        words = tuple(f"{level:g}" for level in levels[:given])
        if len(set(words)) < len(words):
            words = tuple(repr(float(level)) for level in levels[:given])
    if words and not 2 <= len(words) <= MAX_CLASSES:
        raise DataError(
            "“{name}” has {n} different values: as classes there must be from 2 to {most}.",
            name=first,
            n=len(words),
            most=MAX_CLASSES,
        )
    if first in table.classes and not words:
        raise DataError("“{name}” holds no texts at all: choose another target.", name=first)
    return values, words, recipe.targets


def _cut(recipe: Recipe, seen: np.ndarray, asked: np.ndarray, group: np.ndarray) -> Cut:
    """Samples as row numbers; those with a gap are left out."""
    whole_seen = np.isfinite(seen).all(axis=1) if recipe.missing != "mean" else np.ones(len(seen), bool)
    whole_asked = np.isfinite(asked).all(axis=1)
    if recipe.reading == "rows":
        kept = np.flatnonzero(whole_seen & whole_asked)
        cut = Cut(kept[:, None], kept[:, None], sequence=False, every=False)
    elif recipe.reading == "windows":
        cut = cut_windows(recipe.window, recipe.stride, recipe.horizon, recipe.asked, group, whole_seen, whole_asked)
    else:
        cut = whole_groups(group, recipe.asked == "every", whole_seen, whole_asked)
    if not len(cut.shown):
        raise DataError("No sample is left: every one has a missing value. Fill them in, or leave out sparse columns.")
    if cut.shown.size * seen.shape[1] > MAX_VALUES:
        raise DataError(
            "{samples:,} samples of {steps} steps and {features} features take {size:,} MB, more than {limit}. Raise the "
            "stride, shorten the window or leave columns out.",
            samples=len(cut.shown),
            steps=cut.shown.shape[1],
            features=seen.shape[1],
            size=cut.shown.size * seen.shape[1] * 4 >> 20,
            limit=MAX_VALUES * 4 >> 20,
        )
    return cut


def _fitted(values: np.ndarray, rows: np.ndarray, training: np.ndarray, measured: np.ndarray) -> Normalisation:
    """Mean and scale over the rows that training samples hold, each counted once; flags stay 0 and 1."""
    used = np.zeros(len(values) + 1, bool)
    used[rows[training].ravel()] = True  # row -1 is padding and ends up behind the last
    own = values[used[:-1]]
    counted = np.isfinite(own)
    number = np.maximum(1, counted.sum(axis=0))
    mean = np.where(counted, own, 0).sum(axis=0) / number
    spread = np.sqrt((np.where(counted, own - mean, 0) ** 2).sum(axis=0) / number)
    mean = np.where(measured, mean, 0.0)
    return Normalisation(mean, np.where(measured & (spread > 0), spread, 1.0))


def _filled(values: np.ndarray, scale: Normalisation, recipe: Recipe) -> np.ndarray:
    """Without gaps, where samples with gaps are kept: the mean of the training part, 0 for flags."""
    if recipe.missing != "mean":
        return values
    return np.where(np.isfinite(values), values, scale.mean)


def _gathered(values: np.ndarray, cut: Cut, scale: Normalisation | None) -> np.ndarray:
    own = scale.apply(values) if scale is not None else values.astype(np.float32)
    own = np.concatenate([own, np.zeros((1, own.shape[1]), np.float32)])  # row -1 is padding
    found = own.take(cut.shown, axis=0)  # unlike an index it lets the window go on meanwhile
    return np.ascontiguousarray(found if cut.sequence else found[:, 0])


def _target(
    asked: np.ndarray, cut: Cut, scale: Normalisation | None, classes: tuple[str, ...], names: tuple[str, ...]
) -> Field:
    """(samples, 1) codes or (samples, ahead x targets) numbers, at every step where that is asked."""
    if classes:
        rows = cut.answers[..., -1:]
        codes = np.append(asked[:, 0], 0).astype(np.float32)[rows]
        return Field(np.ascontiguousarray(codes), names=names, classes=classes, codes=True)
    own = np.concatenate([asked, np.zeros((1, asked.shape[1]))])
    ahead = cut.answers.shape[-1]
    values = own.take(cut.answers, axis=0).reshape(*cut.answers.shape[:-1], ahead * asked.shape[1])
    wide = None if scale is None else Normalisation(np.tile(scale.mean, ahead), np.tile(scale.scale, ahead))
    found = values.astype(np.float32) if wide is None else wide.apply(values)
    told = names if ahead == 1 else tuple(f"{name}, {n} ahead" for n in range(1, ahead + 1) for name in names)
    return Field(np.ascontiguousarray(found), names=told, normalisation=wide)


def _info(
    recipe: Recipe,
    cut: Cut,
    seen: np.ndarray,
    names: tuple[str, ...],
    times: np.ndarray | None,
    group: np.ndarray,
    classes: tuple[str, ...],
) -> dict[str, object]:
    """The rows behind windows: "series" where they are one without gaps to be foretold, else "rows", to be looked at."""
    if recipe.reading != "windows":
        return {}
    predicted = foretold.places(recipe, names)
    labels = TimeLabels(times, len(seen))
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    series = WindowedSeries(
        seen, labels, cut.shown[:, 0], recipe.window, recipe.horizon, predicted[0], begins, predicted
    )
    lone = not classes and recipe.horizon > 0 and len(begins) == 1 and bool(np.isfinite(seen).all())
    return {"series" if lone else "rows": series}


def build(source: Table, name: str, values: Mapping[str, Any]) -> Dataset:
    """The data set that all settings of the entry "own_table" make of a table that is not stored yet."""
    settings = {key: value for key, value in values.items() if key not in ("content", "name", "features", "target")}
    recipe = Recipe(column_names(values["features"]), column_names(values["target"]), **settings)
    return dataset_of(source, recipe, name)
