"""A line to type a name into, and its letters coloured by how much each one mattered."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from core.data.dataset import Dataset
from gui.text import tr
from gui.theme import theme
from gui.using.editors import Editor, relative, valid

_TALL = 34


class LettersEdit(Editor):
    """Text whose symbols are the classes of an input of codes."""

    def __init__(self) -> None:
        super().__init__()
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
    def text(self) -> str:
        """What is read: the typed symbols that the data knows."""
        known = set(self.field.classes) if self.data is not None else set()
        return "".join(letter for letter in self.line.text().lower() if letter in known)

    @property
    def unknown(self) -> str:
        """Typed symbols that are not read."""
        known = set(self.field.classes) if self.data is not None else set()
        return "".join(dict.fromkeys(letter for letter in self.line.text().lower() if letter not in known))

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        self.line.clear()
        self.line.setMaxLength(2 * int(self.field.steps or 64))
        self.line.setPlaceholderText(tr("Type a name"))

    def show_sample(self, sample: int) -> None:
        assert self.data is not None
        codes = valid(self.data, sample)[:, 0].astype(int)
        letters = [self.field.classes[code] for code in codes]
        self.line.setText("".join(letters[1:] if self._begins and codes[0] == 0 else letters))
        self._changed()

    def clear(self) -> None:
        self.line.clear()
        self._changed()

    def can_clear(self) -> bool:
        return True

    def values(self) -> np.ndarray | None:
        if self.data is None or not (self.text or self._begins):
            return None
        codes = [self.field.classes.index(letter) for letter in self.text]
        return np.array([[code] for code in ([0] if self._begins else []) + codes], np.float32)

    def marks(self) -> tuple[str, ...]:
        return ((self.field.classes[0],) if self._begins else ()) + tuple(self.text)

    def step_words(self, steps: int, of: int) -> str:
        read = "".join(self.marks()[:steps])
        return tr("After “{text}”", text=read)

    def why(self) -> str:
        return tr("The darker a letter, the more {answer} hangs on it (length of the gradient at its vector).")

    @property
    def _begins(self) -> bool:
        """Whether inputs begin with a symbol for the start: where the answer is the next symbol."""
        return self.data is not None and self.data.target.sequence

    def _typed(self) -> None:
        self._changed()

    def _changed(self) -> None:
        self.reading = None
        self.row.update()
        self.edited.emit()

    def show_reading(self, reading: object, steps: int) -> None:
        super().show_reading(reading, steps)  # type: ignore[arg-type]
        self.row.update()


class _Letters(QWidget):
    def __init__(self, editor: LettersEdit) -> None:
        super().__init__()
        self._editor = editor
        self.setFixedHeight(_TALL)

    def paintEvent(self, event: QPaintEvent) -> None:
        editor = self._editor
        marks = editor.marks() if editor.data is not None else ()
        if not marks:
            return
        painter = QPainter(self)
        font = QFont(painter.font())
        font.setPointSizeF(font.pointSizeF() * 1.25)
        painter.setFont(font)
        reading, cell = editor.reading, min(26.0, (self.width() - 2) / len(marks))
        mattered = np.zeros(len(marks))
        if reading is not None and len(reading.gradient) == len(marks):
            mattered = relative(np.linalg.norm(reading.gradient, axis=-1))
        for n, letter in enumerate(marks):
            box = QRectF(1 + n * cell, 1, cell - 1, _TALL - 4)
            shade = theme().color("accent")
            shade.setAlphaF(0.6 * float(mattered[n]))
            painter.fillRect(box, theme().color("base"))
            painter.fillRect(box, shade)
            read = reading is None or n < editor.read_steps
            painter.setPen(theme().color("text" if read else "disabled"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
            if reading is not None and n == editor.read_steps - 1:
                painter.setPen(theme().color("selection"))
                painter.drawLine(QPointF(box.right() + 0.5, box.top()), QPointF(box.right() + 0.5, box.bottom()))
        painter.end()
