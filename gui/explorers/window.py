"""The window of the explorers: a list of the seven, and the chosen one beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from gui.document import Document
from gui.dress import dress
from gui.explorers.activation import ActivationExplorer
from gui.explorers.backprop import BackpropExplorer
from gui.explorers.feed_forward import FeedForwardExplorer
from gui.explorers.loss_lab import LossLab
from gui.explorers.names import FOR_CATALOGUE
from gui.explorers.neuron import NeuronExplorer
from gui.explorers.optimizer_race import OptimizerRace
from gui.explorers.parts import Explorer
from gui.explorers.recurrent_step import RecurrentStepExplorer
from gui.runner import Runner
from gui.text import tr
from gui.why.here import KEYS, ask_here

EXPLORERS: dict[str, type[Explorer]] = {
    explorer.key: explorer
    for explorer in (
        NeuronExplorer,
        ActivationExplorer,
        FeedForwardExplorer,
        LossLab,
        BackpropExplorer,
        OptimizerRace,
        RecurrentStepExplorer,
    )
}


class ExplorerWindow(QDialog):
    """Opens beside the main window and stays usable with it; explorers are made when they are first looked at."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._document, self._runner = document, runner
        self.setObjectName("explorer_window")
        self.setWindowTitle(tr("Explorers"))
        self.setModal(False)
        self.resize(1180, 760)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Explorers"))
        self.list.setFixedWidth(170)
        self.stack = QStackedWidget()
        self._made: dict[str, Explorer] = {}
        for key, explorer in EXPLORERS.items():
            item = QListWidgetItem(tr(explorer.title))
            item.setData(Qt.ItemDataRole.UserRole, key)
            self.list.addItem(item)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.list)
        row.addWidget(self.stack, 1)
        keys = QShortcut(QKeySequence(KEYS), self)
        keys.activated.connect(lambda: ask_here(self, document))
        self.list.currentItemChanged.connect(self._chosen)
        self.list.setCurrentRow(0)

    @property
    def explorer(self) -> Explorer:
        """The one that is shown."""
        shown = self.stack.currentWidget()
        assert isinstance(shown, Explorer)
        return shown

    def show_explorer(self, key: str, entry: str = "") -> Explorer:
        """Show an explorer, starting from an entry of its catalogue."""
        self.list.setCurrentRow(list(EXPLORERS).index(key))
        if entry:
            self.explorer.show_entry(entry)
        return self.explorer

    def show_entry(self, catalogue: str, key: str) -> None:
        """Show the explorer of a catalogue entry, where there is one."""
        if catalogue in FOR_CATALOGUE:
            self.show_explorer(FOR_CATALOGUE[catalogue], key)

    def _chosen(self, item: QListWidgetItem) -> None:
        key = item.data(Qt.ItemDataRole.UserRole)
        if key not in self._made:
            self._made[key] = EXPLORERS[key](self._document, self._runner)
            dress(self._made[key])
            self.stack.addWidget(self._made[key])
        self.stack.setCurrentWidget(self._made[key])
