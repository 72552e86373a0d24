"""The controls of the gradient plot that stand on their own: the range of colours, and the parts as a legend."""

from __future__ import annotations

from collections.abc import Callable

from pyqtgraph import mkPen
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QCheckBox, QSpinBox, QWidget

from gui.plots.chart import Chart
from gui.plots.items import Line
from gui.text import tr
from gui.theme import theme

PARTS = ("total", "direct", "through", "cell")
_COLORS = {"total": "series1", "direct": "series3", "through": "series2", "cell": "series4"}
_DASHES = {"total": (), "direct": (2, 3), "through": (6, 4), "cell": ()}
_SWATCH = QSize(14, 10)


class ColourRange(QObject):
    """Automatic, or fixed at two powers of ten."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.fixed = QCheckBox(tr("Fixed"))
        self.fixed.setAccessibleName(tr("Fixed range of colours"))
        self.fixed.setToolTip(tr("Keep the colours at these powers of ten, so that runs can be compared."))
        self.low, self.high = self._power(-8, tr("Lowest colour")), self._power(0, tr("Highest colour"))
        self.low.valueChanged.connect(lambda low: self.high.setMinimum(low + 1))
        self.high.valueChanged.connect(lambda high: self.low.setMaximum(high - 1))
        self.fixed.toggled.connect(self._fix)
        self._fix(False)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """What belongs into a row of controls."""
        return self.fixed, self.low, self.high

    @property
    def powers(self) -> tuple[int, int] | None:
        """The fixed range, None where it is automatic."""
        return (self.low.value(), self.high.value()) if self.fixed.isChecked() else None

    def _power(self, value: int, name: str) -> QSpinBox:
        box = QSpinBox()
        box.setRange(-300, 300)
        box.setValue(value)
        box.setPrefix("1e")
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.valueChanged.connect(self.changed)
        return box

    def _fix(self, fixed: bool) -> None:
        self.low.setVisible(fixed)
        self.high.setVisible(fixed)
        self.changed.emit()


def part_checks(changed: Callable[[], None]) -> dict[str, QCheckBox]:
    """A check box for each part of the gradient; they are the legend of the curve too."""
    words = {
        "total": (tr("total"), tr("All of dL/dh at step t: direct and through later steps.")),
        "direct": (tr("direct"), tr("The part that comes from the output at step t itself.")),
        "through": (tr("through"), tr("The part that comes back through the later steps.")),
        "cell": (tr("cell"), tr("The gradient of the cell state c of an LSTM.")),
    }
    checks = {}
    for key, (title, tip) in words.items():
        checks[key] = QCheckBox(title)
        checks[key].setToolTip(tip)
        checks[key].setChecked(True)
        checks[key].toggled.connect(changed)
    return checks


def part_lines(chart: Chart) -> dict[str, Line]:
    """A line for each part, the total above the others."""
    lines = {
        key: chart.line(color, width=_width(key), dashes=_DASHES[key], dots=True, marks=key == "total")
        for key, color in _COLORS.items()
    }
    lines["total"].raise_above()
    return lines


def color_checks(checks: dict[str, QCheckBox]) -> None:
    """Give each check box the stroke of its line."""
    for key, check in checks.items():
        stroke = QPixmap(2 * _SWATCH.width(), 2 * _SWATCH.height())
        stroke.setDevicePixelRatio(2.0)
        stroke.fill(Qt.GlobalColor.transparent)
        painter = QPainter(stroke)
        painter.setPen(mkPen(theme().color(_COLORS[key]), width=_width(key), dash=_DASHES[key] or None))
        painter.drawLine(0, _SWATCH.height() // 2, _SWATCH.width(), _SWATCH.height() // 2)
        painter.end()
        check.setIcon(QIcon(stroke))
        check.setIconSize(_SWATCH)


def _width(part: str) -> int:
    return 2 if part == "total" else 1
