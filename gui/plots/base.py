"""What all live plots share: drawing only what is visible and changed, in turns; empty state; export; theme."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QHideEvent, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.atomic import write_file
from core.data.dataset import Dataset
from core.errors import StudioError
from gui.icons import icon
from gui.plots import export
from gui.plots.chart import Chart
from gui.plots.flow import FlowLayout
from gui.plots.speech import Speech
from gui.plots.turns import PlotTurn
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question, open_menu
from gui.why.told import Questions, Told, numbered
from gui.widgets import MARGIN, MenuButton

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner


class LivePlot(QWidget):
    """A plot that watches the runner. Subclasses fill ``body``, and answer ``empty_text``, ``redraw`` and ``table``."""

    name: ClassVar[str] = ""
    """Object name, and file name of an export."""
    bare_when_empty: ClassVar[bool] = False
    """Whether the controls say nothing as long as there is nothing to see, and keep out of the way."""

    def __init__(self, document: Document, runner: Runner, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self.runner, self.title = document, runner, title
        self.setObjectName(self.name)
        self.setAccessibleName(title)
        self.commands: dict[str, QAction] = {}
        self._heard: set[Chart] = set()
        self.turn = PlotTurn(self, self.draw, runner.ticker)
        self._build()
        runner.updated.connect(self.mark)
        runner.run_started.connect(self._start_afresh)
        runner.status_changed.connect(self.mark)
        document.changed.connect(self._document_changed)
        document.replaced.connect(self._document_replaced)
        theme().changed.connect(self._restyle)

    # What a subclass answers.

    def empty_text(self) -> str:
        """What to do to see something here; empty where there is something to see."""
        raise NotImplementedError

    def empty_numbers(self) -> dict[str, Question]:
        """What can be asked about the numbers in ``empty_text``, by how they are written there."""
        return {}

    def redraw(self) -> None:
        """Bring all items up to date; called only where there is something to see."""
        raise NotImplementedError

    def table(self) -> export.Table:
        """What is shown, as columns of numbers in full precision."""
        raise NotImplementedError

    def start_afresh(self) -> None:
        """Forget what belongs to the last run or project."""

    def restyle(self) -> None:
        """Take the colours of the theme in force, where charts are not enough."""

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        """What can be asked about the values x, y of a chart; the most important one first."""
        return []

    def questions_beside(self, chart: Chart) -> list[Question]:
        """What can be asked about the numbers in the titles of a chart."""
        return []

    # What everyone may do.

    def questions_here(self) -> list[Question]:
        """What can be asked about where a chart points and about its titles, else about the words above; of an empty plot
        about what it says instead."""
        if self.empty_text():
            return self._empty.questions_here()
        charts = sorted(self.charts(), key=lambda chart: not chart.hasFocus())
        for chart in charts:
            if chart.pointer is not None and chart.isVisible():
                return self._questions_on(chart)
        return self.words.questions_here()

    def mark(self, *_: object) -> None:
        """Something changed: draw as soon as it is this plot's turn and it can be seen."""
        self.turn.mark()

    def draw(self) -> None:
        """Draw now."""
        started = time.perf_counter()
        self.turn.due = False
        empty = self.empty_text()
        numbers = self.empty_numbers() if empty else {}
        said = numbered(empty, {number: number for number in numbers}).replace("\n", "<br>")
        self._empty.tell(said, self.empty_numbers if numbers else None)
        self._stack.setCurrentIndex(1 if empty else 0)
        if self.bare_when_empty:
            self._controls.setVisible(not empty)
        for command in ("export_picture", "export_csv"):
            self.commands[command].setEnabled(not empty)
        charts = self.charts()
        if not empty:
            self.redraw()
            self._listen()
            for chart in charts:
                chart.settle()
        painting = sum(chart.paint_seconds for chart in charts)
        self.turn.drawn(time.perf_counter() - started + painting)

    def charts(self) -> list[Chart]:
        """The charts in it."""
        return self.findChildren(Chart)

    def fit(self) -> None:
        """Let every chart follow the data again."""
        for chart in self.charts():
            chart.follow()

    def layer_name(self, layer: str) -> str:
        """What the user calls a layer now, or called it when the run began."""
        there = self.document.project.network.layers.get(layer)
        run = self.runner.run
        return there.name if there else (run.layers.get(layer, layer) if run else layer)

    def save_picture(self, path: Path | str) -> None:
        """Write what is shown as a picture: SVG where the name ends so, else PNG. Raises NotSaved."""
        self.turn.catch_up()
        if Path(path).suffix.lower() == ".svg":
            write_file(path, export.svg(self.picture, self.title))
        else:
            write_file(path, export.png(self.picture))

    def save_csv(self, path: Path | str) -> None:
        """Write the numbers that are shown. Raises NotSaved."""
        self.turn.catch_up()
        write_file(path, export.csv_table(self.table()))

    def data(self) -> Dataset | None:
        """The chosen data, or None where it cannot be read (the training panel says why)."""
        try:
            return self.document.project.dataset()
        except StudioError:
            return None

    def say(self, text: str, questions: Questions | None = None) -> None:
        """Show a sentence above the plot; rich text, so names are escaped. What ``asked`` marked in it can be asked about:
        ``questions`` answers by the same keys, when someone asks."""
        self.words.say(text, questions)

    # How it is done.

    def _build(self) -> None:
        self._controls = QWidget()
        self.bar = FlowLayout(self._controls)
        self._floating: QToolButton | None = None
        self.words = Speech(self.document, f"{self.name}_words", self.commands.values())
        self.picture = QWidget()
        self.picture.setObjectName(f"{self.name}_picture")
        inner = QVBoxLayout(self.picture)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.words)
        self.body = QVBoxLayout()
        inner.addLayout(self.body, 1)
        self._empty = Told(self.document, f"{self.name}_empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMargin(MARGIN)
        self._empty.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.picture)
        self._stack.addWidget(self._empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._controls)
        outer.addWidget(self._stack, 1)
        self._stack.setCurrentIndex(1)
        self._add_commands()

    def _add_commands(self) -> None:
        pictures, tables = tr("Pictures") + " (*.png *.svg)", tr("Tables") + " (*.csv)"
        self.add_command("fit", tr("Follow the data"), "fit", self.fit)
        self.add_command(
            "export_picture", tr("Save picture…"), "image", lambda: _ask(self, pictures, "png", self.save_picture)
        )
        self.add_command(
            "export_csv", tr("Save numbers (CSV)…"), "table", lambda: _ask(self, tables, "csv", self.save_csv)
        )

    def _listen(self) -> None:
        """Charts may be made at any time before the first drawing."""
        for chart in self.charts():
            if chart not in self._heard:
                self._heard.add(chart)
                for asked in (chart.asked, chart.asked_beside):
                    asked.connect(partial(self._open_menu_on, chart))

    def _open_menu(self, at: QPoint) -> None:
        open_menu(self, self.questions_here(), self.document, at, self.commands.values())

    def _open_menu_on(self, chart: Chart, at: QPoint) -> None:
        open_menu(self, self._questions_on(chart), self.document, at, self.commands.values())

    def _questions_on(self, chart: Chart) -> list[Question]:
        there = [] if chart.pointer is None or self.empty_text() else self.questions_at(chart, chart.pointed())
        return [*there, *self.questions_beside(chart)]

    def add_command(self, key: str, text: str, picture: str, slot: Callable[[], None]) -> None:
        """Offer a command in the corner menu, and to the window's menus."""
        action = QAction(icon(picture), text, self)
        action.setObjectName(f"{self.name}_{key}")
        action.triggered.connect(lambda: slot())
        self.commands[key] = action

    def add_corner_menu(self) -> None:
        """Close the bar with the menu of commands; called when all other controls are in it."""
        menu = QMenu(self)
        menu.addActions(list(self.commands.values()))
        corner = MenuButton(f"{self.name}_menu")
        corner.setIcon(icon("more"))
        corner.setToolTip(tr("Save or change this plot"))
        corner.setAccessibleName(tr("Menu of {plot}", plot=self.title))
        corner.setMenu(menu)
        if self.bar.count():
            self.bar.addWidget(corner)
            self.bar.corner = corner
            return
        # Without controls the menu shares the row of words, but is no part of an exported picture.
        self._controls.hide()
        corner.setParent(self)
        corner.adjustSize()
        self._floating = corner

    def _start_afresh(self, *_: object) -> None:
        self.start_afresh()
        for chart in self.charts():
            chart.following = True
        self.mark()

    def _document_changed(self, change: object) -> None:
        self.mark()

    def _document_replaced(self) -> None:
        self._start_afresh()

    def _restyle(self) -> None:
        for chart in self.charts():
            chart.restyle()
        self.restyle()
        self.mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        corner = self._floating
        if corner is not None:
            mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            room = corner.width() + 8
            corner.move(4 if mirrored else self.width() - room + 4, 2)
            corner.raise_()
            self.words.leave_room(room if mirrored else 6, 6 if mirrored else room, corner.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        # A dock that comes from behind its tab is painted, but not told that it is shown.
        self.turn.soon()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.turn.seen:  # behind a tab it is called visible as well
            self.turn.catch_up()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.turn.give_up()


def _ask(plot: LivePlot, kinds: str, suffix: str, save: Callable[[str], None]) -> None:
    path, _ = QFileDialog.getSaveFileName(plot, tr("Save"), f"{plot.name}.{suffix}", kinds)
    if path:
        save(path)
