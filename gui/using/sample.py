"""An input that nobody can draw or type (sound, weather): a sample of the data, and which steps of it mattered."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.data.dataset import Dataset
from core.questions import Reading
from gui.samples import SampleView
from gui.samples.pages import NAMES_WIDTH
from gui.text import tr
from gui.theme import theme
from gui.using.editors import Editor, relative, valid


class SampleShow(Editor):
    """Shows a sample; a strip below says which steps mattered."""

    def __init__(self) -> None:
        super().__init__()
        self.view = SampleView()
        self.strip = _Strip(self)
        self.sample = 0
        self.step: int | None = None
        """The step that the keyboard has come to; None is the one that matters most."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.view)
        column.addWidget(self.strip)

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        self.show_sample(int(data.samples("train")[0]))

    def show_sample(self, sample: int) -> None:
        assert self.data is not None
        self.sample, self.reading = sample, None
        self.view.show_sample(self.data, sample)
        self.strip.update()
        self.edited.emit()

    def values(self) -> np.ndarray | None:
        return None if self.data is None else np.array(valid(self.data, self.sample), np.float32)

    def show_reading(self, reading: Reading | None, steps: int) -> None:
        super().show_reading(reading, steps)
        self.strip.update()

    def asked(self, at: QPointF | None) -> tuple[int | None, int | None] | None:
        if self.reading is None or self.reading.gradient.ndim != 2:
            return None
        if at is None:
            return self._looked(), None
        page = self.view.page
        cell = None if page is None else page.cell_at(QPointF(page.mapFrom(self, at.toPoint())))
        if cell is not None and cell[0] < len(self.reading.gradient) and cell[1] < self.field.features:
            return cell
        step = int((at.x() - NAMES_WIDTH) // ((self.width() - NAMES_WIDTH) / int(self.field.steps or 1)))
        return (step, None) if 0 <= step < len(self.reading.gradient) else None

    def _looked(self) -> int:
        assert self.reading is not None
        most = int(np.linalg.norm(self.reading.gradient, axis=1).argmax())
        return most if self.step is None else min(self.step, len(self.reading.gradient) - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None or self.asked(None) is None:
            super().keyPressEvent(event)
            return
        assert self.reading is not None
        self.step = max(0, min(self._looked() + by, len(self.reading.gradient) - 1))
        self.strip.update()

    def focusInEvent(self, event: object) -> None:
        self.strip.update()

    def focusOutEvent(self, event: object) -> None:
        self.strip.update()

    def why(self) -> str:
        return tr("Strip below: the brighter a step, the more {answer} hangs on it (length of the gradient there).")


class _Strip(QWidget):
    def __init__(self, editor: SampleShow) -> None:
        super().__init__()
        self._editor = editor
        self.setFixedHeight(14)

    def paintEvent(self, event: QPaintEvent) -> None:
        reading, data = self._editor.reading, self._editor.data
        if reading is None or data is None or reading.gradient.ndim != 2:
            return
        painter = QPainter(self)
        steps = int(self._editor.field.steps or len(reading.gradient))
        wide = (self.width() - NAMES_WIDTH) / steps
        for step, share in enumerate(relative(np.linalg.norm(reading.gradient, axis=1))):
            left, right = round(NAMES_WIDTH + step * wide), round(NAMES_WIDTH + (step + 1) * wide)
            painter.fillRect(QRectF(left, 1, max(1, right - left), 10), theme().sequential(float(share)))
            if self._editor.hasFocus() and self._editor.asked(None) == (step, None):
                painter.setPen(QPen(theme().color("selection"), 2))
                painter.drawRect(QRectF(left - 1, 1, max(3, right - left + 1), 11))
        painter.end()
