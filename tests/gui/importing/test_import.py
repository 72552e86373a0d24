"""The import dialog by real events: drop or menu, look, choose roles, import as one undoable edit, train, save and reopen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from core import project_file
from core.data.dataset import WindowedSeries
from core.data.importers.table import CHUNK
from core.examples import open_example
from core.problems import errors
from gui.document import Document
from gui.importing import accepts
from gui.importing.dialog import ImportDialog
from gui.importing.table_page import TablePage
from gui.main_window import MainWindow
from gui.runner import Runner

READY = 60_000


@pytest.fixture
def document(qapp):
    return Document(open_example("digits-rows-elman"))


@pytest.fixture
def runner(document, qtbot):
    made = Runner(document)
    made.start()
    qtbot.waitUntil(lambda: made.status != "loading", timeout=READY)
    yield made
    assert made.close()


@pytest.fixture
def importing(document, runner, qtbot):
    """Open the dialog for a file of this text, and wait until it says what comes of it."""

    def opened(path):
        dialog = ImportDialog(document, runner, TablePage(document, path))
        qtbot.addWidget(dialog)
        dialog.show()
        settled(qtbot, dialog)
        return dialog

    return opened


def settled(qtbot, dialog):
    qtbot.waitUntil(lambda: not dialog.waiting(), timeout=READY)


def sine(folder, rows=300, bad=0):
    lines = ["day;value;noise"]
    for n in range(rows):
        day = np.datetime64("2020-01-01") + n
        value = "oops" if bad and n == bad else f"{np.sin(n / 5):.6f}".replace(".", ",")
        lines.append(f"{day};{value};{n % 7}")
    path = folder / "sine.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def choose(dialog, column, key):
    """Click on a column's header and choose from its menu with the mouse."""
    header = dialog.page.view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(action for action in menu.actions() if action.objectName() == key)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def test_a_table_is_looked_at_read_and_told(importing, tmp_path):
    dialog = importing(sine(tmp_path))
    assert dialog.page.roles == ["time", "feature", "both"]
    assert dialog.page.delimiter.currentData() == ";"
    assert dialog.page.decimal.currentData() == ","
    assert dialog.said.text() == "276 windows of 24 steps × 2 features → 1 number"
    assert dialog.more.text() == "221 for training, 55 for validation"
    assert dialog.ok.isEnabled()


def test_roles_and_settings_change_what_comes_of_it(importing, qtbot, tmp_path):
    dialog = importing(sine(tmp_path))
    choose(dialog, 2, "ignore")
    choose(dialog, 1, "both")
    assert not dialog.ok.isEnabled()  # what stands there is not true any more
    settled(qtbot, dialog)
    assert dialog.page.roles == ["time", "both", "ignore"]
    assert "24 steps × 1 feature" in dialog.said.text()
    box = dialog.form.row("window").field.editor
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), "10")
    QTest.keyClick(box, Qt.Key.Key_Return)
    settled(qtbot, dialog)
    assert dialog.said.text() == "290 windows of 10 steps × 1 feature → 1 number"
    choose(dialog, 1, "target")
    settled(qtbot, dialog)
    assert dialog.said.text() == "No column is a feature: choose at least one that the network sees."
    assert not dialog.ok.isEnabled()


def test_the_menu_of_a_column_opens_by_keyboard(importing, qtbot, tmp_path):
    dialog = importing(sine(tmp_path))
    dialog.page.view.setCurrentIndex(dialog.page.model.index(0, 2))
    QTest.keyClick(dialog.page.view, Qt.Key.Key_Return)
    menu = QApplication.activePopupWidget()
    assert [action.objectName() for action in menu.actions() if action.isChecked()] == ["both", "number"]
    QTest.keyClick(menu, Qt.Key.Key_Escape)


def test_bad_cells_are_marked_and_refused_until_they_count_as_missing(importing, qtbot, tmp_path):
    dialog = importing(sine(tmp_path, bad=50))
    model = dialog.page.model
    where = model.index(50, 1)
    assert model.data(where, Qt.ItemDataRole.ToolTipRole) == "This is no number."
    assert model.data(where, Qt.ItemDataRole.BackgroundRole) is not None
    assert model.data(model.index(49, 1), Qt.ItemDataRole.BackgroundRole) is None
    assert "row 52, column 2 “value”: “oops” is no number" in dialog.said.text()
    assert not dialog.ok.isEnabled()
    QTest.mouseClick(
        dialog.page.tolerance, Qt.MouseButton.LeftButton, pos=QPoint(8, dialog.page.tolerance.height() // 2)
    )
    settled(qtbot, dialog)
    assert "1 cell does not fit and counts as missing." in dialog.more.text()
    assert dialog.ok.isEnabled()


def test_another_delimiter_is_looked_at_afresh(importing, qtbot, tmp_path):
    dialog = importing(sine(tmp_path))
    drop = dialog.page.delimiter
    drop.setFocus()
    QTest.keyClick(drop, Qt.Key.Key_Home)
    settled(qtbot, dialog)
    assert drop.currentData() == ","
    assert dialog.page.model.columnCount() == 2
    assert not dialog.ok.isEnabled() or dialog.found is not None


def test_import_is_one_edit_that_trains_saves_and_opens_again(importing, document, runner, qtbot, tmp_path):
    before, entries = document.state, document.undo_stack.count()
    dialog = importing(sine(tmp_path))
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=READY)
    assert document.undo_stack.count() == entries + 1
    assert errors(document.state) == []
    data = document.project.dataset()
    assert isinstance(data.info["series"], WindowedSeries) and data.title == "sine"
    runner.step("epoch")
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=READY)
    assert runner.report is not None and np.isfinite(runner.report.loss)
    project_file.save(document.project, tmp_path / "mine.unroll")
    opened = project_file.load(tmp_path / "mine.unroll")
    assert opened.data == document.project.data
    assert np.array_equal(opened.dataset().inputs["x"].values, data.inputs["x"].values)
    while document.undo_stack.index() > entries:
        document.undo()
    assert document.state.data == before.data and document.state.network == before.network


def test_a_bad_file_is_told_and_nothing_changes(importing, document, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes(b"\x89PNG\x00\x01")
    before = document.state
    dialog = importing(path)
    assert dialog.said.text() == "“bad.csv” is not a text file: it holds bytes that no text has."
    assert not dialog.ok.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and document.state is before


def test_giving_up_in_the_middle_of_a_long_file_leaves_no_trace(document, runner, qtbot, tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "1,2\n" * (400 * CHUNK), "utf-8")
    before = document.state
    dialog = ImportDialog(document, runner, TablePage(document, path))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.progress.maximum() == 1000 and dialog.progress.value() > 0, timeout=READY)
    assert dialog.waiting()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and not runner.jobs.running and document.state is before
    done = []
    runner.jobs.begin(lambda: iter(()), done.append, done.append)
    qtbot.waitUntil(lambda: bool(done))  # the worker is free again


def test_a_file_can_be_dropped_on_the_window(qtbot, tmp_path):
    window = MainWindow()
    qtbot.addWidget(window)
    window.files.open_example("digits-rows-elman")
    window.show()
    window.runner.start()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(sine(tmp_path)))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, mime, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), copy, mime, left, none))
    dialog = window.findChild(ImportDialog)
    assert dialog is not None and dialog.isVisible()
    settled(qtbot, dialog)
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.project.data.key == "own_table", timeout=READY)
    assert window.imports.commands["import"].shortcut().toString() == "Ctrl+I"
    window.document.undo_stack.setClean()
    assert window.close()


def test_what_is_accepted(tmp_path):
    assert accepts(sine(tmp_path))
    assert not accepts(tmp_path / "a.unroll")
