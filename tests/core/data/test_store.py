"""Imported data lives under its sha256, travels in the project file, and a tampered file is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from core import autosave, project_file
from core.autosave import Copy, Journal
from core.catalogue.registry import catalogue
from core.data import store
from core.data.cache import dataset
from core.data.importers.table import Table
from core.data.own import table as own
from core.errors import BadFile, DataError
from core.fitting import choose_data
from core.problems import errors
from core.processes import this_process
from core.project import Project
from tests.core.builders import elman


@pytest.fixture
def forget():
    """Forget all imported data, as another process would not have it."""

    def forgotten() -> None:
        store._bytes.clear()
        store._blobs.clear()
        dataset.cache_clear()

    yield forgotten
    forgotten()


def project() -> Project:
    draw = np.random.default_rng(3)
    table = Table(("a", "b"), ("number", "number"), (draw.normal(size=90), draw.normal(size=90)), {})
    content = own.store(table, "mine")
    choice = catalogue("datasets").choose(
        "own_table", content=content, name="mine", features='["a"]', target='["b"]', reading="windows", window=7
    )
    made = elman(features=3, outputs=2)
    made.apply(choose_data(made.state, choice))
    assert errors(made.state) == []
    return made


def test_the_file_carries_the_data(tmp_path: Path, forget) -> None:
    saved = project()
    project_file.save(saved, tmp_path / "a.unroll")
    forget()
    with pytest.raises(DataError, match="is not here"):
        saved.dataset()
    opened = project_file.load(tmp_path / "a.unroll")
    one = opened.dataset()
    assert opened.data == saved.data
    assert (len(one), one.inputs["x"].values.shape, one.target.features) == (83, (83, 7, 1), 1)


def test_a_file_without_its_data_opens_and_says_what_is_missing(tmp_path: Path, forget) -> None:
    saved = project()
    forget()
    project_file.save(saved, tmp_path / "a.unroll")
    opened = project_file.load(tmp_path / "a.unroll")
    assert [problem.text for problem in errors(opened.state)] == [
        "The imported data “mine” is not here. Import its file: File, Import data."
    ]


def rewritten(path: Path, change) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    other = path.with_name("other.unroll")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in change(parts).items():
            kind = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
            archive.writestr(name, content, kind)
    return other


def test_data_that_was_changed_or_does_not_belong_is_refused(tmp_path: Path, forget) -> None:
    saved = project()
    path = tmp_path / "a.unroll"
    project_file.save(saved, path)
    member = next(name for name in zipfile.ZipFile(path).namelist() if name.startswith("data/"))
    forget()

    def one_bit(parts):
        content = bytearray(parts[member])
        content[-1] ^= 1
        return parts | {member: bytes(content)}

    def foreign(parts):
        return parts | {f"data/{'0' * 64}.safetensors": parts[member]}

    for change, sentence in ((one_bit, "is not the data"), (foreign, "belongs to nothing")):
        with pytest.raises(BadFile, match=sentence):
            project_file.load(rewritten(path, change))


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_BLOB", 1 << 20)
    with pytest.raises(DataError, match="more than the 1 MB"):
        store.put({"a": np.zeros(1 << 20)}, {})


def test_names_are_the_sha256_of_the_bytes_and_come_back_exactly() -> None:
    values = np.array([0.1, -0.0, np.nan, 5e-324, 1.7e308])
    name = store.put({"a": values}, {"words": ["گربه", "x"]})
    assert store.put({"a": values}, {"words": ["گربه", "x"]}) == name
    found = store.get(name)
    assert found.arrays["a"].tobytes() == values.tobytes()
    assert found.about == {"words": ["گربه", "x"]}
    assert not found.arrays["a"].flags.writeable


def test_rubbish_is_no_blob() -> None:
    for content in (b"", b"rubbish", b"\xff" * 100):
        with pytest.raises(BadFile, match="damaged"):
            store.put_bytes(content)


def test_large_data_is_written_once_beside_the_copies_and_is_found_again(
    tmp_path: Path, forget, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = project()
    small, large = Journal(tmp_path / "small"), Journal(tmp_path / "large")
    small.write(work)
    monkeypatch.setattr(autosave, "INLINE_BYTES", 100)
    large.write(work)
    (beside,) = (tmp_path / "large").glob("*.data")
    assert store.name_of(beside.read_bytes()) == store.needed(work.data) == beside.stem
    written = beside.stat().st_mtime_ns
    large.write(work)
    assert beside.stat().st_mtime_ns == written
    shape = work.dataset().inputs["x"].values.shape
    for journal in (small, large):
        forget()
        copy = Copy(journal.file, None, "", 0.0, this_process())
        assert autosave.recover(copy).dataset().inputs["x"].values.shape == shape
    beside.write_bytes(b"changed")
    forget()
    assert errors(autosave.recover(copy).state)
    monkeypatch.setattr(autosave, "_DATA_AGE", -1.0)
    other = Journal(tmp_path / "large")
    other.write(elman(data=("digits", {"reading": "rows"})))
    other.discard()
    assert beside.exists()  # a copy names it
    large.discard()
    assert not beside.exists()
