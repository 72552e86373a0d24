"""Which layers each probe is offered for, and what is said about known numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.probes import PROBES
from core.data.cache import dataset
from core.engine.session import Session
from core.errors import StudioError
from core.examples import EXAMPLES, open_example
from core.probing import askable, horizon_words, patience, said
from core.reports import ProbeResult


def found(key: str, **values: object) -> ProbeResult:
    arrays = {name.replace("__", "/"): np.asarray(value) for name, value in values.items()}
    return ProbeResult(key, "h", 3, np.arange(4), arrays)


@pytest.mark.parametrize("example", ["digits-rows-elman", "co2-every-step", "names-gru", "digits-mlp"])
def test_what_is_offered_is_answered_and_nothing_else(example: str) -> None:
    project = open_example(example)
    assert project.data is not None
    session = Session(project.state, dataset(project.data))
    names = {layer.id: layer.name for layer in project.network}
    for key in PROBES:
        offered = askable(key, project.network)
        for layer in offered:
            assert str(said(session.probe(key, layer, samples=2), names))
        if key in ("gates", "factor", "horizon"):
            for layer in set(names) - set(offered):
                with pytest.raises(StudioError):
                    session.probe(key, layer, samples=2)
    for key in ("input_gradient", "truncation", "activations", "noise"):
        assert askable(key, project.network) == []
        assert str(said(session.probe(key, samples=3), names))
    assert set(EXAMPLES) >= {example}


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (4.26, "Memory horizon = 4.3 steps"),
        (28.04, "Memory horizon = 28 steps"),
        (1234.0, "Memory horizon = 1,230 steps"),
        (math.inf, "Memory horizon: no end in sight"),
        (math.nan, "Memory horizon: unknown"),
    ],
)
def test_the_horizon_in_one_number(steps: float, text: str) -> None:
    assert str(horizon_words(found("horizon", horizon=steps))) == text


def test_where_the_gradient_comes_from() -> None:
    triangle = np.array([[0.5, 0.25, 0.25], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]])
    text = str(said(found("itemised", norm=triangle, total=triangle.sum(1), first=[0, 1, 2], last=[0, 1, 2]), {}))
    # Distances 0, 1, 2 hold 2, 0.75 and 0.25 of 3: the mean is 1.25 / 3, and 90 % lie within one step.
    assert text == (
        "A step gets its gradient from losses 0.42 steps later on average; 90% of it comes from losses at most 1 steps later."
    )
    once = said(found("itemised", norm=[[1e-6], [1.0]], total=[1e-6, 1.0], first=[0], last=[0]), {})
    assert str(once).startswith("The loss is felt once, at the end. Vanishing: the gradient at the first step is 1e-6")
    none = said(found("itemised", norm=np.zeros((2, 2)), total=[0, 0], first=[0, 1], last=[0, 1]), {})
    assert str(none) == "No gradient arrives: it is 0 at every step."


@pytest.mark.parametrize(
    ("lost", "start"), [(0.02, "The steps agree"), (0.3, "The steps partly"), (0.8, "The steps pull")]
)
def test_cancellation_in_words(lost: float, start: str) -> None:
    text = str(said(found("weight_share", share=[0.3, 0.8, -0.1], norm=[1, 1, 1], cancellation=lost), {}))
    assert text.startswith(start) and f"{lost:.1%} of what" in text and "t = 2 of 3 teaches most, 80.0%" in text


def test_truncation_that_is_enough_only_from_where_it_stays_so() -> None:
    words = said(found("truncation", length=[1, 2, 4, 8], cosine=[0.96, 0.5, 0.97, 0.99], ratio=[1, 1, 1, 1]), {})
    assert "From 4 steps on" in str(words) and "0.970" in str(words)
    assert "Even 2 steps do not do" in str(
        said(found("truncation", length=[1, 2], cosine=[0.1, 0.2], ratio=[1, 1]), {})
    )


def test_factors_multiply() -> None:
    words = said(found("factor", radius=[0.5, 2.0], norm=[1.0, 4.0], saturated=[0.0, 0.5]), {})
    assert "keep their size" in str(words) and "multiplies by 1 " in str(words) and "norm is 2" in str(words)
    assert "25.0% of the units" in str(words)


def test_large_jacobians_ask_for_patience() -> None:
    network = open_example("digits-pixels-lstm").network
    layer = network.layer("LSTM")
    settings = {"samples": 4, "columns": 32}

    def of(units: int) -> float:
        bigger = replace(layer, params={**layer.params, "units": units})
        return patience("factor", layer.id, replace(network, layers={**network.layers, layer.id: bigger}), settings)

    assert of(256) == pytest.approx(8 * of(128)) and 30 < of(256) < 300 and of(16) < 0.1
    assert patience("gates", layer.id, network, {"samples": 4}) == 0
