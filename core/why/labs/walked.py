"""Numbers of the explorers that walk: a neuron, and a small network forward, backward and through its updates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.spec import Choice
from core.describe import Words, number
from core.explore import activations
from core.explore.feed_forward import Pass, SmallNetwork
from core.formula import factor, latex_number, summed
from core.why.labs.explored import activation_slope, formula_of
from core.why.numbers import Aggregate, Later, Term, added, told
from core.why.simple import Part, Told, given, product


def neuron(choice: Choice, x: np.ndarray, w: np.ndarray, bias: float) -> Aggregate:
    """y = f(w x + b) of one neuron; x and w are (inputs,)."""
    found, spec = neuron_sum(x, w, bias), ACTIVATIONS[choice.key]
    value = float(activations.value(choice, found.value))
    return Aggregate(
        Words("The output of the neuron where the inputs are {x}", {"x": _listed(x)}), value,
        (r"y = f(z), \quad z = \sum_i w_i x_i + b", *formula_of(spec)),
        (*found.numbers, rf"y = f\left({latex_number(found.value)}\right) = {latex_number(value)}"),
        Words("{text}", {"text": spec.help}), terms=found.terms,
    )  # fmt: skip


def neuron_sum(x: np.ndarray, w: np.ndarray, bias: float) -> Aggregate:
    """z = w x + b of one neuron; x and w are (inputs,)."""
    inputs = [neuron_input(place, float(one)) for place, one in enumerate(x)]
    weights = [neuron_weight(place, float(one)) for place, one in enumerate(w)]
    terms = _weighed(Part("b", bias, neuron_bias(bias)), w, weights, x, inputs, "x")
    value = float(w @ x + bias)
    return Aggregate(
        Words("The sum of the neuron where the inputs are {x}", {"x": _listed(x)}), value, (r"z = \sum_i w_i x_i + b",),
        (f"z = {added(terms)} = {latex_number(value)}",), Words("Each input counts as much as its weight says."), terms=terms,
    )  # fmt: skip


def neuron_input(place: int, value: float) -> Aggregate:
    """An input, ``place`` from 0."""
    note = Words("It is an input: it is set by hand, not worked out.")
    return given(Words("Input {n}", {"n": place + 1}), value, f"x_{place + 1}", note)


def neuron_weight(place: int, value: float) -> Aggregate:
    """A weight of the one neuron."""
    return given(Words("Weight {n}", {"n": place + 1}), value, f"w_{place + 1}", _BY_HAND)


def neuron_bias(value: float) -> Aggregate:
    """The bias of the one neuron."""
    return given(Words("The bias"), value, "b", _BY_HAND)


_BY_HAND = Words("It is a number of the neuron itself, set by hand.")


@dataclass(frozen=True, eq=False)
class Small:
    """A small network with a sample walked through it, backward too where there is a target. Layer 0 is the input; units
    count from 0."""

    network: SmallNetwork
    walk: Pass
    seed: int
    """Its first weights were drawn with it."""
    target: np.ndarray | None = None
    """(outputs,)."""
    past: tuple[Taken, ...] = ()
    """The updates since its weights were drawn."""

    def value(self, layer: int, unit: int) -> Aggregate:
        """What a neuron says."""
        value = float(self.walk.values[layer][unit])
        if layer == 0:
            return neuron_input(unit, value)
        found, choice = self.sum(layer, unit), self.network.activations[layer - 1]
        return Aggregate(
            self._of("The value of neuron {unit} of layer {layer}", layer, unit), value,
            (r"a_i = f(z_i), \quad z_i = \sum_j w_{ij} a_j + b_i", *formula_of(ACTIVATIONS[choice.key])),
            (*found.numbers, rf"a = f\left({latex_number(found.value)}\right) = {latex_number(value)}"),
            Words("Its sum is made of the values of the layer before it."), terms=found.terms,
        )  # fmt: skip

    def sum(self, layer: int, unit: int) -> Aggregate:
        """What a neuron adds up, before its activation."""
        below, weights = self.walk.values[layer - 1], self.network.weights[layer - 1][unit]
        sources = [
            self._later(self.value, "The value of neuron {unit} of layer {layer}", layer - 1, j)
            for j in range(len(below))
        ]
        own = [self._weight_later(layer, unit, j) for j in range(len(below))]
        bias = Part("b", float(self.network.biases[layer - 1][unit]), self._bias_later(layer, unit))
        terms, value = _weighed(bias, weights, own, below, sources, "a"), float(self.walk.sums[layer - 1][unit])
        return Aggregate(
            self._of("The sum of neuron {unit} of layer {layer}", layer, unit), value, (r"z_i = \sum_j w_{ij} a_j + b_i",),
            (f"z = {added(terms)} = {latex_number(value)}",), Words("Each value of the layer before counts as much as its weight says."),
            terms=terms,
        )  # fmt: skip

    def gradient(self, layer: int, unit: int) -> Aggregate:
        """dL/da of a neuron: from the target at the output, else by the chain rule from the layer behind it."""
        title = self._of("The gradient at neuron {unit} of layer {layer}", layer, unit)
        if layer == 0:
            title = Words("The gradient at input {n}", {"n": unit + 1})
        value = float(self.walk.value_gradients[layer][unit])
        if layer == len(self.network.weights):
            said, wanted = self._said_and_wanted(unit)
            count = len(self.walk.values[-1])
            share = rf"\frac{{2}}{{{count}}}"
            return Aggregate(
                title, value, (r"L = \frac{1}{n} \sum_i (a_i - y_i)^2", r"\frac{\partial L}{\partial a_i} = \frac{2}{n} (a_i - y_i)"),
                (rf"{share} \left({latex_number(said.value)} - {factor(wanted.value)}\right) = {latex_number(value)}",),
                Words("It is twice how far the output is from its target, shared among the outputs."),
                terms=(
                    Term(2 / count, said.value, share, said.symbol, about=said.about),
                    Term(-2 / count, wanted.value, f"-{share}", wanted.symbol, about=wanted.about),
                ),
            )  # fmt: skip
        behind, errors = self.network.weights[layer][:, unit], self.walk.errors[layer]
        terms = tuple(
            Term(float(w), float(e), f"w_{{{k + 1}{unit + 1}}}", rf"\delta_{k + 1}", about=self._delta_later(layer + 1, k),
                 factor_about=self._weight_later(layer + 1, k, unit))
            for k, (w, e) in enumerate(zip(behind, errors, strict=True))
        )  # fmt: skip
        return Aggregate(
            title, value,
            (r"\frac{\partial L}{\partial a_j} = \sum_k w_{kj} \, \delta_k", r"\delta_k = \frac{\partial L}{\partial a_k} \, f'(z_k)"),
            (f"{added(terms)} = {latex_number(value)}",),
            Words("It comes back along each weight from the layer behind it, times the slope of the activation there."), terms=terms,
        )  # fmt: skip

    def delta(self, layer: int, unit: int) -> Aggregate:
        """dL/dz of a neuron."""
        return product(
            self._of("The gradient at the sum of neuron {unit} of layer {layer}", layer, unit), r"\delta",
            (self._gradient_part(layer, unit), self._slope_part(layer, unit)),
            Words("The gradient at the value, times how steep the activation is at this sum."),
        )  # fmt: skip

    def weight(self, layer: int, unit: int, source: int) -> Aggregate:
        """A weight into a neuron: as it was drawn, and what the updates made of it."""
        words = "The weight from {source} to {unit} of layer {layer}"
        steps = [(one.rate, float(one.before.walk.weight_gradients[layer - 1][unit, source])) for one in self.past]
        first = self.past[0].before.network if self.past else self.network
        drawn = float(first.weights[layer - 1][unit, source])
        return self._learned(
            self._of(words, layer, unit, source), "w", drawn, 1.2, steps,
            lambda k: self.past[k].before._gradient_later(layer, unit, source),
        )  # fmt: skip

    def bias(self, layer: int, unit: int) -> Aggregate:
        """The bias of a neuron, likewise."""
        steps = [(one.rate, float(one.before.walk.errors[layer - 1][unit])) for one in self.past]
        first = self.past[0].before.network if self.past else self.network
        return self._learned(
            self._of("The bias of neuron {unit} of layer {layer}", layer, unit), "b", float(first.biases[layer - 1][unit]), 0.4, steps,
            lambda k: self.past[k].before._delta_later(layer, unit),
        )  # fmt: skip

    def weight_gradient(self, layer: int, unit: int, source: int) -> Aggregate:
        """dL/dw: the product from the weight to the loss."""
        read = self._later(self.value, "The value of neuron {unit} of layer {layer}", layer - 1, source)
        return product(
            self._of("The gradient of the weight from {source} to {unit} of layer {layer}", layer, unit, source),
            r"\frac{\partial L}{\partial w}",
            (
                self._gradient_part(layer, unit), self._slope_part(layer, unit),
                Part(f"a_{source + 1}", float(self.walk.values[layer - 1][source]), read),
            ),
            Words("What is felt behind the weight, times what it reads."),
        )  # fmt: skip

    def updated(self, layer: int, unit: int, source: int, rate: float) -> Aggregate:
        """What the next update makes of a weight."""
        w = float(self.network.weights[layer - 1][unit, source])
        g = float(self.walk.weight_gradients[layer - 1][unit, source])
        about = given(Words("The learning rate"), rate, r"\eta", Words("It is set by hand."))
        return Aggregate(
            self._of("The weight from {source} to {unit} of layer {layer} after the next step", layer, unit, source), w - rate * g,
            (r"w \leftarrow w - \eta \frac{\partial L}{\partial w}",),
            (rf"{latex_number(w)} - {latex_number(rate)} \cdot {factor(g, 5)} = {latex_number(w - rate * g, 5)}",),
            Words("Each update moves a weight against its gradient."),
            terms=(
                Part("w", w, self._weight_later(layer, unit, source)).term,
                Term(-rate, g, r"-\eta", r"\frac{\partial L}{\partial w}", about=self._gradient_later(layer, unit, source), factor_about=about),
            ),
        )  # fmt: skip

    def loss(self) -> Aggregate:
        """The mean squared error of the outputs."""
        pairs = [self._said_and_wanted(unit) for unit in range(len(self.walk.values[-1]))]
        count, squares, terms = len(pairs), [], []
        for unit, (said, wanted) in enumerate(pairs):
            away, sign = said.value - wanted.value, f"r_{unit + 1}"
            squares.append(f"{factor(away)}^2")
            terms.append(Term(away / count, away, rf"\frac{{1}}{{{count}}} \, {sign}", sign, about=self._miss(unit)))
        return Aggregate(
            Words("The loss"), self.walk.loss, (r"L = \frac{1}{n} \sum_i r_i^2, \quad r_i = a_i - y_i",),
            (rf"L = \frac{{1}}{{{count}}} \left({summed(squares)}\right) = {latex_number(self.walk.loss, 5)}",),
            Words("It is how far the outputs are from their targets: squared, and the mean over the outputs."), terms=tuple(terms),
        )  # fmt: skip

    def slope(self, layer: int, unit: int) -> Aggregate:
        """f'(z) of a neuron."""
        return activation_slope(self.network.activations[layer - 1], float(self.walk.sums[layer - 1][unit]))

    def _miss(self, unit: int) -> Later:
        def answer() -> Aggregate:
            said, wanted = self._said_and_wanted(unit)
            value = said.value - wanted.value
            return Aggregate(
                title, value, ("r = a - y",), (f"r = {latex_number(said.value)} - {factor(wanted.value)} = {latex_number(value)}",),
                Words("It is the output less its target."), terms=(said.term, Term(-1.0, wanted.value, "-1", "y", about=wanted.about)),
            )  # fmt: skip

        title = Words("How far output {n} is from its target", {"n": unit + 1})
        return Later(title, answer)

    def _said_and_wanted(self, unit: int) -> tuple[Part, Part]:
        assert self.target is not None
        top, wanted = len(self.network.weights), float(self.target[unit])
        said = self._later(self.value, "The value of neuron {unit} of layer {layer}", top, unit)
        about = given(Words("Target {n}", {"n": unit + 1}), wanted, f"y_{unit + 1}", Words("It is set by hand."))
        return Part(f"a_{unit + 1}", float(self.walk.values[top][unit]), said), Part(f"y_{unit + 1}", wanted, about)

    def _learned(
        self, title: Words, letter: str, drawn: float, reach: float, steps: list[tuple[float, float]], about: Callable[[int], Later],
    ) -> Aggregate:  # fmt: skip
        note = Words("It was drawn at random from -{reach} to {reach}, with the number {seed}, and rounded to two digits.",
                     {"reach": reach, "seed": self.seed})  # fmt: skip
        start = given(Words("The number that it began with"), drawn, f"{letter}_0", note)
        if not steps:
            return given(title, drawn, letter, note)
        changes = np.array([-rate * slope for rate, slope in steps])
        slope_sign = rf"\frac{{\partial L}}{{\partial {letter}}}"
        terms = (
            Part(f"{letter}_0", drawn, start).term,
            *told(np.argsort(-np.abs(changes), kind="stable"), changes, 1.0, "",
                  lambda k: Term(-steps[k][0], steps[k][1], r"-\eta", slope_sign, about=about(k)), rf"\eta {slope_sign}"),
        )  # fmt: skip
        value = drawn + float(changes.sum())
        return Aggregate(
            title, value, (rf"{letter} = {letter}_0 - \sum_k \eta_k {slope_sign}_k",),
            (f"{letter} = {added(terms)} = {latex_number(value)}",),
            Words("It was drawn at random; each step since then has moved it against its gradient."), terms=terms,
        )  # fmt: skip

    def _gradient_part(self, layer: int, unit: int) -> Part:
        about = self._later(self.gradient, "The gradient at neuron {unit} of layer {layer}", layer, unit)
        return Part(r"\frac{\partial L}{\partial a}", float(self.walk.value_gradients[layer][unit]), about)

    def _slope_part(self, layer: int, unit: int) -> Part:
        about = self._later(self.slope, "The slope of the activation of neuron {unit} of layer {layer}", layer, unit)
        return Part("f'(z)", float(self.walk.slopes[layer - 1][unit]), about)

    def _weight_later(self, layer: int, unit: int, source: int) -> Later:
        return self._later(self.weight, "The weight from {source} to {unit} of layer {layer}", layer, unit, source)

    def _bias_later(self, layer: int, unit: int) -> Later:
        return self._later(self.bias, "The bias of neuron {unit} of layer {layer}", layer, unit)

    def _delta_later(self, layer: int, unit: int) -> Later:
        return self._later(self.delta, "The gradient at the sum of neuron {unit} of layer {layer}", layer, unit)

    def _gradient_later(self, layer: int, unit: int, source: int) -> Later:
        words = "The gradient of the weight from {source} to {unit} of layer {layer}"
        return self._later(self.weight_gradient, words, layer, unit, source)

    @staticmethod
    def _of(words: str, layer: int, unit: int, source: int = 0) -> Words:
        return Words(words, {"unit": unit + 1, "layer": layer, "source": source + 1})

    def _later(self, make: Callable[..., Aggregate], words: str, layer: int, *place: int) -> Later:
        title = self._of(words, layer, *place)
        if layer == 0:
            title = Words("Input {n}", {"n": place[0] + 1})
        return Later(title, lambda: make(layer, *place))


@dataclass(frozen=True, eq=False)
class Taken:
    """An update that was made: the network before it, and the learning rate."""

    before: Small
    rate: float


def _weighed(
    bias: Part, w: np.ndarray, weights: Sequence[Told], x: np.ndarray, sources: Sequence[Told], letter: str
) -> tuple[Term, ...]:
    """The terms of w x + b, and what each weight and each x is."""
    own = (
        Term(float(a), float(b), f"w_{n}", f"{letter}_{n}", about=source, factor_about=weight)
        for n, (a, weight, b, source) in enumerate(zip(w, weights, x, sources, strict=True), 1)
    )
    return (*own, bias.term)


def _listed(x: np.ndarray) -> str:
    return ", ".join(number(float(one), 4) for one in x)
