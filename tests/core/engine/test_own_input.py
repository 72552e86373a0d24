"""An input of the user's own, followed like a sample: against autograd over the plain interpreter, for every example."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.catalogue.spec import replaced
from core.data.dataset import Dataset
from core.engine.reference import gradient_of, interpret
from core.engine.session import Session
from core.errors import StudioError
from core.examples import EXAMPLES, open_example
from core.generation import Generate, way_of
from core.network import Network
from core.project import State
from core.traces import OwnInput
from core.training import TRAINING
from core.why.explain import Explainer
from core.why.numbers import Number

STEPS = 9


def opened(key: str) -> tuple[State, Dataset]:
    project = open_example(key)
    state = project.state
    training = replaced(state.training, TRAINING, "precision", "float64")
    rng = np.random.default_rng(5)
    weights = {k: v.astype(np.float64) + 0.2 * rng.normal(size=v.shape) for k, v in state.weights.items()}
    return replace(state, training=training, weights=weights), project.dataset()


def made_up(network: Network, data: Dataset) -> dict[str, np.ndarray]:
    """Inputs that are none of the data set's, shorter than those where they are sequences."""
    rng = np.random.default_rng(11)
    found = {}
    for name, one in data.inputs.items():
        if name == data.feedback and len(data.inputs) > 1:
            continue
        shape = (min(STEPS, int(one.steps)), one.features) if one.sequence else (one.features,)
        found[name] = rng.integers(0, len(one.classes), shape).astype(float) if one.codes else rng.normal(size=shape)
    read = {str(layer.params["field"]) for layer in network.of_kind("input")}
    return {name: values for name, values in found.items() if name in read}


def fed(data: Dataset, codes: np.ndarray, first: int | None) -> np.ndarray:
    """(steps, features) the start and each answer but the last one, written down plainly."""
    of = data.inputs[data.feedback]
    as_read = [[float(c)] if of.codes else [float(k == c) for k in range(of.features)] for c in codes[:-1]]
    start = list(map(float, data.start)) if data.start is not None else None
    if start is None:
        start = [float(first)] if of.codes else [float(k == first) for k in range(of.features)]
    return np.array([start, *as_read])


@pytest.mark.parametrize("key", sorted(EXAMPLES))
def test_everything_about_an_own_input_is_what_autograd_says(key: str) -> None:
    state, data = opened(key)
    network, session = state.network, Session(state, data)
    own = OwnInput(made_up(network, data), unit=0, step=0 if data.target.sequence else -1)
    inputs = dict(own.inputs)
    reads = any(data.feedback and str(k.params["field"]) == data.feedback for k in network.of_kind("input"))
    beside = reads and data.feedback not in inputs
    if beside and data.target.codes:
        codes = np.arange(4) % data.outputs
        own = replace(own, answers=codes, first=1)
        inputs[data.feedback] = fed(data, codes, 1)
    elif beside:
        own = replace(own, answers=None)
        told = session.generate(own.inputs, way_of("greedy"))[0].answers
        inputs[data.feedback] = np.concatenate([np.asarray(data.start, float)[None], told[:-1]])
    trace = session.trace_own(own)
    assert trace.aim is not None and trace.sample == -1 and trace.aim.unit == 0

    weights = {k: torch.tensor(v).requires_grad_() for k, v in state.weights.items()}
    given = {
        k.id: torch.tensor(np.asarray(inputs[str(k.params["field"])], float))[..., None, :]
        for k in network.of_kind("input")
    }
    steps = len(own.answers) if own.answers is not None else data.target.steps
    run = interpret(network, weights, given, steps=steps)
    for logit in run.logits.values():
        if logit.requires_grad:
            logit.retain_grad()
    asked = run.logits[trace.aim.layer, trace.aim.step][0, 0]
    asked.backward()
    assert trace.loss == pytest.approx(asked.item(), rel=1e-9)
    for layer in network:
        for name, wanted in (("value", run.output(layer.id)), ("total", run.gradient(layer.id))):
            found, wanted = getattr(trace.layers[layer.id], name), wanted.detach().select(-2, 0).numpy()
            scale = max(1e-9, float(np.abs(wanted).max()))
            np.testing.assert_allclose(
                found / scale, wanted / scale, rtol=1e-7, atol=1e-9, err_msg=f"{layer.name} {name}"
            )

    explainer = Explainer(network, state.weights, trace)
    assert explainer.fits()
    rng = np.random.default_rng(3)
    for _ in range(30):
        layer = str(rng.choice(list(network.layers)))
        sequence = layer in trace.steps
        step = int(rng.integers(trace.steps[layer])) if sequence else None
        unit = int(rng.integers(run.output(layer).shape[-1]))
        at = (layer, step)
        for number, true in (
            (Number("value", layer, unit, step), run.values[at][0, unit].item()),
            (Number("gradient", layer, unit, step), run.gradient(layer)[((step, 0, unit) if sequence else (0, unit))]),
        ):
            assert explainer.explain(number).value == pytest.approx(float(true), rel=1e-7, abs=1e-9), number
        if layer == trace.aim.layer:
            delta = gradient_of(run.logits[at])[0, unit].item()
            assert explainer.explain(Number("delta", layer, unit, step)).value == pytest.approx(delta, abs=1e-9)
    said = explainer.explain(Number("loss"))
    assert said.value == trace.loss and said.terms[0].value == pytest.approx(trace.loss, rel=1e-9)
    assert said.terms[0].number == Number("sum", trace.aim.layer, 0, trace.aim.step)
    first = next(iter(network.layers))
    titled = explainer.explain(Number("gradient", first, 0, 0 if first in trace.steps else None)).title
    assert "Gradient of the answer" in str(titled)


def writes(key: str) -> bool:
    """Whether a network reads symbols that it wrote itself."""
    project = open_example(key)
    data, inputs = project.dataset(), project.network.of_kind("input")
    return data.target.codes and data.feedback in {str(layer.params["field"]) for layer in inputs}


@pytest.mark.parametrize("key", list(filter(writes, sorted(EXAMPLES))))
def test_what_a_network_wrote_is_followed_with_its_own_answers(key: str) -> None:
    """The probability of each letter, and where attention looked, as they were shown while it wrote."""
    state, data = opened(key)
    network, session = state.network, Session(state, data)
    given = {} if len(data.inputs) == 1 else made_up(network, data)
    first = 1 if data.start is None else None
    asked = Generate(given, way_of("beam", width=3), () if first is None else (first,), 3, 7)
    for made in asked.ask(session):
        trace = session.trace_own(OwnInput(given, answers=made.answers, first=first))
        (output,) = network.of_kind("output")
        value = trace.layers[output.id].value
        shares = value[np.arange(len(made)), made.answers]
        np.testing.assert_allclose(shares, np.exp(made.log_probabilities), rtol=1e-9)
        if made.attention is not None:
            looks = next(layer for layer in network.of_kind("attention"))
            np.testing.assert_allclose(trace.layers[looks.id].attention, made.attention, rtol=1e-9, atol=1e-12)


def test_what_does_not_fit_is_refused_with_a_sentence() -> None:
    state, data = opened("digits-rows-elman")
    session, x = Session(state, data), np.zeros((8, 8))
    for own in (
        OwnInput({"x": np.zeros((8, 7))}), OwnInput({}), OwnInput({"x": np.zeros(8)}), OwnInput({"x": x}, unit=10),
    ):  # fmt: skip
        with pytest.raises(StudioError):
            session.trace_own(own)
