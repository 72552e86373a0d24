"""The window in which the data is looked at: the series, and the histograms of its features."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from core.data.dataset import Dataset
from core.data.looking import series_of
from core.errors import StudioError
from core.looks import without_test
from core.project import Change
from gui.document import Document
from gui.looking.histogram_view import HistogramView
from gui.looking.series_view import SeriesView
from gui.runner import Runner
from gui.text import tr, tr_core
from gui.why.here import KEYS, ask_here


class LookWindow(QDialog):
    """Opens beside the main window and stays usable with it; follows the document's data while it is open."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._document = document
        self.setObjectName("look_window")
        self.setModal(False)
        self.resize(980, 680)
        self.series = SeriesView(document, runner)
        self.histograms = HistogramView(document)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.series, tr("Series and windows"))
        self.tabs.addTab(self.histograms, tr("Histograms"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.tabs)
        QShortcut(QKeySequence(KEYS), self).activated.connect(lambda: ask_here(self, document))
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._refresh)

    def _on_changed(self, change: Change) -> None:
        if change.data or change.looks:
            self._refresh()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        data = self._data()
        before = self.series.data
        self.setWindowTitle(tr("Data: {title}", title=tr_core(data.title)) if data is not None else tr("Data"))
        shut = self._document.shut
        self.series.show_data(data, shut)
        self.histograms.show_data(without_test(data) if data is not None and shut else data)
        if data is not None and data is not before:
            self.tabs.setCurrentWidget(self.series if series_of(data) is not None else self.histograms)

    def _data(self) -> Dataset | None:
        try:
            return self._document.project.dataset()
        except StudioError:
            return None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()
