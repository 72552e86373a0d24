"""What may be drawn: one rule for the canvas, for scripts and for files, each refusal with a sentence."""

from __future__ import annotations

from core import graph
from core.catalogue.layers import layer_spec
from core.errors import BadValue, InstantaneousLoop, Refused
from core.network import Layer, Network, Role

MAX_DELAY = 1000
_THROUGH: dict[Role, str] = {
    "initial": "A loop can not pass through the first state of “{name}”: it is only known at the end.",
    "memory": "A loop can not pass through the memory of “{name}”: it must be known from the start.",
}


def names_of(network: Network, ids: list[str]) -> str:
    """“A” → “B” → “A”: layers by name, in the order of ``ids``."""
    return " → ".join(f"“{network.layers[key].name}”" for key in ids)


def may_connect(network: Network, source: str, target: str, delay: int = 0, role: Role = "data") -> None:
    """Raise Refused (or BadValue) with a sentence where a link from ``source`` to ``target`` is not allowed."""
    start, end = network.layer(source), network.layer(target)
    if not 0 <= delay <= MAX_DELAY or int(delay) != delay:
        raise BadValue("A delay is a whole number from 0 to {most} steps, not {delay}.", most=MAX_DELAY, delay=delay)
    if layer_spec(end.kind).links == "nothing":
        raise Refused("“{name}” is an input: data enters there, links do not.", name=end.name)
    for link in network.into(end.id, role):
        if link.source == start.id and link.delay == delay:
            raise Refused("“{a}” and “{b}” are joined already, with the same delay.", a=start.name, b=end.name)
    if role == "initial":
        _may_hand_over(network, start, end)
    elif role == "memory":
        _may_look_through(network, start, end, delay)
    elif layer_spec(end.kind).single_source and network.into(end.id):
        raise Refused("“{name}” reads one source only.", name=end.name)
    _no_instant_loop(network, start, end, delay, role)
    _no_loop_through_the_future(network, start, end, role)


def _may_hand_over(network: Network, start: Layer, end: Layer) -> None:
    spec = layer_spec(end.kind)
    if not spec.state and spec.links != "matrices":
        raise Refused("“{name}” has no state of its own to begin with.", name=end.name)
    if network.into(end.id, "initial"):
        raise Refused("“{name}” gets its first state from another layer already.", name=end.name)
    if start.id == end.id:
        raise Refused("“{name}” can not hand its last state to itself.", name=end.name)


def _may_look_through(network: Network, start: Layer, end: Layer, delay: int) -> None:
    if not layer_spec(end.kind).memory:
        raise Refused("“{name}” looks through no memory: only an attention layer does.", name=end.name)
    if delay:
        raise Refused("A memory link has no delay: all steps of the memory are looked through.")
    if network.into(end.id, "memory"):
        raise Refused("“{name}” looks through one memory only: join several with “Concatenate”.", name=end.name)
    if start.id == end.id:
        raise Refused("“{name}” can not be its own memory.", name=end.name)


def _no_instant_loop(network: Network, start: Layer, end: Layer, delay: int, role: Role) -> None:
    if role != "data" or delay > 0:
        return
    back = graph.path(network, end.id, start.id, graph.instant)
    if back is not None:
        raise InstantaneousLoop(
            "This would close a loop without delay: {loop}. Give the link a delay of 1.",
            loop=names_of(network, [*back, end.id]),
        )


def _no_loop_through_the_future(network: Network, start: Layer, end: Layer, role: Role) -> None:
    cycle = graph.on_cycle_with(network, start.id, end.id)
    if not cycle:
        return
    if role == "initial":
        raise Refused(
            "“{name}” depends on “{other}”, so it can not give it its first state.", name=start.name, other=end.name
        )
    if role == "memory":
        raise Refused(
            "“{name}” depends on “{other}”, so it can not be its memory, which must be known from the start.",
            name=start.name,
            other=end.name,
        )
    for key in cycle:
        _must_be_causal(network.layers[key])
    for link in network.links.values():
        if link.role in _THROUGH and {link.source, link.target} <= cycle:
            raise Refused(_THROUGH[link.role], name=network.layers[link.target].name)


def _must_be_causal(layer: Layer) -> None:
    if not layer_spec(layer.kind).causal or layer.params.get("bidirectional"):
        raise Refused("A loop can not pass through “{name}”: it needs the whole sequence first.", name=layer.name)


def refusal(
    network: Network, source: str, target: str, delay: int = 0, role: Role = "data"
) -> Refused | BadValue | None:
    """What ``may_connect`` would raise, or None where the link is allowed."""
    try:
        may_connect(network, source, target, delay, role)
    except (Refused, BadValue) as error:
        return error
    return None
