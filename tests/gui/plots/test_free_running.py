"""The plot of free running beside teacher forcing: its numbers are the session's, for as many true steps as are asked for."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.engine.session import Session
from core.examples import open_example
from gui.document import Document
from gui.plots.free_running import FreeRunPlot
from gui.runner import Runner
from tests.core.engine.generating_toys import drawn, written


@pytest.fixture
def opened(qtbot):
    runners = []

    def opening(project):
        document = Document(project)
        runner = Runner(document)
        runners.append(runner)
        plot = FreeRunPlot(document, runner)
        qtbot.addWidget(plot)
        plot.resize(520, 260)
        plot.show()
        runner.start()
        return plot

    yield opening
    for runner in runners:
        assert runner.close()


def expected(plot, given):
    project = plot.document.project
    return Session(project.state, project.dataset()).free_run("validation", given)


def shown(plot, qtbot, given):
    """Until the errors for so many true steps are drawn."""

    def there():
        plot.turn.catch_up()
        return plot.found is not None and plot.found.given == given

    qtbot.waitUntil(there, timeout=30000)


@pytest.mark.parametrize("make", [drawn, written])
def test_both_curves_are_the_session_s(make, opened, qtbot):
    plot = opened(make())
    shown(plot, qtbot, 1)
    wanted = expected(plot, 1)
    columns = dict(plot.table())
    assert np.allclose(columns["own answers"], wanted.free, equal_nan=True)
    assert np.allclose(columns["true past"], wanted.taught, equal_nan=True)
    box = plot.given
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)
    QTest.keyClick(box, Qt.Key.Key_Up)
    shown(plot, qtbot, 3)
    assert np.allclose(dict(plot.table())["own answers"], expected(plot, 3).free, equal_nan=True)
    assert "own answers" in plot.words.text() and ("%" in plot.words.text()) == (make is written)


def test_where_nothing_is_fed_back_it_says_what_to_do(opened, qtbot):
    plot = opened(open_example("digits-mlp"))
    plot.turn.catch_up()
    assert plot.found is None and "Choose data with a previous answer" in plot.empty_text()
