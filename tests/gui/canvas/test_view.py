"""Seeing the canvas: zoom, pan, map, themes, pictures, palette, tips."""

import json
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from core.edits import SetParam
from core.errors import BadFile
from core.project import Project
from gui.canvas import clipboard, picture
from gui.canvas.hits import Hit, hit
from gui.canvas.palette import Palette
from gui.canvas.tips import tip
from gui.document import Document
from gui.theme import theme

CTRL = Qt.KeyboardModifier.ControlModifier


def wheel(hands, pos, degrees):
    place = hands.pixel(pos)
    event = QWheelEvent(
        QPointF(place), QPointF(hands.view.viewport().mapToGlobal(place)), QPoint(), QPoint(0, degrees),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(hands.view.viewport(), event)


def test_the_wheel_zooms_at_the_pointer(hands):
    place = hands.body("y")
    before, scale = hands.pixel(place), hands.view.zooming.scale
    wheel(hands, place, 240)
    assert hands.view.zooming.scale > scale * 1.3
    assert (hands.pixel(place) - before).manhattanLength() <= 2
    for _ in range(40):
        wheel(hands, place, -480)
    assert hands.view.zooming.scale == pytest.approx(0.1)


def test_keys_zoom_and_fit(hands):
    scale = hands.view.zooming.scale
    hands.key(Qt.Key.Key_Equal, CTRL)
    assert hands.view.zooming.scale == pytest.approx(scale * 1.2)
    hands.key(Qt.Key.Key_Minus, CTRL)
    hands.key(Qt.Key.Key_Minus, CTRL)
    assert hands.view.zooming.scale == pytest.approx(scale / 1.2)
    hands.key(Qt.Key.Key_0, CTRL)
    assert hands.view.zooming.sees_all()
    hands.key(Qt.Key.Key_1, CTRL)
    assert hands.view.zooming.scale == pytest.approx(1.0)


def test_middle_drag_and_ctrl_drag_pan(hands):
    start = hands.body("x") + QPointF(0, 120)
    before = hands.pixel(start)
    hands.press(start, button=Qt.MouseButton.MiddleButton)
    QTest.mouseMove(hands.view.viewport(), before + QPoint(60, 30))
    QTest.mouseRelease(hands.view.viewport(), Qt.MouseButton.MiddleButton, pos=before + QPoint(60, 30))
    assert (hands.pixel(start) - before - QPoint(60, 30)).manhattanLength() <= 2
    place = hands.item("hidden").pos()
    now = hands.pixel(place)
    hands.press(hands.body("hidden"), CTRL)
    QTest.mouseMove(hands.view.viewport(), hands.pixel(hands.body("hidden")) + QPoint(-40, 0))
    hands.release(hands.body("hidden"), CTRL)
    assert hands.item("hidden").pos() == place and (hands.pixel(place) - now).x() <= -36
    assert hands.document.undo_stack.count() == 0


def test_a_drag_at_the_edge_scrolls_on(hands):
    hands.view.zooming.by(2)
    start, place = hands.body("hidden"), hands.item("hidden").pos()
    hands.press(start)
    right = hands.view.viewport().rect().right() - 2
    for step in range(30):
        QTest.mouseMove(hands.view.viewport(), QPoint(right - step % 2, hands.pixel(start).y()))
    hands.release(hands.view.mapToScene(QPoint(right, hands.pixel(start).y())))
    assert hands.network.layer("hidden").x - place.x() > hands.view.viewport().width() / 2 / hands.view.zooming.scale


def test_the_zoom_bar_shows_the_scale_and_fits(hands):
    bar = hands.view.zoom_bar
    hands.key(Qt.Key.Key_1, CTRL)
    assert "100" in bar.findChild(QLabel).text()
    button = next(b for b in bar.findChildren(QToolButton) if b.defaultAction() is hands.view.commands["fit"])
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert hands.view.zooming.follows and "100" not in bar.findChild(QLabel).text()


def test_what_grows_stays_in_sight_until_someone_zooms(hands):
    hands.document.do(SetParam(hands.network.layer("hidden").id, "units", 36))
    hands.view.canvas.set_expanded([hands.network.layer("hidden").id], True)
    assert hands.view.zooming.sees_all()
    hands.view.zooming.by(2)
    scale = hands.view.zooming.scale
    hands.view.canvas.set_expanded([hands.network.layer("x").id], True)
    assert hands.view.zooming.scale == scale


def test_the_map_comes_when_something_is_out_of_sight(hands):
    minimap = hands.view.minimap
    assert not minimap.isVisible()
    hands.view.zooming.by(3.5)
    assert minimap.isVisible()
    assert hands.view.rect().contains(minimap.geometry())
    corner = QPoint(4, 4)
    before = hands.view.mapToScene(hands.view.viewport().rect().center())
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=corner)
    after = hands.view.mapToScene(hands.view.viewport().rect().center())
    assert after.x() < before.x() - 50
    hands.view.commands["minimap"].trigger()
    assert not minimap.isVisible()


def test_an_empty_canvas_says_what_to_do(make):
    hands = make(layers=())
    assert hands.view.hint.isVisible()
    hands.view.add_layer("dense")
    assert not hands.view.hint.isVisible()
    hands.document.undo()
    assert hands.view.hint.isVisible()


def test_another_project_replaces_everything(hands):
    hands.view.canvas.set_expanded(list(hands.network.layers), True)
    hands.document.open(Project())
    assert not hands.view.canvas.layers and not hands.view.canvas.weights and not hands.view.canvas.expanded
    assert hands.view.hint.isVisible()


def test_themes_repaint_everything(hands):
    def ground():
        return hands.view.grab().toImage().pixelColor(3, 3)

    light = ground()
    theme().set_mode("dark")
    dark = ground()
    assert light.lightness() > 200 and dark.lightness() < 60
    item = hands.item("hidden")
    place = hands.pixel(item.mapToScene(QPointF(item.rect().left() + 60, item.rect().bottom() - 6)))
    assert hands.view.grab().toImage().pixelColor(place).lightness() < 90


def test_png_and_svg_pictures(hands, tmp_path):
    hands.view.operations.export_to(tmp_path / "net.png")
    image = QImage(str(tmp_path / "net.png"))
    area = picture.area(hands.view.canvas)
    assert (image.width(), image.height()) == (round(area.width() * 2), round(area.height() * 2))
    hands.view.operations.export_to(tmp_path / "net.svg")
    text = (tmp_path / "net.svg").read_text("utf-8")
    ElementTree.fromstring(text)
    assert ">hidden<" in text and text.count("<image") == 2  # the strips of hidden and y
    with pytest.raises(BadFile, match="png or"):
        picture.save(hands.view.canvas, tmp_path / "net.gif")
    with pytest.raises(BadFile, match="could not be written"):
        picture.save(hands.view.canvas, tmp_path / "nowhere" / "net.svg")


def test_pictures_show_no_selection_or_hover(hands):
    plain = picture.to_image(hands.view.canvas, 1.0)
    hands.key(Qt.Key.Key_A, CTRL)
    hands.move(hands.body("hidden"))
    assert picture.to_image(hands.view.canvas, 1.0) == plain


def test_palette_searches_and_adds(qtbot, hands):
    palette = Palette(hands.document)
    qtbot.addWidget(palette)
    palette.chosen.connect(hands.view.add_layer)
    palette.show()
    count = palette.list.count()
    QTest.keyClicks(palette.search, "gru")
    assert palette.list.count() == 2 < count
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert hands.network.layer("GRU").kind == "gru"
    palette.search.setText("no such thing")
    assert palette.list.count() == 0 and palette._nothing.isVisibleTo(palette)
    palette.search.clear()
    row = next(r for r in range(palette.list.count()) if palette.list.item(r).text() == "Dropout")
    place = palette.list.visualItemRect(palette.list.item(row)).center()
    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert hands.network.layer("Dropout").kind == "dropout"


def test_every_kind_can_be_dragged(qtbot):
    palette = Palette(Document())
    qtbot.addWidget(palette)
    items = [palette.list.item(row) for row in range(palette.list.count())]
    from core.catalogue.layers import LAYERS
    from gui.canvas.kinds_list import KEY, MIME

    kinds = {bytes(palette.list.mimeData([item]).data(MIME).data()).decode() for item in items if item.data(KEY)}
    assert kinds == set(LAYERS)


def test_tips_hold_words_formula_and_shape(hands):
    text = tip(hands.view.canvas, hit(hands.view.canvas, hands.body("hidden")))
    assert "<b>hidden</b>" in text and "Gives 4 numbers at every time step." in text
    assert "data:image/png;base64," in text
    link = next(iter(hands.network.links))
    assert "Reads the same time step" in tip(hands.view.canvas, Hit("link", link))
    assert tip(hands.view.canvas, Hit()) == ""


def test_names_can_not_inject_markup(hands):
    hands.double_click(hands.title("hidden"))
    hands.type("<b>x</b> & y")
    text = tip(hands.view.canvas, hit(hands.view.canvas, hands.body("<b>x</b> & y")))
    assert "&lt;b>x&lt;/b> &amp; y" in text


def test_the_clipboard_is_plain_json(hands):
    mime = clipboard.to_mime(hands.network, list(hands.network.layers))
    data = json.loads(bytes(mime.data(clipboard.MIME).data()))
    assert [layer["kind"] for layer in data["layers"]] == ["input", "dense", "output"]
    assert len(data["links"]) == 2


def test_who_does_not_see_hears_the_selection(hands):
    hands.click(hands.body("hidden"))
    assert hands.view.accessibleDescription() == "hidden: Dense · Tanh, 4 units · every step"


def test_the_canvas_stays_left_to_right(hands):
    QApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        assert hands.view.layoutDirection() == Qt.LayoutDirection.LeftToRight
    finally:
        QApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
