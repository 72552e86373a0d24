"""The page of the import dialog for texts: encoding, characters or words, and how the text begins."""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QTextOption
from PySide6.QtWidgets import QCheckBox, QFormLayout, QPlainTextEdit, QVBoxLayout

from core.data.dataset import Dataset
from core.data.importers.dialect import sample_lines
from core.data.importers.encoding import ENCODINGS, sniff_encoding
from core.data.importers.progress import Job
from core.data.importers.text import Symbols, read_text
from core.data.own import text as own
from core.why.data.read import symbol, symbols
from gui.document import Document
from gui.forms.fields import Drop
from gui.importing.page import ImportPage
from gui.importing.table_page import encoding_name
from gui.text import tr
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import told

SHOWN_LINES = 200
SHOWN_SYMBOLS = 40


@dataclass(frozen=True)
class _Look:
    encoding: str
    beginning: str


class TextPage(ImportPage):
    """Plain text files."""

    entry = "own_text"

    def __init__(self, document: Document, path: Path) -> None:
        super().__init__(document, path)
        self._stale = False
        self._encoding = ""
        self.encoding = Drop()
        self.encoding.setAccessibleName(tr("Encoding"))
        for key in ENCODINGS:
            self.encoding.add(key, encoding_name(key))
        self.encoding.activated.connect(lambda _: self._recode())
        self.unit = Drop()
        self.unit.setAccessibleName(tr("Symbols"))
        self.unit.add("characters", tr("Characters"))
        self.unit.add("words", tr("Words"))
        self.unit.activated.connect(lambda _: self.changed.emit())
        self.fold = QCheckBox(tr("Upper and lower case are the same"))
        self.fold.clicked.connect(lambda: self.changed.emit())
        self.beginning = QPlainTextEdit()
        self.beginning.setReadOnly(True)
        self.beginning.setAccessibleName(tr("How the text begins"))
        self.beginning.setTabStopDistance(4 * QFontMetricsF(self.font()).horizontalAdvance(" "))
        direction = QTextOption()
        direction.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self.beginning.document().setDefaultTextOption(direction)
        self.vocabulary = told(document, self.palette().ColorRole.PlaceholderText)
        self.vocabulary.setAccessibleName(tr("Vocabulary"))
        form = QFormLayout()
        form.addRow(tr("Encoding"), self.encoding)
        form.addRow(tr("Symbols"), self.unit)
        form.addRow("", self.fold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.beginning, 1)
        layout.addWidget(self.vocabulary)

    def look(self) -> Callable[[], Job[_Look]]:
        path, encoding = self.path, self._encoding
        self._stale = False

        def work() -> Job[_Look]:
            yield from ()
            found = encoding or sniff_encoding(path)
            return _Look(found, "".join(sample_lines(path, found)[:SHOWN_LINES]).lstrip("\ufeff"))

        return work

    def show_look(self, found: _Look) -> Mapping[str, object]:
        self._encoding = found.encoding
        self.encoding.show_key(found.encoding)
        self.beginning.setPlainText(found.beginning)
        return {}

    def needs_look(self) -> bool:
        return self._stale

    def reading(self) -> Hashable:
        return self._encoding, self.unit.currentData(), self.fold.isChecked()

    def read(self) -> Callable[[], Job[Symbols]]:
        path, encoding, unit, fold = self.path, self._encoding, self.unit.currentData(), self.fold.isChecked()
        return lambda: read_text(path, encoding, unit, fold)

    def show_source(self, source: Symbols | None) -> None:
        """The vocabulary, the frequent ones first."""
        if source is None:
            self.vocabulary.tell("", None)
            return
        counts = np.bincount(source.codes, minlength=len(source.vocabulary))
        order = np.argsort(-counts, kind="stable")[:SHOWN_SYMBOLS].tolist()
        each = (
            f"\u2068{html.escape(_visible(source.vocabulary[n]))}\u2069\u00a0{asked(str(n), f'{counts[n]:,}')}"
            for n in order
        )
        more = "  ·  …" if len(counts) > SHOWN_SYMBOLS else ""
        why = tr("Why this count?")
        self.vocabulary.tell(
            tr("Vocabulary: {symbols}", symbols="  ·  ".join(each) + more),
            lambda: {str(n): Question(symbol(source, n), why) for n in order},
        )

    def build(self, source: Symbols, name: str, values: Mapping[str, Any]) -> Dataset:
        return own.build(source, name, values)

    def store(self, source: Symbols, name: str) -> str:
        return own.store(source, name)

    def sample_word(self, values: Mapping[str, Any]) -> str:
        return "windows"

    def remark(self, source: Symbols) -> str:
        count, kinds = asked("all", f"{len(source.codes):,}"), asked("different", f"{len(source.vocabulary):,}")
        size = tr("{n} symbols, {m} different", n=count, m=kinds)
        rare = asked("rare", f"{source.rare:,}")
        return tr("{size}, {n} of them rare words", size=size, n=rare) if source.rare else size

    def about(self, source: Symbols) -> Mapping[str, Question]:
        texts = {
            "all": tr("Why so many symbols?"),
            "different": tr("Why so many different ones?"),
            "rare": tr("Why so many rare words?"),
        }
        return {key: Question(one, texts[key]) for key, one in symbols(source).items()}

    def _recode(self) -> None:
        self._encoding, self._stale = self.encoding.currentData(), True
        self.changed.emit()


def _visible(symbol: str) -> str:
    """A symbol so that it can be seen."""
    return {" ": "␣", "\n": "↵", "\t": "⇥", "\u200c": "ZWNJ"}.get(symbol, symbol)
