"""The table below the curves of the gym: who tried, how many weights each has, and how far it remembers."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from core.gym.results import Model, Results
from core.why.labs.gym import how_far, share_right, weights
from gui.document import Document
from gui.gym.chart import MOST
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.here import Question, open_menu

_WEIGHTS = 1


class ResultsTable(QTableWidget):
    """A row per model. Arrow keys go from cell to cell; the right button, the menu key, Enter and Alt+W ask about one."""

    def __init__(self, document: Document) -> None:
        super().__init__(0, 3)
        self._document = document
        self._results: Results | None = None
        self.setObjectName("gym_table")
        self.setAccessibleName(tr("How far each model remembers"))
        self.setHorizontalHeaderLabels([tr("Model"), tr("Weights"), tr("How far back")])
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setIconSize(QSize(10, 10))
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)

    def show_results(self, results: Results | None) -> None:
        """Show these; None shows no rows."""
        self._results = results
        models = self._models()
        self.setRowCount(len(models))
        for row, model in enumerate(models):
            assert results is not None
            name = QTableWidgetItem(_dot(theme().color(f"series{row + 1}")), tr_core(model.title))
            size = QTableWidgetItem(f"{model.parameters:,}")
            far = QTableWidgetItem(remembers(results, model.key))
            size.setTextAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            font = far.font()
            font.setBold(True)
            far.setFont(font)
            for column, item in enumerate((name, size, far)):
                self.setItem(row, column, item)
        height = self.horizontalHeader().sizeHint().height() + 4
        self.setFixedHeight(height + max(1, len(models)) * self.verticalHeader().defaultSectionSize())

    def questions_here(self) -> list[Question]:
        """About the cell that the keyboard is at."""
        return self._questions(self.currentRow(), self.currentColumn())

    def _models(self) -> tuple[Model, ...]:
        return self._results.models[:MOST] if self._results is not None else ()

    def _questions(self, row: int, column: int) -> list[Question]:
        results, models = self._results, self._models()
        if results is None or not 0 <= row < len(models):
            return []
        model = models[row]
        own, found = Question(weights(results, model), tr("Why so many weights?")), []
        curve = results.curve(model.key)
        if len(curve.values):
            far = results.remembers(model.key)
            found.append(Question(how_far(results, model.key), tr("Why this far?")))
            if far is not None and results.over == "lag":
                found.append(Question(share_right(results, model.key, far), tr("Why this share?")))
        return [own, *found] if column == _WEIGHTS else [*found, own]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        questions = self.questions_here()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and questions:
            self._document.ask(questions[0].asked)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            item = self.itemAt(event.pos())
            questions, at = self._questions(*(item.row(), item.column()) if item else (-1, -1)), event.globalPos()
        else:
            questions = self.questions_here()
            at = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        open_menu(self, questions, self._document, at, ())


def remembers(results: Results, key: str) -> str:
    """The one number of a model, in words."""
    if not any(point.model == key for point in results.points):
        return tr("not tried yet")
    far = results.remembers(key)
    if results.over == "noise":
        return tr("does not remember") if far is None else tr("remembers up to noise {n}", n=f"{far:g}")
    if far is None:
        return tr("does not remember {n} steps", n=f"{results.values[0]:g}")
    curve = results.curve(key)
    share = float(curve.mean[curve.values == far][0])
    template = (
        tr("remembers at least {n} steps ({share} % right)")
        if far == curve.values[-1]
        else tr("remembers {n} steps ({share} % right)")
    )
    return template.format(n=f"{far:g}", share=f"{100 * share:.0f}")


def _dot(color: QColor) -> QPixmap:
    pixmap = QPixmap(10, 10)
    pixmap.fill(color)
    return pixmap
