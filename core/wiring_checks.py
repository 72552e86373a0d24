"""Checks of the drawing alone: ends, loose layers, loops, sizes and time."""

from __future__ import annotations

from collections.abc import Iterator

from core import graph
from core.catalogue.layers import layer_spec
from core.edits import Remove, SetDelay, SetParam, SetRole, TakeOut
from core.network import Layer, Link
from core.problem import Problem, Repair, View, insert_before
from core.rules import names_of, refusal
from core.shapes import input_features


def _ends(view: View) -> Iterator[Problem]:
    network = view.network
    if not network.of_kind("input"):
        yield Problem("no input", "The network has no input: add one, so that data can enter.")
    outputs = network.of_kind("output")
    if not outputs:
        yield Problem("no output", "The network has no output: add one, so that it can answer.")
    elif len(outputs) > 1:
        names = ", ".join(f"“{layer.name}”" for layer in outputs)
        ids = tuple(layer.id for layer in outputs)
        yield Problem("several outputs", "There are several outputs ({names}): keep one.", {"names": names}, layers=ids)


def _loose(view: View) -> Iterator[Problem]:
    network = view.network
    fed = graph.reachable(network, [layer.id for layer in network.of_kind("input")])
    used = graph.reachable(network, [layer.id for layer in network.of_kind("output")], forward=False)
    for layer in network:
        remove = Repair("Delete it", Remove((layer.id,)))
        if layer.kind != "input" and layer.id not in fed:
            yield Problem(
                "no source",
                "“{name}” reads nothing that comes from an input: link a layer to it.",
                {"name": layer.name},
                layers=(layer.id,),
                repairs=(remove,),
            )
        elif layer.id not in used:
            yield Problem(
                "unused",
                "“{name}” does not lead to the output, so it has no effect.",
                {"name": layer.name},
                "warning",
                (layer.id,),
                repairs=(remove,),
            )


def _loops(view: View) -> Iterator[Problem]:
    network = view.network
    for loop in graph.loops(network):
        ring = set(loop)
        links = [k for k in network.links.values() if graph.instant(k) and {k.source, k.target} <= ring]
        repairs = tuple(
            Repair(
                f"Make {network.layers[k.source].name} → {network.layers[k.target].name} a delay of 1",
                SetDelay(k.id, 1),
            )
            for k in reversed(links)
        )
        yield Problem(
            "instantaneous loop",
            "These layers wait for each other within one step: {loop}. Give one link a delay of 1.",
            {"loop": names_of(network, [*loop, loop[0]])},
            layers=tuple(loop),
            links=tuple(k.id for k in links),
            repairs=repairs,
        )


def _acausal(view: View) -> Iterator[Problem]:
    network = view.network
    on_cycle = graph.recurrent_layers(network)
    for layer in network:
        if layer.id not in on_cycle:
            continue
        if not layer_spec(layer.kind).causal or layer.params.get("bidirectional"):
            one_way = (Repair("Make it one direction", SetParam(layer.id, "bidirectional", False)),)
            yield Problem(
                "loop through the future",
                "A loop passes through “{name}”, which needs the whole sequence first.",
                {"name": layer.name},
                layers=(layer.id,),
                repairs=one_way if layer.params.get("bidirectional") else (),
            )


def _sizes(view: View) -> Iterator[Problem]:
    for layer in view.network.of_kind("add", "multiply"):
        links = view.network.into(layer.id)
        sizes = {
            view.network.layers[k.source].name: view.shapes[k.source].features for k in links if k.source in view.shapes
        }
        if len(set(sizes.values())) > 1:
            listed = ", ".join(f"“{name}” {size}" for name, size in sizes.items())
            yield Problem(
                "sizes differ",
                "“{name}” needs sources of equal size, but they have {sizes} units.",
                {"name": layer.name, "sizes": listed},
                layers=(layer.id,),
                links=tuple(k.id for k in links),
            )
    for link in view.network.links.values():
        source, target = view.shapes.get(link.source), view.shapes.get(link.target)
        if link.role == "initial" and source and target and source.features != target.features:
            yield Problem(
                "sizes differ",
                "“{a}” has {m} units and can not be the first state of “{b}”, which has {n}.",
                {
                    "a": view.network.layers[link.source].name,
                    "m": source.features,
                    "b": view.network.layers[link.target].name,
                    "n": target.features,
                },
                layers=(link.source, link.target),
                links=(link.id,),
            )


def _attention(view: View) -> Iterator[Problem]:
    network = view.network
    for layer in network:
        if not layer_spec(layer.kind).memory:
            continue
        queries, memories = network.into(layer.id), network.into(layer.id, "memory")
        if not memories:
            yield Problem(
                "no memory",
                "“{name}” has nothing to look through: link a sequence to it as its memory.",
                {"name": layer.name},
                layers=(layer.id,),
                links=tuple(link.id for link in queries),
                repairs=_memories(view, layer),
            )
            continue
        if not queries:
            yield Problem(
                "no query",
                "“{name}” has nothing to ask with: link the layer to it that shall look through the memory.",
                {"name": layer.name},
                layers=(layer.id,),
                links=(memories[0].id,),
            )
        yield from _fits_memory(view, layer, memories[0])


def _memories(view: View, layer: Layer) -> tuple[Repair, ...]:
    """What the layer reads and might look through."""
    found = []
    for link in view.network.into(layer.id):
        source = view.network.layers[link.source]
        sequence = source.id in view.shapes and view.shapes[source.id].sequence
        if sequence and refusal(view.network, source.id, layer.id, 0, "memory") is None:
            found.append(Repair(f"Let it look through “{source.name}”", SetRole(link.id, "memory")))
    return tuple(found)


def _fits_memory(view: View, layer: Layer, memory: Link) -> Iterator[Problem]:
    source = view.network.layers[memory.source]
    shape = view.shapes.get(source.id)
    asks = input_features(view.network, layer.id, view.shapes)
    if shape is not None and not shape.sequence:
        yield Problem(
            "no time",
            "“{name}” looks through the steps of “{memory}”, which has no time steps.",
            {"name": layer.name, "memory": source.name},
            layers=(source.id, layer.id),
            links=(memory.id,),
        )
    alike = layer.params["score"] in ("dot", "scaled")
    if alike and shape is not None and asks is not None and asks != shape.features:
        yield Problem(
            "sizes differ",
            "“{name}” compares {m} units with {n} of its memory “{memory}”: the dot score needs as many of both.",
            {"name": layer.name, "m": asks, "n": shape.features, "memory": source.name},
            layers=(layer.id,),
            links=(memory.id,),
            repairs=(Repair("Use the general score", SetParam(layer.id, "score", "general")),),
        )


def _known_at_the_end(view: View) -> Iterator[Problem]:
    """From files only: the rules refuse to draw it."""
    network = view.network
    for link in network.links.values():
        if link.role != "data" and graph.path(network, link.target, link.source, lambda _: True) is not None:
            yield Problem(
                "loop through the end",
                "“{a}” must be known to its end before “{b}” begins, but depends on it.",
                {"a": network.layers[link.source].name, "b": network.layers[link.target].name},
                layers=(link.source, link.target),
                links=(link.id,),
                repairs=(Repair("Delete the link", Remove(links=(link.id,))),),
            )


def _time(view: View) -> Iterator[Problem]:
    network = view.network
    for link in network.links.values():
        source = view.shapes.get(link.source)
        if link.recurrent and source is not None and not source.sequence:
            name = network.layers[link.source].name
            yield Problem(
                "no past",
                "A link with a delay reads “{name}”, which has no time steps.",
                {"name": name},
                layers=(link.source,),
                links=(link.id,),
                repairs=(Repair("Delete the link", Remove(links=(link.id,))),),
            )
    for layer in network:
        spec, links = layer_spec(layer.kind), network.into(layer.id)
        known = [view.shapes[k.source] for k in links if k.source in view.shapes]
        if not known:
            continue
        sequence = any(shape.sequence for shape in known)
        if spec.state and not sequence:
            yield insert_before(
                view, layer, "repeat", "no time", "“{name}” is recurrent, but what it reads has no time steps."
            )
        if spec.time == "reduces" and not sequence:
            yield _short_circuit(
                view, layer, "no time", "“{name}” has nothing to reduce: what it reads has no time steps."
            )
        if spec.time == "creates" and sequence:
            yield _short_circuit(
                view, layer, "sequence already", "“{name}” reads a sequence, which needs no repeating."
            )


def _short_circuit(view: View, layer: Layer, key: str, template: str) -> Problem:
    """A problem whose repair takes ``layer`` out and joins its source with its targets."""
    sources = view.network.into(layer.id)
    repairs: tuple[Repair, ...] = ()
    if len(sources) == 1:
        repairs = (Repair("Take it out", TakeOut(layer.id)),)
    return Problem(key, template, {"name": layer.name}, layers=(layer.id,), repairs=repairs)


WIRING_CHECKS = (_ends, _loose, _loops, _acausal, _known_at_the_end, _sizes, _attention, _time)
