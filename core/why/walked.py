"""Numbers of the explorers that walk: a neuron, a small network forward and backward, a race, a gradient through a cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.optimizers import OPTIMIZERS
from core.catalogue.spec import Choice
from core.describe import Words, number
from core.explore import activations, xray
from core.explore.cells import Walk
from core.explore.feed_forward import Pass, SmallNetwork
from core.explore.race import Race
from core.explore.surfaces import Surface
from core.formula import factor, latex_number
from core.why.numbers import Aggregate, Term, added


def neuron(choice: Choice, x: np.ndarray, w: np.ndarray, bias: float) -> Aggregate:
    """y = f(w x + b) of one neuron; x and w are (inputs,)."""
    z = float(w @ x + bias)
    value, spec = float(activations.value(choice, z)), ACTIVATIONS[choice.key]
    terms = _weighed(w, x, bias, "x", [_input(place, float(one)) for place, one in enumerate(x)])
    return Aggregate(
        Words("The output of the neuron where the inputs are {x}", {"x": ", ".join(number(float(one), 4) for one in x)}),
        value, (r"y = f(z), \quad z = \sum_i w_i x_i + b", *_formula(choice)),
        (rf"z = {added(terms)} = {latex_number(z)}", rf"y = f\left({latex_number(z)}\right) = {latex_number(value)}"),
        Words("{text}", {"text": spec.help}), terms=terms,
    )  # fmt: skip


def small_value(network: SmallNetwork, walk: Pass, layer: int, unit: int) -> Aggregate:
    """What a neuron says; layer 0 is the input, units count from 0."""
    value = float(walk.values[layer][unit])
    if layer == 0:
        return _input(unit, value)
    title = Words("The value of neuron {unit} of layer {layer}", {"unit": unit + 1, "layer": layer})
    choice, z = network.activations[layer - 1], float(walk.sums[layer - 1][unit])
    below = walk.values[layer - 1]
    sources = [small_value(network, walk, layer - 1, place) for place in range(len(below))]
    terms = _weighed(network.weights[layer - 1][unit], below, network.biases[layer - 1][unit], "a", sources)
    return Aggregate(
        title, value, (r"a_i = f(z_i), \quad z_i = \sum_j w_{ij} a_j + b_i", *_formula(choice)),
        (rf"z = {added(terms)} = {latex_number(z)}", rf"a = f\left({latex_number(z)}\right) = {latex_number(value)}"),
        Words("Its sum is made of the values of the layer before it."), terms=terms,
    )  # fmt: skip


def small_gradient(network: SmallNetwork, walk: Pass, target: np.ndarray, layer: int, unit: int) -> Aggregate:
    """dL/da of a neuron: from the target at the output (target is (outputs,)), else by the chain rule from the layer behind it."""
    value = float(walk.value_gradients[layer][unit])
    title = Words("The gradient at neuron {unit} of layer {layer}", {"unit": unit + 1, "layer": layer})
    if layer == 0:
        title = Words("The gradient at input {n}", {"n": unit + 1})
    if layer == len(network.weights):
        said, count = float(walk.values[layer][unit]), len(target)
        return Aggregate(
            title, value,
            (r"L = \frac{1}{n} \sum_i (a_i - y_i)^2", r"\frac{\partial L}{\partial a_i} = \frac{2}{n} (a_i - y_i)"),
            (rf"\frac{{2}}{{{count}}} \left({latex_number(said)} - {factor(float(target[unit]))}\right) = {latex_number(value)}",),
            Words("It is twice how far the output is from its target, shared among the outputs."),
        )  # fmt: skip
    behind = network.weights[layer][:, unit]
    terms = tuple(
        Term(float(w), float(e), f"w_{{{k + 1}{unit + 1}}}", rf"\delta_{k + 1}",
             about=small_gradient(network, walk, target, layer + 1, k))
        for k, (w, e) in enumerate(zip(behind, walk.errors[layer], strict=True))
    )  # fmt: skip
    deltas = tuple(
        rf"\delta_{k + 1} = {factor(float(g))} \cdot {factor(float(s))} = {latex_number(float(g * s))}"
        for k, (g, s) in enumerate(zip(walk.value_gradients[layer + 1], walk.slopes[layer], strict=True))
    )
    return Aggregate(
        title, value,
        (r"\frac{\partial L}{\partial a_j} = \sum_k w_{kj} \, \delta_k",
         r"\delta_k = \frac{\partial L}{\partial a_k} \, f'(z_k)"),
        (*deltas, rf"{added(terms)} = {latex_number(value)}"),
        Words("It comes back along each weight from the layer behind it, times the slope of the activation there."),
        terms=terms,
    )  # fmt: skip


def height(surface: Surface, x: float, y: float) -> Aggregate:
    """The height of a landscape at a place, and its slope there."""
    value = surface.loss(np.array([x, y]))
    right, up = surface.slope(x, y)
    at = rf"\left({latex_number(x)}, {latex_number(y)}\right)"
    return Aggregate(
        Words("The height of the landscape “{name}” at {x}, {y}", {"name": surface.title, "x": number(x, 4), "y": number(y, 4)}),
        value, (surface.formula,),
        (rf"L{at} = {latex_number(value)}",
         rf"\frac{{\partial L}}{{\partial x}} = {latex_number(right)}, \quad \frac{{\partial L}}{{\partial y}} = {latex_number(up)}"),
        Words("{text}", {"text": surface.line}),
    )  # fmt: skip


def race_loss(surface: Surface, choice: Choice, start: np.ndarray, step: int) -> Aggregate:
    """The height where an optimizer stands after a step, and the update of both weights that led there, walked again."""
    again = Race(surface, {choice.key: choice}, (float(start[0]), float(start[1])))
    for _ in range(step):
        again.step()
    racer, spec = again.racers[choice.key], OPTIMIZERS[choice.key]
    x, y = (float(one) for one in racer.here)
    lines = [rf"L\left({latex_number(x)}, {latex_number(y)}\right) = {latex_number(racer.losses[-1])}"]
    for place, letter in enumerate("xy"):
        if step:
            now, before = (
                {name: float(one[place]) for name, one in found.items()} for found in (racer.quantities, racer.before)
            )
            written = xray.lines(racer.descent.choice, now, before, float(racer.path[-2][place]), step)
            lines += [rf"\theta = {letter}", *written]
    title = Words("The loss of {name} after {n} steps", {"name": spec.title, "n": step})
    note = Words("It is the height where this step ended: below are the numbers of the step, first of x and then of y.")
    return Aggregate(
        title, racer.losses[-1], (surface.formula, *([spec.formula] if spec.formula else [])), tuple(lines), note
    )


def cell_gradient(found: Walk, step: int, memory: bool) -> Aggregate:
    """|dL/dh_t|, or |dL/dc_t| of the ``memory``, of a cell at a step (from 0): made of the gradient of each unit."""
    table = found.cell_gradient if memory and found.cell_gradient is not None else found.gradient
    letter = "c" if memory else "h"
    value = float(np.linalg.norm(table[step]))
    numbers = [rf"\sqrt{{{' + '.join(f'{factor(float(one))}^2' for one in table[step])}}} = {latex_number(value)}"]
    if step + 1 < len(table):
        later = float(np.linalg.norm(table[step + 1]))
        ratio = latex_number(value / later) if later else r"\infty"
        numbers.append(
            rf"\frac{{\left| \partial L / \partial {letter}_{{{step + 1}}} \right|}}{{\left| \partial L / \partial {letter}_{{{step + 2}}} \right|}}"
            rf" = \frac{{{latex_number(value)}}}{{{latex_number(later)}}} = {ratio}"
        )
    return Aggregate(
        Words("|dL/d{letter}| at t = {step}", {"letter": letter, "step": step + 1}), value,
        (rf"\left| \frac{{\partial L}}{{\partial {letter}_t}} \right| = \sqrt{{\sum_i \left(\frac{{\partial L}}{{\partial {letter}_{{t,i}}}}\right)^2}}",
         r"L = \frac{1}{2} \left| h_T \right|^2"),
        tuple(numbers),
        Words("It is the length over all units of the gradient that has come back to this step."),
    )  # fmt: skip


def _weighed(w: np.ndarray, x: np.ndarray, bias: float, letter: str, sources: Sequence[Aggregate]) -> tuple[Term, ...]:
    """The terms of w x + b; each of the ``sources`` tells what an x is."""
    pairs = enumerate(zip(w, x, sources, strict=True), 1)
    own = [Term(float(a), float(b), f"w_{n}", f"{letter}_{n}", about=source) for n, (a, b, source) in pairs]
    about = _given(Words("The bias"), float(bias), "b", Words("It is a number of the neuron itself."))
    return (*own, Term(1.0, float(bias), "", "b", about=about))


def _input(place: int, value: float) -> Aggregate:
    note = Words("It is an input: it is set by hand, not worked out.")
    return _given(Words("Input {n}", {"n": place + 1}), value, f"x_{place + 1}", note)


def _given(title: Words, value: float, letter: str, note: Words) -> Aggregate:
    return Aggregate(title, value, (letter,), (f"{letter} = {latex_number(value)}",), note)


def _formula(choice: Choice) -> tuple[str, ...]:
    spec = ACTIVATIONS[choice.key]
    return (spec.formula,) if spec.formula else ()
