"""A series of one's own, with or without other columns: imported, learned, forecast far ahead and run freely, by real events."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.engine.session import Session
from core.examples import open_example
from core.problems import errors
from core.questions import continuation, naive_forecasts
from gui.document import Document
from gui.importing.dialog import ImportDialog
from gui.importing.table_page import TablePage
from gui.plots.free_running import FreeRunPlot
from gui.runner import Runner
from gui.using.forecast import ForecastPage
from gui.using.panel import UsePanel

READY = 30_000


@pytest.fixture
def imported(qtbot, tmp_path):
    """A panel and a plot beside a network that answers at every step, which has just been given a table."""
    runners = []

    def importing(columns):
        days = [str(np.datetime64("2020-01-01") + n) for n in range(200)]
        known = {
            "switch": [str(n // 9 % 2) for n in range(200)],
            "wave": [f"{20 + np.sin(n / 4):.5f}" for n in range(200)],
        }
        path = tmp_path / "waves.csv"
        rows = zip(days, *(known[name] for name in columns), strict=True)
        path.write_text("\n".join([",".join(["day", *columns]), *map(",".join, rows)]), "utf-8")
        document = Document(open_example("co2-every-step"))
        runner = Runner(document)
        runners.append(runner)
        panel, plot = UsePanel(document, runner), FreeRunPlot(document, runner)
        for widget in (panel, plot):
            qtbot.addWidget(widget)
            widget.resize(420, 700)
            widget.show()
        runner.start()
        dialog = ImportDialog(document, runner, TablePage(document, path))
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: not dialog.waiting(), timeout=READY)
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=READY)
        assert errors(document.state) == []
        settle(qtbot, panel)
        return panel, plot

    yield importing
    for runner in runners:
        assert runner.close()


def settle(qtbot, panel):

    qtbot.waitUntil(
        lambda: isinstance(panel.page, ForecastPage) and panel.page.told is not None and not panel.waiting,
        timeout=READY,
    )


@pytest.mark.parametrize("columns", [["wave"], ["switch", "wave"]])
def test_it_is_forecast_far_ahead_and_run_freely(columns, imported, qtbot):
    panel, plot = imported(columns)
    page, runner, document = panel.page, panel._runner, panel._document
    data = document.project.dataset()
    assert data.key == "own_table" and data.feedback == "x" and data.measured_beside == (len(columns) > 1)
    assert ("other measurements stay" in page.note.text()) == (len(columns) > 1)

    runner.step("epoch")
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=READY)
    page.ahead.setFocus()
    QTest.keyClick(page.ahead, Qt.Key.Key_Right)
    settle(qtbot, panel)
    runner.stop()
    qtbot.waitUntil(lambda: runner.status == "stopped", timeout=READY)
    settle(qtbot, panel)
    ahead = page.ahead.value()
    assert ahead == 13
    session = Session(document.state, data)
    known = naive_forecasts(data, "validation", ahead)
    told = continuation(data, known.samples, ahead).ask(session)[..., 0]
    qtbot.waitUntil(lambda: page.told is not None and np.allclose(page.told, told, rtol=1e-4, atol=1e-4), timeout=READY)
    assert np.allclose(page.chart.lines["forecast"], told[page.start.value()], rtol=1e-4, atol=1e-4)

    wanted = session.free_run("validation", 1)

    def drawn():
        plot.turn.catch_up()
        return plot.found is not None and np.allclose(plot.found.free, wanted.free, rtol=1e-4)

    qtbot.waitUntil(drawn, timeout=READY)
    assert np.allclose(dict(plot.table())["own answers"], wanted.free, rtol=1e-4)
    assert not np.allclose(wanted.free, wanted.taught), "its own answers are not the true ones"
