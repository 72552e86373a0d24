"""The network as a tree: layers with the links that enter them. For the keyboard and for screen readers."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTreeView, QVBoxLayout, QWidget

from core.catalogue.layers import layer_spec
from core.edits import Remove, Rename
from core.errors import StudioError
from core.network import ROLES, Layer, Link, Network
from core.parameters import count, parameters
from core.project import Change
from core.shapes import Shape, infer
from core.why.network.counted import Counting
from gui.document import Document
from gui.errors import tell
from gui.icons import icon, layer_icon
from gui.inspect.counts import about_parameters, about_size
from gui.runner import Runner
from gui.text import tr, tr_core
from gui.why.here import Question, open_menu
from gui.widgets import EmptyState

ID = Qt.ItemDataRole.UserRole
_Flag = QItemSelectionModel.SelectionFlag


class _Tree(QTreeView):
    """Opens a menu at the row under the pointer, or by the menu key at the current one."""

    def __init__(self, panel: OutlinePanel) -> None:
        super().__init__()
        self._panel = panel

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        self._panel.open_menu(index, event.globalPos())


class OutlinePanel(QWidget):
    """A tree that mirrors the network; what is selected here is selected on the canvas, and the other way round."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outline")
        self.setAccessibleName(tr("Outline of the network"))
        self._document = document
        self._showing = False
        self._structure: tuple[object, ...] = ()
        self._items: dict[str, QStandardItem] = {}
        self.model = QStandardItemModel(self)
        self.tree = self._make_tree()
        self.empty = EmptyState("outline", tr("The network is empty. Double-click the canvas to add a layer."))
        self.commands = {
            "rename": self._command(tr("Rename"), "F2", self._rename_current),
            "delete": self._command(tr("Delete"), QKeySequence.StandardKey.Delete, self._delete),
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tree)
        layout.addWidget(self.empty)
        self.model.itemChanged.connect(self._renamed)
        self.tree.selectionModel().selectionChanged.connect(self._select)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.refresh)
        document.selection_changed.connect(self._show_selection)
        self.refresh()

    def refresh(self) -> None:
        """Bring the tree up to date; it is only built anew where layers or links came or went."""
        network = self._document.project.network
        structure = tuple((layer.id, *(link.id for link in _into(network, layer))) for layer in network)
        self._showing = True
        try:
            if structure != self._structure:
                self._build(network)
                self._structure = structure
            self._fill(network)
        finally:
            self._showing = False
        self.tree.setVisible(bool(network.layers))
        self.empty.setVisible(not network.layers)
        self._show_selection()

    def _make_tree(self) -> QTreeView:
        tree = _Tree(self)
        tree.setModel(self.model)
        tree.setFrameShape(QFrame.Shape.NoFrame)
        tree.setAccessibleName(tr("Outline of the network"))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setUniformRowHeights(True)
        tree.setIndentation(12)
        tree.doubleClicked.connect(lambda index: tree.edit(index.siblingAtColumn(0)))
        tree.entered.connect(lambda index: self._document.highlight({index.siblingAtColumn(0).data(ID)}))
        tree.setMouseTracking(True)
        return tree

    def _command(self, text: str, keys: object, slot: object) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(keys))  # type: ignore[call-overload]
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda: slot())  # type: ignore[operator]
        self.tree.addAction(action)
        return action

    # -- what can be asked -------------------------------------------------------------------------------------------

    def questions_here(self) -> list[Question]:
        """About the numbers of the current row."""
        return self._questions(self.tree.currentIndex())

    def _questions(self, index: QModelIndex) -> list[Question]:
        """That of the column of ``index`` first."""
        network, key = self._document.project.network, index.siblingAtColumn(0).data(ID)
        if key in network.layers:
            own = [one for one in parameters(network).values() if one.layer == key]
            found = [about_size(network, key)] if key in infer(network) else []
            found += [about_parameters(network, key, own)] if own else []
        elif key in network.links:
            found = _about_link(network, key)
        else:
            return []
        return found[::-1] if index.column() == 2 else found

    def open_menu(self, index: QModelIndex, at: QPoint) -> None:
        """What can be asked about a row, and what can be done with it."""
        open_menu(self.tree, self._questions(index), self._document, at, self.tree.actions())

    # -- from the document into the tree -----------------------------------------------------------------------------

    def _build(self, network: Network) -> None:
        closed = {
            key for key, item in self._items.items() if item.rowCount() and not self.tree.isExpanded(item.index())
        }
        current = self.tree.currentIndex().siblingAtColumn(0).data(ID)
        self.model.clear()
        self.model.setHorizontalHeaderLabels([tr("Layer"), tr("Gives"), tr("Params")])
        self._items = {}
        for layer in network:
            top = self._row(self.model.invisibleRootItem(), layer.id, editable=True)
            for link in _into(network, layer):
                self._row(top, link.id, editable=False)
        for key, item in self._items.items():
            self.tree.setExpanded(item.index(), key not in closed)
        if current in self._items:
            self.tree.selectionModel().setCurrentIndex(self._items[current].index(), _Flag.NoUpdate)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)

    def _row(self, parent: QStandardItem, key: str, editable: bool) -> QStandardItem:
        cells = [QStandardItem() for _ in range(3)]
        for cell in cells:
            cell.setEditable(editable and cell is cells[0])
        cells[0].setData(key, ID)
        cells[2].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        parent.appendRow(cells)
        self._items[key] = cells[0]
        return cells[0]

    def _fill(self, network: Network) -> None:
        shapes, totals, tensors = infer(network), count(network), parameters(network)
        for layer in network:
            kind = tr_core(layer_spec(layer.kind).title)
            links = _into(network, layer)
            texts = (layer.name, _shape(shapes.get(layer.id)), f"{totals[layer.id]:,}" if totals[layer.id] else "")
            self._write(layer.id, texts, tr("{kind} “{name}”", kind=kind, name=layer.name))
            self._items[layer.id].setIcon(icon("lock") if layer.frozen else layer_icon(layer.kind))
            for link in links:
                own = tensors.get(f"{link.id}.weight")
                source = network.layers[link.source].name
                text = tr("← {name}, t−{k}", name=source, k=link.delay) if link.delay else tr("← {name}", name=source)
                self._write(link.id, (text, "", f"{own.size:,}" if own else ""), _spoken(network, link))
                picture = "lock" if link.frozen else "recurrent" if link.recurrent else "link"
                self._items[link.id].setIcon(icon(picture, "muted"))

    def _write(self, key: str, texts: tuple[str, str, str], spoken: str) -> None:
        item = self._items[key]
        parent = item.parent() or self.model.invisibleRootItem()
        for column, text in enumerate(texts):
            cell = parent.child(item.row(), column)
            if cell.text() != text:
                cell.setText(text)
        parts = [
            spoken,
            texts[1] and tr("gives {shape}", shape=texts[1]),
            texts[2] and tr("{n} parameters", n=texts[2]),
        ]
        said = ", ".join(part for part in parts if part)
        if item.data(Qt.ItemDataRole.AccessibleTextRole) != said:
            item.setData(said, Qt.ItemDataRole.AccessibleTextRole)
            item.setToolTip(said)

    def _show_selection(self) -> None:
        wanted = QItemSelection()
        for key in self._document.selection:
            if key in self._items:
                index = self._items[key].index()
                wanted.select(index, index.siblingAtColumn(2))
        if wanted.indexes() == self.tree.selectionModel().selectedIndexes():
            return
        self._showing = True
        try:
            self.tree.selectionModel().select(wanted, _Flag.ClearAndSelect)
            if len(self._document.selection) == 1 and wanted.indexes():
                index = wanted.indexes()[0]
                self.tree.selectionModel().setCurrentIndex(index, _Flag.NoUpdate)
                self.tree.scrollTo(index)
        finally:
            self._showing = False

    def _on_changed(self, change: Change) -> None:
        if change.network:
            self.refresh()

    # -- from the tree into the document -----------------------------------------------------------------------------

    def _selected(self) -> Iterator[str]:
        for index in self.tree.selectionModel().selectedRows():
            yield index.data(ID)

    def _select(self) -> None:
        if not self._showing:
            self._document.select(self._selected())

    def _rename_current(self) -> None:
        index = self.tree.currentIndex().siblingAtColumn(0)
        if index.isValid() and self.model.itemFromIndex(index).isEditable():
            self.tree.edit(index)

    def _renamed(self, item: QStandardItem) -> None:
        layer = self._document.project.network.layers.get(item.data(ID)) if item.column() == 0 else None
        if self._showing or layer is None or layer.name == item.text():
            return
        try:
            self._document.do(Rename(layer.id, item.text()))
        except StudioError as error:
            tell(self, error)
        self.refresh()

    def _delete(self) -> None:
        network, keys = self._document.project.network, list(self._selected())
        layers = tuple(key for key in keys if key in network.layers)
        links = tuple(key for key in keys if key in network.links)
        if layers or links:
            self._document.do(Remove(layers, links))

    def leaveEvent(self, event: object) -> None:
        self._document.highlight(())


def _about_link(network: Network, key: str) -> list[Question]:
    """About the delay of a link and the numbers that it owns."""
    counting, own = Counting(network), parameters(network).get(f"{key}.weight")
    found = [Question(counting.delay(key), tr("Why this delay?"))] if network.links[key].delay else []
    return [*found, Question(counting.tensor(own), tr("Why so many parameters?"))] if own else found


def _into(network: Network, layer: Layer) -> list[Link]:
    return [link for role in ROLES for link in network.into(layer.id, role)]


def _spoken(network: Network, link: Link) -> str:
    source = network.layers[link.source].name
    if link.role == "initial":
        return tr("begins with the last state of “{name}”", name=source)
    if link.role == "memory":
        return tr("looks through “{name}”", name=source)
    if link.delay == 0:
        return tr("reads “{name}”", name=source)
    if link.delay == 1:
        return tr("reads “{name}” 1 step ago", name=source)
    return tr("reads “{name}” {k} steps ago", name=source, k=link.delay)


def _shape(shape: Shape | None) -> str:
    if shape is None:
        return "?"
    return tr("{n} × t", n=shape.features) if shape.sequence else str(shape.features)
