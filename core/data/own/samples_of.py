"""Imported arrays, pictures and recordings as a data set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.data.dataset import Dataset, Field, Normalisation
from core.data.importers.samples import Samples
from core.data.split import stratified_split
from core.data.store import get, put
from core.errors import DataError


def store(source: Samples, name: str) -> str:
    """Keep imported samples; returns the name of their blob."""
    arrays = {"inputs": source.inputs, "target": source.target}
    if source.lengths is not None:
        arrays["lengths"] = source.lengths
    return put(arrays, {"kind": "samples", "name": name, "classes": list(source.classes), "picture": source.picture})


def stored(content: str, name: str) -> Samples:
    """The samples of a blob; raises DataError where they are missing or damaged."""
    blob = get(content, name)
    inputs, target, lengths = (blob.arrays.get(key) for key in ("inputs", "target", "lengths"))
    words, picture = blob.about.get("classes"), bool(blob.about.get("picture"))
    if (
        inputs is None
        or target is None
        or not isinstance(words, list)
        or not _sound(inputs, target, lengths, len(words))
    ):
        raise DataError("The imported data is damaged: it is not what it says it is. Import it again.")
    return Samples(inputs, target, tuple(map(str, words)), lengths, picture and inputs.ndim == 3)


def _sound(inputs: np.ndarray, target: np.ndarray, lengths: np.ndarray | None, classes: int) -> bool:
    if (
        inputs.ndim not in (2, 3)
        or not inputs.size
        or len(inputs) != len(target)
        or inputs.dtype not in (np.float32, np.uint8)
    ):
        return False
    if classes:
        fits = target.ndim == 1 and target.dtype == np.int32 and target.min() >= 0 and target.max() < classes
    else:
        fits = target.ndim in (2, 3) and target.dtype == np.float32 and target.size > 0
    if lengths is not None:
        fits &= inputs.ndim == 3 and lengths.shape == (len(inputs),) and lengths.dtype == np.int32
        fits = bool(fits and lengths.min() >= 1 and lengths.max() <= inputs.shape[1])
    return bool(fits)


def samples(*, content: str, name: str, **settings: Any) -> Dataset:
    """The data set that a recipe makes of imported samples."""
    if not content:
        raise DataError(
            "There is no data of your own yet: import a file by File, Import data, or make some by File, Make data."
        )
    return build(stored(content, name), name, settings)


def build(source: Samples, name: str, values: Mapping[str, Any]) -> Dataset:
    """The data set that the settings of the entry "own_samples" make of samples."""
    kinds = source.target if source.classes else np.zeros(len(source.inputs), np.int64)
    split = stratified_split(kinds, values["validation"], values["test"], values["seed"])
    train = split["train"]
    wanted = bool(values["normalise"])
    if source.picture:
        inputs = Field(_read_as(source.inputs, str(values["reading"])))
    else:
        inputs = _numbers(source.inputs, train, source.lengths, wanted)
    if source.classes:
        target = Field(source.target[:, None].astype(np.float32), names=("class",), classes=source.classes, codes=True)
    else:
        target = _numbers(source.target, train, None, wanted)
    return Dataset(
        key="own_samples",
        title=name or "Your own samples",
        task="classification" if source.classes else "regression",
        inputs={"x": inputs},
        target=target,
        split=split,
        lengths=source.lengths,
        view="digits" if source.picture else "sequence" if source.inputs.ndim == 3 else "table",
        image_shape=(source.inputs.shape[1], source.inputs.shape[2]) if source.picture else None,
        source="Imported by you.",
    )


def _read_as(pictures: np.ndarray, reading: str) -> np.ndarray:
    """Ink from 0 to 1: (samples, rows x columns), (samples, rows, columns) or (samples, rows x columns, 1)."""
    ink = pictures.astype(np.float32) / 255
    if reading == "rows":
        return ink
    flat = ink.reshape(len(ink), -1)
    return flat if reading == "image" else np.ascontiguousarray(flat[..., None])


def _numbers(values: np.ndarray, train: np.ndarray, lengths: np.ndarray | None, wanted: bool) -> Field:
    """Normalised on the valid steps of the training part; what pads stays 0."""
    if not np.isfinite(values).all():
        raise DataError("The imported data holds values that are not finite numbers. Import it again.")
    if not wanted:
        return Field(np.ascontiguousarray(values.astype(np.float32)))
    inside = None if lengths is None else np.arange(values.shape[1]) < lengths[:, None]
    own = values[train] if inside is None else values[train][inside[train]]
    scale = Normalisation.fitted(own)
    found = scale.apply(values)
    if inside is not None:
        found[~inside] = 0
    return Field(np.ascontiguousarray(found), normalisation=scale)
