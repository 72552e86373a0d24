"""Why does the network say this at a place of the plane where no sample lies? Its whole formula, down to the two inputs."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from core.why.numbers import Number, OfOwn
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture


def test_a_place_of_the_plane_is_explained_like_a_sample(qtbot, window):  # noqa: F811
    window.document.undo_stack.setClean()
    window.files.open_example("spirals-mlp")
    window.runner.step("epoch")
    qtbot.waitUntil(lambda: not window.runner.busy and window.runner.evaluation is not None, timeout=60000)
    window.docks.show("output")
    plot = window.plots["output"]

    def drawn():
        plot.draw()
        return plot.isVisible() and plot.page.answers is not None

    qtbot.waitUntil(drawn, timeout=60000)
    heard, page = [], plot.page
    window.document.asked.connect(heard.append)
    port = page.chart.viewport()
    spot = port.rect().center()
    QTest.mouseMove(port, spot)
    QTest.mouseClick(port, Qt.MouseButton.RightButton, pos=spot)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    first = menu.actions()[0]
    assert first.text().startswith("Why this answer here?")
    box = page.chart.getPlotItem().getViewBox()
    place = box.mapSceneToView(page.chart.mapToScene(spot))
    pointed = np.array([page.chart.x_scale.value(place.x()), page.chart.y_scale.value(place.y())])
    nearest = int(np.square(page.grid - pointed).sum(axis=1).argmin())
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(first).center())
    asked = heard[-1]
    assert isinstance(asked, OfOwn)
    np.testing.assert_array_equal(next(iter(asked.own.inputs.values())), page.grid[nearest])
    asking = window.docks.all["why"].widget().asking
    qtbot.waitUntil(lambda: asking.own is asked.own and asking.answer is not None, timeout=60000)
    unit = asked.number.unit
    assert asking.answer.number == Number("value", asked.number.layer, unit)
    assert asking.answer.value == pytest.approx(float(page.answers[nearest][unit]), rel=1e-4, abs=1e-6)
    assert unit == int(np.argmax(page.answers[nearest])) and asking.answer.terms
