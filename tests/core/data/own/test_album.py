"""Drawn pictures: kept with their class, begun with those of a data set, and stored as an import is."""

from __future__ import annotations

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.data.cache import dataset
from core.data.own import samples_of
from core.data.own import table as own
from core.data.own.album import Album, can_begin_with, of_dataset
from core.data.own.generate import Channel, Formulas
from core.data.own.made import facts_of, maker_of
from core.data.own.sheet import MAX_ROWS
from core.errors import DataError, NothingYet


def stroke(row: int) -> np.ndarray:
    ink = np.zeros((8, 8))
    ink[row] = 0.5
    return ink


def test_pictures_become_samples() -> None:
    album = Album()
    for n, label in enumerate(["10", "9", "10", " 9 ", "ب", "ب"]):
        album = album.with_picture(stroke(n), label)
    assert album.labels() == ("9", "10", "ب")
    samples = album.samples()
    assert samples.picture and samples.target.tolist() == [1, 0, 1, 0, 2, 2] and samples.classes == ("9", "10", "ب")
    assert samples.inputs.dtype == np.uint8 and samples.inputs[3, 3].tolist() == [128] * 8
    assert album.without([0, 2]).labels() == ("9", "ب")
    assert album.relabelled([4, 5], "9").labels() == ("9", "10")
    data = samples_of.build(samples, "mine", catalogue("datasets")["own_samples"].complete({}))
    assert data.inputs["x"].values.shape == (6, 8, 8) and data.image_shape == (8, 8)


def test_what_is_not_enough() -> None:
    for album in (
        Album(),
        Album().with_picture(stroke(0), "1"),
        Album().with_picture(stroke(0), "1").with_picture(stroke(0), "2"),
    ):
        with pytest.raises(NothingYet):
            album.samples()
    for ink, label in (
        (stroke(0), " "),
        (np.zeros((8, 8)), "1"),
        (np.ones((4, 4)), "1"),
        (np.full((8, 8), np.nan), "1"),
    ):
        with pytest.raises(DataError):
            Album().with_picture(ink, label)


def test_the_digits_can_be_extended() -> None:
    digits = dataset(catalogue("datasets").choose("digits"))
    assert can_begin_with(digits)
    album = of_dataset(digits)
    assert len(album.pictures) == 1797 and album.labels() == tuple("0123456789")
    back = album.samples()
    assert np.abs(back.inputs / 255 - digits.inputs["x"].values).max() <= 0.5 / 255
    assert np.array_equal(back.target, digits.target.values[:, 0])
    wine = dataset(catalogue("datasets").choose("wine"))
    assert not can_begin_with(wine) and not can_begin_with(None)
    with pytest.raises(DataError):
        of_dataset(wine)


def choice(content: str, entry: str = "own_table"):
    return catalogue("datasets").choose(entry, content=content)


def test_where_data_can_be_changed_again() -> None:
    formulas = Formulas((Channel("a", "sin(t)"),), 40)
    made = choice(own.store(formulas.table(), "made", formulas.facts()))
    assert maker_of(made) == "formulas" and facts_of(made)["channels"][0]["formula"] == "sin(t)"
    assert maker_of(choice(own.store(formulas.table(), "imported"))) == "sheet"
    long = Formulas((Channel("a", "t"),), MAX_ROWS + 1)
    assert maker_of(choice(own.store(long.table(), "long"))) is None
    album = Album()
    for n in range(4):
        album = album.with_picture(stroke(n), str(n % 2))
    assert maker_of(choice(samples_of.store(album.samples(), "drawn"), "own_samples")) == "pictures"
    assert maker_of(None) is None and maker_of(catalogue("datasets").choose("digits")) is None
    assert maker_of(choice("0" * 64)) is None and not facts_of(choice("0" * 64))
