"""The weights that expanded layers show: which matrices, as lines or pictures, where, and their latest numbers."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QGraphicsScene

from core.network import Network
from core.shapes import Shape
from gui.canvas import matrices
from gui.canvas.expansion import Block, arrange, in_card
from gui.canvas.layer_item import LayerItem
from gui.canvas.live_item import PAST_RADIUS
from gui.canvas.matrices import Matrix
from gui.canvas.weight_items import Bundle, WeightItem, WeightLines, WeightPicture
from gui.document import Document
from gui.runner import Runner
from gui.text import tr

Cards = Mapping[str, LayerItem]


class ShownWeights:
    """One item per shown matrix; ``items`` by link id, or by layer id for the memory of a recurrent block."""

    def __init__(self, scene: QGraphicsScene, document: Document, runner: Runner) -> None:
        self._scene, self._document, self._runner = scene, document, runner
        self.items: dict[str, WeightItem] = {}
        self.bundle = Bundle()
        scene.addItem(self.bundle)

    def clear(self) -> None:
        """Show none."""
        self.bundle.show_lines([])
        for item in self.items.values():
            self._scene.removeItem(item)
        self.items = {}

    def arrange(self, cards: Cards, shapes: Mapping[str, Shape], expanded: set[str]) -> None:
        """Give every expanded card its inside and every matrix its item."""
        network = self._document.project.network
        wanted = _matrices(network, shapes, expanded)
        inside = {key for key, m in wanted.items() if in_card(m, m.source in expanded)}
        for key, card in cards.items():
            if key not in expanded:
                if card.expansion is not None:
                    card.expand(None)
                continue
            own = [m for k, m in wanted.items() if k in inside and m.layer == key]
            joined = any(key in (m.layer, m.source) for k, m in wanted.items() if k not in inside)
            titles = {m.key: _title(network, m) for m in own}
            card.expand(arrange(shapes[key].features, own, joined), titles)
        self._sync(wanted, cards)

    def _sync(self, wanted: Mapping[str, Matrix], cards: Cards) -> None:
        blocks = _blocks(cards)
        for key in list(self.items):
            block = blocks.get(key)
            lines = block is None or block.past is not None
            if key not in wanted or lines != isinstance(self.items[key], WeightLines):
                self._scene.removeItem(self.items.pop(key))
        for key, matrix in wanted.items():
            if key not in self.items:
                block = blocks.get(key)
                made = WeightPicture(matrix) if block is not None and block.past is None else WeightLines(matrix)
                self.items[key] = made
                self._scene.addItem(made)
            self.items[key].matrix = matrix
        self.bundle.show_lines([item for item in self.items.values() if isinstance(item, WeightLines)])
        self.place(cards)
        self.refresh()

    def place(self, cards: Cards) -> None:
        """Put them where their cards are now."""
        blocks = _blocks(cards)
        for key, item in self.items.items():
            target, block = cards[item.matrix.layer], blocks.get(key)
            if target.expansion is None:
                continue
            if isinstance(item, WeightPicture) and block is not None:
                item.show_rect(block.rect.translated(target.pos()))
            elif isinstance(item, WeightLines):
                radius = target.expansion.radius
                source = cards[item.matrix.source]
                if block is not None:
                    item.show_places(target.neuron_points(past_of=key), target.neuron_points(), PAST_RADIUS, radius)
                elif source.expansion is not None:
                    starts = source.neuron_points()
                    item.show_places(starts, target.neuron_points(), source.expansion.radius, radius)

    def refresh(self) -> None:
        """Show the latest numbers."""
        weights, links = self._runner.weights, self._document.project.network.links
        for item in self.items.values():
            link = links.get(item.matrix.link or "")
            item.show_weights(weights, link.mask if link and item.matrix.maskable else None)

    def restyle(self) -> None:
        """Take the colours of now."""
        for item in self.items.values():
            item.restyle()

    def between_cards(self, link_id: str) -> bool:
        """True where the lines of a link run over it from card to card."""
        item = self.items.get(link_id)
        return isinstance(item, WeightLines) and not item.matrix.delay


def _matrices(network: Network, shapes: Mapping[str, Shape], expanded: set[str]) -> dict[str, Matrix]:
    """Everything that the expanded layers read with."""
    found: dict[str, Matrix] = {}
    for key in network.layers:
        if key not in expanded:
            continue
        memory = matrices.of_memory(network.layers[key])
        if memory is not None:
            found[key] = memory
        for link in network.into(key):
            matrix = matrices.of_link(network, shapes, link)
            if matrix is not None:
                found[link.id] = matrix
    return found


def _title(network: Network, matrix: Matrix) -> str:
    """What a block in a card reads: “from digits”, “t−1”, “output t−1”."""
    name = network.layers[matrix.source].name
    if not matrix.delay:
        return tr("from {name}", name=name)
    when = tr("t−{delay}", delay=matrix.delay)
    return when if matrix.source == matrix.layer else f"{name} {when}"


def _blocks(cards: Cards) -> dict[str, Block]:
    return {b.matrix.key: b for card in cards.values() if card.expansion for b in card.expansion.blocks}
