"""A chart in the studio's manner: plain axes, lines that stay cheap however long, and honest marks for what has no place.

Values go in as they are; the chart's scales turn them into places. A fixed pool of items is made once and updated.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gui.plots.items import Backdrop, Line, ScaleAxis, Stroke
from gui.plots.scales import Linear, Scale
from gui.theme import theme

TEXT_SIZE = 8
SHORT = 90
"""Pixels of height below which the place of the lower title is better given to the plot."""


Title = str | tuple[str, ...]
"""A title of an axis, or several wordings of it: the first that fits is shown, and none where all are too long."""


class Chart(pg.PlotWidget):
    """Axes, lines and a crosshair. It follows the data until the user zooms or pans; double-click follows again."""

    hovered = Signal(object)
    """(x, y) in values while the pointer is over the plot, None when it leaves."""
    clicked = Signal(float, float)
    """x, y in values."""
    asked = Signal(object)
    """QPoint of the screen: someone wants to know what can be said and done here; ``pointer`` is the place."""
    asked_beside = Signal(object)
    """The same of what stands beside the plot: its titles and axes."""
    moved = Signal()
    """The user changed the range, or asked to follow again."""

    def __init__(self, name: str, x_title: Title, y_title: Title, parent: QWidget | None = None) -> None:
        axes = {side: ScaleAxis(side) for side in ("left", "bottom")}
        before = set(QApplication.topLevelWidgets())
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self._adopt(set(QApplication.topLevelWidgets()) - before)
        self.setObjectName(name)
        self.setAccessibleName(_wordings(y_title)[0])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(60, 40)
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        plot = self.getPlotItem()
        # Time and training go from left to right in every language; only the item's own direction has an effect.
        plot.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        plot.hideButtons()
        plot.getViewBox().disableAutoRange()
        plot.layout.setContentsMargins(2, 6, 14, 0)
        self._axes = axes
        self._titles = {"left": _wordings(y_title), "bottom": _wordings(x_title)}
        self._lines: list[Line] = []
        self.x_scale: Scale = Linear(whole=True)
        self.y_scale: Scale = Linear()
        self.set_scales(x=self.x_scale)
        self.following = True
        self.paint_seconds = 0.0
        """How long its last painting took."""
        self.backdrop = Backdrop()
        self.addItem(self.backdrop, ignoreBounds=True)
        self.cross = pg.InfiniteLine(angle=90, movable=False)
        self.cross.setVisible(False)
        self.addItem(self.cross, ignoreBounds=True)
        self.pointer: tuple[float, float] | None = None
        """Where the user points, in places; None outside."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.steps_of_keys = (1.0, 0.0)
        """Places that an arrow key moves the pointer by; 0 is a fortieth of what is in view."""
        self._by_keys = False
        self._pressed: QPointF | None = None
        self.viewport().setMouseTracking(True)
        plot.getViewBox().sigRangeChangedManually.connect(self._moved_by_hand)
        self.restyle()

    def _adopt(self, widgets: set[QWidget]) -> None:
        """Make the menus and forms that pyqtgraph keeps, unseen and without a parent, die with this chart, not at random."""
        for widget in widgets - {self}:
            if widget.parent() is None:
                widget.setParent(self, widget.windowFlags())
                widget.hide()

    def line(self, color: str, **style: Any) -> Line:
        """A new line in the theme colour named ``color``; ``style`` fills the other fields of a Stroke."""
        self._lines.append(Line(self, Stroke(color, **style)))
        return self._lines[-1]

    def set_scales(self, x: Scale | None = None, y: Scale | None = None) -> None:
        """Change what places mean; the caller redraws."""
        for axis, scale in (("bottom", x), ("left", y)):
            if scale is not None:
                self._axes[axis].scale_of_values = scale
                self._axes[axis].picture = None
                self._axes[axis].update()
        self.x_scale, self.y_scale = x or self.x_scale, y or self.y_scale

    def show_axis(self, side: str, shown: bool) -> None:
        """Show or hide the axis "left" or "bottom"."""
        self.getPlotItem().showAxis(side, shown)

    def align_left(self, width: int) -> None:
        """Give the left axis this many pixels, so that charts one above the other share their x axis."""
        self._axes["left"].setWidth(width)

    def set_titles(self, x: Title | None = None, y: Title | None = None) -> None:
        """Change the titles of the axes."""
        for axis, title in (("bottom", x), ("left", y)):
            if title is not None and _wordings(title) != self._titles[axis]:
                self._titles[axis] = _wordings(title)
                self._title(axis)
        if y is not None:
            self.setAccessibleName(_wordings(y)[0])

    def title(self, side: str) -> str:
        """What stands at the axis "left" or "bottom" now."""
        return str(self._axes[side].labelText) if self._axes[side].label.isVisible() else ""

    @property
    def columns(self) -> int:
        """Pixels from left to right in the plot."""
        return max(16, int(self.getPlotItem().getViewBox().width()))

    @property
    def rows(self) -> int:
        """Pixels from bottom to top in the plot."""
        return max(16, int(self.getPlotItem().getViewBox().height()))

    def view_places(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The places in view: (left, right), (bottom, top)."""
        (left, right), (bottom, top) = self.getPlotItem().getViewBox().viewRange()
        return (left, right), (bottom, top)

    def visible_x(self) -> tuple[float, float]:
        """The values of x in view."""
        (left, right), _ = self.view_places()
        return self.x_scale.value(left), self.x_scale.value(right)

    def show_places(self, x: tuple[float, float] | None, y: tuple[float, float] | None, padding: float = 0.06) -> None:
        """Show these places while following; y gets some air above and below."""
        if not self.following:
            return
        box = self.getPlotItem().getViewBox()
        if x is not None:
            box.setXRange(*_apart(*x), padding=0)
        if y is not None:
            low, high = _apart(*y)
            air = padding * (high - low)
            box.setYRange(low - air, high + air, padding=0)

    def settle(self) -> None:
        """Take over the range now. pyqtgraph would do it while it paints, and then paint everything once more."""
        self.getPlotItem().getViewBox().prepareForPaint()
        self._title("left")
        self._title("bottom")

    def follow(self) -> None:
        """Let the range follow the data again."""
        self.following = True
        self.moved.emit()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.setBackground(theme().color("plot_background"))
        for axis in self._axes:
            self._style_axis(axis)
        self.cross.setPen(pg.mkPen(theme().color("muted"), width=1, style=Qt.PenStyle.DotLine))
        self.backdrop.update()
        for line in self._lines:
            line.restyle()

    def point_at(self, x: float | None) -> None:
        """Show the crosshair at a value of x, or hide it."""
        self.cross.setVisible(x is not None)
        if x is not None:
            self.cross.setValue(float(self.x_scale.place(np.array(x))))

    def _style_axis(self, side: str) -> None:
        axis = self._axes[side]
        axis.setPen(pg.mkPen(theme().color("mid")))
        axis.setTextPen(pg.mkPen(theme().color("muted")))
        font = self.font()
        font.setPointSize(TEXT_SIZE)
        axis.setTickFont(font)
        self._title(side, afresh=True)

    def _title(self, side: str, *, afresh: bool = False) -> None:
        """Write the wording that fits. A title gives way where it would leave no room for the plot, or none for itself."""
        axis, text = self._axes[side], self._fitting(side)
        if text and (afresh or text != axis.labelText):
            axis.setLabel(text, **{"color": theme().color("muted").name(), "font-size": f"{TEXT_SIZE}pt"})
            axis.resizeEvent()  # brings it to the middle again
        if bool(text) != axis.label.isVisible():
            axis.showLabel(bool(text))

    def _fitting(self, side: str) -> str:
        if side == "bottom" and self.height() < SHORT:
            return ""
        font = self.font()
        font.setPointSize(TEXT_SIZE)
        room = (
            self.height() - self._axes["bottom"].height()
            if side == "left"
            else self.width() - self._axes["left"].width()
        )
        fits = (text for text in self._titles[side] if QFontMetrics(font).horizontalAdvance(text) <= room)
        return next(fits, "")

    def _moved_by_hand(self) -> None:
        self.following = False
        self.moved.emit()

    def _values_at(self, position: QPointF) -> tuple[float, float] | None:
        box = self.getPlotItem().getViewBox()
        scene = self.mapToScene(position.toPoint())
        if not box.sceneBoundingRect().contains(scene):
            return None
        place = box.mapSceneToView(scene)
        self.pointer = (place.x(), place.y())
        return self.x_scale.value(place.x()), self.y_scale.value(place.y())

    def pointed(self) -> tuple[float, float]:
        """Where the user points, in values; there must be such a place."""
        assert self.pointer is not None
        return self.x_scale.value(self.pointer[0]), self.y_scale.value(self.pointer[1])

    def repeat_hover(self) -> None:
        """Tell again what the user points at, after the values under the pointer changed."""
        if self.pointer is not None:
            self.hovered.emit(self.pointed())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        values, self._by_keys = self._values_at(event.position()), False
        if values is None:
            self.pointer = None
        self.hovered.emit(values)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is None or (event.position() - pressed).manhattanLength() > 4:
            return
        values = self._values_at(event.position())
        if values is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(*values)
        if event.button() == Qt.MouseButton.RightButton:
            (self.asked if values is not None else self.asked_beside).emit(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.follow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys point, as the mouse does: by values to the sides, up and down."""
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        way = ways.get(Qt.Key(event.key()))
        if way is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        if self.getPlotItem().getViewBox().yInverted():
            way = (way[0], -way[1])
        place = []
        for axis, (low, high) in enumerate(self.view_places()):
            step = self.steps_of_keys[axis] or (high - low) / 40
            here = (low + high) / 2 if self.pointer is None else self.pointer[axis] + way[axis] * step
            place.append(min(high - 1e-9 * (high - low), max(low, here)))
        self.pointer, self._by_keys = (place[0], place[1]), True
        self.repeat_hover()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key; the right button is told apart from dragging when it is let go."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.asked.emit(self.mapToGlobal(self.rect().center()))

    def enterEvent(self, event: QEnterEvent) -> None:
        """What lay over the chart, as its menu does, is gone: the pointer need not move to point again."""
        super().enterEvent(event)
        if not self._by_keys:
            self.hovered.emit(self._values_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._by_keys:
            self.pointer = None
            self.hovered.emit(None)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        # pyqtgraph resizes while it is made, and once more when it is closed.
        for side, axis in getattr(self, "_axes", {}).items():
            if axis.label is not None:
                self._title(side)

    def paintEvent(self, event: QPaintEvent) -> None:
        started = time.perf_counter()
        super().paintEvent(event)
        self.paint_seconds = time.perf_counter() - started


def _wordings(title: Title) -> tuple[str, ...]:
    return (title,) if isinstance(title, str) else title


def _apart(low: float, high: float) -> tuple[float, float]:
    """A range that is not empty around ``low`` to ``high``."""
    if high > low and np.isfinite(high - low):
        return low, high
    width = max(abs(low) * 0.05, 1e-12) if low else 0.5
    return low - width, high + width
