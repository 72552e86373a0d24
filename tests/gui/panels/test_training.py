"""The training panel: every setting is the model's, the buttons drive the runner, and nothing is said that is not so."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.catalogue.spec import Choice
from core.edits import SetParam, SetTraining
from core.problems import problems
from core.training import default_training
from gui.forms import numbers
from gui.forms.fields import Drop
from gui.forms.number_box import NumberBox
from gui.panels.training import TrainingPanel


@pytest.fixture
def panel(document, runner, show):
    return show(TrainingPanel(document, runner))


def shows(panel):
    """What the form says, by path."""
    said = {}
    for path in panel.form.paths():
        editor = panel.form.row(path).field.editor
        if isinstance(editor, NumberBox):
            said[path] = editor.typed()
        elif isinstance(editor, Drop):
            said[path] = editor.currentData()
        else:
            said[path] = editor.isChecked() if hasattr(editor, "isChecked") else editor.text()
    return said


def model_says(document, paths):
    values = {path: document.project.training.get(path) for path in paths}
    return {path: value.key if isinstance(value, Choice) else value for path, value in values.items()}


def test_the_form_shows_the_model_s_settings(document, panel):
    said = shows(panel)
    assert {"loss", "optimizer", "optimizer.lr", "batch_size", "clip_norm", "seed", "device"} <= set(said)
    assert said == model_says(document, said)


def test_a_setting_goes_to_the_model_and_back_with_undo(document, panel, type_into):
    box = panel.form.row("optimizer.lr").field.editor
    before = document.project.training.get("optimizer.lr")
    type_into(box, "1e-4")
    assert document.project.training.get("optimizer.lr") == 1e-4
    assert document.undo_stack.undoText() == "Learning rate"
    document.undo()
    assert box.text() == numbers.show(before)
    said = shows(panel)
    assert said == model_says(document, said)


def test_turning_the_learning_rate_is_one_entry(document, panel):
    box = panel.form.row("optimizer.lr").field.editor
    box.setFocus()
    for _ in range(4):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert document.undo_stack.count() == 1
    assert document.project.training.get("optimizer.lr") == box.typed()


def test_another_optimizer_shows_its_own_settings(document, panel):
    drop = panel.form.row("optimizer").field.editor
    drop.setFocus()
    QTest.keyClicks(drop, "SGD")
    assert document.project.training["optimizer"].key == "sgd"
    said = shows(panel)
    assert "optimizer.momentum" in said and said == model_says(document, said)
    document.undo()
    said = shows(panel)
    assert "optimizer.momentum" not in said and said == model_says(document, said)


def test_edits_from_elsewhere_are_shown_and_make_no_edits(document, panel):
    document.do(SetTraining("batch_size", 17))
    document.do(SetTraining("early_stopping", True))
    document.do(SetTraining("loss", "focal"))
    said = shows(panel)
    assert said == model_says(document, said)
    assert document.undo_stack.count() == 3


def test_a_bad_setting_is_answered_under_its_field(document, panel, type_into):
    row = panel.form.row("optimizer.lr")
    type_into(row.field.editor, "-1")
    assert row.note.isVisible() and "Learning rate must be more than 0" in row.note.text()
    assert document.undo_stack.count() == 0


def test_problems_are_listed_with_repairs_before_play(document, runner, panel):
    assert panel.problems.isHidden()
    output = document.project.network.layer("Output")
    document.do(SetParam(output.id, "activation", "tanh"))
    found = problems(document.state)
    assert [card.label.text() for card in panel.problems.cards] == [problem.text for problem in found] != []
    QTest.mouseClick(panel.problems.cards[0].buttons[0], Qt.MouseButton.LeftButton)
    assert document.project.network.layers[output.id].params["activation"].key == "softmax"
    assert panel.problems.isHidden()


def test_live_settings_are_marked_and_say_when_they_take_effect(document, runner, panel, type_into):
    from gui.forms.row import LiveMark

    assert panel.form.row("optimizer.lr").findChild(LiveMark) is not None
    assert panel.form.row("seed").findChild(LiveMark) is None
    row = panel.form.row("optimizer.lr")
    type_into(row.field.editor, "0.5")
    assert row.note.isHidden(), "nothing runs, so nothing is said"
    runner._set_status("running", "Training …")
    type_into(row.field.editor, "0.25")
    assert row.note.text() == "Takes effect at the next batch." and row.note.isVisible()
    type_into(panel.form.row("seed").field.editor, "5")
    assert panel.form.row("seed").note.text().startswith("Takes effect at the next run")
    runner._set_status("idle", "Ready.")
    assert row.note.isHidden()


def test_buttons_say_what_can_be_done(runner, panel):
    commands = panel.commands
    runner._set_status("idle", "Ready.")
    assert commands["play"].text() == "Play" and not commands["stop"].isEnabled()
    runner._set_status("running", "Training …")
    assert commands["play"].text() == "Pause" and commands["stop"].isEnabled()
    assert not any(commands[f"step {stretch}"].isEnabled() for stretch in ("step", "batch", "epoch"))
    assert panel.progress.status.text() == "Training …"
    runner._set_status("failed", "Loss became NaN.")
    assert panel.progress.status.foregroundRole() == panel.palette().ColorRole.BrightText
    runner._set_status("idle", "Ready.")


def test_play_step_pause_and_stop_with_the_mouse(document, runner, panel, qtbot):
    document.do(SetTraining("epochs", 500))
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=30000)
    buttons = panel.buttons
    click(panel, "step batch")
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=30000)
    assert len(runner.run) == 1 and panel.progress.place.text() == "Epoch 1 of 500, batch 1 of 40"
    QTest.mouseClick(buttons.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: runner.report.batch > 50, timeout=30000)
    qtbot.waitUntil(lambda: panel.progress.bar.value() > 50)
    assert buttons.play.text() == "Pause"
    assert "loss" in panel.progress.numbers.text() and "steps/s" in panel.progress.numbers.text()
    QTest.mouseClick(buttons.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=30000)
    assert panel.progress.status.text() == runner.status_text and runner.status_text.startswith("Paused after batch")
    click(panel, "stop")
    assert runner.status == "stopped" and panel.progress.status.text().startswith("Stopped.")


def click(panel, key):
    from PySide6.QtWidgets import QToolButton

    QTest.mouseClick(panel.findChild(QToolButton, f"button {key}"), Qt.MouseButton.LeftButton)


def test_the_way_back_to_all_defaults(document, panel):
    for top in list(panel.form.rows):
        for path in [path for path in panel.form.paths() if path.split(".")[0] == top]:
            try:
                row = panel.form.row(path)
            except KeyError:
                continue  # it belonged to an entry that is no longer chosen
            if not row.reset.isHidden():
                row.reset.click()
    assert document.project.training == default_training()
