"""Panning moves the picture and paints only what comes into sight: to the pixel the same as painting everything."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from core.whatif import Cut, Put
from gui.unroll.looking import whole_pixels


def pixels(view):
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4)[..., :3].astype(int)


@pytest.mark.parametrize(
    ("example", "gradient", "pitch"),
    [
        ("digits-rows-elman", False, 140),
        ("adding-lstm", True, 60),
        ("adding-lstm", False, 22),
        ("temporal-order-lstm", True, 45),
        ("drawing-gru", False, 90),
        ("co2-every-step", True, 30),
    ],
)
def test_a_panned_picture_is_the_whole_picture(make, example, gradient, pitch):
    hands = make(example)
    view = hands.view
    view.show_gradient(gradient)
    view.looking.zoom(pitch / view.layout_.pitch)
    view.grab()
    painted = []
    whole = view.painting.base
    view.painting.base = lambda *given: (painted.append(1), whole(*given))
    ground = QPoint(view.width() // 2, view.height() - 60)
    for by in (-37, -160, 90, 9, -7, 210):
        view.grab()
        hands.drag(ground, ground + QPoint(by, 0))
        hands.move(QPoint(4, view.height() - 60))
        moved = pixels(view)
        view.repaint_all()
        fresh = pixels(view)
        apart = np.abs(moved - fresh).max(axis=2)
        assert (apart > 40).mean() < 2e-4, f"{example}: {np.argwhere(apart > 40)[:5]}"
    assert len(painted) <= 8 or not view.painting.scrolls, "dragging painted everything again and again"


def test_a_what_if_moves_with_the_picture(make):
    hands = make("adding-lstm")
    view, hidden = hands.view, hands.id("LSTM")
    view.runner.imagining.add(Put(hidden, 6, None, 0.0), Cut(hidden, 9), label="What if")
    view.runner.imagining.truncate(5, "Truncate")
    view.show_gradient(True)
    view.looking.zoom(60 / view.layout_.pitch)
    ground = QPoint(view.width() // 2, view.height() - 60)
    for side in ("whatif", "difference"):
        view.runner.imagining.show_side(side)
        view.grab()
        for by in (-240, 130, -60):
            hands.drag(ground, ground + QPoint(by, 0))
            hands.move(QPoint(4, view.height() - 60))
            moved = pixels(view)
            view.repaint_all()
            assert (np.abs(moved - pixels(view)).max(axis=2) > 40).mean() < 2e-4, side


@pytest.mark.parametrize(("ratio", "grain"), [(1.0, 1), (2.0, 1), (1.5, 2), (1.25, 4), (1.2, 5), (1.1, 1)])
def test_what_is_panned_is_whole_pixels_of_the_screen(ratio, grain):
    assert whole_pixels(ratio) == grain


def test_zoom_lens_and_rows_paint_everything(make):
    hands = make("adding-lstm")
    view = hands.view
    view.looking.zoom(8.0)
    view.grab()
    hands.drag(QPoint(600, 60), QPoint(500, 60))
    hands.key(Qt.Key.Key_Right)
    moved = pixels(view)
    view.repaint_all()
    assert (np.abs(moved - pixels(view)).max(axis=2) > 40).mean() < 1e-4
