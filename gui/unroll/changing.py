"""What if, in the unrolled view: menus and keys that change something at a step, and the line that cuts the gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from core.edits import Edit
from core.errors import StudioError
from core.keys import edit_for
from core.unroll import Row, cut_of, falls, pairs
from core.whatif import Intervention, Of, Put, said
from gui.icons import icon
from gui.text import sentence, tr, tr_core
from gui.unroll import marks, tips
from gui.unroll.arrows import Copy
from gui.unroll.change_dialog import ChangeDialog
from gui.unroll.lights import Spot

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

REACH = 5.0
"""Pixels within which the truncation line is taken hold of."""


class Changing:
    """Turns what is asked for at a cell or an arrow into changes of the what-if."""

    def __init__(self, view: UnrollView) -> None:
        self._view = view
        self.imagining = view.runner.imagining
        self.held = False
        """True while the truncation line is dragged."""
        self._moved = False
        self.dialog: ChangeDialog | None = None
        """The form that is open, or was last."""

    # -- words -------------------------------------------------------------------------------------------------------

    def words(self, one: Intervention) -> str:
        """A change in a sentence."""
        found = said(one, self._view.document.project.network)
        return tr_core(found.template, **found.values)

    def do(self, *new: Intervention) -> None:
        """Make changes; where one is refused the view says why."""
        if not self.imagining.add(*new, label=self.words(new[-1])):
            self._view.bubble.say(self.imagining.refused, self._view.rect().center(), "refused", hold=True)

    def remove(self, *gone: Intervention) -> None:
        """Take changes away."""
        self.imagining.remove(*gone, label=tr("Remove from the what-if"))

    # -- menus -------------------------------------------------------------------------------------------------------

    def offer(self, menu: QMenu, spot: Spot) -> None:
        """What can be changed at the thing under the pointer."""
        if spot.kind == "arrow" and spot.copy is not None:
            menu.addAction(self._cut_action(menu, spot.copy))
            menu.addSeparator()
        elif spot.kind in ("cell", "data") and spot.layer in self._view.layout_.unrolled.by_layer:
            menu.addMenu(self._menu(menu, spot.layer, spot.step, spot.unit))
            menu.addSeparator()

    def open_at_selection(self) -> None:
        """The same menu at the selected cell, for the keyboard."""
        view = self._view
        row = self._selected()
        if row is None:
            view.bubble.say(tr("Select a cell first: click one, or use the arrow keys."), QPoint(view.width() // 2, 60))
            return
        step = min(view.step or 0, row.valid - 1) if row.steps is not None else None
        menu = self._menu(view, row.layer, step, view.shown.unit if row.layer in view.layout_.units else None)
        at = view.layout_.cell(row.index, row.column(step)).center()
        menu.popup(view.mapToGlobal(at.toPoint()))

    def _selected(self) -> Row | None:
        rows = self._view.layout_.unrolled.by_layer
        return next((rows[key] for key in self._view.document.selected_layers() if key in rows), None)

    def _menu(self, parent: QMenu | UnrollView, layer: str, step: int | None, unit: int | None) -> QMenu:
        network, row = self._view.shown.network, self._view.layout_.unrolled.by_layer[layer]
        name = network.layers[layer].name
        who = name if unit is None else tr("{layer}, unit {unit}", layer=name, unit=unit + 1)
        menu = QMenu(tr("What if …"), parent)
        menu.setObjectName("whatif_menu")
        menu.setIcon(icon("branch"))
        menu.addSection(f"{who} · {tips.when(row, step)}")

        def add(text: str, one: Intervention, of: QMenu = menu) -> None:
            of.addAction(text, lambda: self.do(one))

        for of, title in (("value", ""), ("cell", "c: ")) if network.layers[layer].kind == "lstm" else (("value", ""),):
            kind: Of = "cell" if of == "cell" else "value"
            add(f"{title}{tr('Set to 0')}", Put(layer, step, unit, 0.0, kind))
            add(f"{title}{tr('Clamp at its value')}", Put(layer, step, unit, None, kind))
        menu.addAction(tr("Set to a number, swap, or choose a unit …"), lambda: self.ask(layer, step, unit))
        arrows = self._arrows_into(layer, step)
        if arrows:
            into = menu.addMenu(icon("cut"), tr("Cut an arrow into it"))
            for copy in arrows:
                into.addAction(self._cut_action(into, copy))
        there = self.imagining.whatif.at(layer, step)
        if there:
            menu.addSeparator()
            menu.addAction(icon("undo"), tr("As it is without the what-if"), lambda: self.remove(*there))
        return menu

    def _arrows_into(self, layer: str, step: int | None) -> list[Copy]:
        """The copies that end at a cell, also those that are too small to be seen."""
        row, found = self._view.layout_.unrolled.by_layer[layer], []
        column = row.column(step)
        for tie in self._view.layout_.unrolled.ties:
            if tie.target.layer == layer and tie.kind != "reduce":
                for source, target in pairs(tie, column, column + 1):
                    if target == step or (tie.kind == "initial" and step == 0):
                        found.append(Copy(tie, source, target, None, None, QPointF(), QPointF()))
        return found

    def _cut_action(self, parent: QMenu, copy: Copy) -> QAction:
        network, tie = self._view.shown.network, copy.tie
        one = cut_of(tie, copy.source, copy.target)
        where = "" if one.step is None or one.step < 0 else tr(" at t = {step} only", step=one.step + 1)
        names = {"source": network.layers[tie.source.layer].name, "target": network.layers[tie.target.layer].name}
        if self.imagining.whatif.severed(one.key, one.step, one.reverse):
            action = QAction(icon("link"), tr("Join {source} → {target} again", **names) + where, parent)
            action.triggered.connect(lambda: self.remove(one))
        else:
            action = QAction(icon("cut"), tr("Cut {source} → {target}", **names) + where, parent)
            action.triggered.connect(lambda: self.do(one))
        return action

    def ask(self, layer: str, step: int | None, unit: int | None) -> None:
        """Open the form for a cell."""
        view = self._view
        row = view.layout_.unrolled.by_layer[layer]
        self.dialog = ChangeDialog(view, view.document, view.shown.numbers, row, step, unit)
        self.dialog.chosen.connect(self.do)
        self.dialog.open()

    # -- truncation --------------------------------------------------------------------------------------------------

    @property
    def longest(self) -> int:
        """Steps of the longest sequence."""
        return self._view.layout_.unrolled.steps

    def toggle_line(self) -> None:
        """Show the truncation line in the middle, or where training has it; or take it away."""
        if self.imagining.whatif.truncate:
            self.imagining.truncate(0, tr("Remove the truncation line"))
            return
        if self.longest < 2:
            at = QPoint(self._view.width() // 2, 60)
            self._view.bubble.say(tr("A sequence of a single step can not be truncated."), at, "refused", hold=True)
            return
        set_to = int(self._view.document.project.training["tbptt"])
        self.cut_after(set_to if 0 < set_to < self.longest else (self.longest + 1) // 2)
        self._view.show_gradient(True)

    def cut_after(self, steps: int, merge: bool = False) -> None:
        """Put the line behind so many steps."""
        steps = max(1, min(self.longest - 1, steps))
        self.imagining.truncate(steps, tr("Move the truncation line"), merge)

    def move_line(self, by: int) -> None:
        """Move the line by steps; it appears where it is not there."""
        if not self.imagining.whatif.truncate:
            self.toggle_line()
        else:
            self.cut_after(self.imagining.whatif.truncate + by)

    def line_at(self, pos: QPointF) -> bool:
        """Whether the line can be taken hold of at a point."""
        layout = self._view.layout_
        every = self.imagining.whatif.truncate
        for column, x in marks.lines(layout, every):
            if layout.unrolled.columns[column].step != every:
                break
            grip = marks.handle(layout, x) - pos
            if abs(grip.x()) <= marks.HANDLE + 2 and abs(grip.y()) <= 11:
                return True
            if abs(x - pos.x()) <= REACH and self._view.layout_.column_width(column) > 3 * REACH:
                return True
        return False

    def take_line(self) -> None:
        """The line is taken hold of."""
        self.held, self._moved = True, False
        self._view.show_gradient(True)

    def drag_line(self, pos: QPointF) -> None:
        """The line follows the pointer, from one border between two steps to the next."""
        layout = self._view.layout_
        place = layout.place(pos.x())
        columns = layout.unrolled.columns
        nearest = min(len(columns) - 1, max(0, int(place)))
        stage = columns[nearest].stage
        first = next((n for n, c in enumerate(columns) if c.kind == "step" and (c.stage == stage or stage % 2 == 0)), 0)
        steps = max(1, min(self.longest - 1, round(place) - first))
        if steps != self.imagining.whatif.truncate:
            self.cut_after(steps, merge=self._moved)
            self._moved = True
            self._view.update()

    def drop_line(self) -> None:
        """The line is let go: the card offers to train so."""
        self.held = False
        self._view.update()

    def train_so(self) -> None:
        """Train with this truncation from now on: an edit like any other."""
        view, steps = self._view, self.imagining.whatif.truncate
        try:
            edit: Edit = edit_for(view.document.state, "tbptt", steps)
            view.document.do(edit)
        except StudioError as error:
            view.bubble.say(sentence(error), view.rect().center(), "refused", hold=True)

    def falling(self) -> list[tuple[str, int, int]]:
        """Of each link through time (what it joins, how many of its arrows fall where the line stands, all of them)."""
        every, unrolled, layers = (
            self.imagining.whatif.truncate,
            self._view.layout_.unrolled,
            self._view.shown.network.layers,
        )
        found = []
        for tie in unrolled.ties:
            if tie.kind not in ("recurrent", "memory", "reverse"):
                continue
            inside = [pair for pair in pairs(tie, 0, len(unrolled.columns)) if pair[0] is not None and pair[0] >= 0]
            gone = sum(falls(tie, source, target, every) for source, target in inside)
            name = tr(
                "“{source}” → “{target}”", source=layers[tie.source.layer].name, target=layers[tie.target.layer].name
            )
            found.append((name, gone, len(inside)))
        return found

    def fallen(self) -> tuple[int, int]:
        """(arrows through time that fall, all of them) where the line stands."""
        found = self.falling()
        return sum(gone for _, gone, _ in found), sum(whole for _, _, whole in found)
