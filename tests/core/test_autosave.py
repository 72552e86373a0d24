"""Unsaved work survives a crash, and nothing but a save or the user's word removes it; one studio per project file."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import archive, autosave, lock
from core.autosave import Journal, list_recoverable, recover
from core.edits import Rename
from core.errors import BadFile, NotSaved
from core.project import Project, same
from core.project_file import load
from tests.core.samples import full, small

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


def left_behind(folder, units=4, original=None, title="", run=""):
    """Write a copy out of a process that then dies by kill -9."""
    code = f"""
import os, signal
from pathlib import Path
from core.autosave import Journal
from tests.core.samples import full, small
journal = Journal({str(folder)!r})
journal.write(small({units}), {f"Path({str(original)!r})" if original else None}, {title!r})
{run}
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=ENV, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_work_of_a_killed_process_is_offered_with_all_that_is_known_about_it(tmp_path):
    folder = tmp_path / "ذخیره ها"
    left_behind(folder, 7, tmp_path / "my project.unroll", "Übung 🙂")
    (copy,) = list_recoverable(folder)
    assert copy.original == tmp_path / "my project.unroll"
    assert copy.title == "Übung 🙂"
    assert abs(copy.time - time.time()) < 60
    assert not copy.process.running
    assert same(recover(copy).state, small(7).state)


def test_offering_and_recovering_any_number_of_times_removes_nothing(tmp_path):
    left_behind(tmp_path)
    for _ in range(3):
        (copy,) = list_recoverable(tmp_path)
        recover(copy)
    assert copy.file.exists()
    autosave.discard(copy)
    assert list_recoverable(tmp_path) == []
    autosave.discard(copy)


def test_a_crash_while_recovering_leaves_the_copy_and_the_work_is_offered_once(tmp_path):
    left_behind(tmp_path, 5)
    code = f"""
import os, signal
from core.autosave import list_recoverable, recover, Journal
(copy,) = list_recoverable({str(tmp_path)!r})
project = recover(copy)
Journal({str(tmp_path)!r}, copy).write(project, copy.original, copy.title)
os.kill(os.getpid(), signal.SIGKILL)
"""
    for crashes in (1, 2):
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=ENV, check=False, timeout=60)
        (copy,) = list_recoverable(tmp_path)
        assert same(recover(copy).state, small(5).state)
        assert len(list(tmp_path.iterdir())) == 1 + crashes, "older copies stay"
    # Where the newest one is damaged the one before it is offered again.
    newest = copy.file.read_bytes()
    copy.file.write_bytes(newest.replace(b"k1.weight", b"k1.weighT"))
    offered = list_recoverable(tmp_path)
    assert len(offered) == 2 and same(recover(offered[1]).state, small(5).state)
    copy.file.write_bytes(newest)
    autosave.discard(copy)
    assert list(tmp_path.iterdir()) == [], "saved or given up: all copies of this work go"


def test_a_copy_cannot_name_files_elsewhere(tmp_path):
    left_behind(tmp_path / "a")
    (tmp_path / "precious.unroll").write_text("precious")
    (copy,) = list_recoverable(tmp_path / "a")
    parts = archive.unpack(copy.file)
    about = json.loads(parts["recovery.json"])
    parts["recovery.json"] = json.dumps({**about, "replaces": ["../precious.unroll"]}).encode()
    copy.file.write_bytes(archive.pack(parts))
    assert list_recoverable(tmp_path / "a") == []


def test_the_work_of_a_running_studio_is_not_offered(tmp_path):
    journal = Journal(tmp_path)
    assert not journal.written
    journal.write(small())
    assert journal.written
    assert list_recoverable(tmp_path) == []
    journal.discard()
    assert not journal.written and not list(tmp_path.iterdir())


def test_a_reused_process_number_does_not_hide_a_copy(tmp_path):
    journal = Journal(tmp_path)
    journal.write(small())
    parts = archive.unpack(journal.file)
    about = json.loads(parts["recovery.json"])
    assert about["pid"] == os.getpid()
    parts["recovery.json"] = json.dumps({**about, "started": "1"}).encode()
    journal.file.write_bytes(archive.pack(parts))
    if Path("/proc/self/stat").exists():
        assert len(list_recoverable(tmp_path)) == 1


def test_every_write_replaces_the_copy_and_the_newest_is_offered_first(tmp_path):
    left_behind(tmp_path, 4, run="journal.write(small(6))")
    time.sleep(0.01)
    left_behind(tmp_path, 5, run="journal.write(full())")
    newest, older = list_recoverable(tmp_path)
    assert same(recover(newest).state, full().state)
    assert recover(older).network.layers["l2"].params["units"] == 6


def test_damaged_copies_are_neither_offered_nor_removed(tmp_path):
    left_behind(tmp_path)
    (copy,) = list_recoverable(tmp_path)
    content = copy.file.read_bytes()
    for name, damaged in (("a", b""), ("b", content[: len(content) // 2]), ("c", b"x" * 500)):
        (tmp_path / f"{name}.unroll").write_bytes(damaged)
    assert [c.file for c in list_recoverable(tmp_path)] == [copy.file]
    assert len(list(tmp_path.iterdir())) == 4
    # Damage in another part is noticed when it is opened.
    copy.file.write_bytes(content.replace(b"k1.weight", b"k1.weighT"))
    with pytest.raises(BadFile):
        recover(copy)


def test_history_in_a_copy_is_bounded_and_keeps_the_newest_runs(tmp_path, monkeypatch):
    project = full()
    project.runs.reverse()
    sizes = [sum(a.nbytes for a in run.to_arrays().values()) for run in project.runs]
    assert sizes[0] == 0 < sizes[1]
    journal = Journal(tmp_path)
    journal.write(project)
    assert [run.id for run in load(journal.file).runs] == [run.id for run in project.runs]
    monkeypatch.setattr(autosave, "HISTORY_BYTES", sizes[1] - 1)
    journal.write(project)
    assert load(journal.file).runs == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotSaved, match="cannot be kept safe"):
        Journal(tmp_path / "file" / "folder").write(Project())
    assert list_recoverable(tmp_path / "file" / "folder") == []


def test_a_copy_is_a_project_file_like_any_other(tmp_path):
    journal = Journal(tmp_path)
    project = full()
    project.apply(Rename("l2", "Renamed"))
    journal.write(project)
    assert same(load(journal.file).state, project.state)


# -- one studio per file ---------------------------------------------------------------------------------------------


def holder(path, then):
    """A process that takes the lock of ``path``, says so, and then does ``then``."""
    code = f"""
import os, signal, sys
from core.lock import take
held = take({str(path)!r})
print("held" if held else "none", flush=True)
{then}
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"held\n"
    return process


def test_the_second_studio_is_told_who_has_the_project(tmp_path):
    path = tmp_path / "نمونه 🙂.unroll"
    with holder(path, "sys.stdin.read()") as other:
        with pytest.raises(lock.InUse) as caught:
            lock.take(path)
        assert str(other.pid) in str(caught.value)
        assert lock.owner(path).pid == other.pid
        other.stdin.close()
        other.wait(20)
    # It ended without giving the lock back: stale, and taken over.
    assert lock.owner(path) is None
    mine = lock.take(path)
    assert mine.held and lock.owner(path).pid == os.getpid()
    mine.release()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_survives_no_kill(tmp_path):
    path = tmp_path / "p.unroll"
    with holder(path, "os.kill(os.getpid(), signal.SIGKILL)") as other:
        other.wait(20)
    mine = lock.take(path)
    assert mine is not None and mine.held
    mine.release()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"[]", b'{"pid": "x"}', b'{"pid": 1e999}', b"[" * 5000])
def test_a_lock_file_that_says_nothing_is_stale(tmp_path, content):
    path = tmp_path / "p.unroll"
    lock.lock_path(path).write_bytes(content)
    mine = lock.take(path)
    assert mine.held
    mine.release()


def test_a_lock_of_another_machine_is_respected(tmp_path):
    path = tmp_path / "p.unroll"
    about = {"pid": 1, "host": "elsewhere", "started": "", "token": "t"}
    lock.lock_path(path).write_text(json.dumps(about))
    with pytest.raises(lock.InUse, match="elsewhere"):
        lock.take(path)


def test_a_lock_that_was_taken_away_is_not_held(tmp_path):
    path = tmp_path / "p.unroll"
    mine = lock.take(path)
    lock.lock_path(path).unlink()
    assert not mine.held
    other = lock.take(path)
    mine.release()
    assert other.held
    other.release()


def test_where_no_lock_can_be_kept_there_is_none(tmp_path):
    assert lock.take(tmp_path / "gone" / "p.unroll") is None


def test_a_link_and_its_file_share_one_lock(tmp_path):
    real = tmp_path / "real.unroll"
    real.touch()
    (tmp_path / "link.unroll").symlink_to(real)
    assert lock.lock_path(tmp_path / "link.unroll") == lock.lock_path(real)
