"""One window per project file: the second one is told, looks at a copy, and cannot overwrite."""

import pytest
from PySide6.QtWidgets import QMessageBox, QWidget

from core import lock
from core.edits import Rename
from core.project_file import load, save
from gui.document import Document
from gui.files import Files
from tests.core.samples import small
from tests.core.test_autosave import holder


@pytest.fixture
def files(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    made = Files(Document(small(3)), window, lambda: lambda: None)
    yield made
    made.close()


def told(files):
    """What the window said, and the box is closed."""
    box = files.parent().findChild(QMessageBox, "error")
    text = box.text()
    box.setObjectName("")
    box.close()
    return text


def test_a_project_open_in_another_studio_is_shown_as_a_copy_and_not_overwritten(files, tmp_path):
    path = tmp_path / "shared.unroll"
    save(small(8), path)
    with holder(path, "sys.stdin.read()") as other:
        assert files.open(path)
        assert str(other.pid) in told(files)
        document = files._document
        assert document.project.network.layers["l2"].params["units"] == 8
        assert document.path is None
        document.do(Rename("l2", "Mine"))
        assert not files._write(path)
        assert "is open in another" in told(files)
        assert load(path).network.layers["l2"].name == "Hidden"
        assert files._write(tmp_path / "mine.unroll")
        assert load(tmp_path / "mine.unroll").network.layers["l2"].name == "Mine"
        other.stdin.close()
        other.wait(20)


def test_a_window_holds_its_file_and_lets_it_go(files, tmp_path):
    path, other = tmp_path / "a.unroll", tmp_path / "b.unroll"
    save(small(), path)
    assert files.open(path)
    assert lock.owner(path) is not None
    assert files.open(path), "its own lock is no obstacle"
    assert files._write(path)
    assert files._write(other)
    assert lock.owner(path) is None and lock.owner(other) is not None
    files.new()
    assert lock.owner(other) is None
    assert files.open(path)
    files.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.unroll", "b.unroll"]


def test_a_failed_save_leaves_no_lock(files, tmp_path):
    (tmp_path / "folder.unroll").mkdir()
    assert not files._write(tmp_path / "folder.unroll")
    assert "was not saved" in told(files)
    assert lock.owner(tmp_path / "folder.unroll") is None
    assert [file.name for file in tmp_path.iterdir()] == ["folder.unroll"]


def test_discarding_is_announced_once_and_only_then(files, qtbot, monkeypatch):
    said = []
    files.discarded.connect(lambda: said.append(True))
    assert files.may_leave() and not said
    files._document.do(Rename("l2", "Changed"))
    button = QMessageBox.StandardButton
    for answer, left, count in ((button.Cancel, False, 0), (button.Discard, True, 1)):
        monkeypatch.setattr(QMessageBox, "exec", lambda self, answer=answer: answer)
        assert files.may_leave() is left
        assert len(said) == count
