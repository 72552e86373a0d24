"""Every metric against a count done by hand or in plain loops."""

import math

import numpy as np
import pytest
import torch

from core.catalogue.metrics import METRICS, NUMBERS
from core.catalogue.registry import catalogue
from core.data.dataset import Dataset, Field, Normalisation
from core.engine.metrics import default_metric, metric_function

ACTIVATIONS = catalogue("activations")


def classes(count, steps=None):
    shape = (2, 1) if steps is None else (2, steps, 1)
    target = Field(np.zeros(shape, np.float32), classes=tuple("abcdefgh"[:count]), codes=True)
    return Dataset("d", "Data", "classification", {"x": target}, target, {"train": np.arange(2)})


def numbers(normalisation=None):
    target = Field(np.zeros((2, 1), np.float32), normalisation=normalisation)
    return Dataset("d", "Data", "regression", {"x": target}, target, {"train": np.arange(2)})


def measured(metric, dataset, outputs, targets, mask=None, activation=None, **values):
    function = metric_function(
        METRICS.choose(metric, **values), dataset, ACTIVATIONS.choose(activation) if activation else None
    )
    mask = None if mask is None else torch.tensor(mask)
    return function(torch.tensor(np.asarray(outputs, float)), torch.tensor(np.asarray(targets, float)), mask)


OUT = [[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [0.3, 0.3, 0.4]]
SAID = [0, 1, 2, 0, 2]
TRUE = [0, 2, 2, 1, 1]
CODES = np.array(TRUE)[:, None]


def test_accuracy_and_top_k():
    assert measured("accuracy", classes(3), OUT, CODES) == pytest.approx(2 / 5)
    assert measured("top_k", classes(3), OUT, CODES, k=1) == pytest.approx(2 / 5)
    assert measured("top_k", classes(3), OUT, CODES, k=2) == pytest.approx(4 / 5)
    assert measured("top_k", classes(3), OUT, CODES, k=3) == 1


def test_precision_recall_and_f1_are_averaged_over_classes():
    hits = {c: sum(s == t == c for s, t in zip(SAID, TRUE)) for c in range(3)}
    p = {c: hits[c] / SAID.count(c) if SAID.count(c) else 0 for c in range(3)}
    r = {c: hits[c] / TRUE.count(c) for c in range(3)}
    f = {c: 2 * p[c] * r[c] / (p[c] + r[c]) if p[c] + r[c] else 0 for c in range(3)}
    assert measured("precision", classes(3), OUT, CODES) == pytest.approx(sum(p.values()) / 3)
    assert measured("recall", classes(3), OUT, CODES) == pytest.approx(sum(r.values()) / 3)
    assert measured("f1", classes(3), OUT, CODES) == pytest.approx(sum(f.values()) / 3)


def test_two_classes_are_told_for_the_second():
    outputs, codes = [[0.9], [0.8], [0.2], [0.6]], [[1], [0], [1], [1]]
    assert measured("precision", classes(2), outputs, codes) == pytest.approx(2 / 3)
    assert measured("recall", classes(2), outputs, codes) == pytest.approx(2 / 3)
    assert measured("f1", classes(2), outputs, codes) == pytest.approx(2 / 3)


def test_a_single_unit_decides_at_one_half_or_at_zero():
    outputs, codes = [[0.2], [-0.2]], [[1], [0]]
    assert measured("accuracy", classes(2), outputs, codes) == 0.5
    assert measured("accuracy", classes(2), outputs, codes, activation="identity") == 1
    assert measured("accuracy", classes(2), outputs, codes, activation="sigmoid") == 0.5


def test_auc_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 5, 40) / 5
    codes = rng.integers(0, 2, 40)
    pairs = [(a > b) + (a == b) / 2 for a in scores[codes == 1] for b in scores[codes == 0]]
    assert measured("auc", classes(2), scores[:, None], codes[:, None]) == pytest.approx(np.mean(pairs))
    assert math.isnan(measured("auc", classes(2), [[0.1], [0.3]], [[1], [1]]))


def test_auc_of_several_classes_is_their_mean():
    outputs = np.array(OUT)
    each = []
    for c in range(3):
        ours, others = outputs[np.array(TRUE) == c, c], outputs[np.array(TRUE) != c, c]
        each.append(np.mean([(a > b) + (a == b) / 2 for a in ours for b in others]))
    assert measured("auc", classes(3), OUT, CODES) == pytest.approx(np.mean(each))


def test_the_confusion_matrix_counts_truth_by_rows():
    table = measured("confusion", classes(3), OUT, CODES)
    assert table.tolist() == [[1, 0, 0], [1, 0, 1], [0, 1, 1]]


def test_perplexity():
    chance = [OUT[i][t] for i, t in enumerate(TRUE)]
    wanted = math.exp(-np.mean(np.log(chance)))
    assert measured("perplexity", classes(3), OUT, CODES) == pytest.approx(wanted)
    logs = np.log(OUT)
    assert measured("perplexity", classes(3), logs, CODES, activation="log_softmax") == pytest.approx(wanted)
    assert measured("perplexity", classes(2), [[0.9], [0.9]], [[1], [0]]) == pytest.approx((0.9 * 0.1) ** -0.5)


def test_a_sequence_counts_only_as_a_whole_and_only_where_the_mask_says():
    outputs = np.zeros((3, 2, 2))
    outputs[..., 1] = [[1, 1], [1, -1], [1, 1]]
    codes = np.ones((3, 2, 1))
    dataset = classes(2, steps=3)
    assert measured("sequence_accuracy", dataset, outputs, codes) == 0.5
    mask = np.array([[1, 1], [1, 0], [1, 1]], bool)
    assert measured("sequence_accuracy", dataset, outputs, codes, mask) == 1
    assert measured("accuracy", dataset, outputs, codes) == pytest.approx(5 / 6)
    assert measured("accuracy", dataset, outputs, codes, mask) == 1


def test_numbers_are_measured_in_the_unit_of_the_data():
    unit = Normalisation(np.array([100.0]), np.array([20.0]))
    y, f = [[0.0], [1.0], [-1.0]], [[0.5], [1.0], [0.0]]
    raw_y, raw_f = np.array([100.0, 120, 80]), np.array([110.0, 120, 100])
    miss = np.abs(raw_y - raw_f)
    assert measured("mae", numbers(unit), f, y) == pytest.approx(miss.mean())
    assert measured("rmse", numbers(unit), f, y) == pytest.approx(math.sqrt((miss**2).mean()))
    assert measured("mape", numbers(unit), f, y) == pytest.approx(100 * (miss / raw_y).mean())
    assert measured("r2", numbers(unit), f, y) == pytest.approx(1 - (miss**2).sum() / 800)
    assert measured("mae", numbers(), f, y) == pytest.approx(0.5)


def test_numbers_without_a_value_are_not_invented():
    assert math.isnan(measured("r2", numbers(), [[1.0], [2.0]], [[3.0], [3.0]]))
    assert math.isnan(measured("mape", numbers(), [[1.0]], [[0.0]]))
    assert math.isnan(
        measured("accuracy", classes(2, 3), np.zeros((3, 2, 2)), np.zeros((3, 2, 1)), np.zeros((3, 2), bool))
    )


def test_the_default_fits_the_data():
    assert default_metric(classes(2)) == "accuracy"
    assert default_metric(numbers()) == "rmse"
    assert measured("auto", numbers(), [[1.0]], [[3.0]]) == pytest.approx(2)
    assert "confusion" not in NUMBERS
    assert {"accuracy", "rmse", "r2"} <= set(NUMBERS)
