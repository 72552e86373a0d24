"""Answers "why this number?" about a traced sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.catalogue.layers import layer_spec
from core.describe import Words
from core.formula import latex_number
from core.network import Layer, Network, activation_of
from core.traces import Trace
from core.why.attention import explain_attention, explain_score
from core.why.backward import Backward
from core.why.blocks import explain_cell, explain_gate, explain_sum_of_block
from core.why.chain import chain
from core.why.forward import explain_aim, explain_start, explain_sum, explain_value
from core.why.gradients import explain_cell_gradient, explain_delta, explain_gradient, explain_score_gradient
from core.why.lengths import PARTS, explain_flow, explain_length
from core.why.numbers import Explanation, Number, Term
from core.why.parts import made
from core.why.sample import Sample
from core.why.symbols import symbol
from core.why.weights import explain_weight, explain_weight_gradient

_of_exploded = np.errstate(over="ignore", invalid="ignore", divide="ignore")
"""A training that has exploded is asked why, too: infinity and NaN are its numbers, and no reason for a warning."""


class Explainer:
    """Explains the numbers of one sample; made anew for each trace."""

    def __init__(
        self, network: Network, weights: Mapping[str, np.ndarray], trace: Trace, target: np.ndarray | None = None
    ) -> None:
        self.sample = Sample(network, weights, trace, target)
        self.back = Backward(self.sample)

    @_of_exploded
    def fits(self) -> bool:
        """Whether the trace is one of this network with these weights: they must lead to the values that it holds."""
        sample = self.sample
        if set(sample.trace.layers) != set(sample.network.layers) or set(sample.shapes) != set(sample.network.layers):
            return False
        for layer in sample.network:
            value = sample.value(layer.id)
            if value.shape[1] != sample.shapes[layer.id].features or set(sample.traced(layer.id).reads) != {
                link.id for link in sample.network.into(layer.id)
            }:
                return False
        return all(self._reproduced(layer) for layer in sample.network)

    def _reproduced(self, layer: Layer) -> bool:
        value, chosen = self.sample.value(layer.id), activation_of(layer)
        if chosen is not None and chosen.key != "step":
            worked_out = self.sample.activated(layer.id)[0]
        elif layer.kind == "attention":
            worked_out = self.sample.looked(layer.id).contexts
        elif layer.kind in ("lstm", "gru"):
            worked_out = np.concatenate([block.states() for block in self.sample.blocks(layer.id)], 1)
        else:
            return True
        if worked_out.shape != value.shape:
            return False
        worked_out = np.where(self.sample.held(layer.id), value, worked_out)
        return np.allclose(worked_out, value, rtol=1e-3, atol=1e-4, equal_nan=True)

    def knows(self, number: Number) -> bool:
        """Whether there is such a number in this sample."""
        if number.quantity == "loss":
            return True
        if number.quantity in ("weight", "weight_gradient"):
            array = self.sample.weights.get(number.part)
            return array is not None and number.unit < len(array)
        if number.layer not in self.sample.network.layers or number.layer not in self.sample.trace.layers:
            return False
        if number.quantity == "norm" and number.part not in PARTS:
            return False
        memory = number.quantity == "flow" and number.part not in self.sample.network.links
        if memory and not layer_spec(self.sample.network.layers[number.layer].kind).state:
            return False
        of_attention = number.quantity in ("attention", "score", "score_gradient")
        if of_attention and self.sample.network.layers[number.layer].kind != "attention":
            return False
        size = self.sample.shapes[number.layer].features
        if number.unit >= (len(self.sample.looked(number.layer).memory) if of_attention else size):
            return False
        if number.step == -1:
            quantity = number.part if number.quantity == "norm" else number.quantity
            return quantity in ("value", "cell", "gradient", "cell_gradient")
        if number.step is None:
            return not self.sample.sequence(number.layer)
        if number.quantity == "flow" and self.sample.reduces(number.layer):
            return True
        return number.step < self.sample.steps(number.layer) and self.sample.sequence(number.layer)

    @_of_exploded
    def explain(self, number: Number) -> Explanation:
        """Why it is what it is."""
        match number.quantity:
            case "value":
                return explain_value(self.sample, number)
            case "sum":
                block = self.sample.network.layers[number.layer].kind == "rnn"
                return (explain_sum_of_block if block else explain_sum)(self.sample, number)
            case "gate":
                return explain_gate(self.sample, number)
            case "cell":
                return explain_start(self.sample, number) if number.step == -1 else explain_cell(self.sample, number)
            case "weight":
                return explain_weight(self.back, number)
            case "weight_gradient":
                return explain_weight_gradient(self.back, number)
            case "gradient":
                way = chain(self.back, number.layer, number.step)
                return replace(explain_gradient(self.back, number), chain=way)
            case "delta":
                return explain_delta(self.back, number)
            case "cell_gradient":
                return explain_cell_gradient(self.back, number)
            case "norm":
                return explain_length(self.back, number, self.explain)
            case "flow":
                return explain_flow(self.back, number)
            case "attention":
                return explain_attention(self.sample, number)
            case "score":
                return explain_score(self.sample, number)
            case "score_gradient":
                return explain_score_gradient(self.back, number)
            case _:
                return self._loss(number)

    def _loss(self, number: Number) -> Explanation:
        """The loss itself is computed by the engine; its terms are the outputs that it looks at."""
        if self.sample.trace.aim is not None:
            return explain_aim(self.sample, number, self.sample.trace.aim)
        output = self.sample.network.of_kind("output")[0].id
        value = self.sample.trace.loss
        sequence = self.sample.sequence(output)
        outputs = [
            Number("value", output, unit, step if sequence else None)
            for step in range(self.sample.steps(output))
            for unit in range(self.sample.shapes[output].features)
        ]
        values = self.sample.value(output)
        terms = [
            Term(1.0, float(values[self.sample.row(one.step), one.unit]), "", symbol(self.sample.network, one), one)
            for one in outputs
        ]
        found = made(
            self.sample,
            number,
            value,
            (r"L = \ell\left(y, \text{target}\right)",),
            (f"L = {latex_number(value)}",),
            terms,
        )
        return replace(found, note=Words("The loss compares these outputs with the target of the sample."))
