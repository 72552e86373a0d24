"""What a card of the gallery says about the data of its example."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QListView

from core.data.cache import dataset
from core.data.catalogue import load
from core.examples import EXAMPLES, open_example
from gui.gallery import GalleryDialog
from gui.glimpse import glimpse
from gui.pictures import GLIMPSE
from gui.samples.values import raw
from gui.theme import theme

SIZE = QSize(216, int(GLIMPSE))


def data_of(key):
    return load(EXAMPLES[key].build().data)


def painted(shown):
    image = QImage(SIZE, QImage.Format.Format_RGB32)
    image.fill(theme().color("canvas"))
    painter = QPainter(image)
    shown.paint(painter, QRectF(0, 0, SIZE.width(), SIZE.height()))
    painter.end()
    return image


@pytest.mark.parametrize(
    ("key", "given", "asked"),
    [
        ("names-gru", "abbi", "female"),
        ("names-write", "female", "abbi"),
        ("dates-iso", "24 April 2020", "2020-04-24"),
        ("reverse-attention", "DCCBBAAAADCDCCDC", "CDCCDCDAAAABBCCD"),
        ("pronunciation-persian", "آختهای", "ɒː x t e̞ iː"),
    ],
)
def test_texts_are_read_and_answered_in_words(qapp, key, given, asked):
    shown = glimpse(data_of(key))
    assert (shown.given.words, shown.asked.words) == (given, asked)


def test_a_digit_is_read_as_a_picture_and_drawn_as_one(qapp):
    for key, side, other in (("digits-pixels-lstm", "given", "asked"), ("drawing-gru", "asked", "given")):
        data, shown = data_of(key), glimpse(data_of(key))
        sample = int(data.samples("validation")[0])
        one = next(iter(data.inputs.values())) if side == "given" else data.target
        ink = raw(one, sample).reshape(8, 8)
        np.testing.assert_allclose(getattr(shown, side).values, ink / ink.max())
        assert getattr(shown, other).words == "2"


def test_the_points_of_a_plane_keep_their_classes(qapp):
    data, shown = data_of("spirals-mlp"), glimpse(data_of("spirals-mlp"))
    np.testing.assert_array_equal(shown.given.classes, data.target.values[:, 0])
    assert set(shown.given.classes) == {0, 1}


@pytest.mark.parametrize("key", EXAMPLES)
def test_every_example_has_a_glimpse_that_fits_its_place(qapp, key):
    ground = QImage(SIZE, QImage.Format.Format_RGB32)
    ground.fill(theme().color("canvas"))
    image = painted(glimpse(data_of(key)))
    inked = [
        (x, y) for x in range(SIZE.width()) for y in range(SIZE.height()) if image.pixel(x, y) != ground.pixel(x, y)
    ]
    assert len(inked) > 150
    assert all(0 < x < SIZE.width() - 1 for x, _ in inked)


def test_the_gallery_adds_it_when_there_is_time_and_leaves_the_data_of_the_project_in_its_cache(qtbot):
    project = open_example("digits-mlp")
    project.dataset()
    before = dataset.cache_info()
    dialog = GalleryDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    cards = dialog.findChild(QListView, "examples")
    place = cards.visualRect(cards.model().index(0, 0))
    paper = {(250, 250, 250), (15, 15, 15)}

    def digit_is_there():
        image = cards.viewport().grab(place).toImage()
        found = {image.pixelColor(x, y).getRgb()[:3] for x in range(image.width()) for y in range(image.height())}
        return paper <= found

    qtbot.waitUntil(digit_is_there, timeout=30000)
    assert dataset.cache_info() == before
