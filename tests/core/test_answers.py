"""Answers as the window shows them agree with the metrics that the engine computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.answers import AROUND_ZERO, answers, decisions, in_unit, mean_miss
from core.catalogue.activations import ACTIVATIONS
from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS, load
from core.data.dataset import Dataset, Field, Normalisation
from core.engine.metrics import metric_function
from core.reports import Evaluation


def evaluation(samples: np.ndarray, outputs: np.ndarray) -> Evaluation:
    return Evaluation("validation", 0.0, {}, samples, outputs)


def data(
    values: np.ndarray, *, classes: int = 0, mask: np.ndarray | None = None, scale: Normalisation | None = None
) -> Dataset:
    names = tuple(f"c{i}" for i in range(classes))
    target = Field(values.astype(np.float32), classes=names, codes=bool(classes), normalisation=scale)
    inputs = {"x": Field(np.zeros((*values.shape[:-1], 1), np.float32))}
    split = {"train": np.arange(len(values))}
    return Dataset("d", "D", "classification" if classes else "regression", inputs, target, split, mask=mask)


@pytest.mark.parametrize("sequence", [False, True])
def test_the_table_and_the_accuracy_are_those_of_the_engine(sequence: bool) -> None:
    rng = np.random.default_rng(3)
    shape = (40, 6) if sequence else (40,)
    mask = rng.random(shape) > 0.4 if sequence else None
    one = data(rng.integers(0, 4, (*shape, 1)), classes=4, mask=mask)
    samples = rng.permutation(40)[:25]
    outputs = rng.random((25, *shape[1:], 4))
    given = answers(one, evaluation(samples, outputs))
    assert given is not None
    decided = decisions(given, "softmax")

    def major(array: np.ndarray) -> torch.Tensor:
        return torch.tensor(np.swapaxes(array, 0, 1).copy() if sequence else array)

    wanted, weights = major(one.target.values[samples]), major(mask[samples]) if mask is not None else None
    table = metric_function("confusion", one)(major(outputs), wanted, weights)
    assert (decided.table(4) == table).all()
    accuracy = metric_function("accuracy", one)(major(outputs), wanted, weights)
    assert 1 - decided.wrong.mean() == pytest.approx(accuracy)
    assert (
        one.target.values[given.samples, given.steps, 0] if sequence else one.target.values[given.samples, 0]
    ).tolist() == (given.wanted[:, 0].tolist())


@pytest.mark.parametrize("key", sorted(ACTIVATIONS))
def test_a_single_unit_decides_like_the_engine(key: str) -> None:
    one = data(np.arange(20)[:, None] % 2, classes=2)
    outputs = np.linspace(-1, 1, 20)[:, None]
    given = answers(one, evaluation(np.arange(20), outputs))
    assert given is not None
    metric = metric_function("accuracy", one, Choice(key))
    expected = metric(torch.tensor(outputs), torch.tensor(one.target.values), None)
    assert 1 - decisions(given, key).wrong.mean() == pytest.approx(expected)
    assert set(ACTIVATIONS) >= AROUND_ZERO


def test_an_output_that_is_not_finite_names_no_class() -> None:
    one = data(np.array([[0], [1], [2]]), classes=3)
    outputs = np.array([[0.9, 0.1, 0.0], [np.nan, 0.3, 0.1], [0.0, 0.1, np.inf]])
    given = answers(one, evaluation(np.arange(3), outputs))
    assert given is not None
    decided = decisions(given, "softmax")
    assert decided.said.tolist() == [0, -1, -1]
    assert decided.table(3).sum() == 1
    assert decided.wrong.tolist() == [False, True, True]


def test_numbers_come_back_in_their_unit() -> None:
    raw = np.array([[10.0], [14.0], [30.0]])
    scale = Normalisation.fitted(raw)
    one = data(scale.apply(raw), scale=scale)
    given = answers(one, evaluation(np.array([2, 0]), scale.apply(np.array([[31.0], [9.0]]))))
    assert given is not None
    wanted, said = in_unit(one, given)
    np.testing.assert_allclose(wanted, [[30.0], [10.0]], rtol=1e-6)
    np.testing.assert_allclose(said, [[31.0], [9.0]], rtol=1e-6)


def test_the_mean_miss_leaves_out_and_counts_what_is_no_number() -> None:
    wanted = np.zeros(5)
    assert mean_miss(wanted, np.array([1.0, -3.0, np.nan, np.inf, 1e305])) == (2.0, 3)
    assert mean_miss(wanted, np.full(5, 9e299)) == (pytest.approx(9e299), 0)
    assert np.isnan(mean_miss(wanted[:1], np.array([np.nan]))[0])


def test_an_evaluation_of_other_data_is_not_shown_for_these() -> None:
    digits = load(DATASETS.choose("digits"))
    assert answers(digits, evaluation(np.arange(5), np.zeros((5, 3)))) is None
    assert answers(digits, evaluation(np.array([5000]), np.zeros((1, 10)))) is None
    assert answers(digits, evaluation(np.arange(4), np.zeros((5, 10)))) is None
    assert answers(digits, evaluation(np.zeros(0, int), np.zeros((0, 10)))) is None
    steps = data(np.zeros((4, 3, 1)))
    assert answers(steps, evaluation(np.arange(4), np.zeros((4, 1)))) is None
    assert answers(steps, evaluation(np.arange(4), np.zeros((4, 2, 1)))) is None
