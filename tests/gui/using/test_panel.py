"""The panel “Try it” by mouse and keyboard: every number it shows is the session's, on the same input."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.describe import percent
from core.edits import SetParam, SetTraining
from core.examples import EXAMPLES, open_example
from core.questions import continuation, naive_forecasts
from core.sequence_shapes import change_shape
from gui.document import Document
from gui.runner import Runner
from gui.theme import theme
from gui.using.beliefs import Beliefs
from gui.using.course import CourseView
from gui.using.pad import PixelPad
from gui.using.panel import UsePanel, fitting
from gui.using.writing import WritingPage
from gui.widgets import Column


@pytest.fixture
def opened(qtbot):
    """An example in a shown panel whose first answer has come."""
    runners = []

    def opening(key):
        document = Document(open_example(key))
        runner = Runner(document)
        runners.append(runner)
        panel = UsePanel(document, runner)
        qtbot.addWidget(panel)
        panel.resize(360, 700)
        panel.show()
        runner.start()
        qtbot.waitUntil(lambda: runner.examination is not None, timeout=30000)
        settle(qtbot, panel)
        return panel

    yield opening
    for runner in runners:
        assert runner.close()


def settle(qtbot, panel):
    qtbot.waitUntil(lambda: not panel.waiting and panel._moment != (), timeout=20000)


def session_of(panel):
    from core.engine.session import Session

    project = panel._document.project
    return Session(project.state, project.dataset())


def drag(widget, *spots):
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=spots[0].toPoint())
    for spot in spots[1:]:
        QTest.mouseMove(widget, spot.toPoint())
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=spots[-1].toPoint())


def test_every_example_has_its_page():
    pages = {key: fitting(open_example(key).dataset()) for key in EXAMPLES}
    wanted = {
        "digits-rows-elman": "pixels", "digits-mlp": "pixels", "digits-pixels-lstm": "pixels", "names-gru": "letters",
        "sunspots-forecast": "forecast", "weather": "forecast", "co2-every-step": "forecast", "spirals-mlp": "plane",
        "drawing-gru": "class", "copy-gru": "cells", "parity": "cells", "adding-lstm": "cells", "vowels-gru": "sample",
        "iris-mlp": "table", "reverse-encoder-decoder": "cells",
    }  # fmt: skip
    assert wanted.items() <= pages.items()


@pytest.mark.parametrize("key", ["digits-rows-elman", "digits-mlp"])
def test_a_drawn_digit_is_read(key, opened, qtbot):
    panel = opened(key)
    page, pad = panel.page, panel.page.editor
    assert "random weights" in panel.state.text()
    box, _ = pad.boxes()
    at = lambda x, y: QPointF(box.left() + x * box.width(), box.top() + y * box.height())  # noqa: E731
    drag(pad, at(0.35, 0.25), at(0.65, 0.25), at(0.45, 0.8))
    settle(qtbot, panel)
    assert pad.ink.max() > 0.5 and page.sample.value() == 0
    usual = panel._data.inputs["x"].values[panel._data.samples("train")].mean()
    assert pad.ink.mean() == pytest.approx(usual, rel=0.1), "as much ink as a sample has"
    assert pad.ink[0].any() and pad.ink[-1].any(), "it fills the frame"
    x = pad.ink.astype(np.float32).reshape(panel._data.inputs["x"].values.shape[1:])
    assert np.array_equal(pad.values(), x)
    expected = session_of(panel).outputs(x[None])[0]
    assert np.allclose(page.course.beliefs.values[-1], expected, atol=1e-6)
    best = int(expected.argmax())
    assert f"{best} ({percent(float(page.course.beliefs.values[-1][best]))})" in page.said.text()
    panel.grab()
    before = pad.ink.copy()
    qtbot.mouseClick(page.fitted, Qt.MouseButton.LeftButton, pos=QPoint(8, page.fitted.height() // 2))
    settle(qtbot, panel)
    assert not np.array_equal(before, pad.ink) and not pad.ink[0].any()
    qtbot.mouseClick(page.empty, Qt.MouseButton.LeftButton)
    assert not pad.ink.any() and page.course.beliefs is None and not page.walk.isEnabled()


def test_rows_are_walked_through(opened, qtbot):
    panel = opened("digits-rows-elman")
    page, session = panel.page, session_of(panel)
    page.sample.setFocus()
    qtbot.keyClick(page.sample, Qt.Key.Key_Up)
    settle(qtbot, panel)
    sample = int(panel._data.samples("validation")[1])
    x = panel._data.inputs["x"].values[sample]
    assert page.sample.value() == 2
    for row in range(8):
        said = session.outputs(x[None, : row + 1])[0]
        assert np.allclose(page.course.beliefs.values[row], said, atol=1e-6)
    assert np.allclose(page.editor.reading.gradient, session.read(x).gradient, atol=1e-6)
    # Click on the third row of the course, then on by keyboard.
    spot = page.course.column(2).center().toPoint()
    QTest.mouseClick(page.course, Qt.MouseButton.LeftButton, pos=spot)
    assert page.course.row == 2 and "After row 3 of 8" in page.said.text() and page.editor.read_steps == 3
    QTest.keyClick(page.course, Qt.Key.Key_Right)
    assert "After row 4 of 8" in page.said.text()
    qtbot.mouseClick(page.walk, Qt.MouseButton.LeftButton)
    assert page.course.row == 0
    qtbot.waitUntil(lambda: page.course.row == 7)


def test_a_name_is_typed(opened, qtbot):
    panel = opened("names-gru")
    page, line, session = panel.page, panel.page.editor.line, session_of(panel)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "Ann 1")
    settle(qtbot, panel)
    letters = panel._data.inputs["x"].classes
    x = np.array([[letters.index(c)] for c in "ann"], np.float32)
    assert page.editor.text == "ann" and page.editor.unknown == (" ", "1")
    assert page.course.marks == ("a", "n", "n") and "After “ann”" in page.said.text()
    for row in range(3):
        assert np.allclose(page.course.beliefs.values[row], session.outputs(x[None, : row + 1])[0], atol=1e-6)
    assert np.allclose(page.editor.reading.gradient, session.read(x).gradient, atol=1e-6)
    panel.grab()
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    assert page.course.beliefs is None


def test_a_point_of_the_plane_is_clicked(opened, qtbot):
    panel = opened("circles-mlp")
    page, pad, session = panel.page, panel.page.pad, session_of(panel)
    QTest.mouseClick(pad, Qt.MouseButton.LeftButton, pos=pad.box().center().toPoint() + QPoint(40, -30))
    settle(qtbot, panel)
    said = session.outputs(pad.point.astype(np.float32)[None])[0]
    assert np.allclose(page.course.beliefs.values[0], said, atol=1e-6)
    assert np.allclose(pad.way, session.read(pad.point.astype(np.float32)).gradient, atol=1e-6)
    assert (pad.spot(pad.point) - pad.box().center()).x() == pytest.approx(40, abs=1)
    before = pad.point.copy()
    QTest.keyClick(pad, Qt.Key.Key_Left)
    settle(qtbot, panel)
    assert pad.point[0] < before[0] and pad.point[1] == before[1]
    panel.grab()


@pytest.mark.parametrize("key", ["iris-mlp", "diabetes-mlp"])
def test_sliders_of_a_table(key, opened, qtbot):
    panel = opened(key)
    page, session, field = panel.page, session_of(panel), panel._data.inputs["x"]
    sample = int(panel._data.samples("validation")[0])
    assert np.allclose(page.question(False).inputs, field.values[sample], atol=1e-5)
    slider = page.sliders[0].slider
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_End)
    settle(qtbot, panel)
    own = field.normalisation.undo(field.values[panel._data.samples("train")].astype(float))
    assert page.sliders[0].value == pytest.approx(own[:, 0].max()) and page.sample.value() == 0
    x = field.values[sample].copy()
    x[0] = (page.sliders[0].value - field.normalisation.mean[0]) / field.normalisation.scale[0]
    said = session.outputs(x[None])[0]
    if key == "diabetes-mlp":
        said = panel._data.target.normalisation.undo(said)
    assert np.allclose(page.course.beliefs.values[0], said, rtol=1e-4, atol=1e-5)
    panel.grab()


def test_a_memory_task_is_edited(opened, qtbot):
    panel = opened("parity")
    page, cells, session = panel.page, panel.page.editor, session_of(panel)
    before = cells.cells.copy()
    QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=cells.cell(4, 0).center().toPoint())
    settle(qtbot, panel)
    assert cells.cells[4, 0] == 1 - before[4, 0] and (cells.cells != before).sum() == 1
    assert np.allclose(page.course.beliefs.values, session.outputs(cells.cells[None])[0], atol=1e-6)
    said = [panel._data.target.classes[k] for k in page.course.beliefs.values.argmax(axis=1)]
    assert "Told: " + ", ".join(said) in page.said.text()
    QTest.keyClick(cells, Qt.Key.Key_Right)
    QTest.keyClick(cells, Qt.Key.Key_Space)
    assert cells.cells[5, 0] == 1 - before[5, 0]
    settle(qtbot, panel)
    panel.grab()


def test_one_symbol_of_several_and_numbers(opened, qtbot):
    panel = opened("reverse-encoder-decoder")
    cells = panel.page.editor
    QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=cells.cell(0, 2).center().toPoint())
    assert cells.cells[0].sum() == 1
    chosen = int(cells.cells[0].argmax())
    QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=cells.cell(0, chosen).center().toPoint())
    assert cells.cells[0].sum() == 1, "there is always one symbol"
    settle(qtbot, panel)
    panel = opened("adding-rnn")
    cells = panel.page.editor
    number = float(cells.cells[0, 0])
    QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=cells.cell(0, 0).center().toPoint())
    QTest.keyClick(cells, Qt.Key.Key_Plus)
    assert cells.cells[0, 0] == pytest.approx(number + 0.1)
    settle(qtbot, panel)
    assert panel.page.course.beliefs.values[-1] == pytest.approx(
        session_of(panel).outputs(cells.cells[None])[0], abs=1e-5
    )
    panel.grab()


@pytest.mark.parametrize("key", ["sunspots-forecast", "co2-every-step", "weather"])
def test_a_forecast_further_ahead(key, opened, qtbot):
    panel = opened(key)
    page, data = panel.page, panel._data
    series = data.info["series"]
    page.ahead.setFocus()
    QTest.keyClick(page.ahead, Qt.Key.Key_Right)
    page.start.setFocus()
    QTest.keyClick(page.start, Qt.Key.Key_Right)
    settle(qtbot, panel)
    ahead = page.ahead.value()
    assert ahead == 13 and page.start.value() == 1
    known = naive_forecasts(data, "validation", ahead)
    told = continuation(data, known.samples, ahead).ask(session_of(panel))[..., 0]
    assert np.allclose(page.told, told, rtol=1e-5, atol=1e-4)
    assert np.allclose(page.chart.lines["forecast"], told[1], rtol=1e-5, atol=1e-4)
    from core.describe import number

    both = np.isfinite(known.truth)
    for name, said in (("forecast", told), ("last", known.last), ("season", known.season)):
        everywhere = np.abs(said - known.truth)[both & np.isfinite(said)].mean()
        here = np.abs(said - known.truth)[1][both[1] & np.isfinite(said[1])].mean()
        for where, wanted in (("everywhere", everywhere), ("here", here)):
            assert page.errors.cells[name, where].text() == number(wanted)
    assert np.array_equal(page.chart.lines["truth"], known.truth[1], equal_nan=True)
    page.ahead.setFocus()
    QTest.keyClick(page.ahead, Qt.Key.Key_End)
    settle(qtbot, panel)
    furthest = min(60, len(known.samples))
    assert page.ahead.value() == furthest and page.told.shape == (len(known.samples), furthest)
    first = series.starts[known.samples[1]] + series.window
    seen = series.values[first - 1, series.target]
    hidden = int(series.starts[data.samples("test")].min()) + series.window if "test" in data.split else None
    came = series.values[first : first + furthest, series.target][: None if hidden is None else hidden - first]
    assert page.errors.cells["last", "here"].text() == number(np.abs(came - seen).mean())
    assert page.errors.unit.text() == f"error in {data.target.unit}"
    panel.grab()


def test_a_class_is_drawn(opened, qtbot):
    panel = opened("drawing-gru")
    page = panel.page
    qtbot.mouseClick(page.buttons.button(7), Qt.MouseButton.LeftButton)
    settle(qtbot, panel)
    drawn = session_of(panel).outputs(np.eye(10, dtype=np.float32)[[7]])[0]
    assert np.allclose(page.view.rows, drawn, atol=1e-6)
    train = panel._data.samples("train")
    mean = panel._data.target.values[train[panel._data.inputs["x"].values[train].argmax(1) == 7]].mean(axis=0)
    assert page.miss() == pytest.approx(float(np.abs(drawn - mean).mean()), rel=1e-4)
    page.step.setFocus()
    QTest.keyClick(page.step, Qt.Key.Key_Left)
    assert page.view.told == 7 and "after step 7 of 8" in page.said.text()
    panel.grab()


def test_training_moves_the_answers_and_stays_what_it_was(opened, qtbot):
    panel = opened("vowels-gru")
    runner, document = panel._runner, panel._document
    document.do(SetTraining("epochs", 2))
    plain = session_of(panel)
    list(plain.run())
    first = panel.page.course.beliefs.values.copy()
    runner.play()
    qtbot.waitUntil(lambda: runner.status == "stopped", timeout=60000)
    qtbot.waitUntil(
        lambda: panel._moment[:2] == (runner.examination, runner.report) and not panel.waiting, timeout=20000
    )
    settle(qtbot, panel)
    assert "random" not in panel.state.text()
    after = session_of(panel).read(panel.page.editor.values()).course
    assert np.allclose(panel.page.course.beliefs.values, after, atol=1e-5) and not np.allclose(first, after, atol=1e-3)
    for name, value in plain.weights().items():
        assert np.array_equal(document.project.weights[name], value), "asking changes nothing"


def test_a_broken_network_and_other_data(opened, qtbot):
    panel = opened("iris-mlp")
    document = panel._document
    document.do(SetParam(document.project.network.layer("Output").id, "units", 7))
    assert "can not answer yet" in panel.state.text() and panel.page.reading is None
    document.undo()
    qtbot.waitUntil(lambda: panel.page.reading is not None, timeout=20000)
    document.open(open_example("parity"))
    assert panel.page is panel.pages["cells"] and not panel.pages["table"].isVisible()
    qtbot.waitUntil(lambda: panel.page.reading is not None, timeout=20000)
    theme().set_mode("dark")
    panel.grab()


def test_an_encoder_has_read_everything_before_the_first_answer(opened, qtbot):
    panel = opened("reverse-encoder-decoder")
    page, session = panel.page, session_of(panel)
    QTest.mouseClick(page.course, Qt.MouseButton.LeftButton, pos=page.course.column(1).center().toPoint())
    settle(qtbot, panel)
    assert "Answer 2 of 8" in page.said.text() and page.editor.read_steps == 8
    assert page.reading.step == 1 and "step 2" in page.why.text()
    x = page.editor.values()
    assert np.allclose(page.reading.gradient, session.read(x, None, 1).gradient, atol=1e-6)


def test_a_scroll_bar_does_not_come_and_go_for_ever(qtbot, qapp):
    """What is as high as it is wide shrinks when a scroll bar takes width, which takes the reason for the bar away."""
    pad, column = PixelPad(), Column()
    qtbot.addWidget(column)
    pad.show_data(open_example("digits-rows-elman").dataset())
    column.add(pad)
    column.show()
    for width in (250, 300, 340):
        for height in range(110, 215):
            column.resize(width, height)
            qapp.processEvents()
            assert 0 <= pad.height() - 22 - int(pad.boxes()[0].height()) <= 24


def test_of_many_classes_the_likeliest_are_drawn(opened, qtbot):
    values = np.random.default_rng(0).dirichlet(np.full(200, 0.05), 6)
    said = Beliefs(tuple(f"w{n}" for n in range(200)), values, True, True, tuple(range(200)))
    course = CourseView()
    qtbot.addWidget(course)
    course.show_course(said, np.arange(1, 7))
    assert len(course.drawn.names) == 12 and course.sizeHint().height() < 400
    assert f"w{values[-1].argmax()}" in course.accessibleName()
    best = np.sort(values.max(axis=0))[-12:]
    assert sorted(values.max(axis=0)[[int(name[1:]) for name in course.drawn.names]]) == pytest.approx(best)
    course.resize(300, 300)
    course.grab()


def test_the_next_letter_of_a_name(opened, qtbot):
    panel = opened("names-gru")
    document = panel._document
    document.do(change_shape(document.state, "in-step").edit)
    qtbot.waitUntil(lambda: isinstance(panel.page, WritingPage) and bool(panel.page.answers), timeout=20000)
    page = panel.page
    qtbot.keyClicks(page.begins, "Li")
    settle(qtbot, panel)
    x = np.array([[0], [12], [9]], np.float32)
    said = session_of(panel).outputs(x[None])[0]
    for step, chances in enumerate(said):
        assert np.allclose(page.answers[0].shares[step], np.sort(chances)[::-1][:12], atol=1e-6)


def test_persian_is_read_as_it_is_learned_whatever_keyboard_typed_it(opened, qtbot):
    panel = opened("declaration-language")
    line = panel.page.editor.line
    line.setFocus()
    line.selectAll()
    for letter in "علي كريم":  # QTest types Latin letters alone
        QApplication.sendEvent(line, QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter))
    settle(qtbot, panel)
    assert panel.page.editor.text == "علی کریم" and panel.page.editor.unknown == ()
    letters = panel._data.inputs["x"].classes
    x = np.array([[letters.index(c)] for c in "علی کریم"], np.float32)
    expected = session_of(panel).outputs(x[None])[0]
    assert np.allclose(panel.page.course.beliefs.values[-1], expected, atol=1e-6)


def test_a_recording_of_the_data_is_heard_step_by_step(opened, qtbot):
    panel = opened("vowels-gru")
    page, data, session = panel.page, panel._data, session_of(panel)
    page.sample.setFocus()
    QTest.keyClick(page.sample, Qt.Key.Key_Up)
    settle(qtbot, panel)
    sample = int(data.samples("validation")[page.sample.value() - 1])
    x = data.inputs["x"].values[sample, : data.lengths[sample]]
    assert page.sample.value() == 2 and page.editor.sample == sample
    assert np.allclose(page.course.beliefs.values[-1], session.outputs(x[None])[0], atol=1e-6)
    assert np.allclose(page.editor.reading.gradient, session.read(x).gradient, atol=1e-6)
    QTest.mouseClick(page.course, Qt.MouseButton.LeftButton, pos=page.course.column(3).center().toPoint())
    assert page.course.row == 3 and f"After step 4 of {len(x)}" in page.said.text()
    panel.grab()
