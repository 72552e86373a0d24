"""Texts, numpy files, pictures and sound by the same dialog: told, imported and trained."""

from __future__ import annotations

import wave

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from core.examples import open_example
from core.problems import errors
from gui.document import Document
from gui.importing import accepts
from gui.importing.array_page import ArrayPage
from gui.importing.choosing import page_for
from gui.importing.dialog import ImportDialog
from gui.importing.samples_pages import ArraysPage, ImagesPage, SoundPage
from gui.importing.table_page import TablePage
from gui.importing.text_page import TextPage
from gui.runner import Runner

READY = 60_000


def text(folder):
    path = folder / "poem.txt"
    path.write_text("توانا بود هر که دانا بود\n" * 40, "utf-8")
    return path


def arrays(folder):
    draw = np.random.default_rng(0)
    np.savez(folder / "mine.npz", series=draw.normal(size=(60, 9, 2)), label=draw.integers(0, 3, 60))
    return folder / "mine.npz"


def array(folder):
    np.save(folder / "lone.npy", np.sin(np.arange(400.0) / 9))
    return folder / "lone.npy"


def pictures(folder):
    for kind in ("round", "square"):
        (folder / kind).mkdir()
        for n in range(6):
            image = QImage(40, 40, QImage.Format.Format_RGB32)
            image.fill(QColor("white"))
            painter = QPainter(image)
            painter.setBrush(QColor("black"))
            (painter.drawEllipse if kind == "round" else painter.drawRect)(4 + n, 8, 20, 20)
            painter.end()
            assert image.save(str(folder / kind / f"{n}.png"))
    return folder


def sounds(folder):
    for kind, hertz in (("low", 300), ("high", 1500)):
        (folder / kind).mkdir()
        for n in range(6):
            tone = np.sin(2 * np.pi * hertz * np.arange(2000 + 400 * n) / 8000)
            with wave.open(str(folder / kind / f"{n}.wav"), "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(2)
                sound.setframerate(8000)
                sound.writeframes((20_000 * tone).astype("<i2").tobytes())
    return folder


CASES = [
    (text, TextPage, "48 windows of 40 steps × 11 features → one of 11 classes"),
    (arrays, ArraysPage, "60 samples of 9 steps × 2 features → one of 3 classes"),
    (array, ArrayPage, "376 windows of 24 steps × 1 feature → 1 number"),
    (pictures, ImagesPage, "12 samples of 28 steps × 28 features → one of 2 classes"),
    (sounds, SoundPage, "12 samples of up to 48 steps × 24 features → one of 2 classes"),
]


@pytest.mark.parametrize(("make", "kind", "sentence"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_kind_is_told_imported_and_trained(make, kind, sentence, qtbot, tmp_path):
    path = make(tmp_path)
    assert accepts(path) and page_for(path) is kind
    document = Document(open_example("digits-rows-elman"))
    runner = Runner(document)
    runner.start()
    dialog = ImportDialog(document, runner, kind(document, path))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: not dialog.waiting(), timeout=READY)
    assert dialog.said.text() == sentence
    QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=READY)
    assert document.undo_stack.count() == 1 and errors(document.state) == []
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=READY)
    runner.step("batch")
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=READY)
    assert np.isfinite(runner.report.loss)
    assert runner.close()


def test_a_text_file_that_is_a_table_is_imported_as_one(tmp_path):
    rows = ["day\tvalue\tword", *(f"2020-01-{n:02}\t{n}.5\tx" for n in range(1, 20))]
    (tmp_path / "table.txt").write_text("\n".join(rows), "utf-8")
    poem = "Shall I compare thee, to a summer's day?\nThou art more lovely, and more temperate:\n" * 20
    (tmp_path / "poem.txt").write_text(poem, "utf-8")
    (tmp_path / "numbers.txt").write_text("1\n2\n3\n4\n5\n6\n", "utf-8")
    (tmp_path / "empty.txt").write_text("", "utf-8")
    (tmp_path / "notes.md").write_text("\n".join(rows), "utf-8")
    pages = {
        name: page_for(tmp_path / name) for name in ("table.txt", "poem.txt", "numbers.txt", "empty.txt", "notes.md")
    }
    assert pages.pop("table.txt") is TablePage and set(pages.values()) == {TextPage}


def test_the_vocabulary_of_a_text_is_shown(qtbot, tmp_path):
    (tmp_path / "a.txt").write_text("aab b\n" * 100, "utf-8")
    document = Document(open_example("digits-rows-elman"))
    runner = Runner(document)
    runner.start()
    dialog = ImportDialog(document, runner, TextPage(document, tmp_path / "a.txt"))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: not dialog.waiting(), timeout=READY)
    shown = dialog.page.vocabulary.text().translate(
        {0x2068: None, 0x2069: None, 0xA0: " "}
    )  # isolates for every script
    assert shown == "Vocabulary: a 200  ·  b 200  ·  ↵ 100  ·  ␣ 100"
    dialog.reject()
    assert runner.close()


def test_a_folder_of_anything_else_is_not_accepted(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.pdf").write_bytes(b"x")
    assert not accepts(tmp_path)
    assert not accepts(tmp_path / "a" / "b.pdf")
