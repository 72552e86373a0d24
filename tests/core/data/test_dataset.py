"""The contract itself: a faulty data set is told by a sentence when it is made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.dataset import Dataset, Field, Normalisation
from core.errors import DataError


def toy(**changes: object) -> Dataset:
    values: dict[str, object] = {
        "key": "toy",
        "title": "Toy",
        "task": "classification",
        "inputs": {"x": Field(np.zeros((4, 3, 2), np.float32))},
        "target": Field(np.array([[0], [1], [1], [0]], np.float32), classes=("no", "yes"), codes=True),
        "split": {"train": np.array([0, 1]), "validation": np.array([2, 3])},
    }
    return Dataset(**{**values, **changes})  # type: ignore[arg-type]


def test_a_sound_one_is_accepted() -> None:
    data = toy()
    assert len(data) == 4
    assert data.outputs == 2
    assert data.inputs["x"].steps == 3
    assert data.target.steps is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"inputs": {"x": Field(np.zeros(4, np.float32))}}, "neither two nor three dimensions"),
        ({"inputs": {"x": Field(np.zeros((5, 2), np.float32))}}, "another number of samples"),
        ({"inputs": {"x": Field(np.full((4, 2), np.nan, np.float32))}}, "not finite"),
        ({"target": Field(np.full((4, 1), 2, np.float32), classes=("no", "yes"), codes=True)}, "name no class"),
        ({"target": Field(np.full((4, 1), 0.5, np.float32), classes=("no", "yes"), codes=True)}, "name no class"),
        ({"mask": np.ones((4, 3), bool)}, "mask does not fit"),
        ({"split": {"validation": np.arange(4)}}, "no samples to train on"),
        ({"split": {"train": np.array([0, 1]), "validation": np.array([1, 2])}}, "share samples"),
        ({"split": {"train": np.array([0, 4])}}, "do not exist"),
        ({"split": {"train": np.array([-1, 0])}}, "do not exist"),
    ],
)
def test_a_faulty_one_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        toy(**changes)


def test_encoder_and_decoder_may_differ_in_steps() -> None:
    inputs = {"x": Field(np.zeros((4, 7, 2), np.float32)), "decoder": Field(np.zeros((4, 5, 3), np.float32))}
    target = Field(np.zeros((4, 5, 1), np.float32), classes=("a", "b"), codes=True)
    data = toy(inputs=inputs, target=target, mask=np.ones((4, 5), bool), lengths=np.array([7, 6, 5, 2]))
    assert data.target.steps == 5
    assert data.inputs["x"].steps == 7


def test_normalisation_goes_there_and_back() -> None:
    raw = np.random.default_rng(0).normal(3, 5, (20, 4, 2))
    raw[:, :, 1] = 7
    fitted = Normalisation.fitted(raw)
    scaled = fitted.apply(raw)
    assert scaled[:, :, 0].mean() == pytest.approx(0, abs=1e-6)
    assert scaled[:, :, 0].std() == pytest.approx(1, abs=1e-6)
    assert (scaled[:, :, 1] == 0).all()
    np.testing.assert_allclose(fitted.undo(scaled), raw, rtol=1e-5)


def test_replacing_the_split_checks_again() -> None:
    with pytest.raises(DataError):
        replace(toy(), split={"train": np.array([9])})
