"""Walks over a network: who reaches whom, and which layers lie on a cycle. Iterative, so that depth is no limit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from core.network import Link, Network


def _neighbours(network: Network, forward: bool, keep: Callable[[Link], bool]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {key: [] for key in network.layers}
    for link in network.links.values():
        if keep(link):
            one, other = (link.source, link.target) if forward else (link.target, link.source)
            near[one].append(other)
    return near


def reachable(
    network: Network, starts: Iterable[str], forward: bool = True, keep: Callable[[Link], bool] = lambda _: True
) -> set[str]:
    """Layer ids that can be reached from ``starts`` (which are included) along the links that ``keep`` accepts."""
    near = _neighbours(network, forward, keep)
    seen = set(starts)
    waiting = deque(seen)
    while waiting:
        for other in near[waiting.popleft()]:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def path(network: Network, start: str, goal: str, keep: Callable[[Link], bool]) -> list[str] | None:
    """A shortest list of layer ids from ``start`` to ``goal`` (both included), or None."""
    near = _neighbours(network, True, keep)
    came: dict[str, str] = {start: start}
    waiting = deque([start])
    while waiting and goal not in came:
        here = waiting.popleft()
        for other in near[here]:
            if other not in came:
                came[other] = here
                waiting.append(other)
    if goal not in came:
        return None
    steps = [goal]
    while steps[-1] != start:
        steps.append(came[steps[-1]])
    return steps[::-1]


def on_cycle_with(network: Network, source: str, target: str) -> set[str]:
    """Layers on any cycle that a link from ``source`` to ``target`` closes."""
    return reachable(network, [target]) & reachable(network, [source], forward=False)


def instant(link: Link) -> bool:
    """True for links that carry a value within one step."""
    return link.role == "data" and link.delay == 0


def loops(network: Network) -> list[list[str]]:
    """One list of layer ids for each link that closes a cycle without delay (each set of layers once)."""
    found: dict[frozenset[str], list[str]] = {}
    for link in network.links.values():
        if instant(link) and (steps := path(network, link.target, link.source, instant)) is not None:
            found.setdefault(frozenset(steps), steps)
    return list(found.values())


def recurrent_layers(network: Network) -> set[str]:
    """Layers that lie on a cycle of data links."""
    on: set[str] = set()
    for link in network.links.values():
        if link.role == "data" and link.delay > 0 and not {link.source, link.target} <= on:
            on |= on_cycle_with(network, link.source, link.target)
    return on
