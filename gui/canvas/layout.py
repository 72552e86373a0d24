"""Automatic layout: layers in columns from left to right along the flow of data, few crossings, level middles.

Layered drawing after Sugiyama, Tagawa, Toda (1981). Links that close a loop are left out of the order, so that a
feedback link runs back. Iterative throughout.
"""

from __future__ import annotations

from collections.abc import Mapping

from core import graph
from core.network import Link, Network
from gui.canvas.look import CARD_HEIGHT, CARD_WIDTH, COLUMN_GAP, GRID, ROW_GAP

SWEEPS = 6
Size = tuple[float, float]


def layout(network: Network, sizes: Mapping[str, Size] | None = None) -> dict[str, tuple[float, float]]:
    """New centres by layer id; ``sizes`` are width and height of the cards."""
    sizes = sizes or {}
    size = {key: sizes.get(key, (CARD_WIDTH, CARD_HEIGHT)) for key in network.layers}
    forward = _forward_links(network)
    columns = _columns(network, forward)
    _order(columns, forward)
    return _places(columns, forward, size, _loops(network))


def _forward_links(network: Network) -> list[tuple[str, str]]:
    """(source, target) of the links that give the order: without those that close a cycle, delayed ones first."""
    kept: list[Link] = []
    for link in sorted(network.links.values(), key=lambda link: link.role == "data" and link.delay > 0):
        trial = Network(network.layers, {other.id: other for other in kept})
        if link.source != link.target and graph.path(trial, link.target, link.source, lambda _: True) is None:
            kept.append(link)
    return [(link.source, link.target) for link in kept]


def _columns(network: Network, forward: list[tuple[str, str]]) -> list[list[str]]:
    """Layers by the length of the longest way to them; sources stand right before what reads them first."""
    rank = dict.fromkeys(network.layers, 0)
    for _ in rank:
        moved = False
        for source, target in forward:
            if rank[target] < rank[source] + 1:
                rank[target], moved = rank[source] + 1, True
        if not moved:
            break
    entered = {target for _, target in forward}
    for key in rank:
        read = [rank[target] for source, target in forward if source == key]
        if key not in entered and read:
            rank[key] = min(read) - 1
    columns: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for key in network.layers:
        columns[rank[key]].append(key)
    return [column for column in columns if column]


def _order(columns: list[list[str]], forward: list[tuple[str, str]]) -> None:
    """Sort each column by the mean place of its neighbours, sweeping to and fro."""
    near: dict[str, list[str]] = {}
    for source, target in forward:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    for sweep in range(SWEEPS):
        place = {key: i - (len(column) - 1) / 2 for column in columns for i, key in enumerate(column)}
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            column.sort(key=lambda key: _mean([place[other] for other in near.get(key, [])], place[key]))
            place.update({key: i - (len(column) - 1) / 2 for i, key in enumerate(column)})


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _loops(network: Network) -> set[str]:
    """Layers with a loop above them, which need room there."""
    return {link.source for link in network.links.values() if link.source == link.target}


def _places(
    columns: list[list[str]], forward: list[tuple[str, str]], size: Mapping[str, Size], loops: set[str]
) -> dict[str, tuple[float, float]]:
    widths = [max(size[key][0] for key in column) for column in columns]
    total = sum(widths) + COLUMN_GAP * (len(columns) - 1)
    left, found = -total / 2, {}
    for column, width in zip(columns, widths):
        rooms = [size[key][1] + (44.0 if key in loops and i else 0.0) for i, key in enumerate(column)]
        top = -(sum(rooms) + ROW_GAP * (len(column) - 1)) / 2
        for key, room in zip(column, rooms):
            found[key] = (_snapped(left + width / 2), _snapped(top + room - size[key][1] / 2))
            top += room + ROW_GAP
        left += width + COLUMN_GAP
    return found


def _snapped(value: float) -> float:
    return round(value / GRID) * GRID
