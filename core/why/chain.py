"""The way of a gradient from the loss back to a layer at a step, factor by factor, along its strongest path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.catalogue.layers import layer_spec
from core.network import Link
from core.why.backward import Backward
from core.why.numbers import Factor, Number
from core.why.sample import GATES

Place = tuple[str, int | None]
LONGEST = 5000
"""Factors that are followed at most."""


@dataclass(frozen=True, eq=False)
class _Way:
    """What one reader sends back to all units of a layer."""

    place: Place
    sent: np.ndarray
    slopes: float | None = None
    weights: float | None = None


def chain(back: Backward, layer: str, step: int | None) -> tuple[Factor, ...]:
    """From the loss to ``layer`` at ``step``; empty where no gradient arrives."""
    place: Place = (layer, step)
    found: list[Factor] = []
    seen: set[Place] = set()
    while place not in seen and len(found) < LONGEST:
        seen.add(place)
        ways = _ways(back, place)
        if not ways:
            break
        way = max(ways, key=lambda one: _length(one.sent))
        here, there = _felt(back, place), _felt(back, way.place)
        if not _length(way.sent) or not _length(there):
            break
        share = _length(way.sent) / _length(here) if _length(here) else 0.0
        found.append(
            Factor(
                _largest(place, here), _largest(way.place, there), _length(way.sent) / _length(there),
                way.slopes, way.weights, share,
            )
        )  # fmt: skip
        place = way.place
    return tuple(reversed(found))


def sent_along(back: Backward, link: Link, t: int | None) -> np.ndarray:
    """What the target of a link sends back along its copy at ``t`` (of a link that is reduced, a step of its source)."""
    way = _through(back, link, t)
    return np.zeros(back.sample.shapes[link.source].features) if way is None else way.sent


def sent_by_looking(back: Backward, link: Link, step: int | None) -> np.ndarray:
    """What all steps of an attention layer send back together to a step of its memory; (units,)."""
    blank = np.zeros(back.sample.shapes[link.source].features)
    return np.asarray(sum((way.sent for way in _looked_at(back, link, step)), blank))


def sent_by_memory(back: Backward, layer: str, t: int | None, reverse: bool = False) -> np.ndarray:
    """What step ``t`` of a block sends back to the state that it continues from, in one direction; (units,)."""
    for block in back.sample.blocks(layer):
        if bool(block.suffix) == reverse:
            before = block.follows.get(back.sample.row(t), -1)
            if before < 0:
                first = slice(block.first, block.first + block.units)
                return np.asarray(_felt(back, (layer, -1))[first])
            for way in _memory(back, layer, before):
                own = way.sent[block.first : block.first + block.units]
                if way.place == (layer, t) and np.any(own):
                    return np.asarray(own)
    return np.zeros(back.sample.shapes[layer].features)


def _length(values: np.ndarray) -> float:
    return float(np.linalg.norm(values))


def _felt(back: Backward, place: Place) -> np.ndarray:
    """The gradient at a place: dL/dh, or dL/da of an output whose loss looks at its sums."""
    layer, step = place
    if step == -1:
        units = back.sample.shapes[layer].features
        return np.array([back.at(Number("gradient", layer, unit, -1)) for unit in range(units)])
    total = back.sample.total(layer)[back.sample.row(step)]
    if back.sample.network.layers[layer].kind == "output" and not np.any(total):
        return np.asarray(back.delta(layer)[back.sample.row(step)])
    return np.asarray(total)


def _largest(place: Place, felt: np.ndarray) -> Number:
    return Number("gradient", place[0], int(np.argmax(np.abs(felt))), place[1])


def _ways(back: Backward, place: Place) -> list[_Way]:
    layer, step = place
    sample, ways = back.sample, []
    for link in sample.network.out_of(layer):
        for t in back.readers(link, step):
            ways.append(_through(back, link, t))
    if layer_spec(sample.network.layers[layer].kind).state and step is not None:
        ways += _memory(back, layer, step)
    for link in sample.network.out_of(layer, "memory"):
        ways += _looked_at(back, link, step)
    for link in sample.hands(layer):
        ways += _handed(back, link, step)
    return [way for way in ways if way is not None]


def _through(back: Backward, link: Link, t: int | None) -> _Way | None:
    sample, kind = back.sample, back.sample.network.layers[link.target].kind
    at, size = sample.row(t), sample.shapes[link.source].features
    place: Place = (link.target, t if sample.sequence(link.target) else None)
    if kind in ("dense", "output"):
        delta, matrix = back.delta(link.target)[at], sample.matrix(link)
        sent, felt = delta @ matrix, _length(_felt(back, place))
        return _Way(place, sent, _over(_length(delta), felt), _over(_length(sent), _length(delta)))
    if kind == "embedding":
        return None
    sent = np.zeros(size)
    if layer_spec(kind).state:
        first = back.offset(link)
        for block in sample.blocks(link.target):
            sent += back.block(link.target, block.suffix).sums[at] @ block.w_ih[:, first : first + size]
        return _Way(place, sent)
    total = sample.free(link.target)[0 if place[1] is None else at]
    for unit in range(size):
        sent[unit] = sum(share * total[k] for k, share in back.passed(link, unit, t))
    return _Way(place, sent)


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _memory(back: Backward, layer: str, step: int) -> list[_Way]:
    """The next step of each direction."""
    sample, ways = back.sample, []
    for block in sample.blocks(layer):
        found = back.block(layer, block.suffix)
        own = slice(block.first, block.first + block.units)
        follow = [
            t
            for t in range(sample.steps(layer))
            if (block.follows.get(t, -1) if sample.sequence(layer) else -1) == step
            and sample.remembers(layer, block.suffix, t)
        ]
        for t in follow:
            sent = np.zeros(sample.shapes[layer].features)
            sent[own] = found.own[t] @ block.w_hh
            slopes = weights = None
            if block.layer.kind == "rnn":
                slopes = _over(_length(found.sums[t]), _length(sample.total(layer)[t][own]))
                weights = _over(_length(sent), _length(found.sums[t]))
            if block.layer.kind == "gru":
                sent[own] += sample.free(layer)[t][own] * block.gates[GATES["gru"][1]][t]
            ways.append(_Way((layer, t), sent, slopes, weights))
    return ways


def _looked_at(back: Backward, link: Link, step: int | None) -> list[_Way]:
    """Every step of an attention layer that looks through this one."""
    sample = back.sample
    if step == -1 or (step is not None and step >= sample.valid(link.source)):
        return []
    total, sequence = sample.free(link.target), sample.sequence(link.target)
    slopes = sample.looked(link.target).by_memory(sample.row(step))
    return [_Way((link.target, t if sequence else None), total[t] @ slope) for t, slope in enumerate(slopes)]


def _handed(back: Backward, link: Link, step: int | None) -> list[_Way]:
    sample = back.sample
    units = sample.shapes[link.source].features
    ends = [sample.final_step(link.source, u) if sample.sequence(link.source) else None for u in range(units)]
    if step not in ends:
        return []
    first = _felt(back, (link.target, -1))
    return [_Way((link.target, -1), np.where([end == step for end in ends], first, 0.0))]
