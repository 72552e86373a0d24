"""The pictures of a sample, one class per kind of data; each is painted from the arrays and keeps none of its own."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.dataset import Dataset, Field
from gui.samples.values import named, number, raw
from gui.text import tr
from gui.theme import theme

MOST_CURVES = 6
NAMES_WIDTH = 84


class SamplePage(QWidget):
    """Base: paints one sample of a data set."""

    def __init__(self) -> None:
        super().__init__()
        self.dataset: Dataset | None = None
        self.sample = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time goes from left to right in every language
        theme().changed.connect(self.update)

    def show_sample(self, dataset: Dataset, sample: int) -> None:
        """Paint this sample."""
        self.dataset, self.sample = dataset, sample
        self.setFixedHeight(self.wanted_height())
        self.update()

    def wanted_height(self) -> int:
        """Pixels."""
        return 150

    def input(self) -> Field:
        """The main input."""
        assert self.dataset is not None
        return next(iter(self.dataset.inputs.values()))

    def draw(self, painter: QPainter) -> None:
        """Paint the sample."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        return QSize(200, self.wanted_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.dataset is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        painter.end()


class PicturePage(SamplePage):
    """A picture: dark ink on light paper in both themes."""

    def draw(self, painter: QPainter) -> None:
        assert self.dataset is not None and self.dataset.image_shape is not None
        rows, columns = self.dataset.image_shape
        ink = np.clip(np.asarray(self.input().values[self.sample], float).reshape(rows, columns), 0, 1)
        paper = np.ascontiguousarray(np.rint(250 - 235 * ink).astype(np.uint8))
        picture = QImage(paper.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
        cell = min(self.height() // rows, self.width() // columns)
        place = QRectF(0, 0, cell * columns, cell * rows)
        painter.drawImage(place, picture)
        painter.setPen(QPen(theme().color("plot_grid"), 0))
        painter.drawRect(place)


class CurvesPage(SamplePage):
    """A curve over time for each of the first few features, in its own unit."""

    def wanted_height(self) -> int:
        shown = min(MOST_CURVES, self.input().features) if self.dataset is not None else 1
        return 130 if shown == 1 else 46 * shown + 8

    def draw(self, painter: QPainter) -> None:
        values = raw(self.input(), self.sample)
        shown = min(MOST_CURVES, values.shape[1])
        tall = (self.height() - 4) / shown
        for feature in range(shown):
            box = QRectF(0, 2 + feature * tall, self.width(), tall - 4)
            self._curve(painter, box, values[:, feature], named(self.input(), feature))

    def _curve(self, painter: QPainter, box: QRectF, values: np.ndarray, name: str) -> None:
        text = painter.fontMetrics()
        low, high = float(values.min()), float(values.max())
        left = NAMES_WIDTH
        plot = box.adjusted(left, 4, -6, -4)
        painter.setPen(theme().color("muted"))
        painter.drawText(QPointF(0, box.top() + text.ascent()), _short(text, name, left - 8))
        painter.drawText(QPointF(0, box.bottom() - 4), _short(text, f"{low:.3g} … {high:.3g}", left - 8))
        painter.fillRect(plot, theme().color("plot_background"))
        span = (high - low) or 1.0
        across = plot.width() / max(1, len(values) - 1)
        line = QPolygonF(
            [
                QPointF(plot.left() + step * across, plot.bottom() - 3 - (value - low) / span * (plot.height() - 6))
                for step, value in enumerate(values)
            ]
        )
        painter.setPen(QPen(theme().color("series1"), 1.5))
        painter.drawPolyline(line)


class StripsPage(SamplePage):
    """A sequence as strips of cells: one strip per feature, one column per step, and the answers below."""

    def wanted_height(self) -> int:
        if self.dataset is None:
            return 60
        return 16 * self._strips() + 28

    def _strips(self) -> int:
        assert self.dataset is not None
        return min(24, self.input().features) + (1 if self.dataset.target.sequence else 0)

    def draw(self, painter: QPainter) -> None:
        assert self.dataset is not None
        field = self.input()
        values = np.asarray(field.values[self.sample], float)
        reach = float(np.abs(values).max()) or 1.0
        for feature in range(min(24, values.shape[1])):
            colors = [theme().sign_color(float(v) / reach) for v in values[:, feature]]
            self._strip(painter, feature, named(field, feature), colors)
        row = min(24, values.shape[1])
        if self.dataset.target.sequence:
            self._strip(painter, row, tr("answer"), self._answers())
            row += 1
        painter.setPen(theme().color("muted"))
        scale = QRectF(NAMES_WIDTH, 16 * row + 4, self.width() - NAMES_WIDTH, 18)
        painter.drawText(scale, Qt.AlignmentFlag.AlignLeft, "t = 1")
        painter.drawText(scale, Qt.AlignmentFlag.AlignRight, f"{len(values)}")

    def _answers(self) -> list[QColor]:
        assert self.dataset is not None
        field, mask = self.dataset.target, self.dataset.mask
        values = np.asarray(field.values[self.sample, :, 0], float)
        most = max(1, len(field.classes) - 1) if field.codes else float(np.abs(values).max()) or 1.0
        counted = np.ones(len(values), bool) if mask is None else mask[self.sample]
        blank = theme().color("window")
        return [theme().sequential(float(v) / most) if c else blank for v, c in zip(values, counted, strict=True)]

    def _strip(self, painter: QPainter, row: int, name: str, colors: list[QColor]) -> None:
        painter.setPen(theme().color("muted"))
        text = painter.fontMetrics()
        painter.drawText(QPointF(0, 16 * row + text.ascent() - 1), _short(text, name, NAMES_WIDTH - 8))
        wide = (self.width() - NAMES_WIDTH) / max(1, len(colors))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        gap = 1.0 if wide > 5 else 0.0
        for step, color in enumerate(colors):
            left = round(NAMES_WIDTH + step * wide)
            right = round(NAMES_WIDTH + (step + 1) * wide)
            painter.fillRect(QRectF(left, 16 * row + 1, max(1.0, right - left - gap), 14), color)


class TablePage(SamplePage):
    """Names and numbers."""

    def wanted_height(self) -> int:
        if self.dataset is None:
            return 60
        return self._line() * self.input().features + 4

    def _line(self) -> int:
        return self.fontMetrics().height() + 3

    def draw(self, painter: QPainter) -> None:
        field, line = self.input(), self._line()
        text = painter.fontMetrics()
        half = self.width() * 0.58
        for feature, value in enumerate(raw(field, self.sample)):
            top = feature * line
            painter.setPen(theme().color("muted"))
            painter.drawText(QPointF(0, top + text.ascent()), _short(text, named(field, feature), half - 8))
            painter.setPen(theme().color("text"))
            painter.drawText(QPointF(half, top + text.ascent()), number(float(value), field.unit))


class PlanePage(SamplePage):
    """All points of a plane by class, without those of the test part, with a ring around the sample."""

    def wanted_height(self) -> int:
        return min(240, max(160, self.width() - 40))

    def draw(self, painter: QPainter) -> None:
        assert self.dataset is not None
        points = np.asarray(self.input().values[:, :2], float)
        classes = self.dataset.target.values[:, 0].astype(int)
        side = min(self.width(), self.height()) - 4
        box = QRectF((self.width() - side) / 2, 2, side, side)
        painter.fillRect(box, theme().color("plot_background"))
        reach = float(np.abs(points).max()) * 1.08 or 1.0
        spots = [
            QPointF(box.center().x() + x / reach * side / 2, box.center().y() - y / reach * side / 2) for x, y in points
        ]
        painter.setPen(Qt.PenStyle.NoPen)
        put_away = {int(n) for n in self.dataset.split.get("test", ())}
        for n, (kind, spot) in enumerate(zip(classes, spots, strict=True)):
            if n in put_away:
                continue
            painter.setBrush(theme().color("negative" if kind == 0 else "positive"))
            painter.drawEllipse(spot, 2.2, 2.2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("text"), 2))
        painter.drawEllipse(spots[self.sample], 6, 6)


def _short(text: QFontMetrics, words: str, room: float) -> str:
    # Names that are counted differ at their end.
    return text.elidedText(words, Qt.TextElideMode.ElideMiddle, int(room))
