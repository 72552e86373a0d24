"""The course's ten losses, seven optimizers and the activations: chosen with the mouse, then trained with."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from core.catalogue.registry import catalogue
from core.explore.activations import SCALAR
from tests.gui.test_main_window import choose, press_button, window  # noqa: F401 - window is a fixture

LEFT = Qt.MouseButton.LeftButton
REGRESSION = ("mbe", "mae", "mse", "rmse", "huber", "log_cosh")
CLASSIFICATION = ("bce", "hinge", "cross_entropy", "kl")
OPTIMIZERS = ("sgd", "adam", "rmsprop", "adagrad", "adadelta", "nadam", "adamw")


def pick(qtbot, form, path, catalogue_name, key):
    """Choose an entry in the form's combo box with the mouse."""
    row = form.row(path)
    form.ensurePolished()
    choose(qtbot, row.field.editor, catalogue(catalogue_name)[key].title)


def repair_all(window):  # noqa: F811
    """Click the first repair of each error until none is left."""
    for _ in range(4):
        cards = window.training.problems
        buttons = [b for b in cards.findChildren(QAbstractButton) if b.isVisible() and b.text()]
        if not cards.isVisible() or not buttons or not window.runner_errors():
            return
        QTest.mouseClick(buttons[0], LEFT)


def train_one_batch(qtbot, window):  # noqa: F811
    before = dict(window.document.project.weights)
    press_button(window, "step batch")
    qtbot.waitUntil(lambda: window.runner.status in ("paused", "stopped", "failed"), timeout=30000)
    assert window.runner.status == "paused", window.runner.status_text
    after = window.document.project.weights
    assert all(np.isfinite(value).all() for value in after.values())
    assert any(not np.array_equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize(("example", "losses"), [("sunspots-forecast", REGRESSION), ("iris-mlp", CLASSIFICATION)])
def test_every_loss_of_the_course(qtbot, window, example, losses):  # noqa: F811
    from core.problems import errors

    window.runner_errors = lambda: errors(window.document.state)
    window.files.open_example(example)
    window.resize(1440, 1300)
    for key in losses:
        pick(qtbot, window.training.form, "loss", "losses", key)
        assert window.document.project.training["loss"].key == key
        repair_all(window)
        train_one_batch(qtbot, window)


def test_every_optimizer_of_the_course(qtbot, window):  # noqa: F811
    window.files.open_example("iris-mlp")
    window.resize(1440, 1300)
    for key in OPTIMIZERS:
        pick(qtbot, window.training.form, "optimizer", "optimizers", key)
        assert window.document.project.training["optimizer"].key == key
        train_one_batch(qtbot, window)


def test_every_activation(qtbot, window):  # noqa: F811
    window.files.open_example("iris-mlp")
    hidden = next(layer.id for layer in window.document.project.network if layer.kind == "dense")
    window.document.select([hidden])
    window.docks.show("inspector")
    qtbot.waitUntil(lambda: window.inspector.isVisible())
    for key in SCALAR:
        form = window.inspector.pages[0].form
        pick(qtbot, form, "activation", "activations", key)
        assert window.document.project.network.layers[hidden].params["activation"].key == key
        train_one_batch(qtbot, window)
        window.document.select([hidden])
