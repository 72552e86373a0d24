"""The whole window, driven as a person would: mouse and keys alone."""

from contextlib import contextmanager

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QCursor, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QListView,
    QListWidget,
    QMessageBox,
    QTabBar,
    QToolButton,
)

from core import project_file
from core.data.cache import dataset
from core.edits import SetTraining
from core.errors import StudioError
from core.project import same
from gui.errors import tell
from gui.explorers.window import ExplorerWindow
from gui.main_window import MainWindow
from gui.theme import theme
from tests.gui.canvas.conftest import Hands

LEFT = Qt.MouseButton.LeftButton


@contextmanager
def running(qtbot, made):
    """Shows a window with its engine, and closes it without a question."""
    made.resize(1440, 900)
    made.show()
    qtbot.waitExposed(made)
    made.runner.start()
    qtbot.waitUntil(lambda: made.runner.status != "loading", timeout=30000)
    try:
        yield made
    finally:
        made.document.undo_stack.setClean()
        made.runner.hand_over()
        made.document.undo_stack.setClean()
        assert made.close()
        made.deleteLater()


@pytest.fixture
def window(qtbot):
    """The window with an empty project, shown and ready."""
    with running(qtbot, MainWindow()) as made:
        yield made


def hands(window):
    return Hands(window.canvas)


def press_button(window, key):
    """Click a command's button in the bar over the canvas."""
    QTest.mouseClick(window.bar.buttons[key], LEFT)


def choose(qtbot, combo, text):
    """Open a combo box with the mouse and click the entry that begins with ``text``."""
    QTest.mouseClick(combo, LEFT)
    row = next(i for i in range(combo.count()) if combo.itemText(i).startswith(text))
    view = combo.view()
    qtbot.waitUntil(view.isVisible)
    qtbot.wait(QApplication.doubleClickInterval() + 50)  # until then Qt takes the click for the one that opened it
    view.scrollTo(combo.model().index(row, 0))
    QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(combo.model().index(row, 0)).center())
    qtbot.waitUntil(lambda: not view.isVisible())


def combo_with(widget, text):
    """The visible combo box that offers an entry beginning with ``text``."""
    boxes = [c for c in widget.findChildren(QComboBox) if c.isVisibleTo(widget)]
    return next(c for c in boxes if any(c.itemText(i).startswith(text) for i in range(c.count())))


def double_click_palette(window, title):
    """Double-click a kind of layer in the palette."""
    listing = window.findChild(QListWidget, "kinds") or window.docks.all["palette"].findChild(QListWidget)
    item = next(listing.item(i) for i in range(listing.count()) if listing.item(i).text() == title)
    listing.scrollToItem(item)
    spot = listing.visualItemRect(item).center()
    QTest.mouseClick(listing.viewport(), LEFT, pos=spot)
    QTest.mouseDClick(listing.viewport(), LEFT, pos=spot)


def test_a_new_user_builds_the_elman_network_with_the_mouse_and_trains_it(qtbot, window):
    hand, network = hands(window), lambda: window.document.project.network
    for title in ("Input", "Dense", "Last step", "Output"):
        QTest.mouseClick(
            window.canvas.viewport(), LEFT, pos=window.canvas.viewport().rect().topLeft() + QPointF(8, 8).toPoint()
        )
        double_click_palette(window, title)
    assert [layer.kind for layer in network()] == ["input", "dense", "last_step", "output"]
    for place, layer in enumerate(list(network())):
        hand.drag(hand.title(layer.name), hand.title(layer.name) + QPointF(0, 1), QPointF(-420 + 230 * place, 0))
    for one, other in (("Input", "Dense"), ("Dense", "Last step"), ("Last step", "Output")):
        if not any(
            (network().layers[k.source].name, network().layers[k.target].name) == (one, other)
            for k in network().links.values()
        ):
            hand.drag(hand.port(one), hand.body(other))
    port = hand.port("Dense")
    hand.drag(port, port + QPointF(40, -60), hand.body("Dense"))
    assert {(k.delay, network().layers[k.source].name, network().layers[k.target].name) for k in network().links.values()} == {
        (0, "Input", "Dense"), (1, "Dense", "Dense"), (0, "Dense", "Last step"), (0, "Last step", "Output"),
    }  # fmt: skip
    choose(qtbot, combo_with(window.training.data, "Handwritten digits"), "Handwritten digits")
    choose(qtbot, combo_with(window.training.data, "Row by row"), "Row by row")
    while window.training.problems.isVisible():
        buttons = [
            b
            for b in window.training.problems.findChildren(type(window.training.buttons.play).__mro__[1])
            if b.isVisible()
        ]
        assert buttons, "every problem that is left offers a repair"
        before = window.document.state
        QTest.mouseClick(buttons[0], LEFT)
        assert window.document.state is not before
    press_button(window, "play")
    qtbot.waitUntil(lambda: window.runner.busy)
    good = lambda: window.runner.evaluation is not None and window.runner.evaluation.metrics["accuracy"] > 0.7  # noqa: E731
    qtbot.waitUntil(good, timeout=120000)
    press_button(window, "play")
    qtbot.waitUntil(lambda: window.runner.status in ("paused", "stopped"))
    recurrent = [key for key, profile in window.runner.run.gradients.items()]
    assert recurrent == [network().layer("Dense").id]


def test_the_default_example_learns_when_play_is_clicked(qtbot, window):
    window.files.open_example("digits-rows-elman")
    press_button(window, "play")
    good = lambda: window.runner.evaluation is not None and window.runner.evaluation.metrics["accuracy"] >= 0.93  # noqa: E731
    qtbot.waitUntil(good, timeout=200000)
    press_button(window, "play")
    qtbot.waitUntil(lambda: not window.runner.busy)
    run = window.runner.run
    losses = run.steps["loss"]
    assert losses[-20:].mean() < losses[:20].mean() / 3
    evaluation = window.runner.evaluation
    targets = dataset(window.document.project.data).target.values[evaluation.samples, 0]
    assert np.mean(evaluation.outputs.argmax(axis=1) == targets) == pytest.approx(evaluation.metrics["accuracy"])


def test_save_and_reopen_bring_everything_back(qtbot, window, tmp_path, monkeypatch):
    window.files.open_example("digits-rows-elman")
    window.document.do(SetTraining("epochs", 3))
    press_button(window, "step epoch")
    qtbot.waitUntil(lambda: window.runner.status == "paused", timeout=30000)
    path = tmp_path / "my digits ۱.unroll"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert path.exists() and not window.isWindowModified() and "my digits ۱" in window.windowTitle()
    saved = window.document.state
    window.files.new()
    assert not window.document.project.network.layers
    assert window.files.open(path)
    assert same(window.document.state, saved)
    assert len(window.document.project.runs[-1]) == len(project_file.load(path).runs[-1]) > 10


def test_leaving_unsaved_work_asks_and_cancel_stays(window, monkeypatch):
    window.files.open_example("jordan")
    window.document.do(SetTraining("epochs", 3))
    assert window.isWindowModified()
    monkeypatch.setattr(QMessageBox, "exec", lambda box: QMessageBox.StandardButton.Cancel)
    state = window.document.state
    window.files.new()
    assert window.document.state is state and not window.close()
    monkeypatch.setattr(QMessageBox, "exec", lambda box: QMessageBox.StandardButton.Discard)
    window.files.new()
    assert window.document.state is not state


def test_a_damaged_file_is_answered_in_a_sentence_and_nothing_is_lost(qtbot, window, tmp_path):
    window.files.open_example("jordan")
    state = window.document.state
    path = tmp_path / "broken.unroll"
    path.write_bytes(b"PK\x03\x04 not a project")
    assert not window.files.open(path)
    box = window.findChild(QMessageBox, "error")
    assert "broken.unroll" in box.windowTitle() + box.text()
    box.close()
    assert window.document.state is state


def test_a_project_can_be_dropped_on_the_window(qtbot, window, tmp_path):
    path = tmp_path / "dropped.unroll"
    window.files.open_example("iris-mlp")
    project_file.save(window.document.project, path)
    window.files.new()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place, none = QPoint(5, 5), Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(place, Qt.DropAction.CopyAction, data, LEFT, none))
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, none)
    QApplication.sendEvent(window, event)
    assert window.document.path == path and window.document.project.network.layers


def test_undo_and_redo_by_keys(qtbot, window):
    window.files.open_example("jordan")
    before = window.document.state
    window.document.do(SetTraining("epochs", 3))
    window.activateWindow()
    with qtbot.waitActive(window):
        pass
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.state is before
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert window.document.project.training["epochs"] == 3


def test_no_two_commands_share_a_key(window):
    keys = {}
    for action in window.findChildren(type(window.edit["undo"])):
        for sequence in action.shortcuts() if action.shortcutContext() == Qt.ShortcutContext.WindowShortcut else ():
            keys.setdefault(sequence.toString(), set()).add(action)
    assert {key: [a.text() for a in actions] for key, actions in keys.items() if len(actions) > 1} == {}


def test_the_layout_is_remembered(qtbot, window, tmp_path):
    window.docks.all["outline"].hide()
    window.docks.remember()
    other = MainWindow()
    try:
        other.show()
        assert other.docks.all["outline"].isHidden()
        other.reset_layout()
        assert not other.docks.all["outline"].isHidden()
    finally:
        other.runner.start()
        other.close()
        other.deleteLater()


def test_closing_while_training_ends_cleanly(qtbot, window):
    window.files.open_example("digits-rows-elman")
    press_button(window, "play")
    qtbot.waitUntil(lambda: window.runner.report is not None, timeout=30000)


def test_both_themes_reach_the_canvas(window):
    window.files.open_example("jordan")
    theme().set_mode("dark")
    dark = window.canvas.grab().toImage().pixelColor(3, 3)
    theme().set_mode("light")
    light = window.canvas.grab().toImage().pixelColor(3, 3)
    assert dark.lightness() < 80 < 180 < light.lightness()


def test_the_eye_beside_the_loss_opens_the_loss_lab(qtbot, window):
    window.files.open_example("digits-rows-elman")
    eye = window.training.form.findChild(QToolButton, "explore loss")
    QTest.mouseClick(eye, LEFT)
    explorer = window.findChild(ExplorerWindow)
    assert explorer.isVisible() and type(explorer.stack.currentWidget()).__name__ == "LossLab"
    explorer.close()


def test_every_explorer_opens_from_the_menu(qtbot, window):
    for action in window.explorers.commands.values():
        action.trigger()
    explorer = window.findChild(ExplorerWindow)
    assert explorer.stack.count() >= len(window.explorers.commands)
    explorer.close()


def test_each_panel_has_one_tab_bar_after_the_layout_was_reset(qtbot, window):
    window.reset_layout()

    def each_once():
        bars = [bar for bar in window.findChildren(QTabBar) if bar.parent() is window and bar.isVisible()]
        titles = [bar.tabText(i) for bar in bars for i in range(bar.count())]
        return len(titles) == len(set(titles)) and "Inspector" in titles

    qtbot.waitUntil(each_once)


def test_the_network_unrolls_and_folds_by_key_and_training_goes_on(qtbot, window):
    window.files.open_example("digits-rows-elman")
    press_button(window, "play")
    qtbot.waitUntil(lambda: window.runner.report is not None, timeout=30000)
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert window.fold_switch.unrolled and window.runner.busy
    qtbot.waitUntil(lambda: not window.fold_switch.flight.flying)
    QTest.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert not window.fold_switch.unrolled and window.runner.busy
    qtbot.waitUntil(lambda: not window.fold_switch.flight.flying)


def test_the_inside_of_a_cell_stays_in_front_when_another_panel_comes_forward(qtbot, window):
    window.resize(1280, 800)
    window.files.open_example("adding-lstm")
    window.fold_switch.show_unrolled(True)
    qtbot.waitUntil(lambda: not window.fold_switch.flight.flying)
    window.unroll.open_diagram(window.document.project.network.layer("LSTM").id)
    diagram = window.unroll.diagram
    middle = diagram.geometry().center()
    for title in ("Breakpoints", "Data"):
        tabs = (bar for bar in window.findChildren(QTabBar) if bar.isVisible())
        bar, tab = next((b, i) for b in tabs for i in range(b.count()) if b.tabText(i) == title)
        QTest.mouseClick(bar, LEFT, pos=bar.tabRect(tab).center())
        assert window.childAt(middle) is diagram


def test_in_a_small_window_the_network_keeps_its_room(qtbot, window):
    window.files.open_example("digits-rows-elman")
    window.resize(900, 600)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (900, 600)
    assert window.fold_switch.height() >= 210


def test_the_tabs_of_panels_and_the_lists_of_dialogs_are_flat(qtbot, window):
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible()]
    assert len(bars) == 5 and all(bar.styleSheet() for bar in bars)
    window.files.commands["gallery"].trigger()
    gallery = window.findChild(QDialog, "gallery")
    qtbot.waitUntil(gallery.isVisible)
    assert gallery.findChild(QTabBar).styleSheet()
    assert gallery.findChild(QListView).verticalScrollBar().styleSheet()
    QTest.keyClick(gallery, Qt.Key.Key_Escape)


def test_messages_neither_block_nor_pile_up(qtbot, window):
    for _ in range(5):
        for show in (window._about, lambda: tell(window, StudioError("No."))):
            show()
            box = window.findChildren(QMessageBox)[-1]
            assert box.isVisible()
            QTest.keyClick(box, Qt.Key.Key_Escape)
            qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))


def test_f1_shows_all_keys_in_a_window_that_a_screen_has_room_for(qtbot, window):
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_F1)
    shown = window.findChild(QDialog, "shortcuts")
    assert shown.isVisible()
    assert shown.height() <= window.screen().availableSize().height()
    texts = [label.text() for label in shown.findChildren(QLabel)]
    for text in (
        "File",
        "Train",
        "Play",
        "Zoom in",
        "Unrolled network",
        "Add layer",
        "Truncation line",
        "With the mouse",
    ):
        assert text in texts
    close = shown.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close)
    assert shown.rect().contains(close.mapTo(shown, close.rect().bottomRight()))
    QTest.mouseClick(close, LEFT)
    qtbot.waitUntil(lambda: window.findChild(QDialog, "shortcuts") is None)


def test_saving_lets_a_training_go_on_and_so_does_staying(qtbot, window, tmp_path, monkeypatch):
    window.files.open_example("digits-rows-elman")
    press_button(window, "play")
    qtbot.waitUntil(lambda: window.runner.report is not None, timeout=30000)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a.unroll"), ""))
    assert window.files.save()
    run, saved = window.runner.run, window.runner.run.steps["loss"].size
    assert project_file.load(tmp_path / "a.unroll").runs[-1].id == run.id
    qtbot.waitUntil(lambda: window.runner.run.steps["loss"].size > saved + 5, timeout=30000)
    assert window.runner.status == "running" and window.runner.run is run
    window.runner.hand_over()
    press_button(window, "play")
    monkeypatch.setattr(QMessageBox, "exec", lambda box: QMessageBox.StandardButton.Cancel)
    window.files.new()
    assert window.runner.status == "running" and window.runner.run is run
    press_button(window, "play")
    qtbot.waitUntil(lambda: not window.runner.busy)
    assert window.files.save() and window.runner.status == "paused"


def test_an_unforeseen_error_in_the_worker_is_said_and_the_next_play_works(qtbot, window, monkeypatch):
    window.files.open_example("digits-rows-elman")
    with monkeypatch.context() as broken:
        broken.setattr("core.engine.session.Session.examine", lambda *_: 1 / 0)
        window.runner.step("batch")
        qtbot.waitUntil(lambda: window.runner.status == "failed")
        assert "ZeroDivisionError" in window.runner.status_text
        window.runner.play()
        qtbot.waitUntil(lambda: window.runner.status == "failed")
    window.runner.step("batch")
    qtbot.waitUntil(lambda: window.runner.status == "paused")
    assert window.runner.report.batch == 1


def test_the_elman_network_is_built_and_trained_with_the_keys_alone(qtbot, window):
    """Tab, Space, letters, arrows and Enter; the mouse is never touched."""
    network = lambda: window.document.project.network  # noqa: E731
    key = lambda k, *m: QTest.keyClick(QApplication.focusWidget() or window, k, *m)  # noqa: E731
    QCursor.setPos(
        window.mapToGlobal(QPoint(2, 2))
    )  # Space adds a layer where the pointer rests, if that is on the canvas
    window.activateWindow()
    with qtbot.waitActive(window):
        pass

    def go_to(name):
        for _ in range(120):
            focus = QApplication.focusWidget()
            if focus is not None and name in (focus.accessibleName(), focus.objectName()):
                return
            key(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab never comes to “{name}”")

    def choose_by_keys(name, text):
        # In the open list: typed on the closed box, every letter would already choose, and load, what begins with it.
        go_to(name)
        box = QApplication.focusWidget()
        QTest.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        QTest.keyClicks(box.view(), text)
        QTest.keyClick(box.view(), Qt.Key.Key_Return)
        assert box.currentText().startswith(text)
        # Without a window system nobody makes the window active again when the list closes.
        window.activateWindow()
        box.setFocus()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is box)

    go_to("canvas")
    for kind in ("input", "dense", "last step", "output"):
        key(Qt.Key.Key_Space)
        QTest.keyClicks(QApplication.focusWidget(), kind)
        key(Qt.Key.Key_Return)
        go_to("canvas")
    while window.document.selected_layers() != [network().layer("Dense").id]:
        key(Qt.Key.Key_Tab)
        go_to("canvas")
    key(Qt.Key.Key_L)
    key(Qt.Key.Key_Return)
    assert [(k.source, k.delay) for k in network().links.values() if k.target == k.source] == [
        (network().layer("Dense").id, 1)
    ]
    key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(QApplication.focusWidget(), "go to training")
    key(Qt.Key.Key_Return)
    assert window.training.isAncestorOf(QApplication.focusWidget())
    choose_by_keys("Data set", "Hand")
    choose_by_keys("Read as", "Row")
    while window.training.problems.isVisible():
        before = window.document.state
        button = next(b for b in window.training.problems.findChildren(QAbstractButton) if b.isVisible())
        button.setFocus(Qt.FocusReason.TabFocusReason)
        key(Qt.Key.Key_Space)
        assert window.document.state is not before
    key(Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.runner.busy)
    good = lambda: window.runner.evaluation is not None and window.runner.evaluation.metrics["accuracy"] > 0.6  # noqa: E731
    qtbot.waitUntil(good, timeout=120000)
    key(Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.runner.status == "paused")


def test_a_batch_without_end_keeps_neither_an_edit_nor_the_window_waiting(qtbot, window, monkeypatch):
    window.files.open_example("digits-rows-elman")
    press_button(window, "play")
    qtbot.waitUntil(lambda: window.runner.report is not None and window.runner._live is not None, timeout=30000)
    learned = dict(window.runner.weights)
    with monkeypatch.context() as slow:
        slow.setattr(window.runner._trainer, "wait_for", lambda *_: False)
        slow.setattr(window.runner, "_drain", lambda: None)
        window.runner.hand_over()
    assert window.runner.status == "pausing"
    assert all(np.array_equal(window.document.project.weights[name], value) for name, value in learned.items())
    qtbot.waitUntil(lambda: window.runner.status == "paused")


def test_what_opened_beside_the_window_closes_with_it(window):
    beside = [window.gym.show(), window.explorers.show("optimizer_race")]
    assert all(part.isVisible() for part in beside)
    window.close()
    assert not any(part.isVisible() for part in beside)


def test_tab_passes_by_the_panels_that_lie_behind_others(qtbot, window):
    window.idle.finish()
    window.activateWindow()
    with qtbot.waitActive(window):
        pass
    window.docks.show("training")
    qtbot.waitUntil(lambda: window.docks.all["data"].visibleRegion().isEmpty())
    for key, backwards in ((Qt.Key.Key_Tab, False), (Qt.Key.Key_Backtab, True)):
        window.training.buttons.play.setFocus()
        reached = []
        while QApplication.focusWidget() is not window.canvas and len(reached) < 300:
            QTest.keyClick(QApplication.focusWidget(), key)
            reached.append(QApplication.focusWidget())
        assert reached[-1] is window.canvas, f"the canvas is not reached, backwards: {backwards}"
        docks = {name for name, dock in window.docks.all.items() if any(dock.isAncestorOf(one) for one in reached)}
        assert docks <= {"palette", "training", "loss", "gradient", "output"}, docks
