"""The scene: one item per layer and link of the document, kept equal to it after every change. It owns view state only:
which cards are expanded, what the pointer is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsScene

from core import parameters
from core.network import Network
from core.problems import problems
from core.project import Change
from core.shapes import Shape, infer
from gui.canvas import look, matrices
from gui.canvas.card import card
from gui.canvas.layer_item import LayerItem
from gui.canvas.link_item import DraftItem, GuideItem, LinkItem
from gui.canvas.live import Live
from gui.canvas.routing import routes
from gui.canvas.shown_weights import ShownWeights
from gui.canvas.weight_items import WeightItem
from gui.document import Document
from gui.runner import Runner
from gui.text import tr_core
from gui.theme import theme

PROBLEM_DELAY_MS = 150
MARGIN = 400.0


class CanvasScene(QGraphicsScene):
    """Shows a document. Nothing but ``document.do`` changes what it shows."""

    arranged = Signal()
    """Something moved, came or went."""

    def __init__(self, document: Document, runner: Runner, parent: object = None) -> None:
        super().__init__(parent)  # type: ignore[arg-type]
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._document, self._runner = document, runner
        self.live = Live(runner)
        self.layers: dict[str, LayerItem] = {}
        self.links: dict[str, LinkItem] = {}
        self._weights = ShownWeights(self, document, runner)
        self.expanded: set[str] = set()
        self.draft, self.guides = DraftItem(), GuideItem()
        self.addItem(self.draft)
        self.addItem(self.guides)
        self._shapes: Mapping[str, Shape] = {}
        self._counts: Mapping[str, int] = {}
        self._problems: dict[str, tuple[str, str]] = {}
        # Problems read the data set and the whole network: once after a burst of edits is enough.
        self._problem_timer = QTimer(self, singleShot=True, interval=PROBLEM_DELAY_MS)
        self._problem_timer.timeout.connect(self.check_problems)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.rebuild)
        document.selection_changed.connect(self._show_selection)
        document.highlighted.connect(self._show_highlight)
        theme().changed.connect(self._on_theme)
        self.rebuild()

    @property
    def network(self) -> Network:
        """What is shown."""
        return self._document.project.network

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """Shape of each layer's value, as shown."""
        return self._shapes

    @property
    def weights(self) -> dict[str, WeightItem]:
        """The shown weights, by link id, or by layer id for the memory of a recurrent block."""
        return self._weights.items

    def rebuild(self) -> None:
        """Show the document from scratch."""
        grounds = [item.ground for item in self.layers.values()]
        self._weights.clear()
        for item in (*self.links.values(), *self.layers.values(), *grounds):
            self.removeItem(item)
        self.links, self.layers = {}, {}
        self.expanded, self._problems = set(), {}
        network = self.network
        self._sync(set(network.layers), set(network.links))
        self._show_selection()

    def _on_changed(self, change: Change) -> None:
        if change.network:
            self._sync(set(change.layers), set(change.links))
        elif change.weights:
            self._weights.refresh()
        if change.network or change.training or change.data:
            self._problem_timer.start()

    def _sync(self, layer_ids: set[str], link_ids: set[str]) -> None:
        """Make the items of these ids equal to the document, and everything that follows from them."""
        network = self.network
        self._shapes, self._counts = infer(network), parameters.count(network)
        for key in layer_ids:
            self._sync_layer(network, key)
        for key in link_ids:
            self._sync_link(network, key)
        self._show_cards()
        self._expand_all()
        self.route()
        self.refresh_live()
        self._problem_timer.start()

    def _sync_layer(self, network: Network, key: str) -> None:
        layer = network.layers.get(key)
        item = self.layers.get(key)
        if layer is None:
            if item is not None:
                self.removeItem(self.layers.pop(key))
                self.removeItem(item.ground)
            self.expanded.discard(key)
            self._problems.pop(key, None)
        elif item is None:
            item = LayerItem(layer, card(layer, self._shapes, self._counts, ("", "")))
            self.layers[key] = item
            self.addItem(item)
            self.addItem(item.ground)
        else:
            item.place(QPointF(layer.x, layer.y))

    def _sync_link(self, network: Network, key: str) -> None:
        link = network.links.get(key)
        item = self.links.get(key)
        if link is None:
            if item is not None:
                self.removeItem(self.links.pop(key))
            return
        if item is None:
            item = LinkItem(link)
            self.links[key] = item
            self.addItem(item)
        item.show_link(link)

    def _show_cards(self) -> None:
        for layer in self.network:
            problem = self._problems.get(layer.id, ("", ""))
            self.layers[layer.id].show_card(card(layer, self._shapes, self._counts, problem))

    def check_problems(self) -> None:
        """Put a badge on every layer that has a problem; the gravest one speaks."""
        found: dict[str, tuple[str, str]] = {}
        for problem in problems(self._document.state):
            for key in problem.layers:
                if key not in found or (found[key][0] == "warning" and problem.severity == "error"):
                    found[key] = (problem.severity, tr_core(problem.template, **problem.values))
        if found != self._problems:
            self._problems = found
            self._show_cards()

    def set_expanded(self, ids: Iterable[str], expanded: bool) -> None:
        """Show the neurons of layers, or fold them."""
        for key in ids:
            if key in self.layers and (not expanded or self.layers[key].can_expand()):
                (self.expanded.add if expanded else self.expanded.discard)(key)
        self._expand_all()
        self.route()
        self.refresh_live()

    def _expand_all(self) -> None:
        """Open the cards that are to be open, and show their weights."""
        self.expanded &= self._shapes.keys() & self.layers.keys()
        self._weights.arrange(self.layers, self._shapes, self.expanded)
        for key, item in self.links.items():
            dimmed = self._weights.between_cards(key)
            if item.dimmed != dimmed:
                item.dimmed = dimmed
                item.update()

    def route(self) -> None:
        """Lead all links around the cards where they stand now."""
        network = self.network
        found = routes(network, {key: item.scene_rect() for key, item in self.layers.items()})
        for key, route in found.items():
            self.links[key].show_route(route)
        self.guides.show_lines([])
        self._resize()
        self.arranged.emit()

    def shift(self, places: Mapping[str, QPointF]) -> None:
        """Show cards elsewhere while they are dragged; the document learns of it when the drag ends.

        Links do not evade a card without links: it may be about to be dropped into one.
        """
        for key, place in places.items():
            self.layers[key].place(place)
        network = self.network
        rects = {k: item.scene_rect() for k, item in self.layers.items() if k not in places or network.touching([k])}
        for key, route in routes(network, rects).items():
            self.links[key].show_route(route)
        self._weights.place(self.layers)
        self._resize()
        self.arranged.emit()

    def contents_rect(self) -> QRectF:
        """Around all cards and links; empty where there is nothing."""
        rect = QRectF()
        for layer_item in self.layers.values():
            rect = rect.united(layer_item.scene_rect())
        for link_item in self.links.values():
            rect = rect.united(link_item.boundingRect())
        return rect

    def _resize(self) -> None:
        rect = self.contents_rect()
        if rect.isEmpty():
            rect = QRectF(-1, -1, 2, 2)
        self.setSceneRect(rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).united(QRectF(-600, -400, 1200, 800)))

    def refresh_live(self) -> None:
        """Show the latest activations. The runner may hear of a change first, so cards can be behind the document."""
        network, weights = self.network, self._runner.weights
        for key, item in self.layers.items():
            if key not in network.layers:
                continue
            features = item.card.features
            moment = self.live.of(key, features)
            blocks = item.expansion.blocks if item.expansion else ()
            past = {b.matrix.key: value for b in blocks if (value := self.live.past(b.matrix)) is not None}
            values = moment.values
            if values is None:
                values = _bias_row(network, key, weights)
            item.live.show_values(values, moment.now, moment.share, past)

    def refresh(self) -> None:
        """Show what training has come to."""
        if self.live.read() or not self.live.known:
            self.refresh_live()
        self._weights.refresh()

    def _show_selection(self) -> None:
        self._mark("marked", self._document.selection)

    def _show_highlight(self, ids: frozenset[str]) -> None:
        self._mark("highlighted", ids)

    def _mark(self, flag: str, ids: Iterable[str]) -> None:
        chosen = set(ids)
        items: Iterable[tuple[str, LayerItem | LinkItem]] = (*self.layers.items(), *self.links.items())
        for key, item in items:
            if getattr(item, flag) != (key in chosen):
                setattr(item, flag, key in chosen)
                item.refresh()

    def light_link(self, key: str) -> None:
        """Light the link that a layer would be dropped into; none for an empty key."""
        for other, item in self.links.items():
            if item.lit != (other == key):
                item.lit = other == key
                item.update()

    def show_linking(self, status: Callable[[str], str] | None) -> None:
        """Light the layers that may be linked to and dim the others; None ends it."""
        for key, item in self.layers.items():
            state = status(key) if status else ""
            if item.linking != state:
                item.linking = state
                item.refresh()

    def _on_theme(self) -> None:
        self.refresh_live()
        self._weights.restyle()
        for item in (*self.layers.values(), *self.links.values()):
            item.refresh()
        self.update()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(rect, theme().color("canvas"))
        world = painter.worldTransform()
        step = look.GRID * (3 if world.m11() > 0.45 else 9)
        left, top = rect.left() // step * step, rect.top() // step * step
        # Whole pixels, or the dots would flicker between sharp and blurred.
        xs = np.round(np.arange(left, rect.right() + step, step) * world.m11() + world.dx()) + 0.5
        ys = np.round(np.arange(top, rect.bottom() + step, step) * world.m22() + world.dy()) + 0.5
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        width = max(1, round(painter.device().devicePixelRatio()))
        painter.setPen(look.hairline(look.mixed(theme().color("canvas"), theme().color("muted"), 0.35), width))
        painter.drawPoints([QPointF(x, y) for x in xs.tolist() for y in ys.tolist()])
        painter.restore()


def _bias_row(network: Network, key: str, weights: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Before anything was computed a card shows the biases of its units."""
    names = matrices.biases(network.layers[key])
    found = [weights[name] for name in names if name in weights]
    return None if not found else np.atleast_2d(np.sum(found, axis=0))
