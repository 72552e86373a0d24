"""Probes for people: which layers each one can be asked about, and what it found, in a sentence.

Sentences are templates plus values (core.describe.Words), so that a window can translate them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from core.catalogue.probes import probe_spec
from core.describe import Words, gradient_verdict, number
from core.graph import reachable, recurrent_layers
from core.network import Link, Network
from core.parameters import parameters
from core.reports import ProbeResult
from core.shapes import infer

BLOCKS = ("rnn", "lstm", "gru")
ALIKE = 0.95
"""A truncated gradient whose cosine with the full one is at least this still points the same way."""
NEARLY_ALL = 0.9
CUBE_SECONDS = 6e-9
"""What the eigenvalues of a matrix of n x n cost one processor core, divided by n^3; measured for n from 128 to 512."""

Names = Mapping[str, str]
"""What the user calls each layer, by id."""


def askable(key: str, network: Network) -> list[str]:
    """The ids of the layers that a probe can answer for, in the order of the network; none for one about all of it."""
    if probe_spec(key).about == "network":
        return []
    shapes = infer(network)
    steps = [layer for layer in network if layer.id in shapes and shapes[layer.id].sequence]
    match key:
        case "gates":
            return [layer.id for layer in steps if layer.kind in ("lstm", "gru")]
        case "factor" | "horizon":
            on = recurrent_layers(network)
            return [layer.id for layer in steps if layer.id in on or layer.kind in BLOCKS]
        case "weight_share":
            taught = {one.layer for one in parameters(network).values()}
            return [layer.id for layer in steps if layer.id in taught and layer.kind not in ("embedding", "layer_norm")]
    return [layer.id for layer in steps if layer.kind != "input"]


def patience(key: str, layer: str, network: Network, settings: Mapping[str, Any]) -> float:
    """About how many seconds a probe takes where eigenvalues of large Jacobians are asked for, else 0.

    They cost the cube of the state of the layer's cycle, for each sample and step.
    """
    if key not in ("factor", "horizon") or layer not in network.layers:
        return 0.0
    return CUBE_SECONDS * float(state_size(layer, network)) ** 3 * int(settings["samples"]) * int(settings["columns"])


def state_size(layer: str, network: Network) -> int:
    """How many numbers the state of the cycle has that a layer is on."""

    def data(link: Link) -> bool:
        return link.role == "data"

    members = reachable(network, [layer], True, data) & reachable(network, [layer], False, data)
    inside = [link.delay for link in network.links.values() if {link.source, link.target} <= members and data(link)]
    size = 0
    for one in (network.layers[key] for key in members):
        several = (2 if one.kind == "lstm" else 1) * (2 if one.params.get("bidirectional") else 1)
        size += int(one.params.get("units", 0)) * several
    return size * max([1, *inside])


def said(found: ProbeResult, names: Names) -> Words:
    """What a probe found."""
    return _SAID[found.key](found, names)


def horizon_words(found: ProbeResult) -> Words:
    """The one number of the probe "horizon", to be written large."""
    steps = float(found.values["horizon"])
    if math.isnan(steps):
        return Words("Memory horizon: unknown")
    if math.isinf(steps):
        return Words("Memory horizon: no end in sight")
    return Words("Memory horizon = {k} steps", {"k": number(steps, 2 if steps < 10 else 3)})


def _itemised(found: ProbeResult, names: Names) -> Words:
    norm, total, first = (found.values[key] for key in ("norm", "total", "first"))
    if norm.shape[1] == 1:
        verdict = gradient_verdict(total)
        return Words("The loss is felt once, at the end. " + verdict.template, verdict.values)
    if not norm.sum() > 0:
        return Words("No gradient arrives: it is 0 at every step.")
    middle = (first + found.values["last"]) / 2
    later = np.maximum(0.0, middle[None, :] - np.arange(len(norm))[:, None])
    order = np.argsort(later, axis=None)
    felt = np.cumsum(norm.ravel()[order]) / norm.sum()
    most = later.ravel()[order][int(np.searchsorted(felt, NEARLY_ALL))]
    mean = float((norm * later).sum() / norm.sum())
    return Words(
        "A step gets its gradient from losses {mean} steps later on average; {share} of it comes from losses at most "
        "{most} steps later.",
        {"mean": number(mean, 2), "most": number(float(most), 3), "share": f"{NEARLY_ALL:.0%}"},
    )


def _weight_share(found: ProbeResult, names: Names) -> Words:
    share, lost = found.values["share"], float(found.values["cancellation"])
    if not float(found.values["norm"].sum()) > 0:
        return Words("No step teaches these weights: their gradient is 0.")
    if lost < 0.1:
        start = "The steps agree: {lost} of what they ask for cancels out."
    elif lost < 0.5:
        start = "The steps partly disagree: {lost} of what they ask for cancels out."
    else:
        start = "The steps pull against one another: {lost} of what they ask for cancels out."
    best = int(np.argmax(share))
    values = {"lost": f"{lost:.1%}", "step": best + 1, "steps": len(share), "most": f"{float(share[best]):.1%}"}
    return Words(start + " t = {step} of {steps} teaches most, {most} of dL/dW.", values)


def _input_gradient(found: ProbeResult, names: Names) -> Words:
    best, where, most = "", 0, -1.0
    for name in (key.removesuffix("/norm") for key in found.values if key.endswith("/norm")):
        norm = found.values[f"{name}/norm"]
        size = norm if norm.ndim else found.values[f"{name}/mean"]
        if len(size) and float(size.max()) > most:
            best, where, most = name, int(size.argmax()), float(size.max())
    if not most > 0:
        return Words("No gradient arrives at the inputs.")
    values = {"layer": names.get(best, best), "at": where + 1, "count": len(found.samples), "value": number(most, 2)}
    if found.values[f"{best}/norm"].ndim:
        return Words("“{layer}” at t = {at} matters most: |dL/dx| is {value}, the mean of {count} samples.", values)
    return Words("Feature {at} of “{layer}” matters most: |dL/dx| is {value}, the mean of {count} samples.", values)


def _truncation(found: ProbeResult, names: Names) -> Words:
    lengths, cosines = found.values["length"], found.values["cosine"]
    if not len(lengths):
        return Words("A sequence of a single step can not be truncated.")
    bad = np.flatnonzero(~(cosines >= ALIKE))
    at = int(bad[-1]) + 1 if len(bad) else 0
    if at < len(lengths):
        template = "From {k} steps on the truncated gradient points the same way as the full one: cosine {cosine}."
    else:
        at = len(lengths) - 1
        template = "Even {k} steps do not do: the cosine of the truncated gradient with the full one is {cosine}."
    return Words(template, {"k": int(lengths[at]), "cosine": f"{float(cosines[at]):.3f}"})


def _factor(found: ProbeResult, names: Names) -> Words:
    radius = geometric(found.values["radius"])
    saturated = float(found.values["saturated"].mean())
    kind = "fade" if radius < 0.99 else "grow" if radius > 1.01 else "keep their size"
    return Words(
        "Going back, gradients " + kind + ": a step multiplies by {radius} (spectral radius; its norm is {norm}), and "
        "{saturated} of the units are saturated.",
        {
            "radius": number(radius, 3),
            "norm": number(geometric(found.values["norm"]), 3),
            "saturated": f"{saturated:.1%}",
        },
    )


def geometric(values: np.ndarray) -> float:
    """The geometric mean of factors; 0 counts as very little."""
    return float(np.exp(np.log(np.maximum(values, 1e-300)).mean()))


def _horizon(found: ProbeResult, names: Names) -> Words:
    steps, measured = float(found.values["horizon"]), float(found.values["measured"])
    count = len(found.values["distance"])
    values = {"measured": number(measured, 3), "predicted": number(float(found.values["predicted"]), 3)}
    values |= {"count": str(count), "least": f"{float(found.values['left'][-1]):.1%}"}
    start = "On average a step back multiplies the gradient by {measured}; the Jacobians predict {predicted}. "
    if math.isnan(measured):
        return Words("No gradient goes back through this layer, or its sequence has a single step.")
    if math.isinf(steps):
        return Words(start + "It does not fade within the {count} steps of the sequence.", values)
    if steps > count - 1:
        return Words(
            start + "It outlasts the sequence: after its {count} steps {least} is left, and it goes on at that rate.",
            values,
        )
    return Words(start + "Beyond the horizon less than 1 % is left.", values)


def _gates(found: ProbeResult, names: Names) -> Words:
    return gates_words(gate_openings(found), lambda _, text: text)


class Opening(NamedTuple):
    """How far a gate is open, over all steps."""

    gate: str
    mean: float
    closed: float
    """Share stuck at 0."""
    open: float
    """Share stuck at 1."""


def gate_openings(found: ProbeResult) -> list[Opening]:
    """What the probe "gates" found, gate by gate."""
    gates = [key.removesuffix("/mean") for key in found.values if key.endswith("/mean")]
    return [
        Opening(gate, *(float(found.values[f"{gate}/{what}"].mean()) for what in ("mean", "closed", "open")))
        for gate in gates
    ]


def gates_words(openings: Sequence[Opening], mark: Callable[[str, str], str]) -> Words:
    """The sentence about gates; ``mark`` writes each number, named as in core.why.training.probe_words."""
    parts = []
    for one in openings:
        shown = {"mean": f"{one.mean:.2f}", "closed": f"{one.closed:.0%}", "open": f"{one.open:.0%}"}
        mean, closed, opened = (mark(f"{one.gate} {key}", text) for key, text in shown.items())
        parts.append(f"{one.gate.replace('_', ' ')} {mean} ({closed} / {opened})")
    return Words("How far gates are open, and the share stuck at 0 / 1: {gates}.", {"gates": ", ".join(parts)})


def _activations(found: ProbeResult, names: Names) -> Words:
    dead = {key.removesuffix("/dead"): int(found.values[key]) for key in found.values if key.endswith("/dead")}
    flat = {
        key.removesuffix("/saturated"): float(found.values[key]) for key in found.values if key.endswith("/saturated")
    }
    alive = [layer for layer in flat if layer in dead]
    count = sum(dead[layer] for layer in alive)
    if not flat:
        return Words("No layer has units that can saturate.")
    worst = max(flat, key=lambda layer: flat[layer])
    values = {"layer": names.get(worst, worst), "share": f"{flat[worst]:.1%}", "dead": count}
    if not count and flat[worst] < 0.0005:
        return Words("No unit is saturated, and none is dead.")
    if not count:
        return Words("“{layer}” is saturated most, {share} of the time. No unit is dead.", values)
    return Words("“{layer}” is saturated most, {share} of the time. Dead units: {dead}.", values)


def _noise(found: ProbeResult, names: Names) -> Words:
    size, count = float(found.values["batch_size"]), len(found.values["norm"])
    cosine = f"{float(found.values['cosine'].mean()):.2f}"
    if math.isinf(size):
        return Words(
            "{count} samples tell no common direction: the noise is larger than the gradient.", {"count": count}
        )
    return Words(
        "From a batch of about {size} samples on, more hardly help; the {count} samples agree with their mean by a cosine "
        "of {cosine}.",
        {"size": number(max(1.0, size), 2), "count": count, "cosine": cosine},
    )


_SAID: Mapping[str, Callable[[ProbeResult, Names], Words]] = {
    "itemised": _itemised,
    "weight_share": _weight_share,
    "input_gradient": _input_gradient,
    "truncation": _truncation,
    "factor": _factor,
    "horizon": _horizon,
    "gates": _gates,
    "activations": _activations,
    "noise": _noise,
}
