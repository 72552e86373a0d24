"""The gallery through real keys and clicks, its pictures, and the thumbnail that goes into project files."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QTabBar

from core import project_file
from core.examples import BY_SHAPE, EXAMPLES, open_example
from core.network import Network
from core.project import Project
from core.sequence_shapes import SHAPES
from gui.gallery import GalleryDialog
from gui.pictures import PictureList
from gui.theme import theme
from gui.thumbnail import FILE_SIZE, MAX_LAYERS, network_image, thumbnail_png

FIRST = next(iter(EXAMPLES))


@pytest.fixture
def gallery(qtbot):
    dialog = GalleryDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.picked = []
    dialog.chosen.connect(dialog.picked.append)
    return dialog


def cards(gallery):
    return gallery.findChild(PictureList, "examples")


def search(gallery):
    return gallery.findChild(QLineEdit, "search")


def centre(view, row):
    return view.visualRect(view.model().index(row, 0)).center()


def opener(gallery):
    return next(b for b in gallery.findChildren(QPushButton) if b.text() == "&Open")


def test_all_examples_are_shown_in_their_order_with_title_and_line(gallery):
    view = cards(gallery)
    assert view.keys() == list(EXAMPLES)
    for row, example in enumerate(EXAMPLES.values()):
        index = view.model().index(row, 0)
        assert index.data() == example.title
        assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == example.line


def test_a_double_click_opens(gallery):
    view = cards(gallery)
    place = centre(view, 1)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert gallery.picked == [] and view.current() == list(EXAMPLES)[1]
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert gallery.picked == [list(EXAMPLES)[1]]
    assert not gallery.isVisible()


def test_the_keyboard_alone_finds_and_opens(gallery):
    QTest.keyClicks(search(gallery), "lstm add")
    assert cards(gallery).keys() == ["adding-lstm"]
    QTest.keyClick(search(gallery), Qt.Key.Key_Return)
    assert gallery.picked == ["adding-lstm"]


def test_arrow_keys_in_the_search_move_in_the_list(gallery):
    QTest.keyClick(search(gallery), Qt.Key.Key_Down)
    moved = cards(gallery).current()
    assert moved in list(EXAMPLES)[1:5]
    QTest.keyClick(search(gallery), Qt.Key.Key_Up)
    assert cards(gallery).current() == FIRST
    cards(gallery).setFocus()
    QTest.keyClick(cards(gallery), Qt.Key.Key_Right)
    assert cards(gallery).current() == list(EXAMPLES)[1]
    QTest.keyClick(cards(gallery), Qt.Key.Key_Enter)
    assert gallery.picked == [list(EXAMPLES)[1]]


def test_a_tab_shows_the_examples_of_a_shape(gallery):
    tabs, view = gallery.findChild(QTabBar, "shapes"), cards(gallery)
    assert [tabs.tabData(n) for n in range(tabs.count())] == ["", *SHAPES]
    for place in range(1, tabs.count()):
        QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(place).center())
        assert view.keys() == [one.key for one in BY_SHAPE[tabs.tabData(place)]]
        assert view.current() and opener(gallery).isEnabled()
    tabs.setFocus()
    QTest.keyClick(tabs, Qt.Key.Key_Left)
    assert view.keys() == [one.key for one in BY_SHAPE["in-step"]]
    QTest.keyClicks(search(gallery), "hafez")
    assert view.keys() == ["hafez-next", "hafez-spaces"], "the search stays within the shape"
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(0).center())
    assert {"hafez-next", "hafez-spaces", "hafez-rhyme"} == set(view.keys())
    search(gallery).clear()
    assert view.keys() == list(EXAMPLES)


def test_a_search_without_result_says_so_and_opens_nothing(gallery):
    before = cards(gallery).grab().toImage()
    QTest.keyClicks(search(gallery), "zzz")
    assert cards(gallery).keys() == []
    assert not opener(gallery).isEnabled()
    QTest.keyClick(search(gallery), Qt.Key.Key_Return)
    assert gallery.picked == [] and gallery.isVisible()
    assert cards(gallery).grab().toImage() != before
    search(gallery).clear()
    assert cards(gallery).keys() == list(EXAMPLES)
    assert opener(gallery).isEnabled()


def test_the_button_opens_and_escape_leaves(gallery):
    QTest.mouseClick(opener(gallery), Qt.MouseButton.LeftButton)
    assert gallery.picked == [FIRST]
    gallery.show()
    QTest.keyClick(gallery, Qt.Key.Key_Escape)
    assert not gallery.isVisible() and len(gallery.picked) == 1


def test_the_pictures_follow_the_theme(gallery):
    view = cards(gallery)
    spot = view.visualRect(view.model().index(0, 0)).topLeft() + QPoint(20, 20)
    for mode in ("light", "dark"):
        theme().set_mode(mode)
        QApplication.processEvents()
        assert view.viewport().grab().toImage().pixelColor(spot) == theme().color("canvas")


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return data[:, : image.width(), :3].astype(int)


def drawn(image):
    """Where the picture differs from its ground: (rows, columns)."""
    ground = QColor(theme().color("canvas"))
    return np.abs(pixels(image) - [ground.blue(), ground.green(), ground.red()]).sum(axis=2) > 30


@pytest.mark.parametrize("key", EXAMPLES)
def test_every_example_has_a_picture_that_fits_its_frame(qapp, key):
    network = EXAMPLES[key].build().network
    ink = drawn(network_image(network, QSize(232, 126)))
    assert ink.mean() > 0.02
    assert not ink[0].any() and not ink[-1].any() and not ink[:, 0].any() and not ink[:, -1].any()


def test_a_recurrent_link_shows_in_the_picture(qapp):
    project = open_example("jordan")
    color = theme().color("recurrent")
    with_link = network_image(project.network, QSize(232, 126))
    back = [link.id for link in project.network.links.values() if link.delay]
    without = network_image(project.network.without(links=back), QSize(232, 126))

    def count(image):
        return (np.abs(pixels(image) - [color.blue(), color.green(), color.red()]).sum(axis=2) < 60).sum()

    assert count(with_link) > count(without) + 50


def test_an_empty_and_a_huge_network_are_drawn_as_nothing(qapp):
    assert not drawn(network_image(Network(), QSize(50, 50))).any()
    layer = next(iter(open_example("digits-mlp").network))
    from dataclasses import replace

    many = Network({f"l{n}": replace(layer, id=f"l{n}") for n in range(MAX_LAYERS + 1)})
    assert not drawn(network_image(many, QSize(50, 50))).any()


def test_pictures_are_sharp_at_twice_the_size(qapp):
    image = network_image(open_example("jordan").network, QSize(100, 60), 2.0)
    assert image.size() == QSize(200, 120) and image.devicePixelRatio() == 2.0


def test_the_thumbnail_of_a_project_file_is_a_png_of_its_network(qapp, tmp_path):
    project = open_example("jordan")
    project_file.save(project, tmp_path / "p.unroll", thumbnail_png(project.network))
    image = QImage.fromData(project_file.load_thumbnail(tmp_path / "p.unroll"))
    assert image.size() == FILE_SIZE
    assert drawn(image).mean() > 0.02
    project_file.save(Project(), tmp_path / "empty.unroll", thumbnail_png(Network()))
