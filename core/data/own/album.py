"""Pictures drawn by hand, each with the name of its class, as samples; begun afresh or with those of another data set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from core.data.dataset import Dataset
from core.data.importers.samples import Samples
from core.errors import DataError, NothingYet

MAX_PICTURES = 20_000
MIN_SIDE, MAX_SIDE = 4, 64
MAX_LABEL = 80


@dataclass(frozen=True, eq=False)
class Picture:
    """Grey ink and what it shows."""

    ink: np.ndarray
    """(rows, columns) uint8, 0 for paper. Read-only."""
    label: str


@dataclass(frozen=True, eq=False)
class Album:
    """All pictures, of one size."""

    rows: int = 8
    columns: int = 8
    pictures: tuple[Picture, ...] = ()

    def labels(self) -> tuple[str, ...]:
        """The classes, by the alphabet, numbers by their size."""
        return tuple(sorted({picture.label for picture in self.pictures}, key=_by_size))

    def usual_ink(self) -> float | None:
        """Share of ink in the first hundred pictures, for a pen that fits them; None where there are fewer than ten."""
        first = self.pictures[:100]
        return float(np.mean([picture.ink.mean() for picture in first])) / 255 if len(first) >= 10 else None

    def with_picture(self, ink: np.ndarray, label: str) -> Album:
        """With one more; ``ink`` is (rows, columns) from 0 to 1. Raises DataError where it is empty or has no class."""
        name = " ".join(label.split())[:MAX_LABEL]
        if not name:
            raise DataError("The picture has no class: write what it shows.")
        if ink.shape != (self.rows, self.columns) or not np.isfinite(ink).all() or not ink.any():
            raise DataError("There is no picture: draw one first.")
        if len(self.pictures) >= MAX_PICTURES:
            raise DataError("There are {n:,} pictures, and that is the most.", n=MAX_PICTURES)
        return replace(self, pictures=(*self.pictures, Picture(_fixed(np.rint(255 * np.clip(ink, 0, 1))), name)))

    def without(self, numbers: Iterable[int]) -> Album:
        """Without these pictures."""
        gone = set(numbers)
        return replace(self, pictures=tuple(one for n, one in enumerate(self.pictures) if n not in gone))

    def relabelled(self, numbers: Iterable[int], label: str) -> Album:
        """With another class for these pictures."""
        name = " ".join(label.split())[:MAX_LABEL]
        if not name:
            raise DataError("A class needs a name.")
        chosen = set(numbers)
        pictures = (Picture(one.ink, name) if n in chosen else one for n, one in enumerate(self.pictures))
        return replace(self, pictures=tuple(pictures))

    def samples(self) -> Samples:
        """As an import gives them; raises NothingYet until there are two classes with two pictures each."""
        labels = self.labels()
        counts = dict.fromkeys(labels, 0)
        for picture in self.pictures:
            counts[picture.label] += 1
        if len(labels) < 2:
            raise NothingYet("Draw a picture, write what it shows, and keep it: at least two of each of two classes.")
        few = [label for label, count in counts.items() if count < 2]
        if few:
            raise NothingYet("Class “{label}” has one picture: draw another one.", label=few[0])
        inputs = np.stack([picture.ink for picture in self.pictures])
        place = {label: n for n, label in enumerate(labels)}
        target = np.array([place[picture.label] for picture in self.pictures], np.int32)
        return Samples(inputs, target, labels, picture=True)


def _by_size(label: str) -> tuple[bool, int, str]:
    number = label.isdecimal() and len(label) < 10
    return not number, int(label) if number else 0, label


def _fixed(ink: np.ndarray) -> np.ndarray:
    found = ink.astype(np.uint8)
    found.flags.writeable = False
    return found


def can_begin_with(data: Dataset | None) -> bool:
    """Whether a data set holds pictures with a class each."""
    return (
        data is not None
        and data.image_shape is not None
        and data.target.codes
        and not data.target.sequence
        and next(iter(data.inputs.values())).values[0].size == data.image_shape[0] * data.image_shape[1]
        and len(data) <= MAX_PICTURES
    )


def of_dataset(data: Dataset, samples: np.ndarray | None = None) -> Album:
    """The pictures of a data set with their classes, or of these samples of it; raises DataError where it has none."""
    if not can_begin_with(data) or data.image_shape is None:
        raise DataError("“{title}” holds no pictures with a class each.", title=data.title)
    rows, columns = data.image_shape
    values = next(iter(data.inputs.values())).values.reshape(len(data), rows, columns)
    chosen = slice(None) if samples is None else samples
    inks = np.rint(255 * np.clip(values[chosen], 0, 1))
    told = data.target.values[chosen, 0].astype(int)
    return Album(rows, columns, tuple(Picture(_fixed(ink), data.target.classes[code]) for ink, code in zip(inks, told)))
