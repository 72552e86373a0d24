"""The player bar through real events: keys, buttons and the scrubber."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.edits import SetParam
from core.examples import open_example
from gui.document import Document
from gui.runner import Runner
from gui.transport import Transport

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def player(qtbot):
    document = Document(open_example("digits-rows-elman"))
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", 6))
    runner = Runner(document)
    bar = Transport(runner)
    qtbot.addWidget(bar)
    bar.resize(1200, 40)
    bar.show()
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=30000)
    yield document, runner, bar
    assert runner.close()


def press(qtbot, bar, key):
    QTest.mouseClick(bar.widgetForAction(bar.commands[key]), LEFT)


def test_buttons_walk_forward_and_back(qtbot, player):
    document, runner, bar = player
    assert not bar.commands["back"].isEnabled() and "Press Play" in bar.place.text()
    start = document.project.weights
    for batch in (1, 2, 3):
        press(qtbot, bar, "forward")
        qtbot.waitUntil(lambda: runner.past.position == batch and runner.past.end == batch and not runner.busy)  # noqa: B023
    after = {name: value.copy() for name, value in document.project.weights.items()}
    press(qtbot, bar, "first")
    qtbot.waitUntil(lambda: runner.past.position == 0)
    assert all(np.array_equal(start[name], value) for name, value in document.project.weights.items())
    assert "batch 0 of 3" in bar.place.text() and bar.slider.value() == 0
    press(qtbot, bar, "last")
    qtbot.waitUntil(lambda: runner.past.position == 3)
    assert all(np.array_equal(after[name], value) for name, value in document.project.weights.items())


def test_the_scrubber_goes_where_its_keys_say(qtbot, player):
    _document, runner, bar = player
    runner.step("epoch")
    qtbot.waitUntil(lambda: runner.past.end > 20 and not runner.busy and bar.slider.isEnabled(), timeout=30000)
    qtbot.waitUntil(lambda: bar.slider.value() == bar.slider.maximum() == runner.past.end)
    bar.slider.setFocus()
    QTest.keyClick(bar.slider, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: runner.past.rewound and runner.past.position == bar.slider.value() == 0, timeout=20000)


def test_play_can_walk_time_step_by_time_step(qtbot, player):
    _, runner, bar = player
    bar.speeds.setFocus()
    QTest.keyClick(bar.speeds, Qt.Key.Key_End)
    QTest.keyClick(bar.speeds, Qt.Key.Key_Up)
    assert runner.speed.granularity == "step" and runner.speed.pace == pytest.approx(0.2)
    runner.play()
    qtbot.waitUntil(lambda: runner.report is not None and runner.report.moment is not None, timeout=10000)
    assert runner.report.moment.phase == "forward"
    QTest.keyClick(bar.speeds, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: runner.report.batch > 3 and runner.report.moment is None, timeout=10000)
    runner.pause()
    qtbot.waitUntil(lambda: not runner.busy)
