"""Drawing a link, by mouse or by keys: allowed targets are lit, a refused one says why, the curve is the one to come."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, Qt

from core.edits import AddLink, new_link
from core.network import Link, Role
from gui.canvas.building import Plan, plan_link
from gui.canvas.gestures import Gesture, Stage, link_hint
from gui.canvas.hits import layer_at
from gui.canvas.routing import Route, forward, routes
from gui.text import sentence, tr

LEAVE_PIXELS = 26.0
DRAFT_ID = "draft"


class LinkGesture(Gesture):
    """From a source layer to whatever the pointer finds. Alt draws an initial-state link."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: Stage, source: str, role: Role = "data", sticky: bool = False) -> None:
        self._stage, self.source = stage, source
        self._first_role: Role = role
        self.role: Role = role
        self.sticky = sticky
        self.target: str | None = None
        self._plans: dict[str, Plan] = {}
        self._start = QPointF()
        self._left = sticky
        """True once the pointer went far enough for a return to the source to mean a loop."""

    def start(self, pos: QPointF) -> None:
        self._start = pos
        self._plan()
        self._light()

    def _plan(self) -> None:
        network = self._stage.canvas.network
        self._plans = {key: plan_link(network, self.source, key, self.role) for key in network.layers}

    def _light(self) -> None:
        self._stage.canvas.show_linking(self._status)

    def _status(self, key: str) -> str:
        plan = self._plans.get(key)
        if plan is not None and plan.error is None:
            return "target" if key == self.target else "allowed"
        return "source" if key == self.source else "refused"

    def move(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        swapped = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        self._take_role("initial" if swapped else self._first_role)
        if self._stage.pixels(QLineF(self._start, pos).length()) > LEAVE_PIXELS:
            self._left = True
        item = layer_at(self._stage.canvas, pos)
        target = item.layer_id if item is not None else None
        if target == self.source and not self._left:
            target = None
        self._aim(target, pos)

    def _take_role(self, role: Role) -> None:
        if role != self.role:
            self.role, self.target = role, None
            self._plan()
            self._light()

    def _aim(self, target: str | None, pos: QPointF) -> None:
        if target != self.target:
            self.target = target
            self._light()
        plan = self._plans.get(target) if target is not None else None
        self._draft(target, plan, pos)
        self._speak(target, plan, pos)

    def _draft(self, target: str | None, plan: Plan | None, pos: QPointF) -> None:
        draft = self._stage.canvas.draft
        item = self._stage.canvas.layers[self.source]
        dashed = self.role == "initial"
        if target is not None and plan is not None and plan.error is None:
            draft.show_route(self._route_to(target, plan), "recurrent" if plan.delay else "allowed", dashed)
        elif self._left or not item.scene_rect().contains(pos):
            tone = "accent" if plan is None else "refused"
            draft.show_route(forward(item.mapToScene(item.port()), pos), tone, dashed)
        else:
            draft.show_route(None, "accent")

    def _route_to(self, target: str, plan: Plan) -> Route:
        """The way the link will take once it is there."""
        canvas = self._stage.canvas
        trial = canvas.network.with_link(Link(DRAFT_ID, self.source, target, plan.delay, plan.role))
        return routes(trial, {key: item.scene_rect() for key, item in canvas.layers.items()})[DRAFT_ID]

    def _speak(self, target: str | None, plan: Plan | None, pos: QPointF) -> None:
        if target is None or plan is None:
            self._stage.say(
                tr("Drop on a layer, or anywhere to add one.") if self._left and not self.sticky else "", pos
            )
        elif plan.error is not None:
            self._stage.say(sentence(plan.error), pos, "refused")
        elif plan.note:
            self._stage.say(plan.note, pos, "recurrent" if plan.delay else "allowed")
        else:
            self._stage.say(link_hint(self._stage.canvas.network.layers[target].name), pos, "allowed")

    def cycle(self, by: int) -> None:
        """Aim at the next layer that may be linked to."""
        allowed = [key for key in self._stage.canvas.network.layers if self._plans[key].error is None]
        if not allowed:
            item = self._stage.canvas.layers[self.source]
            self._stage.say(tr("No layer here can be linked to."), item.pos(), "refused")
            return
        place = allowed.index(self.target) + by if self.target in allowed else (0 if by > 0 else -1)
        target = allowed[place % len(allowed)]
        self._aim(target, self._stage.canvas.layers[target].pos())

    def toward(self, x: int, y: int) -> None:
        """Aim at the nearest layer in a direction, the refused ones too, so that they can say why."""
        here = self._stage.canvas.layers[self.target or self.source].pos()
        best, nearest = None, 1e12
        for key, item in self._stage.canvas.layers.items():
            way = item.pos() - here
            along, across = way.x() * x + way.y() * y, abs(way.x() * y) + abs(way.y() * x)
            if along > 1.0 and along + 2 * across < nearest:
                best, nearest = key, along + 2 * across
        if best is not None:
            self._aim(best, self._stage.canvas.layers[best].pos())

    def finish(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if not self.sticky or layer_at(self._stage.canvas, pos) is not None:
            self.move(pos, modifiers)
        self.conclude(pos)

    def conclude(self, pos: QPointF) -> None:
        """Make the link that is aimed at."""
        target, plan = self.target, self._plans.get(self.target or "")
        self._clear()
        if target is None:
            if self._left and self.role == "data" and not self.sticky and layer_at(self._stage.canvas, pos) is None:
                self._stage.open_menu(pos, source=self.source)
            return
        if plan is None:
            return
        if plan.error is not None:
            self._stage.say(sentence(plan.error), pos, "refused", hold=True)
            return
        link = new_link(self._stage.canvas.network, self.source, target, plan.delay, plan.role)
        if self._stage.do(AddLink(link)):
            self._stage.document.select([link.id])
            if plan.note:
                self._stage.say(plan.note, pos, "recurrent" if plan.delay else "allowed", hold=True)

    def _clear(self) -> None:
        self._stage.canvas.show_linking(None)
        self._stage.canvas.draft.show_route(None, "accent")
        self._stage.say("", QPointF())

    def cancel(self) -> None:
        self._clear()
