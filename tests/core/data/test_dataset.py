"""The contract itself: a faulty data set is told by a sentence when it is made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.dataset import Dataset, Field, Normalisation
from core.data.feedback import previous
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


LETTERS = ("a", "b", ".")


def told(**changes: object) -> Dataset:
    """Two letters are answered, "." ends; what was answered is read next. The second row is padded."""
    target = np.array([[0, 1, 2], [1, 2, 0]], np.float32)[..., None]
    values: dict[str, object] = {
        "inputs": {"x": Field(np.zeros((2, 5, 1), np.float32)), "previous": previous(letters(target))},
        "target": letters(target),
        "mask": np.array([[True, True, True], [True, True, False]]),
        "split": {"train": np.array([0, 1])},
        "feedback": "previous",
        "end": 2,
    }
    return toy(**{**values, **changes})


def letters(values: np.ndarray, classes: tuple[str, ...] = LETTERS) -> Field:
    return Field(np.asarray(values, np.float32), classes=classes, codes=True)


def test_what_is_answered_is_read_next() -> None:
    data = told()
    fed = data.inputs["previous"]
    assert fed.values[..., 0].tolist() == [[3, 0, 1], [3, 1, 2]]
    assert fed.classes == ("a", "b", ".", "·")
    assert data.start is not None and data.start.tolist() == [3]
    assert toy().start is None


def test_padding_may_hold_anything_else_may_not() -> None:
    late = told().inputs["previous"].values.copy()
    late[1, 2] = 0
    with pytest.raises(DataError, match="sample 1 differs at step 2"):
        told(inputs={"x": Field(late), "previous": letters(late, ("a", "b", ".", "·"))}, mask=None)
    with pytest.raises(DataError, match="sample 1 differs at step 2"):
        # a step that does not count, but has one behind it that does, is read
        told(inputs={"previous": letters(late, ("a", "b", ".", "·"))}, mask=np.array([[True] * 3, [True, False, True]]))
    late[1, 2], short = 2, np.array([[True] * 3, [True, False, False]])
    assert told(inputs={"previous": letters(late, ("a", "b", ".", "·"))}, mask=short).feedback


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"feedback": "later"}, "no array “later”"),
        ({"feedback": "x"}, "its size differs"),
        ({"inputs": {"previous": letters(np.zeros((2, 3, 1)), ("b", "a", "."))}}, "do not begin with those"),
        ({"inputs": {"previous": Field(np.zeros((2, 3, 1), np.float32))}}, "its size differs"),
        ({"inputs": {"previous": Field(np.zeros((2, 3, 3), np.float32))}}, "do not begin with those"),
        ({"inputs": {"previous": Field(np.zeros((2, 3, 3), np.float32), LETTERS)}}, "sample 0 differs at step 1"),
        ({"inputs": {"previous": Field(np.ones((2, 3, 3), np.float32), LETTERS)}}, "sample 0 differs at step 1"),
        ({"end": 3}, "is none of its answers"),
        ({"target": Field(np.zeros((2, 3, 1), np.float32)), "feedback": ""}, "is none of its answers"),
    ],
)
def test_a_false_past_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        told(**changes)


def test_classes_may_be_read_as_flags() -> None:
    flags = np.eye(3, dtype=np.float32)[[[1, 0, 1], [0, 1, 2]]]
    data = told(inputs={"x": Field(flags, LETTERS)}, feedback="x", begun=True)
    assert data.start is None
    with pytest.raises(DataError, match="do not begin with those"):
        told(inputs={"x": Field(flags, ("b", "a", "."))}, feedback="x")


def test_numbers_are_fed_back_as_they_are() -> None:
    target = Field(np.arange(12, dtype=np.float32).reshape(2, 3, 2), names=("a", "b"))
    late = previous(target)
    assert late.names == target.names and late.values[:, 0].tolist() == [[0, 0], [0, 0]]
    data = toy(
        inputs={"x": Field(np.zeros((2, 1), np.float32)), "previous": late},
        target=target,
        split={"train": np.array([0, 1])},
        feedback="previous",
    )
    assert data.start is not None and data.start.tolist() == [0, 0]


def test_stretches_of_something_longer_have_no_start() -> None:
    values = np.array([[0, 1, 2], [1, 0, 1]], np.float32)[..., None]
    following = np.array([[1, 2, 0], [0, 1, 1]], np.float32)[..., None]
    data = told(inputs={"x": letters(values)}, target=letters(following), feedback="x", mask=None)
    assert data.start is None
    alike = {
        "inputs": {"x": letters(values[[0, 0]])},
        "target": letters(following[[0, 0]]),
        "feedback": "x",
        "mask": None,
    }
    assert told(**alike).start is not None and told(**alike, begun=True).start is None


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
