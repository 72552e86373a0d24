"""The paths of links: forward curves, feedback arcs that run below the cards, loops above a card. Pure geometry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from core.network import Link, Network

LANE = 25.0
DROP = 30.0
CORNER = 18.0
LOOP_ROOM = 58.0
"""Height above a card that a bridge leaves to loops."""
SHOULDER = 76.0
"""How far from a card's middle a bridge begins and ends: outside of its loop."""
ARROW = 9.0


@dataclass(frozen=True)
class Route:
    """Where a link runs."""

    path: QPainterPath
    badge: QPointF
    """Where its delay is written."""
    end: QPointF
    """Tip of the arrow."""
    direction: QPointF
    """Unit vector in which the arrow points."""


Way = Literal["loop", "back", "bridge", "straight"]


def routes(network: Network, rects: Mapping[str, QRectF]) -> dict[str, Route]:
    """The route of every link whose ends are on the canvas."""
    shown = [link for link in network.links.values() if link.source in rects and link.target in rects]
    ways = {link.id: _way(link, rects) for link in shown}
    ports = _ports([link for link in shown if ways[link.id] == "straight"], rects)
    lanes = {way: _lanes([link for link in shown if ways[link.id] == way], rects) for way in ("back", "bridge")}
    found = {}
    for link in shown:
        source, target = rects[link.source], rects[link.target]
        match ways[link.id]:
            case "loop":
                found[link.id] = _loop(source, _twin(link, shown))
            case "back":
                found[link.id] = _arc(source, target, rects.values(), lanes["back"][link.id])
            case "bridge":
                found[link.id] = _bridge(source, target, _others(link, rects), lanes["bridge"][link.id])
            case _:
                found[link.id] = _straight(
                    source, target, ports[link.id], _twin(link, shown), 0.3 if link.role == "initial" else 0.5
                )
    return found


def _way(link: Link, rects: Mapping[str, QRectF]) -> Way:
    if link.source == link.target:
        return "loop"
    source, target = rects[link.source], rects[link.target]
    if target.left() < source.right() + 8.0:
        return "back"
    path = _straight(source, target, 0.0, 0).path
    blocked = any(path.intersects(rect.adjusted(6, 6, -6, -6)) for rect in _others(link, rects))
    return "bridge" if blocked else "straight"


def _others(link: Link, rects: Mapping[str, QRectF]) -> list[QRectF]:
    return [rect for key, rect in rects.items() if key not in (link.source, link.target)]


def _twin(link: Link, links: Iterable[Link]) -> int:
    """Number of earlier links between the same two layers, so that each gets its own curve."""
    same = [other for other in links if (other.source, other.target) == (link.source, link.target)]
    return same.index(link)


def _ports(links: Iterable[Link], rects: Mapping[str, QRectF]) -> dict[str, float]:
    """Vertical offset at which each link enters its target: entries are spread in the order of their sources."""
    found: dict[str, float] = {}
    by_target: dict[str, list[Link]] = {}
    for link in links:
        by_target.setdefault(link.target, []).append(link)
    for target, entering in by_target.items():
        entering.sort(key=lambda link: rects[link.source].center().y())
        step = min(16.0, (rects[target].height() - 30.0) / len(entering))
        for place, link in enumerate(entering):
            found[link.id] = (place - (len(entering) - 1) / 2) * step
    return found


def _lanes(links: list[Link], rects: Mapping[str, QRectF]) -> dict[str, int]:
    """A lane for each arc, so that no two run over each other: short arcs run inside long ones."""
    spans = {}
    for link in links:
        one, other = rects[link.source].center().x(), rects[link.target].center().x()
        spans[link.id] = (min(one, other), max(one, other))
    taken: list[list[tuple[float, float]]] = []
    found = {}
    for key in sorted(spans, key=lambda key: spans[key][1] - spans[key][0]):
        span = spans[key]
        free = [n for n, lane in enumerate(taken) if not any(_overlap(span, other) for other in lane)]
        if not free:
            taken.append([])
        found[key] = free[0] if free else len(taken) - 1
        taken[found[key]].append(span)
    return found


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _straight(source: QRectF, target: QRectF, port: float, twin: int, badge: float = 0.5) -> Route:
    start = QPointF(source.right(), source.center().y())
    return forward(start, QPointF(target.left(), target.center().y() + port), twin, badge)


def forward(start: QPointF, end: QPointF, twin: int = 0, badge: float = 0.5) -> Route:
    """A curve from left to right; later links between the same layers bow away from the first."""
    reach = max(36.0, min(140.0, abs(end.x() - start.x()) * 0.5))
    bow = (-1 if twin % 2 else 1) * 38.0 * ((twin + 1) // 2)
    path = QPainterPath(start)
    tip = QPointF(end.x() - 1.0, end.y())
    path.cubicTo(QPointF(start.x() + reach, start.y() + bow), QPointF(tip.x() - reach, tip.y() + bow), tip)
    return Route(path, path.pointAtPercent(badge), tip, QPointF(1.0, 0.0))


def _loop(rect: QRectF, twin: int) -> Route:
    """A loop above a card, from its right shoulder back to its left one."""
    lift = 34.0 + LANE * twin
    half = min(rect.width() * 0.28, 52.0) + 12.0 * twin
    top, middle = rect.top(), rect.center().x()
    start, end = QPointF(middle + half, top), QPointF(middle - half, top - 1.0)
    path = QPainterPath(start)
    radius = min(CORNER, lift / 2)
    path.lineTo(start.x(), top - lift + radius)
    path.quadTo(start.x(), top - lift, start.x() - radius, top - lift)
    path.lineTo(end.x() + radius, top - lift)
    path.quadTo(end.x(), top - lift, end.x(), top - lift + radius)
    path.lineTo(end)
    return Route(path, QPointF(middle, top - lift), end, QPointF(0.0, 1.0))


def _arc(source: QRectF, target: QRectF, cards: Iterable[QRectF], lane: int) -> Route:
    """An arc below the cards, from the bottom of the source back to the bottom of the target."""
    shift = 14.0 + 12.0 * lane
    start = QPointF(source.center().x() + shift, source.bottom())
    end = QPointF(target.center().x() - shift, target.bottom() + 1.0)
    if abs(start.x() - end.x()) < 2 * CORNER + 8.0:
        end.setX(start.x() - 2 * CORNER - 8.0)
    low = _depth(min(start.x(), end.x()), max(start.x(), end.x()), max(source.bottom(), target.bottom()), cards)
    low += DROP + LANE * lane
    way = -1.0 if end.x() < start.x() else 1.0
    path = QPainterPath(start)
    path.lineTo(start.x(), low - CORNER)
    path.quadTo(start.x(), low, start.x() + way * CORNER, low)
    path.lineTo(end.x() - way * CORNER, low)
    path.quadTo(end.x(), low, end.x(), low - CORNER)
    path.lineTo(end)
    return Route(path, QPointF((start.x() + end.x()) / 2, low), end, QPointF(0.0, -1.0))


def _bridge(source: QRectF, target: QRectF, others: Iterable[QRectF], lane: int) -> Route:
    """An arc above the cards that stand in the way, from the top of the source to the top of the target."""
    start = QPointF(source.center().x() + min(SHOULDER, source.width() / 2 - 12.0), source.top())
    end = QPointF(target.center().x() - min(SHOULDER, target.width() / 2 - 12.0), target.top() - 1.0)
    mirrored = [QRectF(c.left(), -c.bottom(), c.width(), c.height()) for c in others]
    high = -_depth(start.x(), end.x(), max(-source.top(), -target.top()), mirrored) - LOOP_ROOM - LANE * lane
    path = QPainterPath(start)
    path.lineTo(start.x(), high + CORNER)
    path.quadTo(start.x(), high, start.x() + CORNER, high)
    path.lineTo(end.x() - CORNER, high)
    path.quadTo(end.x(), high, end.x(), high + CORNER)
    path.lineTo(end)
    return Route(path, QPointF((start.x() + end.x()) / 2, high), end, QPointF(0.0, 1.0))


def _depth(left: float, right: float, bottom: float, cards: Iterable[QRectF]) -> float:
    """The lowest edge of the cards that an arc between ``left`` and ``right`` would run into."""
    between = sorted((c for c in cards if c.left() < right and c.right() > left), key=lambda c: c.top())
    for card in between:
        if card.top() < bottom + DROP and card.bottom() > bottom:
            bottom = card.bottom()
    return bottom


def arrow(route: Route, size: float = ARROW) -> QPainterPath:
    """The head at the end of a route."""
    along, across = route.direction * size, QPointF(-route.direction.y(), route.direction.x()) * (size * 0.55)
    path = QPainterPath(route.end)
    path.lineTo(route.end - along + across)
    path.quadTo(route.end - along * 0.75, route.end - along - across)
    path.closeSubpath()
    return path
