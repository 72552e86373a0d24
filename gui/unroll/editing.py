"""Edits made in the unrolled view: they are edits of the one network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from core.edits import Edit, Remove, Rename
from core.errors import StudioError
from gui.canvas.overlays import Field
from gui.text import sentence, tr
from gui.unroll import chrome
from gui.unroll.asking import questions_at, questions_of_selection
from gui.unroll.asking_more import about_all
from gui.unroll.lights import Spot
from gui.why.here import offer

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView


class Editing:
    """Deletes and renames what is selected."""

    def __init__(self, view: UnrollView) -> None:
        self._view = view
        self._field: Field | None = None

    @property
    def field(self) -> Field | None:
        """The field that is open."""
        return self._field if self._field is not None and self._field.is_open else None

    def enable(self) -> None:
        """Grey out what the selection does not allow."""
        document, commands = self._view.document, self._view.commands
        layers, links = document.selected_layers(), document.selected_links()
        network = document.project.network
        commands["delete"].setEnabled(bool(layers or links))
        commands["rename"].setEnabled(len(layers) == 1)
        commands["units"].setEnabled(bool(layers))
        commands["diagram"].setEnabled(any(network.layers[key].kind in ("lstm", "gru", "rnn") for key in layers))

    def _do(self, edit: Edit) -> None:
        try:
            self._view.document.do(edit)
        except StudioError as error:
            at = self._view.rect().center()
            self._view.bubble.say(sentence(error), at, "refused", hold=True)

    def delete(self) -> None:
        """Remove the selected layers and links."""
        document = self._view.document
        layers, links = tuple(document.selected_layers()), tuple(document.selected_links())
        if layers or links:
            self._do(Remove(layers, links))

    def rename(self) -> None:
        """Open a field over the name of the selected layer."""
        view = self._view
        keys = [key for key in view.document.selected_layers() if key in view.layout_.unrolled.by_layer]
        if not keys:
            return
        self.close()
        key = keys[0]
        self._field = Field(view, lambda text: self._rename(key, text), take_on_leave=True)
        self._field.open_at(self._rect(key), view.shown.network.layers[key].name, tr("Name of the layer"))

    def _rect(self, key: str) -> QRect:
        row = self._view.layout_.unrolled.by_layer[key].index
        card = chrome.name_rect(self._view.layout_, row)
        return card.adjusted(32, 4, -2, -4).toRect()

    def _rename(self, key: str, text: str) -> None:
        layer = self._view.document.project.network.layers.get(key)
        if layer is not None and text.strip() != layer.name:
            self._do(Rename(key, text))

    def close(self) -> None:
        """Put away what is open."""
        if self.field is not None:
            self.field.close_field()

    def place(self) -> None:
        """The view has another size."""
        self.close()

    def open_menu(self, event: QContextMenuEvent) -> None:
        """What can be done with the thing under the pointer."""
        view = self._view
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        spot = Spot() if by_key else view.spot_at(event.pos().toPointF())
        questions = [*questions_of_selection(view), *about_all(view)] if by_key else questions_at(view, spot)
        if spot.layer and spot.layer not in view.document.selection and spot.kind != "arrow":
            view.document.select([spot.layer])
        menu = QMenu(view)
        view.changing.offer(menu, spot)
        keys = (
            "whatif",
            "line",
            "",
            "values",
            "gradient",
            "",
            "units",
            "diagram",
            "rename",
            "delete",
            "",
            "lens",
            "fit",
        )
        for key in keys:
            if key:
                menu.addAction(view.commands[key])
            else:
                menu.addSeparator()
        offer(menu, questions, view.document)
        menu.popup(event.globalPos())
