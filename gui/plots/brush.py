"""A heat-map on which a stretch of time can be brushed with the mouse."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent

from gui.plots.chart import Title
from gui.plots.heat import HeatMap
from gui.theme import theme


class BrushHeat(HeatMap):
    """Columns are time steps. While ``brushing``, dragging chooses some of them instead of moving the view."""

    brushed = Signal(int, int)
    """First step and the one after the last, 0-based; while the mouse moves."""

    def __init__(self, name: str, x_title: Title, y_title: Title) -> None:
        super().__init__(name, x_title, y_title)
        self.brushing = False
        self.steps = 0
        """How many columns there are."""
        self._from: int | None = None
        self.span = pg.LinearRegionItem(movable=False)
        self.frames = pg.PlotCurveItem(connect="finite")
        for item in (self.span, self.frames):
            item.setZValue(10)
            item.setVisible(False)
            self.addItem(item, ignoreBounds=True)
        self._restyle_brush()

    def show_brush(self, span: tuple[int, int] | None, rows: np.ndarray) -> None:
        """Mark the steps of a span, and frame these rows in it."""
        self.span.setVisible(span is not None)
        self.frames.setVisible(span is not None and len(rows) > 0)
        if span is None:
            return
        left, right = self.x_start + span[0], self.x_start + span[1]
        self.span.setRegion((left, right))
        if len(rows):
            box = np.array([[left, 0], [right, 0], [right, 1], [left, 1], [left, 0], [np.nan, np.nan]])
            corners = np.tile(box, (len(rows), 1))
            corners[:, 1] += np.repeat(np.asarray(rows, float) + self.y_start, len(box))
            self.frames.setData(corners[:, 0], corners[:, 1])

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "frames"):
            self._restyle_brush()

    def _restyle_brush(self) -> None:
        # Only the edges: a tint would make the colours below lie.
        self.span.setBrush(pg.mkBrush(None))
        for line in self.span.lines:
            line.setPen(pg.mkPen(theme().color("selection"), width=1))
        self.frames.setPen(pg.mkPen(theme().color("text"), width=1))

    def _step_at(self, event: QMouseEvent) -> int:
        """The step under the pointer; beyond the ends the nearest one."""
        box = self.getPlotItem().getViewBox()
        place = box.mapSceneToView(self.mapToScene(event.position().toPoint())).x()
        return max(0, min(self.steps - 1, math.floor(place - self.x_start)))

    def _brush_to(self, step: int) -> None:
        assert self._from is not None
        self.brushed.emit(min(self._from, step), max(self._from, step) + 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.brushing and self.steps > 1 and event.button() == Qt.MouseButton.LeftButton:
            self._from = self._step_at(event)
            self._brush_to(self._from)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._brush_to(self._step_at(event))
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._brush_to(self._step_at(event))
            self._from = None
            return
        super().mouseReleaseEvent(event)
