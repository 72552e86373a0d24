"""The inspector: what is selected, its settings and its numbers; of the whole network where nothing is selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.describe import Words
from core.parameters import parameters
from core.project import Change
from gui.document import Document
from gui.inspect.counts import about_layers, about_links, parameters_fact
from gui.inspect.facts import Facts
from gui.inspect.layer_page import LayerPage
from gui.inspect.link_page import LinkPage
from gui.runner import Runner
from gui.text import tr
from gui.why.told import asked
from gui.widgets import Column, EmptyState, bold


class Inspector(QWidget):
    """Shows a page for the selected layers and one for the selected links."""

    explore = Signal(str, str)
    """Catalogue and entry that the user wants to see in an explorer."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAccessibleName(tr("Inspector"))
        self._document, self._runner = document, runner
        self.pages: list[LayerPage | LinkPage | _NetworkPage] = []
        self._shown: tuple[object, ...] = ("nothing",)
        self._stale = True
        self._seen: Mapping[str, np.ndarray] | None = None
        self._column = Column()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._column)
        document.selection_changed.connect(self.refresh)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        runner.updated.connect(self._show_weights)

    def refresh(self) -> None:
        """Show what is selected; pages of the same make are kept and only brought up to date."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        wanted = self._wanted()
        if wanted != self._shown:
            self._rebuild()
            self._shown = wanted
        else:
            for page in self.pages:
                page.show_ids(self._ids(page))
        self._show_weights(force=True)

    def _ids(self, page: LayerPage | LinkPage | _NetworkPage) -> list[str]:
        return self._document.selected_links() if isinstance(page, LinkPage) else self._document.selected_layers()

    def _wanted(self) -> tuple[object, ...]:
        """What decides which pages and rows there are."""
        network = self._document.project.network
        layers, links = self._document.selected_layers(), self._document.selected_links()
        kinds = tuple(dict.fromkeys(network.layers[key].kind for key in layers))
        names = parameters(network) if links else {}
        makes = frozenset((network.links[key].role, f"{key}.weight" in names) for key in links)
        return (kinds, len(layers) == 1, makes)

    def _rebuild(self) -> None:
        for page in self.pages:
            self._column.column.removeWidget(page)
            page.hide()
            page.deleteLater()
        layers, links = self._document.selected_layers(), self._document.selected_links()
        self.pages = []
        if layers:
            page = LayerPage(self._document, layers)
            page.explore.connect(self.explore)
            self.pages.append(page)
        if links:
            self.pages.append(LinkPage(self._document, links))
        if not self.pages:
            self.pages.append(_NetworkPage(self._document))
        for place, page in enumerate(self.pages):
            page.setContentsMargins(0, 18 if place else 0, 0, 0)
            self._column.add(page)
        self._column.verticalScrollBar().setValue(0)

    def _show_weights(self, force: bool = False) -> None:
        weights = self._runner.weights
        if not force and (weights is self._seen or not self.isVisible()):
            return
        self._seen = weights
        for page in self.pages:
            page.show_weights(weights)

    def _on_changed(self, change: Change) -> None:
        if change.network or change.data:
            self.refresh()
        elif change.weights:
            self._show_weights(force=True)

    def _on_replaced(self) -> None:
        self._shown = ("nothing",)
        self.refresh()

    def showEvent(self, event: object) -> None:
        if self._stale:
            self.refresh()
        else:
            self._show_weights(force=True)


class _NetworkPage(QWidget):
    """The network as a whole, and what to do to see more."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.facts = Facts(document)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(bold(tr("Network"), 1.1))
        column.addWidget(self.facts)
        column.addWidget(EmptyState("inspect", tr("Select a layer or a link to see its settings and its weights.")))
        self.refresh()

    def show_ids(self, ids: Sequence[str]) -> None:
        """Bring the numbers up to date."""
        self.refresh()

    def refresh(self) -> None:
        """Show what the document says."""
        network = self._document.project.network
        found = list(parameters(network).values())
        self.facts.show_facts(
            [
                (
                    tr("Layers"),
                    asked("layers", str(len(network.layers))),
                    lambda: about_layers(network, network.layers),
                ),
                (tr("Links"), asked("links", str(len(network.links))), lambda: about_links(network, network.links)),
                parameters_fact(network, found, Words("How many numbers the network learns")),
            ]
        )

    def show_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Nothing to show for the network as a whole."""
