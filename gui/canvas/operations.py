"""What the commands of the canvas do to the document and to the view."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from core.edits import Edit, Macro, MoveLayers, Remove, RemoveUnit, SetDelay, SetFrozen
from core.errors import StudioError
from gui.canvas import building, clipboard, picture
from gui.canvas.layout import layout
from gui.canvas.linking import LinkGesture
from gui.text import sentence, tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

PASTE_STEP = 32.0


class Operations:
    """One method per command; the selection says on what."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._document = view.document
        self._pasted = 0

    def table(self) -> dict[str, Callable[[], None]]:
        """What each command does, by its key."""
        arrange = {
            "align_left": "left", "align_center": "center", "align_top": "top", "align_middle": "middle",
            "distribute_columns": "columns", "distribute_rows": "rows",
        }  # fmt: skip
        own = ("cut", "copy", "paste", "duplicate", "delete", "select_all", "rename", "expand", "fold_all", "link",
               "hand_over", "freeze", "auto_layout", "export")  # fmt: skip
        found: dict[str, Callable[[], None]] = {key: getattr(self, key) for key in own}
        found["more"], found["less"] = lambda: self.step(1), lambda: self.step(-1)
        for key, how in arrange.items():
            found[key] = lambda how=how: self.align(how)  # type: ignore[misc]
        return found

    def _layers(self) -> list[str]:
        return self._document.selected_layers()

    def _links(self) -> list[str]:
        return self._document.selected_links()

    def select_all(self) -> None:
        """Everything."""
        network = self._view.canvas.network
        self._document.select([*network.layers, *network.links])

    def delete(self) -> None:
        """Remove what is selected."""
        layers, links = tuple(self._layers()), tuple(self._links())
        if layers or links:
            self._view.do(Remove(layers, links))

    def copy(self) -> None:
        """Put the selected layers on the clipboard."""
        if self._layers():
            QGuiApplication.clipboard().setMimeData(clipboard.to_mime(self._view.canvas.network, self._layers()))
            self._pasted = 0

    def cut(self) -> None:
        """Copy, then remove."""
        if self._layers():
            self.copy()
            self._view.do(Remove(tuple(self._layers()), label=tr("Cut")))

    def paste(self) -> None:
        """Add what is on the clipboard, a little beside."""
        mime = QGuiApplication.clipboard().mimeData()
        if mime is None or not clipboard.has_layers(mime):
            self._view.say_at_pointer(tr("There is nothing to paste: copy some layers first."))
            return
        self._pasted += 1
        self._paste(mime, PASTE_STEP * self._pasted)

    def duplicate(self) -> None:
        """A copy beside the original; the clipboard is left alone."""
        if self._layers():
            self._paste(clipboard.to_mime(self._view.canvas.network, self._layers()), PASTE_STEP * 2, tr("Duplicate"))

    def _paste(self, mime: QMimeData, shift: float, label: str = "") -> None:
        try:
            edit, ids = clipboard.paste(mime, self._view.canvas.network, shift, shift)
        except StudioError as error:
            self._view.say_at_pointer(sentence(error), "refused")
            return
        if label and isinstance(edit, Macro):
            edit = Macro(edit.edits, label=label)
        if self._view.do(edit):
            self._document.select(ids)
            self._view.show_layers(ids)

    def rename(self) -> None:
        """Edit the name of the selected layer in place."""
        layers = self._layers()
        if len(layers) == 1:
            self._view.editing.rename(layers[0])

    def expand(self) -> None:
        """Show the neurons of the selected layers; hide them where all are shown."""
        layers = self._layers()
        shown = self._view.canvas.expanded
        self._view.canvas.set_expanded(layers, not all(key in shown for key in layers))

    def fold_all(self) -> None:
        """Hide all neurons."""
        self._view.canvas.set_expanded(list(self._view.canvas.expanded), False)

    def link(self) -> None:
        """Draw a link from the selected layer with keys or by a click on the target."""
        if self._layers():
            self._view.mouse.begin_linking(LinkGesture(self._view, self._layers()[0], sticky=True))

    def hand_over(self) -> None:
        """The same for an initial-state link."""
        if self._layers():
            self._view.mouse.begin_linking(LinkGesture(self._view, self._layers()[0], "initial", sticky=True))

    def freeze(self) -> None:
        """Keep what is selected from learning, or let it learn again."""
        network = self._view.canvas.network
        ids = (*self._layers(), *self._links())
        things = [network.layers.get(key) or network.links[key] for key in ids]
        if things:
            frozen = not all(thing.frozen for thing in things)
            self._view.do(SetFrozen(ids, frozen, label=tr("Freeze") if frozen else tr("Unfreeze")))

    def step(self, by: int) -> None:
        """One unit more or less, or one step of delay."""
        network = self._view.canvas.network
        edits: list[Edit] = []
        units = building.more_units(network, self._layers(), by)
        if units is not None:
            edits.append(units)
        elif not self._layers():
            links = [network.links[key] for key in self._links() if network.links[key].role == "data"]
            edits = [SetDelay(link.id, link.delay + by) for link in links if link.delay + by >= 0]
        if len(edits) == 1:
            self._view.do(edits[0])
        elif edits:
            self._view.do(Macro(tuple(edits), label=tr("Change delay")))

    def step_units(self, layers: list[str], by: int) -> None:
        """More or fewer units of these layers."""
        edit = building.more_units(self._view.canvas.network, layers, by)
        if edit is not None:
            self._view.do(edit)

    def remove_unit(self, layer: str, unit: int) -> None:
        """Take one neuron out."""
        self._view.do(RemoveUnit(layer, unit))

    def align(self, how: str) -> None:
        """Line up or spread the selected layers."""
        places = building.aligned(self._view.canvas.network, self._layers(), how)
        if places:
            self._view.do(MoveLayers(places, label=tr("Arrange")))

    def auto_layout(self) -> None:
        """Put all layers where they read best."""
        items = self._view.canvas.layers
        sizes = {key: (item.rect().width(), item.rect().height()) for key, item in items.items()}
        network = self._view.canvas.network
        places = layout(network, sizes)
        if any((network.layers[k].x, network.layers[k].y) != place for k, place in places.items()):
            self._view.do(MoveLayers(places, label=tr("Tidy up")))
        self._view.zooming.fit()

    def nudge(self, x: float, y: float) -> None:
        """Move the selected layers a little."""
        network = self._view.canvas.network
        places = {key: (network.layers[key].x + x, network.layers[key].y + y) for key in self._layers()}
        if places:
            self._view.do(MoveLayers(places))

    def add_layer(self, kind: str, pos: QPointF | None = None, source: str = "", link: str = "") -> None:
        """Add a layer: into ``link``, at ``pos``, or where there is room beside the selected layer, then linked to it."""
        state = self._document.state
        network = state.network
        if link in network.links:
            edit, key = building.insert_layer(state, kind, network.links[link])
        elif pos is not None:
            edit, key = building.add_layer(state, kind, pos.x(), pos.y(), source)
        else:
            layers = self._layers()
            beside = layers[0] if len(layers) == 1 else ""
            edit, key = building.add_layer(state, kind, *building.next_place(network, beside), beside)
        if self._view.do(edit):
            self._document.select([key])
            self._view.show_layers([key])

    def export(self) -> None:
        """Ask for a file and write the picture."""
        name, _ = QFileDialog.getSaveFileName(
            self._view, tr("Export picture"), "network.png", tr("Pictures (*.png *.svg)")
        )
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> None:
        """Write the picture of the whole network."""
        try:
            picture.save(self._view.canvas, path if path.suffix else path.with_suffix(".png"))
        except StudioError as error:
            self._view.say_at_pointer(sentence(error), "refused")
