"""The player bar through real events: keys, buttons and the scrubber."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionSlider

from core.edits import SetParam, SetTraining
from core.examples import open_example
from gui.document import Document
from gui.messages import Moved
from gui.past import wanted_budget
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


def handle(slider):
    """The middle of the handle, and a function from a place of the slider to that of the pointer."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    style, kind = slider.style(), QStyle.ComplexControl.CC_Slider
    knob = style.subControlRect(kind, option, QStyle.SubControl.SC_SliderHandle, slider)
    groove = style.subControlRect(kind, option, QStyle.SubControl.SC_SliderGroove, slider)
    room = groove.width() - knob.width()

    def at(place: int) -> QPoint:
        share = (place - slider.minimum()) / (slider.maximum() - slider.minimum())
        return QPoint(round(groove.left() + share * room + knob.width() / 2), knob.center().y())

    return knob.center(), at


def drag(slider, to):
    """Move the pointer with the button held down: to this widget, whatever lies over it on a screen that nobody sees."""
    where = QPointF(to), QPointF(slider.mapToGlobal(to))
    held = Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(slider, QMouseEvent(QEvent.Type.MouseMove, *where, *held))


@pytest.mark.parametrize("while_under_way", [True, False])
def test_the_scrubber_ends_where_it_was_dragged_to_last(qtbot, player, while_under_way):
    """However many moves are under way meanwhile, and even back to where the first of them began."""
    _document, runner, bar = player
    runner.step("epoch")
    qtbot.waitUntil(lambda: runner.past.end > 20 and not runner.busy and bar.slider.isEnabled(), timeout=30000)
    qtbot.waitUntil(lambda: bar.slider.value() == bar.slider.maximum() == runner.past.end)
    end, seen = runner.past.end, []
    runner.heard.connect(lambda event: seen.append(event.batch) if isinstance(event, Moved) else None)
    for goals in ((20, 5, end), (end - 1, 12, 3, 9), (end, 0, 7)):
        QTest.mousePress(bar.slider, LEFT, pos=handle(bar.slider)[0])
        for goal in goals:
            at = handle(bar.slider)[1]
            drag(bar.slider, at(goal))
            assert abs(bar.slider.value() - goal) <= 1, "the handle follows the hand"
            wished = bar.slider.value()
            if while_under_way:
                QApplication.processEvents()
                assert bar.slider.value() == wished and bar.slider.isEnabled(), "and nothing pulls it away"
        QTest.mouseRelease(bar.slider, LEFT, pos=at(goals[-1]))
        # Where it began may be where it ends: only what was heard last says that it has been away and is back.
        qtbot.waitUntil(lambda: seen[-1:] == [wished] == [runner.past.position] == [runner.past.goal], timeout=20000)  # noqa: B023
        qtbot.waitUntil(lambda: runner._trainer.quiet, timeout=20000)
        QApplication.processEvents()
        assert runner.past.position == bar.slider.value() == wished
    assert seen[-1] == wished and len(seen) <= 10


def test_wishes_that_come_while_it_moves_are_one_wish(qtbot, player):
    """The worker is not sent to places that nobody waits for any more."""
    _document, runner, bar = player
    runner.step("epoch")
    qtbot.waitUntil(lambda: runner.past.end > 20 and not runner.busy and bar.slider.isEnabled(), timeout=30000)
    end, seen = runner.past.end, []
    runner.heard.connect(lambda event: seen.append(event.batch) if isinstance(event, Moved) else None)
    bar.slider.setFocus()
    for _ in range(7):
        QTest.keyClick(bar.slider, Qt.Key.Key_Left)
    assert bar.slider.value() == end - 7
    qtbot.waitUntil(lambda: runner.past.position == end - 7, timeout=20000)
    assert seen == [end - 1, end - 7]


def test_play_goes_on_from_where_the_scrubber_was_last(qtbot, player):
    _document, runner, bar = player
    for batch in range(1, 5):
        press(qtbot, bar, "forward")
        qtbot.waitUntil(lambda: runner.past.position == batch and runner.past.end == batch and not runner.busy)  # noqa: B023
    run, losses = runner.run, runner.run.steps["loss"].copy()
    bar.slider.setFocus()
    for _ in range(3):
        QTest.keyClick(bar.slider, Qt.Key.Key_Left)
    press(qtbot, bar, "forward")  # at once, while it is still on its way to batch 1
    qtbot.waitUntil(lambda: runner.past.position == runner.past.goal == 2 and not runner.busy, timeout=20000)
    assert runner.run is run and np.array_equal(run.steps["loss"], losses)


def test_a_branch_leaves_from_where_the_scrubber_was_last(qtbot, player):
    _document, runner, bar = player
    for batch in range(1, 5):
        press(qtbot, bar, "forward")
        qtbot.waitUntil(lambda: runner.past.position == batch and runner.past.end == batch and not runner.busy)  # noqa: B023
    old = runner.run
    bar.slider.setFocus()
    for _ in range(2):
        QTest.keyClick(bar.slider, Qt.Key.Key_Left)
    press(qtbot, bar, "branch")
    assert runner.run is not old and len(runner.run) == 2
    qtbot.waitUntil(lambda: runner.past.position == runner.past.end == 2 and runner._trainer.quiet, timeout=20000)
    press(qtbot, bar, "forward")
    qtbot.waitUntil(lambda: runner.past.position == runner.past.end == 3 and not runner.busy, timeout=20000)
    assert np.array_equal(runner.run.steps["loss"], old.steps["loss"][:3])


def test_epochs_have_a_scrubber_of_their_own(qtbot, player):
    document, runner, bar = player
    document.do(SetTraining("batch_size", 512))
    for epoch in (1, 2, 3):
        runner.step("epoch")
        qtbot.waitUntil(lambda: not runner.busy and len(runner.run.epochs) == epoch, timeout=30000)  # noqa: B023
    epochs = bar.scrubbers.epoch.slider
    qtbot.waitUntil(lambda: epochs.isEnabled() and epochs.value() == 3)
    epochs.setFocus()
    QTest.keyClick(epochs, Qt.Key.Key_Left)
    ends = [int(batch) for batch in runner.run.epochs["batch"]]
    qtbot.waitUntil(lambda: runner.past.position == ends[1], timeout=20000)
    assert bar.slider.value() == ends[1] and bar.scrubbers.epoch.words.text() == "2 of 3"
    QTest.keyClick(epochs, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: runner.past.position == 0, timeout=20000)


def test_the_time_scrubber_walks_through_the_phases_of_a_batch(qtbot, player):
    _document, runner, bar = player
    clock, time = runner.clock, bar.scrubbers.time
    qtbot.waitUntil(lambda: time.slider.isEnabled() and bool(clock.moments), timeout=20000)
    assert time.words.text() == "" and clock.moment is None
    time.slider.setFocus()
    QTest.keyClick(time.slider, Qt.Key.Key_Right)
    assert time.words.text() == "t = 1 of 8 · sums before the activation" and clock.step == 0
    QTest.keyClick(time.slider, Qt.Key.Key_PageUp)
    assert time.words.text() == "t = 2 of 8 · sums before the activation" and clock.step == 1
    QTest.keyClick(time.slider, Qt.Key.Key_End)
    assert time.words.text() == "update"
    QTest.keyClick(time.slider, Qt.Key.Key_Left)
    assert time.words.text() == "clipping"
    QTest.keyClick(time.slider, Qt.Key.Key_Left)
    assert time.words.text() == "t = 1 of 8 · share of dL/dW"
    press(qtbot, bar, "forward")
    qtbot.waitUntil(lambda: runner.past.position == 1 and not runner.busy, timeout=20000)
    assert clock.moment is None and time.words.text() == "", "training moves: the walk is over"


def test_the_memory_of_the_past_is_seen_and_set(qtbot, player):
    _document, runner, bar = player
    press(qtbot, bar, "forward")
    qtbot.waitUntil(lambda: runner.past.bytes > 0, timeout=20000)
    assert bar.memory.text() == f"{runner.past.bytes / 2**20:.1f} of 256 MB"
    menu, was = bar.memory.menu(), []

    def choose() -> None:  # the open menu has an event loop of its own
        was.append(bar.budgets[256].isChecked())
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(bar.budgets[16]).center())

    menu.aboutToShow.connect(lambda: QTimer.singleShot(0, choose))
    QTest.mouseClick(bar.memory, LEFT)
    assert was == [True] and bar.budgets[16].isChecked()
    assert runner.past.budget == 16 * 2**20 and bar.memory.text().endswith("of 16 MB")
    assert wanted_budget() == 16 * 2**20, "and it is remembered"
    runner.past.keep_within(256 * 2**20)


def test_live_goes_to_the_latest_batch_and_on(qtbot, player):
    _document, runner, bar = player
    for batch in (1, 2):
        press(qtbot, bar, "forward")
        qtbot.waitUntil(lambda: runner.past.position == batch and runner.past.end == batch and not runner.busy)  # noqa: B023
    press(qtbot, bar, "first")
    qtbot.waitUntil(lambda: runner.past.position == 0)
    QTest.keySequence(bar, "Ctrl+Shift+End")
    qtbot.waitUntil(lambda: runner.report is not None and runner.report.batch > 4, timeout=20000)
    press(qtbot, bar, "play")
    qtbot.waitUntil(lambda: not runner.busy, timeout=20000)
    batches = runner.run.steps["batch"]
    assert np.array_equal(batches, np.arange(1, len(batches) + 1))


def test_play_can_walk_time_step_by_time_step(qtbot, player):
    _, runner, bar = player
    bar.speeds.setFocus()
    QTest.keyClick(bar.speeds, Qt.Key.Key_End)
    QTest.keyClick(bar.speeds, Qt.Key.Key_Up)
    assert runner.speed.granularity == "step" and runner.speed.pace == pytest.approx(0.2)
    runner.play()
    qtbot.waitUntil(lambda: runner.report is not None and runner.report.moment is not None)
    assert runner.report.moment.phase == "forward"
    QTest.keyClick(bar.speeds, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: runner.report.batch > 3 and runner.report.moment is None)
    runner.pause()
    qtbot.waitUntil(lambda: not runner.busy)
