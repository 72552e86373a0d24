"""Colours can be read, tell signs apart, reach every widget when they change, and icons and fonts are all there."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPalette, QPixmap, QRawFont
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from core.errors import UnknownName
from gui import fonts, icons
from gui.theme import theme

TEXT_ON = {
    "text": ("window", "base", "alternate", "button", "canvas", "layer", "plot_background"),
    "muted": ("window", "base", "alternate", "button", "canvas", "layer", "plot_background"),
    "accent": ("window", "base", "canvas", "layer"),
    "refused": ("window", "base", "canvas", "layer"),
    "allowed": ("window", "base", "canvas", "layer"),
    "warning": ("window", "base", "canvas", "layer"),
    "recurrent": ("window", "base", "canvas", "layer"),
    "positive": ("window", "base", "canvas", "layer"),
    "negative": ("window", "base", "canvas", "layer"),
    "tooltip_text": ("tooltip",),
    "highlighted_text": ("highlight",),
}
MARK_ON = dict.fromkeys(("train", "validation", *(f"series{n}" for n in range(1, 9))), ("plot_background",)) | {
    "link": ("canvas", "layer"),
    "layer_edge": ("canvas", "layer"),
    "selection": ("canvas", "layer"),
    "mark_edge": ("window", "base"),
}


@pytest.fixture(autouse=True)
def light_again(qapp: QApplication):
    yield
    theme().set_mode("light")


def luminance(color: QColor) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_can_be_read(mode: str) -> None:
    theme().set_mode(mode)
    color = theme().color
    weak = [
        (text, ground, round(contrast(color(text), color(ground)), 2))
        for text, grounds in TEXT_ON.items()
        for ground in grounds
        if contrast(color(text), color(ground)) < 4.5
    ]
    weak += [
        (mark, ground, round(contrast(color(mark), color(ground)), 2))
        for mark, grounds in MARK_ON.items()
        for ground in grounds
        if contrast(color(mark), color(ground)) < 3
    ]
    assert weak == []


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_an_empty_box_has_an_edge_that_can_be_seen(qtbot, kind: type, mode: str) -> None:
    theme().set_mode(mode)
    box = kind("")
    qtbot.addWidget(box)
    box.resize(24, 24)
    box.show()
    picture, ground = box.grab().toImage(), theme().color("window")
    pixels = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    assert max(contrast(pixel, ground) for pixel in pixels if pixel.alpha() == 255) >= 2.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_widget_text_can_be_read(mode: str) -> None:
    theme().set_mode(mode)
    palette = theme().palette()
    role = QPalette.ColorRole
    pairs = [
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.Text, role.AlternateBase),
        (role.ButtonText, role.Button),
        (role.PlaceholderText, role.Base),
        (role.Link, role.Window),
        (role.LinkVisited, role.Window),
        (role.ToolTipText, role.ToolTipBase),
        (role.HighlightedText, role.Highlight),
        (role.HighlightedText, role.Accent),
    ]
    assert [pair for pair in pairs if contrast(palette.color(pair[0]), palette.color(pair[1])) < 4.5] == []
    disabled = palette.color(QPalette.ColorGroup.Disabled, role.Text)
    assert disabled != palette.color(role.Text)


def test_a_switch_reaches_widgets_that_are_shown(qtbot) -> None:
    theme().set_mode("light")
    window = QWidget()
    label = QLabel("text", window)
    QVBoxLayout(window).addWidget(label)
    qtbot.addWidget(window)
    window.show()
    for mode in ("dark", "light", "dark"):
        with qtbot.waitSignal(theme().changed):
            theme().set_mode(mode)
        assert theme().dark == (mode == "dark")
        qtbot.waitUntil(lambda: label.palette().windowText().color() == theme().color("text"))
        assert window.grab().toImage().pixelColor(1, 1) == theme().color("window")


def test_system_mode_is_light_where_the_system_says_nothing(qapp: QApplication) -> None:
    theme().set_mode("dark")
    theme().set_mode("system")
    assert not theme().dark


def test_a_colour_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean “canvas”"):
        theme().color("canvass")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_signs_are_orange_and_blue_with_even_lightness(mode: str) -> None:
    theme().set_mode(mode)
    table = theme().diverging_table()
    assert table.shape == (256, 3) and table.dtype == np.uint8
    negative, zero, positive = (theme().sign_color(v) for v in (-1.0, 0.0, 1.0))
    assert negative.red() > negative.blue() + 60
    assert positive.blue() > positive.red() + 60
    assert max(zero.getRgb()[:3]) - min(zero.getRgb()[:3]) < 20
    light = [luminance(QColor(*map(int, row))) for row in table]
    left, right = np.diff(light[:128]), np.diff(light[128:])
    assert (np.sign(left[np.abs(left) > 1e-4]) == (-1 if mode == "dark" else 1)).all()
    assert (np.sign(right[np.abs(right) > 1e-4]) == (1 if mode == "dark" else -1)).all()
    assert theme().sign_color(7.0) == positive
    assert theme().sign_color(float("nan")) == theme().color("refused")


def test_the_sequential_table_is_viridis() -> None:
    table = theme().sequential_table()
    assert table[0].tolist() == [68, 1, 84] and table[-1].tolist() == [253, 231, 37]
    assert theme().sequential(0.0) == QColor(68, 1, 84)
    light = [luminance(QColor(*map(int, row))) for row in table]
    assert (np.diff(light) > -1e-3).all()  # a rounded channel may fall by one


@pytest.mark.parametrize("name", sorted(icons.names()))
def test_every_icon_draws_in_the_ink_of_the_theme(name: str, qapp: QApplication) -> None:
    theme().set_mode("light")
    made = icons.icon(name)
    drawn = made.pixmap(QSize(24, 24), 2.0)
    assert drawn.devicePixelRatio() == 2.0 and drawn.width() == 48
    light = drawn.toImage()
    assert any(light.pixelColor(x, y).alpha() > 200 for x in range(48) for y in range(48)), "nothing was drawn"
    if name == "app":
        return
    theme().set_mode("dark")
    dark = made.pixmap(QSize(24, 24), 2.0).toImage()
    assert dark != light, "the icon does not follow the theme"


def test_a_changed_copy_of_an_icon_lives(qapp: QApplication) -> None:
    copies = []
    for _ in range(200):
        copy = QIcon(icons.icon("play"))
        copy.addPixmap(QPixmap(4, 4))
        copies.append(copy)
    assert not copies[-1].isNull()
    with pytest.raises(UnknownName, match="did you mean “play”"):
        icons.icon("plai")


def test_the_fonts_in_the_box_cover_persian_greek_and_arrows(qapp: QApplication) -> None:
    assert set(fonts.register()) >= {"Vazirmatn", "DejaVu Sans"}
    assert QFontMetrics(fonts.ui_font()).height() > 0
    persian = QRawFont(str(fonts.FOLDER / "Vazirmatn-Regular.ttf"), 12)
    symbols = QRawFont(str(fonts.FOLDER / "DejaVuSans.ttf"), 12)
    assert all(persian.supportsCharacter(ord(c)) for c in "پچژگی۱۲۳Az×")
    assert all(symbols.supportsCharacter(ord(c)) for c in "∂σθ→ₜ⁻¹∇↻")
    assert (fonts.FOLDER / "Vazirmatn-OFL.txt").exists() and (fonts.FOLDER / "DejaVu-LICENSE.txt").exists()


def test_an_icon_without_room_is_no_picture_and_no_warning(qtbot):
    for size in (QSize(0, 16), QSize(16, 0), QSize(0, 0)):
        assert icons.icon("play").pixmap(size).isNull()
