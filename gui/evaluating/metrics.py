"""Numbers about the network, each beside what one would say without one."""

from __future__ import annotations

import html
import math

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from core.catalogue.metrics import METRICS, MetricSpec
from core.describe import number
from core.evaluation.baselines import Baseline
from core.evaluation.review import CROSS_ENTROPY, Measured, Review
from gui.samples.values import visible
from gui.text import tr, tr_core
from gui.theme import theme

_Role = QPalette.ColorRole


def title_of(key: str) -> str:
    """The name of a metric."""
    return tr("Cross-entropy") if key == CROSS_ENTROPY else tr_core(METRICS[key].title)


def short_title(key: str) -> str:
    """The name of a metric in a narrow column; the tool tip has all of it."""
    short = {
        "mae": tr("MAE"),
        "rmse": tr("RMSE"),
        "r2": tr("R²"),
        "mape": tr("MAPE"),
        "sequence_accuracy": tr("Whole right"),
        "top_k": tr("Among top 3"),
    }
    return short.get(key) or title_of(key)


def help_of(key: str) -> str:
    """What a metric means."""
    if key == CROSS_ENTROPY:
        return tr("Mean of −log of the probability that was given to the right class, in nats: 0 is sure and right.")
    return tr_core(METRICS[key].help)


def unit_of(key: str) -> str:
    """ "share", "target", "%" or "", see the catalogue."""
    if key not in METRICS:
        return ""
    spec = METRICS[key]
    return spec.unit if isinstance(spec, MetricSpec) else ""


def value_words(key: str, value: float) -> str:
    """A value of a metric: shares as per cent."""
    unit = unit_of(key)
    if not math.isfinite(value):
        return tr("no value")
    if unit == "share":
        return f"{100 * value:.1f} %"
    if key == "r2":
        return f"{value:.3f}" if abs(value) < 100 else number(value)
    return f"{value:.1f} %" if unit == "%" and abs(value) < 1e4 else number(value)


class MetricsTable(QWidget):
    """A row per metric, a column for the network and one for each baseline."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("metrics_table")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        self._cells: dict[tuple[int, int], QLabel] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.chosen = (1, 1)
        """(row, column) that the arrow keys have come to."""

    def show_review(self, review: Review) -> None:
        """Show the metrics of a review."""
        for label in self._cells.values():
            label.hide()
        self._head(review.baselines)
        loss = tr_core("Loss")
        self._cell(1, 0, loss, tip=tr("What the settings of the training make small, over the whole part."))
        self._cell(1, 1, number(review.loss), bold=True)
        for row, one in enumerate(review.metrics, start=2):
            self._row(row, one, review)
        names = [tr_core(one.title) for one in review.baselines]
        self.setAccessibleName(
            "; ".join(
                f"{title_of(one.key)}: {value_words(one.key, one.value)} ("
                + ", ".join(
                    f"{name} {value_words(one.key, value)}" for name, value in zip(names, one.baselines.values())
                )
                + ")"
                for one in review.metrics
            )
        )

    def asked(self, at: QPoint | None) -> tuple[int, int] | None:
        """(row, column) of the number at a place, or the one that the arrow keys have chosen: row 1 is the loss, column 1 the
        network."""
        if at is None:
            return self.chosen if self.text(*self.chosen) else None
        cells = ((place, cell) for place, cell in self._cells.items() if min(place) > 0 and self.text(*place))
        return next((place for place, cell in cells if cell.geometry().contains(at)), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
            return
        place = self.chosen[0] + move[0], self.chosen[1] + move[1]
        if min(place) > 0 and self.text(*place):
            self.chosen = place
            self.update()

    def paintEvent(self, event: object) -> None:
        cell = self._cells.get(self.chosen)
        if self.hasFocus() and cell is not None and not cell.isHidden():
            painter = QPainter(self)
            painter.setPen(theme().color("selection"))
            painter.drawRect(cell.geometry().adjusted(-2, -1, 1, 0))
            painter.end()

    def text(self, row: int, column: int) -> str:
        """What a cell says; empty where there is none."""
        cell = self._cells.get((row, column))
        return cell.text() if cell is not None and not cell.isHidden() else ""

    def _head(self, ways: tuple[Baseline, ...]) -> None:
        self._cell(0, 1, tr("Network"), role=_Role.PlaceholderText)
        for column, way in enumerate(ways, start=2):
            self._cell(0, column, tr_core(way.title), role=_Role.PlaceholderText, tip=said_by(way))

    def _row(self, row: int, one: Measured, review: Review) -> None:
        in_unit = unit_of(one.key) == "target" and review.data.target.unit
        short = short_title(one.key)
        name = f"{short} ({tr_core(review.data.target.unit)})" if in_unit else short
        self._cell(row, 0, name, tip=f"{title_of(one.key)}: {help_of(one.key)}")
        mark, why = {
            True: ("✓ ", tr("Better than every baseline.")),
            False: (
                "✗ ",
                tr("Not better than every baseline: it has learned nothing that a simple rule does not know."),
            ),
            None: ("", ""),
        }[one.beaten]
        role = _Role.BrightText if one.beaten is False else _Role.WindowText
        self._cell(row, 1, mark + value_words(one.key, one.value), bold=True, tip=why, role=role)
        for column, way in enumerate(review.baselines, start=2):
            self._cell(row, column, value_words(one.key, one.baselines[way.key]), tip=said_by(way))

    def _cell(
        self, row: int, column: int, text: str, *, bold: bool = False, tip: str = "", role: _Role = _Role.WindowText
    ) -> None:
        label = self._cells.get((row, column))
        if label is None:
            label = self._cells[row, column] = QLabel()
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(column == 0 or row == 0)
            side = Qt.AlignmentFlag.AlignLeading if column == 0 else Qt.AlignmentFlag.AlignTrailing
            label.setAlignment(side | (Qt.AlignmentFlag.AlignBottom if row == 0 else Qt.AlignmentFlag.AlignTop))
            self._grid.addWidget(label, row, column)
        font = label.font()
        font.setBold(bold)
        label.setFont(font)
        label.setForegroundRole(role)
        label.setText(text)
        label.setToolTip(f"<qt>{html.escape(tip)}</qt>" if tip else "")
        label.show()


def said_by(way: Baseline) -> str:
    """What a baseline does, in a sentence."""
    values = {key: visible(tr_core(one)) if isinstance(one, str) else one for key, one in way.values.items()}
    return f"{tr_core(way.title)}: {tr_core(way.template, **values)}."
