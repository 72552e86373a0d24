"""The context menus of the canvas, one for each thing that can be under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor
from PySide6.QtWidgets import QMenu

from core.catalogue.layers import layer_spec
from core.edits import Remove, SetDelay, SetFrozen, SetRole
from core.network import Role
from gui.canvas.hits import Hit, hit
from gui.icons import icon
from gui.text import tr
from gui.why.here import Question, offer

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

ARRANGE = ("align_left", "align_center", "align_top", "align_middle", "distribute_columns", "distribute_rows")


def open_context_menu(view: CanvasView, event: QContextMenuEvent) -> None:
    """Open the menu at the pointer, or, asked for by a key, the one of the selection."""
    pos = view.exact(QPointF(event.pos()))
    found = hit(view.canvas, pos)
    by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
    if by_key:
        found = _selected(view)
    if (found.on_layer or found.on_link) and found.key not in view.document.selection:
        view.document.select([found.key])
    menu = context_menu(view, found, pos, by_key)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(event.globalPos())


def _selected(view: CanvasView) -> Hit:
    layers, links = view.document.selected_layers(), view.document.selected_links()
    if layers:
        return Hit("body", layers[0])
    return Hit("link", links[0]) if links else Hit()


def context_menu(view: CanvasView, hit: Hit, pos: QPointF, by_key: bool = False) -> QMenu:
    """The menu for what is at ``pos``, or (``by_key``) for what is selected."""
    menu = QMenu(view)
    menu.setObjectName("canvasMenu")
    if hit.part == "weight":
        _weight(view, menu, hit)
    elif hit.part == "neuron":
        _neuron(view, menu, hit)
        menu.addSeparator()
        _layer(view, menu)
    elif hit.on_layer:
        _layer(view, menu)
    elif hit.on_link:
        _link(view, menu, hit.key, pos)
    else:
        _ground(view, menu, pos)
    offer(menu, _asked(view, hit, None if by_key else pos), view.document)
    return menu


def _add(view: CanvasView, menu: QMenu, *keys: str) -> None:
    for key in keys:
        menu.addAction(view.commands[key])


def _ground(view: CanvasView, menu: QMenu, pos: QPointF) -> None:
    menu.addAction(icon("add"), tr("Add layer here …"), lambda: view.open_menu(pos))
    menu.addSeparator()
    _add(view, menu, "paste", "select_all")
    menu.addSeparator()
    _add(view, menu, "auto_layout", "fold_all", "fit", "actual_size", "minimap", "export")


def questions_here(view: CanvasView) -> list[Question]:
    """About what the pointer is at, or else about the selection."""
    pos = view.mapFromGlobal(QCursor.pos())
    under: list[Question] = []
    if view.rect().contains(pos):
        place = view.exact(QPointF(pos))
        under = _asked(view, hit(view.canvas, place), place)
    return under or _asked(view, _selected(view))


def _asked(view: CanvasView, thing: Hit, pos: QPointF | None = None) -> list[Question]:
    # Brings the facts of the inspector, which the first picture can do without.
    from gui.canvas.asking import questions_of

    return questions_of(view, thing, pos)


def _layer(view: CanvasView, menu: QMenu) -> None:
    _add(view, menu, "expand", "rename")
    menu.addSeparator()
    _add(view, menu, "link", "hand_over", "more", "less", "freeze")
    menu.addSeparator()
    _add(view, menu, "cut", "copy", "duplicate", "delete")
    if len(view.document.selected_layers()) > 1:
        arrange = menu.addMenu(tr("Arrange"))
        for key in ARRANGE:
            arrange.addAction(view.commands[key])


def _link(view: CanvasView, menu: QMenu, key: str, pos: QPointF) -> None:
    link = view.canvas.network.links[key]
    if link.role == "data":
        menu.addAction(icon("add"), tr("Insert layer …"), lambda: view.open_menu(pos, link=key))
        menu.addAction(icon("recurrent"), tr("Change delay …"), lambda: view.editing.delay(key))
        if link.delay:
            menu.addAction(tr("No delay"), lambda: view.do(SetDelay(key, 0)))
        else:
            menu.addAction(tr("Delay of 1 step"), lambda: view.do(SetDelay(key, 1)))
        menu.addSeparator()
    role: Role | None = {"data": "memory", "memory": "data"}.get(link.role)  # type: ignore[assignment]
    if role is not None and layer_spec(view.canvas.network.layers[link.target].kind).memory:
        title = tr("Look through it as the memory") if role == "memory" else tr("Ask with it")
        menu.addAction(icon("eye"), title, lambda: view.do(SetRole(key, role)))
        menu.addSeparator()
    frozen = link.frozen
    menu.addAction(
        icon("unlock" if frozen else "lock"), tr("Let it learn") if frozen else tr("Freeze"),
        lambda: view.do(SetFrozen((key,), not frozen, label=tr("Unfreeze") if frozen else tr("Freeze"))),
    )  # fmt: skip
    menu.addAction(icon("delete"), tr("Delete link"), lambda: view.do(Remove(links=(key,))))


def _weight(view: CanvasView, menu: QMenu, hit: Hit) -> None:
    item = view.canvas.weights[hit.key]
    there = item.mask is None or bool(item.mask[hit.cell])
    if there:
        menu.addAction(tr("Set weight …"), lambda: view.editing.weight(hit.key, hit.cell))
    if item.matrix.maskable and there:
        menu.addAction(icon("cut"), tr("Cut this connection"), lambda: view.editing.connect(hit.key, hit.cell, False))
    elif item.matrix.maskable:
        menu.addAction(
            icon("link"), tr("Restore this connection"), lambda: view.editing.connect(hit.key, hit.cell, True)
        )
    if item.matrix.link is not None:
        menu.addSeparator()
        _link(view, menu, item.matrix.link, item.point_of(hit.cell))


def _neuron(view: CanvasView, menu: QMenu, hit: Hit) -> None:
    menu.addAction(tr("Set bias …"), lambda: view.editing.bias(hit.key, hit.neuron))
    action = menu.addAction(icon("delete"), tr("Remove this neuron"),
                            lambda: view.operations.remove_unit(hit.key, hit.neuron))  # fmt: skip
    units = view.canvas.network.layers[hit.key].params.get("units")
    action.setEnabled(units is not None and hit.neuron < units)
