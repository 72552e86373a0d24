"""How numbers are written in formulas."""

from __future__ import annotations

from core.catalogue.registry import catalogue
from core.network import Network
from core.why.numbers import Number

GATE_SYMBOLS = {"input": "i", "forget": "f", "candidate": "g", "output": "o", "reset": "r", "update": "z", "": "a"}
_OF_ATTENTION = {"attention": r"\alpha", "score": "e", "score_gradient": "e"}
FUNCTIONS = {"tanh": r"\tanh", "sigmoid": r"\sigma", "relu": r"\operatorname{ReLU}", "identity": ""}


def name(network: Network, layer: str) -> str:
    """The name of a layer as LaTeX text."""
    shown = "".join(c if c.isalnum() or c in " -" else " " for c in network.layers[layer].name)
    return rf"\text{{{shown.strip() or 'layer'}}}"


def symbol(network: Network, number: Number) -> str:
    """LaTeX of a number."""
    if number.quantity == "loss":
        return "L"
    if number.quantity == "weight":
        return _weight(network, number)
    if number.quantity == "weight_gradient":
        return rf"\frac{{\partial L}}{{\partial {_weight(network, number)}}}"
    if number.quantity in ("norm", "flow"):
        return _length(network, number)
    place = str(number.unit + 1)
    if number.quantity in _OF_ATTENTION:
        place = f"s={place}"
    if number.step is not None:
        place += rf",\,t={number.step + 1}" if number.step >= 0 else r",\,t=0"
    above = f"^{{{name(network, number.layer)}}}"
    letter = _letter(network, number)
    written = f"{letter}{above}_{{{place}}}"
    if number.quantity in ("gradient", "delta", "cell_gradient", "score_gradient"):
        return rf"\frac{{\partial L}}{{\partial {written}}}"
    return written


def _length(network: Network, number: Number) -> str:
    """Of the vector over all units: its symbol without a unit, between bars."""
    above, at = f"^{{{name(network, number.layer)}}}", ""
    if number.step is not None:
        at = rf"_{{t={number.step + 1}}}" if number.step >= 0 else "_{t=0}"
    if number.quantity == "flow":
        link = network.links.get(number.part)
        source = name(network, link.source if link is not None else number.layer)
        return rf"\left| g^{{{source} \leftarrow {name(network, number.layer)}}}{at} \right|"
    of = "gradient" if number.part in ("direct", "through") else number.part
    letter = _letter(network, Number(of, number.layer, 0, number.step))  # type: ignore[arg-type]
    vector = f"{letter}{above}{at}"
    if of in ("gradient", "delta", "cell_gradient"):
        vector = rf"\frac{{\partial L}}{{\partial {vector}}}"
    below = rf"_{{\text{{{number.part}}}}}" if number.part in ("direct", "through") else ""
    return rf"\left| {vector} \right|{below}"


def _letter(network: Network, number: Number) -> str:
    kind = network.layers[number.layer].kind
    if number.quantity in ("cell", "cell_gradient"):
        return "c"
    if number.quantity in _OF_ATTENTION:
        return _OF_ATTENTION[number.quantity]
    if number.quantity == "gate":
        gate = number.part.removesuffix("_reverse")
        return "n" if gate == "candidate" and kind == "gru" else GATE_SYMBOLS[gate]
    if number.quantity in ("sum", "delta"):
        gate = number.part.removesuffix("_reverse")
        return "a" if not gate else f"a_{{{'n' if gate == 'candidate' and kind == 'gru' else GATE_SYMBOLS[gate]}}}"
    return {"input": "x", "output": "y", "attention": "c"}.get(kind, "h")


def _weight(network: Network, number: Number) -> str:
    place = str(number.unit + 1) if number.column is None else rf"{number.unit + 1},{number.column + 1}"
    tensor = number.part.rpartition(".")[2].removesuffix("_reverse")
    if tensor == "weight":
        return rf"W^{{{name(network, network.links[number.part.rpartition('.')[0]].source)}}}_{{{place}}}"
    letter = {
        "bias": "b", "weight_ih": "W", "weight_hh": "U", "bias_ih": "b", "bias_hh": "d", "gain": r"\gamma", "table": "E",
        "slope": r"\alpha", "initial": "h", "initial_cell": "c", "score": "W", "query": "W", "memory": "U", "energy": "v",
    }.get(tensor, "w")  # fmt: skip
    return rf"{letter}_{{{place}}}"


def bend(key: str) -> str:
    """An activation as a LaTeX function."""
    return FUNCTIONS.get(key, rf"\operatorname{{{catalogue('activations')[key].title.replace(' ', '')}}}")


def called(function: str, inside: str) -> str:
    """A function of something; nothing around it for the identity."""
    return rf"{function}\left({inside}\right)" if function else inside
