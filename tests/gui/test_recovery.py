"""Autosave and recovery as the user meets them: real edits, real crashes, and no answer but Delete that destroys."""

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget

from core import project_file
from core.autosave import list_recoverable, recover
from core.edits import Rename
from core.project import same
from core.project_file import load
from gui import recovery as module
from gui.document import Document
from gui.pictures import PictureList
from gui.recovery import Recovery
from gui.recovery_dialog import RecoveryDialog
from tests.core.samples import small
from tests.core.test_autosave import left_behind

ROOT = Path(__file__).parents[2]


@pytest.fixture
def document(qapp):
    return Document(small())


@pytest.fixture
def make(document):
    made = []

    def call(folder):
        made.append(Recovery(document, folder))
        return made[-1]

    yield call
    for one in made:
        one.mark_discarded()
        one.close()


def copies(folder):
    return sorted(folder.glob("*.unroll"))


def rename(document, name):
    document.do(Rename("l2", name))


def test_an_edit_is_on_disk_within_three_seconds_without_being_asked(qtbot, document, make, tmp_path):
    assert module.DELAY <= 2500
    make(tmp_path)
    rename(document, "First")
    names = (f"Edit {n}" for n in itertools.count())

    def kept():
        rename(document, next(names))
        return bool(copies(tmp_path))

    qtbot.waitUntil(kept)  # editing on and on does not push the copy back
    rename(document, "Last")
    qtbot.waitUntil(lambda: load(copies(tmp_path)[0]).network.layers["l2"].name == "Last")
    assert len(copies(tmp_path)) == 1


def test_nothing_is_written_before_there_is_something_to_lose(document, make, tmp_path):
    recovery = make(tmp_path / "autosave")
    recovery.keep()
    assert not recovery.unsaved
    document.open(small(9))
    recovery.keep()
    assert not (tmp_path / "autosave").exists() or not copies(tmp_path / "autosave")


def test_a_save_removes_the_copy_and_the_next_edit_makes_one_again(document, make, tmp_path):
    recovery = make(tmp_path)
    rename(document, "A")
    recovery.keep()
    assert len(copies(tmp_path)) == 1
    recovery.mark_saved()
    assert not copies(tmp_path) and not recovery.unsaved
    rename(document, "B")
    recovery.keep()
    assert len(copies(tmp_path)) == 1
    document.undo_stack.undo()
    recovery.keep()
    assert not copies(tmp_path), "undone to what is saved: nothing to lose"


def test_opening_another_project_without_an_answer_leaves_the_copy(document, make, tmp_path):
    recovery = make(tmp_path)
    rename(document, "Not saved")
    recovery.keep()
    document.open(small(8))
    rename(document, "Of the second")
    recovery.keep()
    assert {load(copy).network.layers["l2"].name for copy in copies(tmp_path)} == {"Not saved", "Of the second"}


def test_giving_the_changes_up_removes_the_copy(document, make, tmp_path):
    recovery = make(tmp_path)
    rename(document, "A")
    recovery.keep()
    recovery.mark_discarded()
    assert not copies(tmp_path)
    recovery.keep()
    assert not copies(tmp_path)


def test_closing_with_work_that_nobody_gave_up_keeps_it(document, tmp_path):
    recovery = Recovery(document, tmp_path)
    rename(document, "A")
    recovery.close()
    assert load(copies(tmp_path)[0]).network.layers["l2"].name == "A"
    rename(document, "after")


def test_a_full_disk_is_said_and_the_document_stays(qtbot, document, make, tmp_path):
    (tmp_path / "file").write_text("")
    recovery = make(tmp_path / "file" / "autosave")
    rename(document, "A")
    with qtbot.waitSignal(recovery.failed) as said:
        recovery.keep()
    assert "Save your project yourself" in said.args[0]
    assert document.project.network.layers["l2"].name == "A"


CRASHING = """
import os, random, signal, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from core.edits import Rename
from gui import recovery
from gui.document import Document
from gui.recovery import Recovery
from tests.core.samples import small
recovery.DELAY = 30
app = QApplication([])
document = Document(small())
keeper = Recovery(document, Path(sys.argv[1]))
rng = random.Random(int(sys.argv[2]))
count = 0
def edit():
    global count
    count += 1
    document.do(Rename("l2", f"edit {count}"))
    print(count, flush=True)
    QTimer.singleShot(rng.randrange(1, 12), edit)
QTimer.singleShot(0, edit)
app.exec()
"""


@pytest.mark.skipif(os.name == "nt", reason="no kill -9")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_kill_9_all_but_the_last_moment_comes_back(tmp_path, seed):
    with subprocess.Popen(
        [sys.executable, "-c", CRASHING, str(tmp_path), str(seed)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as app:  # fmt: skip
        seen = 0
        while seen < 60 + 17 * seed:
            seen = int(app.stdout.readline())
        app.send_signal(signal.SIGKILL)
        rest = app.stdout.read().split()
        app.wait()
    last = int(rest[-1]) if rest else seen
    (copy,) = list_recoverable(tmp_path)
    number = int(recover(copy).network.layers["l2"].name.removeprefix("edit "))
    assert number > last - 60, "what was edited before the last delay is there"
    assert number <= last
    assert not [file for file in tmp_path.iterdir() if file.name.endswith(".tmp")]


# -- offering --------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def button(dialog, name):
    return dialog.findChild(QPushButton, name)


def click(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_nothing_to_offer_shows_nothing_unless_asked(document, make, window, tmp_path):
    recovery = make(tmp_path)
    assert recovery.offer(window) is None
    dialog = recovery.offer(window, silent=False)
    assert "no unsaved work" in dialog.findChild(QLabel).text()
    assert not button(dialog, "open").isEnabled() and not button(dialog, "delete").isEnabled()
    dialog.reject()


def test_not_now_keeps_everything(document, make, window, tmp_path):
    left_behind(tmp_path, 5)
    recovery = make(tmp_path)
    for _ in range(2):
        dialog = recovery.offer(window)
        click(button(dialog, "later"))
        assert not dialog.isVisible()
    assert len(list_recoverable(tmp_path)) == 1
    assert document.project.network.layers["l2"].params["units"] == 4


def test_opened_work_is_untitled_and_its_copy_stays_until_it_is_saved(document, make, window, tmp_path):
    original = tmp_path / "original.unroll"
    project_file.save(small(), original)
    folder = tmp_path / "autosave"
    left_behind(folder, 6, original, "original")
    recovery = make(folder)
    dialog = recovery.offer(window)
    click(button(dialog, "open"))
    assert not dialog.isVisible()
    assert document.project.network.layers["l2"].params["units"] == 6
    assert document.path is None and document.title == "original (recovered)"
    assert not document.undo_stack.isClean(), "closing must ask"
    assert len(copies(folder)) == 2, "the old copy and one of this window"
    assert load(original).network.layers["l2"].params["units"] == 4, "saving over the original is the user's choice"
    document.set_path(tmp_path / "saved.unroll")
    project_file.save(document.project, document.path)
    recovery.mark_saved()
    assert copies(folder) == []


def test_undoing_in_recovered_work_does_not_count_as_saved(document, make, window, tmp_path):
    left_behind(tmp_path, 6)
    recovery = make(tmp_path)
    click(button(recovery.offer(window), "open"))
    rename(document, "A")
    document.undo_stack.undo()
    recovery.keep()
    assert len(copies(tmp_path)) == 2
    assert not document.undo_stack.isClean()


def test_several_copies_can_be_told_apart_and_chosen_by_double_click(document, make, window, tmp_path):
    left_behind(tmp_path, 5, tmp_path / "a.unroll", "a")
    time.sleep(0.01)
    left_behind(tmp_path, 7, None, "b")
    dialog = make(tmp_path).offer(window)
    view = dialog.findChild(PictureList)
    newest, older = (view.model().index(row, 0) for row in (0, 1))
    assert (newest.data(), older.data()) == ("b", "a")
    assert "never saved" in newest.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert "a.unroll" in older.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    place = view.visualRect(older).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert document.project.network.layers["l2"].params["units"] == 5


def test_delete_asks_first_and_then_removes_that_copy_alone(document, make, window, tmp_path):
    left_behind(tmp_path, 5, None, "keep")
    time.sleep(0.01)
    left_behind(tmp_path, 6, None, "drop")
    dialog = make(tmp_path).offer(window)
    for answer, left in (("&Cancel", 2), ("&Delete", 1)):
        click(button(dialog, "delete"))
        box = dialog.findChild(QMessageBox, "delete_copy")
        assert "drop" in box.text()
        assert box.defaultButton().text().replace("&", "") == "Cancel"
        click(next(b for b in box.buttons() if b.text().replace("&", "") == answer.replace("&", "")))
        box.setObjectName("")
        assert len(list_recoverable(tmp_path)) == left
    assert list_recoverable(tmp_path)[0].title == "keep"
    dialog.reject()


def test_a_damaged_copy_gets_a_sentence_and_stays(document, make, window, tmp_path):
    left_behind(tmp_path, 5)
    (copy,) = list_recoverable(tmp_path)
    copy.file.write_bytes(copy.file.read_bytes().replace(b"k1.weight", b"k1.weighT"))
    before = document.state
    dialog = make(tmp_path).offer(window)
    click(button(dialog, "open"))
    assert dialog.isVisible() and "damaged" in dialog.findChild(QLabel).text()
    assert copy.file.exists()
    assert same(document.state, before)
    dialog.reject()


def test_the_dialog_alone_paints_in_both_themes(qtbot, tmp_path):
    from gui.theme import theme

    left_behind(tmp_path, 5)
    dialog = RecoveryDialog(list_recoverable(tmp_path), lambda copy: None)
    qtbot.addWidget(dialog)
    dialog.show()
    pictures = []
    for mode in ("light", "dark"):
        theme().set_mode(mode)
        pictures.append(dialog.grab().toImage())
    assert pictures[0] != pictures[1]
