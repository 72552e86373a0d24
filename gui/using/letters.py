"""A line to type a name into, and its letters coloured by how much each one mattered."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from core.data.dataset import Dataset
from core.data.text.persian import normalised
from gui.samples.values import visible
from gui.text import tr
from gui.theme import theme
from gui.using.editors import Editor, relative, valid
from gui.using.letter_row import LetterRow, right_to_left


class LettersEdit(Editor):
    """Text whose symbols are codes for an embedding, or a flag each."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[int] = []
        """What is read, without the symbol for the start."""
        self._numbers: dict[str, int] = {}
        self._between = ""
        self._begins = False
        self._backwards = False
        self.line = QLineEdit()
        self.line.setObjectName("letters")
        self.line.setClearButtonEnabled(True)
        self.line.setAccessibleName(tr("Text that the network reads"))
        self.row = _Letters(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.line)
        column.addWidget(self.row)
        self.line.textEdited.connect(self._typed)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Those that the data knows: classes of codes, or a flag each."""
        return self.field.classes if self.field.codes else self.field.names

    @property
    def text(self) -> str:
        """What is read: the typed symbols that the data knows."""
        return self._between.join(self.symbols[code] for code in self.codes) if self.data is not None else ""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Typed symbols that are not read."""
        return tuple(dict.fromkeys(one for one in self._typed_symbols() if self._code(one) is None))

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        classes = self.symbols
        self._numbers = {name: code for code, name in enumerate(classes)}
        self._between = " " if any(len(name) > 1 for name in classes) else ""
        self._begins = data.target.sequence and self.field.codes and bool((self.field.values[:, 0] == 0).all())
        self.codes = []
        self._backwards = right_to_left(classes)
        way = Qt.LayoutDirection.RightToLeft if self._backwards else Qt.LayoutDirection.LeftToRight
        self.line.setLayoutDirection(way)
        self.line.clear()
        self.line.setMaxLength(2 * int(self.field.steps or 64) * (12 if self._between else 1))
        self.line.setPlaceholderText(tr("Type a name") if data.key == "names" else tr("Type a text"))

    def show_sample(self, sample: int) -> None:
        assert self.data is not None
        values = valid(self.data, sample)
        codes = [int(code) for code in (values[:, 0] if self.field.codes else values.argmax(axis=1))]
        self.codes = codes[1:] if self._begins else codes
        self.line.setText(self._between.join(self.symbols[code] for code in self.codes))
        self._changed()

    def _typed_symbols(self) -> list[str]:
        return self.line.text().split() if self._between else list(self.line.text())

    def _code(self, symbol: str) -> int | None:
        """As it is typed, or else in small letters, or as Persian writes it where an Arabic keyboard was used."""
        found = (self._numbers.get(one) for one in (symbol, symbol.lower(), normalised(symbol)))
        return next((code for code in found if code is not None), None)

    def clear(self) -> None:
        self.codes = []
        self.line.clear()
        self._changed()

    @property
    def words(self) -> bool:
        """Whether the symbols are words."""
        return bool(self._between)

    def can_clear(self) -> bool:
        return True

    def values(self) -> np.ndarray | None:
        if self.data is None or not (self.codes or self._begins):
            return None
        codes = ([0] if self._begins else []) + self.codes
        if not self.field.codes:
            return np.eye(len(self.symbols), dtype=np.float32)[codes]
        return np.array(codes, np.float32)[:, None]

    def marks(self) -> tuple[str, ...]:
        codes = ([0] if self._begins else []) + self.codes
        return tuple(visible(self.symbols[code]) for code in codes)

    def step_words(self, steps: int, of: int) -> str:
        read = self._between.join(self.marks()[:steps])
        return tr("After “{text}”", text=read)

    def asked(self, at: QPointF | None) -> tuple[int | None, int | None] | None:
        if at is None:
            return (self.read_steps - 1, None) if self.read_steps else None
        n = self.row.at(QPointF(self.row.mapFrom(self, at)))
        return None if n is None else (n, None)

    def why(self) -> str:
        return tr("The darker a letter, the more {answer} hangs on it (length of the gradient at its vector).")

    def _typed(self) -> None:
        found = [self._code(symbol) for symbol in self._typed_symbols()]
        self.codes = [code for code in found if code is not None]
        self._changed()

    def _changed(self) -> None:
        self.reading = None
        self.row.show_marks(self.marks() if self.data is not None else (), self.words, self._backwards)
        self.edited.emit()

    def show_reading(self, reading: object, steps: int) -> None:
        super().show_reading(reading, steps)  # type: ignore[arg-type]
        self.row.update()


class _Letters(LetterRow):
    def __init__(self, editor: LettersEdit) -> None:
        super().__init__()
        self._editor = editor

    def paintEvent(self, event: QPaintEvent) -> None:
        editor, marks = self._editor, self.marks
        if not marks:
            return
        painter = QPainter(self)
        painter.setFont(self.letter_font())
        reading = editor.reading
        mattered = np.zeros(len(marks))
        if reading is not None and len(reading.gradient) == len(marks):
            mattered = relative(np.linalg.norm(reading.gradient, axis=-1))
        for n, letter in enumerate(marks):
            box = self.box(n)
            shade = theme().color("accent")
            shade.setAlphaF(0.6 * float(mattered[n]))
            painter.fillRect(box, theme().color("base"))
            painter.fillRect(box, shade)
            read = reading is None or n < editor.read_steps
            painter.setPen(theme().color("text" if read else "disabled"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
            if reading is not None and n == editor.read_steps - 1:
                painter.setPen(theme().color("selection"))
                edge = box.left() - 0.5 if self.backwards else box.right() + 0.5
                painter.drawLine(QPointF(edge, box.top()), QPointF(edge, box.bottom()))
        painter.end()
