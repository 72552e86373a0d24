"""Formulas on the screen: colour of the theme, sharp at any scale, small where there is little room."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.catalogue.optimizers import OPTIMIZERS
from core.errors import BadValue
from core.formula import factor, latex_number, svg
from gui.formula import FormulaView, natural_size, pixmap
from gui.theme import theme

PYTHAGORAS = r"c = \sqrt{a^2 + b^2}"


def ink(picture):
    """(opaque pixels, their mean colour) of a picture."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[:, : 4 * image.width()]
    pixels = raw.reshape(-1, 4)
    there = pixels[pixels[:, 3] > 200]
    return len(there), there[:, :3].mean(axis=0)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_formula_has_the_colour_of_text(qapp, mode):
    theme().set_mode(mode)
    count, color = ink(pixmap(PYTHAGORAS))
    assert count > 50
    wanted = theme().color("text")
    assert np.abs(color - [wanted.red(), wanted.green(), wanted.blue()]).max() < 40


def test_twice_the_scale_is_drawn_anew_and_not_blown_up(qapp):
    one, two = pixmap(PYTHAGORAS, 1.0), pixmap(PYTHAGORAS, 2.0)
    assert two.width() == pytest.approx(2 * one.width(), abs=2)
    assert two.deviceIndependentSize().width() == pytest.approx(one.width(), abs=1)
    blown_up = one.scaled(two.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    # A picture blown up is soft: few of its pixels are fully opaque.
    assert ink(two)[0] > 1.3 * ink(blown_up)[0]


def test_a_wide_formula_shrinks_to_its_panel(qtbot):
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    view = FormulaView()
    layout.addWidget(view)
    layout.addStretch(1)
    qtbot.addWidget(holder)
    holder.resize(220, 300)
    with qtbot.waitExposed(holder):
        holder.show()
    view.show_formula(OPTIMIZERS["adam"].formula)
    assert natural_size(view.lines[0]).width() > 400
    assert view.width() == 220
    tall = view.height()
    holder.resize(2000, 300)
    assert view.height() > tall
    assert ink(view.grab())[0]


def test_lines_stand_under_each_other_and_nothing_shows_nothing(qtbot):
    view = FormulaView()
    qtbot.addWidget(view)
    view.resize(400, 50)
    view.show_lines(["x = 1"])
    one = view.height()
    view.show_lines(["x = 1", r"y = \frac{1}{2}"])
    assert view.height() > 1.8 * one
    assert view.accessibleName() == "x = 1 ; y = 1 / 2"
    view.show_formula("")
    assert not view.isVisible()


def test_a_damaged_formula_is_shown_as_it_was_written(qapp):
    with pytest.raises(BadValue, match="cannot be drawn"):
        svg(r"\frac{1")
    assert natural_size(r"\frac{1").width() > 5


def test_numbers_in_formulas():
    assert latex_number(0.25) == "0.25"
    assert latex_number(-3.0) == "{-}3"
    assert latex_number(1.2e-7) == r"1.2 \cdot 10^{-7}"
    assert latex_number(float("nan")) == r"\text{NaN}"
    assert latex_number(12345.0, 5) == "12345"
    assert factor(-0.5) == "({-}0.5)"
    assert factor(0.5) == "0.5"
    assert factor(1e-9) == r"(1 \cdot 10^{-9})"
