"""What occurs in a random case, in the words of the issue of the engine: a list of names by which tests count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import networkx as nx

from core.catalogue.layers import layer_spec
from core.engine.axes import find_axes, groups
from core.engine.plan import make_plan
from core.network import Layer, Link
from core.shapes import infer
from tests.core.engine.random_networks import Case

FEATURES = (
    "several links with different delays", "self-link", "delay longer than the sequence", "cycle through many layers",
    "nested cycles", "interlocking cycles", "static input read at every step", "mask on a link", "frozen layer",
    "frozen link", "learned initial state", "learned initial state of a block", "initial-state link",
    "initial-state link into a cycle", "bidirectional", "stacked blocks", "dropout at every step the same",
    "dropout at every step anew", "padding", "padding in a cycle", "truncation", "several time axes",
    "attention", "attention on a cycle", "attention to padding", "attention by dot", "attention by scaled",
    "attention by general", "attention by additive", "loss on logits",
    "on the elman kernel", "on the rnn kernel", "on the gru kernel", "on the lstm kernel", "on the scan kernel",
    "dense on a cycle", "output on a cycle", "rnn on a cycle", "lstm on a cycle", "gru on a cycle", "dropout on a cycle",
    "layer_norm on a cycle", "concatenate on a cycle", "add on a cycle", "multiply on a cycle",
    "embedding", "last_step", "mean_time", "max_time", "repeat",
)  # fmt: skip


def features(case: Case) -> set[str]:
    """Those of ``FEATURES`` that occur in a case and can make a difference in it."""
    return {name for name in _features(case) if name in FEATURES}


def _features(case: Case) -> Iterator[str]:
    network = case.network
    axes = find_axes(network, groups(network), case.inputs, case.steps, case.lengths)
    data = [link for link in network.links.values() if link.role == "data"]
    yield from _cycles(data)
    pairs = Counter((link.source, link.target) for link in data)
    delays = Counter((source, target) for source, target, _ in {(k.source, k.target, k.delay) for k in data})
    if any(delays[pair] > 1 for pair in pairs):
        yield "several links with different delays"
    for link in data:
        yield from _of_link(case, link, axes.steps)
    for layer in network:
        yield layer.kind
        yield from _of_layer(case, layer)
    if case.truncate and case.truncate < max(axes.steps.values(), default=0):
        yield "truncation"
    if len(set(axes.steps.values())) > 1:
        yield "several time axes"
    if case.judged_logits:
        yield "loss on logits"
    padded = {key for key, n in axes.lengths.items() if n is not None and bool((n < axes.steps[key]).any())}
    if padded:
        yield "padding"
    for part in make_plan(network).parts:
        yield f"on the {part.kernel} kernel"
        if part.kernel == "scan":
            if padded.intersection(part.layers):
                yield "padding in a cycle"
            for key in part.layers:
                yield f"{network.layers[key].kind} on a cycle"
    for link in network.links.values():
        if link.role == "memory" and link.source in padded:
            yield "attention to padding"


def _cycles(data: list[Link]) -> Iterator[str]:
    graph = nx.DiGraph((link.source, link.target) for link in data)
    found = [frozenset(cycle) for cycle in nx.simple_cycles(graph)]
    if any(len(cycle) == 1 for cycle in found):
        yield "self-link"
    if any(len(cycle) > 2 for cycle in found):
        yield "cycle through many layers"
    for one, other in combinations(set(found), 2):
        if one < other or other < one:
            yield "nested cycles"
        elif one & other:
            yield "interlocking cycles"


def _of_link(case: Case, link: Link, steps: dict[str, int]) -> Iterator[str]:
    shapes = infer(case.network)
    if link.target in steps and link.delay > steps[link.target]:
        yield "delay longer than the sequence"
    if shapes[link.target].sequence and not shapes[link.source].sequence:
        yield "static input read at every step"
    if link.mask is not None and not link.mask.all():
        yield "mask on a link"
    if link.frozen and case.network.layers[link.target].kind in ("dense", "output"):
        yield "frozen link"
    blocks = [case.network.layers[key].kind for key in (link.source, link.target)]
    if link.source != link.target and all(layer_spec(kind).state for kind in blocks):
        yield "stacked blocks"


def _of_layer(case: Case, layer: Layer) -> Iterator[str]:
    own = [name for name in case.parameters if name.startswith(f"{layer.id}.")]
    if layer.frozen and own:
        yield "frozen layer"
    if f"{layer.id}.initial" in own:
        yield "learned initial state of a block" if layer_spec(layer.kind).state else "learned initial state"
    if case.network.into(layer.id, "initial"):
        yield "initial-state link"
        if make_plan(case.network).part_of(layer.id).kernel == "scan":
            yield "initial-state link into a cycle"
    if layer.params.get("bidirectional"):
        yield "bidirectional"
    if layer.kind == "dropout" and case.training and layer.params["rate"]:
        yield f"dropout at every step {'the same' if layer.params['same_every_step'] else 'anew'}"
    if layer.kind == "attention":
        yield f"attention by {layer.params['score']}"
