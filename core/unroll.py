"""The unrolled network: one copy of every layer per time step, and the arrows between the copies.

Rows are layers, columns are time steps with further columns for values that have no time (before and after a sequence)
and for initial states. Nothing is computed here; it is the plan by which the unrolled view is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from core.catalogue.layers import layer_spec
from core.network import ROLES, Layer, Link, Network
from core.shapes import Shape, groups, infer
from core.whatif import START, Cut

ColumnKind = Literal["static", "initial", "step"]
Start = Literal["", "zeros", "learned", "handed"]
TieKind = Literal["forward", "recurrent", "memory", "reverse", "spread", "reduce", "last", "initial", "attend"]


@dataclass(frozen=True)
class Column:
    """A column of the picture."""

    kind: ColumnKind
    """"static": values once per sample; "initial": states before the first step; "step": a time step."""
    stage: int
    """Sequences have odd stages in the order in which they run; what is static before, between and after has even ones."""
    step: int = 0
    """0-based time step within its stage."""


@dataclass(frozen=True)
class Row:
    """All copies of one layer."""

    layer: str
    """Its id."""
    index: int
    """0 is where the data enters."""
    stage: int
    first: int
    """Column of its first step, or of its only value."""
    steps: int | None
    """Time steps; None for a static value."""
    valid: int
    """Steps that are no padding."""
    start: Start
    """What it reads as before its first step; "" where nobody reads that."""

    @property
    def columns(self) -> range:
        """Columns of its copies."""
        return range(self.first, self.first + (self.steps or 1))

    @property
    def initial(self) -> int:
        """Column of its initial state."""
        return self.first - 1

    def column(self, step: int | None) -> int:
        """Column of a step; a negative one is the initial state."""
        if step is None or self.steps is None:
            return self.first
        return self.first + max(step, -1)


@dataclass(frozen=True)
class Node:
    """One copy of a layer."""

    layer: str
    row: int
    column: int
    step: int | None
    """0-based; -1 is the initial state, None a static value."""


@dataclass(frozen=True)
class Tie:
    """All copies of one link or of one block's memory: they share their weights."""

    key: str
    """Id of the link; id of the layer for the memory of a block."""
    kind: TieKind
    """"forward": within a step (or between static values); "recurrent": reads the past; "memory": a block's own state,
    "reverse" where it runs from the end; "spread": a static value read at every step; "reduce": all steps into one value;
    "last": the last step into one value; "initial": a last state handed over as initial state; "attend": every step of a
    memory, looked through at every step."""
    source: Row
    target: Row
    delay: int = 0

    @property
    def count(self) -> int:
        """How many copies there are, each of them one use of the same weights."""
        if self.kind in ("last", "initial"):
            return 1
        return self.source.valid if self.kind == "reduce" else self.target.steps or 1


@dataclass(frozen=True)
class Arrow:
    """One copy of a link."""

    tie: Tie
    source: Node
    target: Node


@dataclass(frozen=True)
class Unrolled:
    """Rows, columns and ties; nodes and arrows follow from them."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    ties: tuple[Tie, ...]

    @cached_property
    def by_layer(self) -> dict[str, Row]:
        """Rows by layer id."""
        return {row.layer: row for row in self.rows}

    @cached_property
    def steps(self) -> int:
        """Time steps of the longest sequence; 0 where all is static."""
        return max((row.steps or 0 for row in self.rows), default=0)

    @property
    def nodes(self) -> list[Node]:
        """All copies and initial states."""
        found = []
        for row in self.rows:
            if row.start:
                found.append(Node(row.layer, row.index, row.initial, -1))
            steps = range(row.steps) if row.steps is not None else (None,)
            found += [Node(row.layer, row.index, row.column(step), step) for step in steps]
        return found

    @property
    def arrows(self) -> list[Arrow]:
        """All arrows."""
        return list(self.arrows_between(0, len(self.columns)))

    def arrows_between(self, first: int, end: int) -> Iterator[Arrow]:
        """The arrows that pass columns ``first`` to ``end`` - 1; those that run past them are among them."""
        for tie in self.ties:
            yield from self.arrows_of(tie, first, end)

    def arrows_of(self, tie: Tie, first: int = 0, end: int | None = None) -> Iterator[Arrow]:
        """The arrows of one tie that pass these columns."""
        end = len(self.columns) if end is None else end
        for source, target in pairs(tie, first, end):
            arrow = Arrow(tie, _node(tie.source, source), _node(tie.target, target))
            low, high = sorted((arrow.source.column, arrow.target.column))
            if low < end and high >= first:
                yield arrow


def _node(row: Row, step: int | None) -> Node:
    return Node(row.layer, row.index, row.column(step), step)


def pairs(tie: Tie, first: int, end: int) -> Iterator[tuple[int | None, int | None]]:
    """(step of the source, step of the target) of the copies near columns ``first`` to ``end`` - 1."""
    source, target = tie.source, tie.target
    here = range(max(0, first - target.first), min(target.steps or 0, end - target.first))
    match tie.kind:
        case "forward" if target.steps is None:
            yield None, None
        case "forward":
            yield from ((t, t) for t in here)
        case "recurrent" | "memory":
            late = range(here.start, min(target.steps or 0, max(here.start, end - target.first) + tie.delay))
            yield from ((t - tie.delay, t) for t in late)
        case "reverse":
            yield from ((t + 1, t) for t in range(max(0, here.start - 1), min(here.stop, target.valid - 1)))
        case "spread":
            yield from ((None, t) for t in here)
        case "reduce":
            yield from ((t, None) for t in range(max(0, first - source.first), min(source.valid, end - source.first)))
        case "attend":
            before = source.first + source.valid <= target.first
            seen = range(min(source.valid, end - source.first) if before else source.valid)
            asks = range(max(0, first - target.first) if before else 0, target.steps or 0)
            yield from ((s, t) for t in asks for s in seen)
        case "last":
            yield source.valid - 1, None
        case "initial":
            yield (None if source.steps is None else source.valid - 1), -1


def cut_of(tie: Tie, source: int | None, target: int | None) -> Cut:
    """The what-if that cuts one copy of a tie."""
    match tie.kind:
        case "reduce" | "last":
            return Cut(tie.key, source)
        case "initial":
            return Cut(tie.key, START)
    return Cut(tie.key, target, tie.kind == "reverse")


def falls(tie: Tie, source: int | None, target: int | None, every: int) -> bool:
    """Whether no gradient goes back along a copy of a tie where it is cut every so many steps; 0 for never."""
    if not every or target is None or source is None or tie.kind not in ("recurrent", "memory", "reverse"):
        return False
    if tie.kind == "reverse":
        walked = tie.target.valid - 1 - target
        return walked > 0 and walked % every == 0
    return target // every != max(0, source) // every


def unroll(network: Network, steps: int | Mapping[str, int], valid: Mapping[str, int] | None = None) -> Unrolled:
    """The copies and arrows of ``network`` over time.

    ``steps`` is the length of all sequences, or the length of each sequence layer by id; ``valid`` the steps of a layer
    that are no padding, all of them by default.
    """
    shapes = infer(network)
    stages = _stages(network, shapes)
    lengths = _lengths(network, shapes, steps)
    starts = {layer.id: _start(network, layer, shapes) for layer in network}
    columns, firsts = _columns(stages, lengths, starts)
    rows = []
    for index, key in enumerate(_order(network)):
        count = lengths.get(key)
        whole = count if count is not None else 1
        used = min(whole, (valid or {}).get(key, whole))
        rows.append(Row(key, index, stages[key], firsts[stages[key]], count, max(1, used), starts[key]))
    by_layer = {row.layer: row for row in rows}
    return Unrolled(tuple(columns), tuple(rows), tuple(_ties(network, by_layer)))


def _lengths(network: Network, shapes: Mapping[str, Shape], steps: int | Mapping[str, int]) -> dict[str, int]:
    if not isinstance(steps, int):
        return {key: steps[key] for key, shape in shapes.items() if shape.sequence and key in steps}
    found: dict[str, int] = {}
    for group in groups(network):
        own = [int(network.layers[k].params["steps"]) for k in group if network.layers[k].kind == "repeat"]
        count = next((n for n in own if n), steps)
        found.update(dict.fromkeys(group, count))
    return found


def _stages(network: Network, shapes: Mapping[str, Shape]) -> dict[str, int]:
    """Sequences that run in step share an odd stage; static values have the even stage after all that they read."""
    team = {key: key for key in network.layers}
    for group in groups(network):
        team.update(dict.fromkeys(group, group[0]))

    def sequence(key: str) -> bool:
        return key in shapes and shapes[key].sequence

    found = {team[key]: 1 if sequence(key) else 0 for key in network.layers}
    for _ in network.layers:
        moved = False
        for link in network.links.values():
            source, target = team[link.source], team[link.target]
            if source == target:
                continue
            gap = {(True, True): 2, (False, False): 0}.get((sequence(source), sequence(target)), 1)
            if found[target] < found[source] + gap:
                found[target], moved = found[source] + gap, True
        if not moved:
            break
    return {key: found[team[key]] for key in network.layers}


def _start(network: Network, layer: Layer, shapes: Mapping[str, Shape]) -> Start:
    """Where the initial state of a layer comes from; "" where nothing reads one."""
    if layer.id not in shapes or not shapes[layer.id].sequence:
        return ""
    handed = bool(network.into(layer.id, "initial"))
    reads = any(link.recurrent for link in network.out_of(layer.id))
    if not (handed or reads or layer_spec(layer.kind).state):
        return ""
    if handed:
        return "handed"
    return "learned" if layer.params.get("initial_state") == "learned" else "zeros"


def _columns(
    stages: Mapping[str, int], lengths: Mapping[str, int], starts: Mapping[str, Start]
) -> tuple[list[Column], dict[int, int]]:
    """All columns, and the first one of each stage."""
    columns: list[Column] = []
    firsts: dict[int, int] = {}
    for stage in sorted(set(stages.values())):
        members = [key for key, own in stages.items() if own == stage]
        if stage % 2 and any(starts[key] for key in members):
            columns.append(Column("initial", stage, -1))
        firsts[stage] = len(columns)
        if stage % 2:
            columns += [Column("step", stage, t) for t in range(max(lengths.get(key, 1) for key in members))]
        else:
            columns.append(Column("static", stage))
    return columns, firsts


def _order(network: Network) -> list[str]:
    """Layers from where the data enters to where the answer leaves: as they stand on the canvas, arrows going up."""
    rank = {key: (layer.x, layer.y, i) for i, (key, layer) in enumerate(network.layers.items())}
    waiting = dict.fromkeys(network.layers, 0)
    for link in network.links.values():
        if _upward(link):
            waiting[link.target] += 1
    found: list[str] = []
    while waiting:
        ready = [key for key, count in waiting.items() if count <= 0] or list(waiting)
        before = found[-1] if found else ""
        chosen = min(ready, key=lambda key: (_near(network, key, before), rank[key]))
        found.append(chosen)
        del waiting[chosen]
        for link in _leaving(network, chosen):
            if _upward(link) and link.target in waiting:
                waiting[link.target] -= 1
    return found


def _near(network: Network, key: str, before: str) -> int:
    """0 for a layer that starts or goes on where the last one ended, so that chains stay together."""
    sources = [link.source for role in ROLES for link in network.into(key, role) if _upward(link)]
    return 0 if not sources or before in sources else 1


def _leaving(network: Network, key: str) -> list[Link]:
    return [link for role in ROLES for link in network.out_of(key, role)]


def _upward(link: Link) -> bool:
    return link.source != link.target and (link.role == "initial" or link.delay == 0)


def _ties(network: Network, rows: Mapping[str, Row]) -> Iterator[Tie]:
    for layer in network:
        row = rows[layer.id]
        if layer_spec(layer.kind).state and row.steps is not None:
            yield Tie(layer.id, "memory", row, row, 1)
            if layer.params.get("bidirectional"):
                yield Tie(layer.id, "reverse", row, row, -1)
    for link in network.links.values():
        source, target = rows[link.source], rows[link.target]
        if link.role == "initial":
            if target.start:
                yield Tie(link.id, "initial", source, target)
        elif link.role == "memory" and source.steps is not None and target.steps is not None:
            yield Tie(link.id, "attend", source, target)
        elif target.steps is None and source.steps is not None:
            last = network.layers[target.layer].kind == "last_step"
            yield Tie(link.id, "last" if last else "reduce", source, target)
        elif source.steps is None and target.steps is not None:
            yield Tie(link.id, "spread", source, target, link.delay)
        elif source.steps is not None and link.delay:
            yield Tie(link.id, "recurrent", source, target, link.delay)
        else:
            yield Tie(link.id, "forward", source, target)
