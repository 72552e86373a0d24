"""Every setting of a project under one dotted key, for ``--set KEY=VALUE`` and scripts.

``epochs`` and ``optimizer.lr`` are training settings, ``data`` and ``data.length`` belong to the data set, and
``layers.Hidden.units`` to a layer by its name. Choosing data fits the ends of the network and the loss to it, as in the
window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from core.catalogue.layers import layer_spec
from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, Spec, replaced
from core.edits import Edit, SetDelay, SetParam, SetTraining
from core.errors import BadValue, UnknownName
from core.fitting import choose_data
from core.network import Layer
from core.project import State
from core.training import TRAINING


def known_keys(state: State) -> list[str]:
    """All keys that can be set in this state."""
    keys = list(_paths(TRAINING, state.training.values))
    keys.append("data")
    if state.data is not None:
        keys += _paths(catalogue("datasets")[state.data.key], state.data.values, "data.")
    for layer in state.network:
        keys += _paths(layer_spec(layer.kind), layer.params, f"layers.{layer.name}.")
    return keys + [f"links.{key}.delay" for key in state.network.links]


def edit_for(state: State, key: str, value: Any) -> Edit:
    """The edit that sets ``key``; an unknown key is answered with the nearest one, a bad value with a sentence."""
    head, _, rest = key.partition(".")
    if key == "data":
        return choose_data(state, catalogue("datasets").choose(str(value)))
    if key not in known_keys(state) and not _names_layer_by_id(state, key):
        raise _unknown(key, known_keys(state))
    if head == "data":
        assert state.data is not None
        return choose_data(state, replaced(state.data, catalogue("datasets")[state.data.key], rest, value))
    if head == "layers":
        layer, path = _split(state, rest)
        return SetParam(layer.id, path, value)
    if head == "links":
        return SetDelay(rest.removesuffix(".delay"), _whole(value))
    return SetTraining(key, value)


def _paths(spec: Spec, values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for param in spec.parameters:
        path = before + param.key
        yield path
        value = values.get(param.key)
        if isinstance(value, Choice):
            yield from _paths(catalogue(param.catalogue)[value.key], value.values, f"{path}.")


def _names_layer_by_id(state: State, key: str) -> bool:
    """Whether ``key`` names a layer by its id instead of its name."""
    head, _, rest = key.partition(".")
    layer, _, path = rest.partition(".")
    if head != "layers" or layer not in state.network.layers:
        return False
    found = state.network.layers[layer]
    return path in _paths(layer_spec(found.kind), found.params)


def _split(state: State, rest: str) -> tuple[Layer, str]:
    """The layer and the path in ``Hidden.activation.slope``; a name may hold dots, so that the longest one wins."""
    named = [layer for layer in state.network if rest.startswith(f"{layer.name}.")]
    if named:
        layer = max(named, key=lambda layer: len(layer.name))
        return layer, rest[len(layer.name) + 1 :]
    key, _, path = rest.partition(".")
    return state.network.layer(key), path


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise BadValue("A delay is a whole number, not “{value}”.", value=value) from None


def _unknown(key: str, known: list[str]) -> BadValue | UnknownName:
    last = key.rpartition(".")[2]
    ends = [k for k in known if k.rpartition(".")[2] == last]
    near = get_close_matches(key, ends or known, n=1, cutoff=0.0 if ends else 0.5)
    if near:
        return BadValue("There is no setting “{name}”: did you mean “{near}”?", name=key, near=near[0])
    return UnknownName("setting", key, [k for k in known if k.count(".") == 0])
