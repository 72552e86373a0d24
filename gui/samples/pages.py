"""The pictures of a sample, one class per kind of data; each is painted from the arrays and keeps none of its own."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen, QPolygonF

from core.data.dataset import Dataset
from core.why.data.stored import extreme
from gui.samples.page import Cell, SamplePage
from gui.samples.values import named, number, raw
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question

MOST_CURVES = 6
NAMES_WIDTH = 84
_MOST_STRIPS = 24
_NEAR = 8.0
"""Pixels within which a point of the plane is meant."""


class PicturePage(SamplePage):
    """A picture: dark ink on light paper in both themes."""

    def draw(self, painter: QPainter) -> None:
        assert self.dataset is not None and self.dataset.image_shape is not None
        rows, columns = self.dataset.image_shape
        ink = np.clip(np.asarray(self.input().values[self.sample], float).reshape(rows, columns), 0, 1)
        paper = np.ascontiguousarray(np.rint(250 - 235 * ink).astype(np.uint8))
        picture = QImage(paper.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
        place = QRectF(0, 0, self._side() * columns, self._side() * rows)
        painter.drawImage(place, picture)
        painter.setPen(QPen(theme().color("plot_grid"), 0))
        painter.drawRect(place)

    def _side(self) -> int:
        """Pixels of the screen that a pixel is wide."""
        assert self.dataset is not None and self.dataset.image_shape is not None
        rows, columns = self.dataset.image_shape
        return max(1, min(self.height() // rows, self.width() // columns))

    def grid(self) -> Cell:
        assert self.dataset is not None and self.dataset.image_shape is not None
        rows, columns = self.dataset.image_shape
        return columns, rows

    def box(self, cell: Cell) -> QRectF:
        side = self._side()
        return QRectF(cell[0] * side, cell[1] * side, side, side)

    def cell_at(self, place: QPointF) -> Cell | None:
        across, down = int(place.x() // self._side()), int(place.y() // self._side())
        columns, rows = self.grid()
        return (across, down) if 0 <= across < columns and 0 <= down < rows else None

    def questions(self, cell: Cell) -> list[Question]:
        field = self.input()
        at = cell[1] * self.grid()[0] + cell[0]
        step, feature = divmod(at, field.features) if field.sequence else (None, at)
        return [self.about(self.main, step, feature)]


class CurvesPage(SamplePage):
    """A curve over time for each of the first few features, in its own unit."""

    def wanted_height(self) -> int:
        shown = min(MOST_CURVES, self.input().features) if self.dataset is not None else 1
        return 130 if shown == 1 else 46 * shown + 8

    def draw(self, painter: QPainter) -> None:
        values = raw(self.input(), self.sample)
        for feature in range(self.grid()[1]):
            self._curve(painter, self._row(feature), values[:, feature], named(self.input(), feature))

    def _row(self, feature: int) -> QRectF:
        tall = (self.height() - 4) / self.grid()[1]
        return QRectF(0, 2 + feature * tall, self.width(), tall - 4)

    def grid(self) -> Cell:
        return int(self.input().steps or 1), min(MOST_CURVES, self.input().features)

    def box(self, cell: Cell) -> QRectF:
        plot = self._row(cell[1]).adjusted(NAMES_WIDTH, 4, -6, -4)
        x = plot.left() + cell[0] * plot.width() / max(1, self.grid()[0] - 1)
        return QRectF(x - 3, plot.top(), 6, plot.height())

    def cell_at(self, place: QPointF) -> Cell | None:
        steps, features = self.grid()
        feature = int((place.y() - 2) // ((self.height() - 4) / features))
        plot = self._row(0).adjusted(NAMES_WIDTH, 4, -6, -4)
        step = round((place.x() - plot.left()) / plot.width() * (steps - 1))
        return (max(0, min(step, steps - 1)), feature) if 0 <= feature < features else None

    def questions(self, cell: Cell) -> list[Question]:
        step, feature = cell
        assert self.dataset is not None
        low, high = (extreme(self.dataset, self.main, self.sample, feature, largest) for largest in (False, True))
        ends = [Question(low, tr("Why this smallest number?")), Question(high, tr("Why this largest number?"))]
        return [self.about(self.main, step, feature), *ends]

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
        return min(_MOST_STRIPS, self.input().features) + (1 if self.dataset.target.sequence else 0)

    def grid(self) -> Cell:
        return int(self.input().steps or 1), self._strips()

    def _steps(self, row: int) -> int:
        assert self.dataset is not None
        asked = row >= min(_MOST_STRIPS, self.input().features)
        return int((self.dataset.target if asked else self.input()).steps or 1)

    def box(self, cell: Cell) -> QRectF:
        wide = (self.width() - NAMES_WIDTH) / self._steps(cell[1])
        return QRectF(NAMES_WIDTH + cell[0] * wide, 16 * cell[1] + 1, wide, 14)

    def cell_at(self, place: QPointF) -> Cell | None:
        row = int(place.y() // 16)
        if not 0 <= row < self._strips() or place.x() < NAMES_WIDTH:
            return None
        return int((place.x() - NAMES_WIDTH) / (self.width() - NAMES_WIDTH) * self._steps(row)), row

    def questions(self, cell: Cell) -> list[Question]:
        step, row = cell
        if step >= self._steps(row):
            return []
        asked = row >= min(_MOST_STRIPS, self.input().features)
        return [self.about("target", step, 0) if asked else self.about(self.main, step, row)]

    def draw(self, painter: QPainter) -> None:
        assert self.dataset is not None
        field = self.input()
        values = np.asarray(field.values[self.sample], float)
        reach = float(np.abs(values).max()) or 1.0
        for feature in range(min(_MOST_STRIPS, values.shape[1])):
            colors = [theme().sign_color(float(v) / reach) for v in values[:, feature]]
            self._strip(painter, feature, named(field, feature), colors)
        row = min(_MOST_STRIPS, values.shape[1])
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

    def grid(self) -> Cell:
        return 1, self.input().features

    def box(self, cell: Cell) -> QRectF:
        return QRectF(1, cell[1] * self._line(), self.width() - 2, self._line())

    def cell_at(self, place: QPointF) -> Cell | None:
        row = int(place.y() // self._line())
        return (0, row) if 0 <= row < self.input().features else None

    def questions(self, cell: Cell) -> list[Question]:
        return [self.about(self.main, None, cell[1])]

    def draw(self, painter: QPainter) -> None:
        field, line = self.input(), self._line()
        text = painter.fontMetrics()
        half = self.width() * 0.58
        for feature, own in enumerate(raw(field, self.sample)):
            top = feature * line
            painter.setPen(theme().color("muted"))
            painter.drawText(QPointF(0, top + text.ascent()), _short(text, named(field, feature), half - 8))
            painter.setPen(theme().color("text"))
            painter.drawText(QPointF(half, top + text.ascent()), number(float(own), field.unit))


class PlanePage(SamplePage):
    """All points of a plane by class, without those of the test part, with a ring around the sample."""

    def wanted_height(self) -> int:
        return min(240, max(160, self.width() - 40))

    def show_sample(self, dataset: Dataset, sample: int) -> None:
        self.chosen = (sample, 0)
        super().show_sample(dataset, sample)

    def grid(self) -> Cell:
        return len(self.input().values), 1

    def box(self, cell: Cell) -> QRectF:
        spot = self._spots()[cell[0]]
        return QRectF(spot.x() - _NEAR, spot.y() - _NEAR, 2 * _NEAR, 2 * _NEAR)

    def cell_at(self, place: QPointF) -> Cell | None:
        """The point that is nearest, of those that are drawn."""
        away = np.array([abs(spot.x() - place.x()) + abs(spot.y() - place.y()) for spot in self._spots()])
        away[self._put_away()] = np.inf
        nearest = int(away.argmin())
        return (nearest, 0) if away[nearest] <= _NEAR else None

    def questions(self, cell: Cell) -> list[Question]:
        """Why a sample lies where it does: from left to right, and up and down."""
        if cell[0] != self.sample and cell[0] in self._put_away():
            return []
        field = self.input()
        asked = [self.about(self.main, None, n, cell[0]).asked for n in range(2)]
        return [Question(one, tr("Why this {name}?", name=named(field, n))) for n, one in enumerate(asked)]

    def _put_away(self) -> np.ndarray:
        """The samples of the test part, which are not drawn."""
        assert self.dataset is not None
        return np.asarray(self.dataset.split.get("test", np.zeros(0, int)), int)

    def _frame(self) -> QRectF:
        side = min(self.width(), self.height()) - 4
        return QRectF((self.width() - side) / 2, 2, side, side)

    def _spots(self) -> list[QPointF]:
        points, box = np.asarray(self.input().values[:, :2], float), self._frame()
        reach = (float(np.abs(points).max()) * 1.08 or 1.0) / (box.width() / 2)
        return [QPointF(box.center().x() + x / reach, box.center().y() - y / reach) for x, y in points]

    def draw(self, painter: QPainter) -> None:
        assert self.dataset is not None
        classes = self.dataset.target.values[:, 0].astype(int)
        painter.fillRect(self._frame(), theme().color("plot_background"))
        spots = self._spots()
        painter.setPen(Qt.PenStyle.NoPen)
        put_away = set(self._put_away().tolist())
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
