"""States, eigenvalues of a step and fixed points, against plain loops and autograd in 64 bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.dataset import Dataset
from core.data.importers.progress import finish
from core.engine.reference import interpret
from core.engine.session import Session
from core.errors import BadValue
from core.project import State
from core.states import AskStates, AskTransition, Search, find_fixed_points
from tests.core.engine.session_toys import layer, network, running_mean, state, tagger
from tests.core.engine.test_probes import inputs, leaves, ring, session_of, walk

KINDS = pytest.mark.parametrize("kind", ["dense", "rnn", "lstm", "gru"])


@KINDS
@pytest.mark.parametrize("padded", [False, True])
def test_states_are_those_of_a_plain_loop(kind: str, padded: bool) -> None:
    data = running_mean(padded=padded)
    session = session_of(tagger(kind), data)
    rows = np.array([3, 8, 21, 30])
    x, _ = inputs(data)
    w = {k: v.detach() for k, v in leaves(session).items()}
    expected = walk(kind, [w] * 7, x)[0].transpose(0, 1).numpy().copy()
    if padded:
        assert data.lengths is not None
        expected[np.arange(7)[None] >= data.lengths[rows][:, None]] = np.nan
    seen = AskStates("h", rows).ask(session)
    np.testing.assert_allclose(seen.states, expected, rtol=1e-10)
    assert seen.samples.tolist() == rows.tolist()


@KINDS
def test_eigenvalues_against_autograd(kind: str) -> None:
    data = running_mean()
    session = session_of(tagger(kind), data)
    w = {k: v.detach() for k, v in leaves(session).items()}
    x = torch.tensor(data.inputs["x"].values[8], dtype=torch.float64)
    walked = interpret(session._model.network, leaves(session), {"x": x[:, None]})
    for t in range(1, 7):

        def step(past: Tensor, t: int = t) -> Tensor:
            if kind == "dense":
                return torch.tanh(w["x_h.weight"] @ x[t] + w["h_h.weight"] @ past + w["h.bias"])
            weights = [w[f"h.{n}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            if kind == "lstm":
                return torch.cat(torch.lstm_cell(x[t][None], (past[None, :4], past[None, 4:]), *weights), -1)[0]
            return {"rnn": torch.rnn_tanh_cell, "gru": torch.gru_cell}[kind](x[t][None], past[None], *weights)[0]

        past = walked.output("h")[t - 1, 0].detach()
        if kind == "lstm":
            past = torch.cat([past, walked.cells["h", t - 1][0].detach()])
        expected = torch.linalg.eigvals(torch.autograd.functional.jacobian(step, past)).numpy()
        seen = AskTransition("h", 8, t).ask(session)
        np.testing.assert_allclose(
            np.sort_complex(seen.eigenvalues.round(12)), np.sort_complex(expected.round(12)), atol=1e-9
        )
        assert seen.radius == pytest.approx(np.abs(expected).max(), rel=1e-9)
        assert (seen.sample, seen.step) == (8, t)


def test_asking_changes_no_training() -> None:
    data = running_mean()
    plain, asked = (session_of(tagger("gru"), data, epochs=2, batch_size=8) for _ in range(2))
    for _ in plain.run():
        pass
    for _ in asked.run():
        AskStates("h", np.arange(20)).ask(asked)
        AskTransition("h", 3, 2).ask(asked)
    assert all(np.array_equal(plain.weights()[name], asked.weights()[name]) for name in plain.weights())


def test_what_can_not_be_asked_is_told_in_a_sentence() -> None:
    session = session_of(tagger("lstm"), running_mean())
    with pytest.raises(BadValue, match="no longer"):
        session.states("gone", np.arange(3))
    with pytest.raises(BadValue, match="no longer"):
        session.transition("gone", 0, 1)
    with pytest.raises(BadValue, match="own past"):
        session.transition("y", 0, 1)


def test_a_jacobian_that_is_not_finite_has_no_eigenvalues_but_nan() -> None:
    data = running_mean()
    begin = state(tagger("dense"), precision="float64")
    broken = {**begin.weights, "h_h.weight": np.full_like(begin.weights["h_h.weight"], np.nan)}
    seen = Session(replace(begin, weights=broken), data).transition("h", 0, 2)
    assert np.isnan(seen.eigenvalues).all() and np.isnan(seen.radius)


# Fixed points.


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A toy data set in the place of the one that a state names."""
    data = running_mean()
    monkeypatch.setattr("core.engine.fixed_points.dataset", lambda choice: data)
    return data


def with_data(net: object, **weights: np.ndarray) -> State:
    from core.data.catalogue import DATASETS

    begin = state(net)  # type: ignore[arg-type]
    given = {name.replace("__", "."): value.astype(np.float32) for name, value in weights.items()}
    return replace(begin, data=DATASETS.choose("digits"), weights={**begin.weights, **given})


def search(**values: object) -> Search:
    return replace(Search("h", 8, 3, np.arange(40)), **values)  # type: ignore[arg-type]


def test_the_fixed_point_of_a_linear_layer_is_the_solution_of_its_equations(loaded: Dataset) -> None:
    rng = np.random.default_rng(5)
    w = rng.normal(size=(4, 4)) * 0.3
    begin = with_data(tagger("dense", activation="identity"), h_h__weight=w, h__bias=rng.normal(size=4))
    (found,) = finish(find_fixed_points(begin, begin.weights, search()))
    weights = {name: value.astype(float) for name, value in begin.weights.items()}
    entering = weights["x_h.weight"] @ loaded.inputs["x"].values[8, 3] + weights["h.bias"]
    np.testing.assert_allclose(found.state, np.linalg.solve(np.eye(4) - weights["h_h.weight"], entering), rtol=1e-9)
    expected = np.linalg.eigvals(weights["h_h.weight"])
    np.testing.assert_allclose(np.sort_complex(found.eigenvalues), np.sort_complex(expected), atol=1e-12)
    assert found.stable == (np.abs(expected).max() < 1) and found.speed < 1e-8


def test_a_bistable_unit_has_two_stable_fixed_points_and_an_unstable_one_between(loaded: Dataset) -> None:
    begin = with_data(
        tagger("dense", units=1),
        h_h__weight=np.array([[2.0]]),
        h__bias=np.zeros(1),
        x_h__weight=np.array([[1.0, 0, 0]]),
    )
    loaded.inputs["x"].values[8, 3] = 0
    found = sorted(finish(find_fixed_points(begin, begin.weights, search(starts=200))), key=lambda one: one.state[0])
    high = 1.0
    for _ in range(200):
        high = np.tanh(2 * high)
    np.testing.assert_allclose([one.state[0] for one in found], [-high, 0, high], atol=1e-8)
    assert [one.stable for one in found] == [True, False, True]
    slopes = [2 * (1 - high**2), 2, 2 * (1 - high**2)]
    np.testing.assert_allclose([one.eigenvalues[0].real for one in found], slopes, rtol=1e-7)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_fixed_point_of_a_block_is_where_its_own_cell_leaves_it(kind: str, loaded: Dataset) -> None:
    begin = with_data(tagger(kind))
    found = finish(find_fixed_points(begin, begin.weights, search(starts=16)))
    assert found and found[0].speed < 1e-8
    w = {name: torch.tensor(value, dtype=torch.float64) for name, value in begin.weights.items()}
    weights = [w[f"h.{n}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    x = torch.tensor(loaded.inputs["x"].values[8, 3], dtype=torch.float64)[None]
    h = c = torch.tensor(found[0].state)[None]
    # Held at this input, the cell comes to rest there, as the point is stable.
    assert found[0].stable
    for _ in range(3000):
        if kind == "lstm":
            h, c = torch.lstm_cell(x, (h, c), *weights)
        else:
            h = (torch.rnn_tanh_cell if kind == "rnn" else torch.gru_cell)(x, h, *weights)
    np.testing.assert_allclose(h[0], found[0].state, atol=1e-7)


def test_layers_without_a_step_of_their_own_are_refused(loaded: Dataset) -> None:
    for net, key, words in (
        (ring(), "a", "with other layers"),
        (tagger("rnn", bidirectional=True), "h", "both directions"),
        (tagger("lstm"), "y", "own last step"),
        (network([layer("x", "input", units=3, sequence=True), layer("h", "dense", units=2), layer("y", "output", units=1)], [("x", "h"), ("h", "h", 2), ("h", "y")]), "h", "own last step"),
    ):  # fmt: skip
        begin = with_data(net)
        with pytest.raises(BadValue, match=words):
            finish(find_fixed_points(begin, begin.weights, search(layer=key)))
