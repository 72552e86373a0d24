"""What is known without a network: against closed forms and loops that are written out."""

import math

import numpy as np
import pytest

from core.answers import Answers
from core.catalogue.metrics import METRICS
from core.data.catalogue import DATASETS, load
from core.data.dataset import Dataset, Field
from core.engine.review import measured
from core.evaluation.baselines import baselines, counted_rows


def text(rows, mask=None, end=None):
    """Next-symbol data of two letters: the input is the row, the target the row one step later."""
    rows = np.asarray(rows, np.float32)
    shown, told = rows[:, :-1, None], rows[:, 1:, None]
    classes = ("a", "b")
    return Dataset(
        "text", "Text", "classification", {"x": Field(shown, classes=classes, codes=True)},
        Field(told, classes=classes, codes=True), {"train": np.arange(len(rows) - 1), "validation": np.array([len(rows) - 1])},
        mask=mask,
    )  # fmt: skip


def judged(data, way, part, keys):
    samples, steps = counted_rows(data, data.split[part])
    values = data.target.values
    wanted = values[samples, steps] if values.ndim == 3 else values[samples]
    given = Answers(samples, steps, np.zeros((len(samples), data.outputs)), wanted, values.ndim == 3)
    return measured(data, given, way.scores(samples, steps), "", [METRICS.choose(key) for key in keys])


def by_key(data):
    return {way.key: way for way in baselines(data)}


def test_the_prior_has_the_entropy_of_the_classes_and_the_share_of_the_most_frequent_one():
    data = load(DATASETS.choose("iris"))
    way = by_key(data)["prior"]
    train = data.target.values[data.split["train"], 0].astype(int)
    share = np.bincount(train, minlength=3) / len(train)
    found = judged(data, way, "train", ["accuracy", "perplexity"])
    assert found["accuracy"] == pytest.approx(share.max())
    # On the part that it was counted on, its cross-entropy is the entropy of the classes.
    assert math.log(found["perplexity"]) == pytest.approx(-(share * np.log(share)).sum())


def test_the_mean_has_an_r_squared_of_0_on_its_own_part():
    data = load(DATASETS.choose("diabetes"))
    found = judged(data, by_key(data)["mean"], "train", ["r2", "rmse"])
    raw = data.target.normalisation.undo(data.target.values[data.split["train"]].astype(float))
    assert found["r2"] == pytest.approx(0, abs=1e-6)
    assert found["rmse"] == pytest.approx(raw.std(), rel=1e-6)


@pytest.mark.parametrize("target", ["last", "every"])
@pytest.mark.parametrize(("horizon", "window"), [(1, 24), (14, 24), (3, 5)])
def test_last_value_and_season_are_what_a_loop_over_the_series_finds(target, horizon, window):
    data = load(DATASETS.choose("sunspots", target=target, horizon=horizon, window=window, test=0.0))
    ways = by_key(data)
    assert list(ways) == ["mean", "last", "season"]
    series = data.info["series"]
    values = series.values[:, 0]
    samples, steps = counted_rows(data, data.split["validation"])
    undo = data.target.normalisation.undo
    last, season = (undo(ways[key].scores(samples, steps)) for key in ("last", "season"))
    for row in range(0, len(samples), 7):
        seen = series.starts[samples[row]] + (steps[row] if target == "every" else window - 1)
        for ahead in range(horizon):
            time = seen + 1 + ahead
            before = time
            while before > seen:
                before -= 11
            assert last[row, ahead] == pytest.approx(values[seen])
            assert season[row, ahead] == pytest.approx(values[before] if before >= 0 else values[seen])


def test_a_season_that_had_not_begun_is_the_last_value():
    data = load(DATASETS.choose("sunspots", window=4))
    series = data.info["series"]
    said = data.target.normalisation.undo(by_key(data)["season"].scores(np.array([0]), np.array([0])))
    assert said[0, 0] == pytest.approx(series.values[3, 0])
    data = load(DATASETS.choose("sunspots", window=11))
    said = data.target.normalisation.undo(by_key(data)["season"].scores(np.array([0]), np.array([0])))
    assert said[0, 0] == pytest.approx(data.info["series"].values[0, 0])  # it has just been a season


def test_the_bigram_counts_what_followed_each_letter():
    data = text([[0, 1, 0, 1, 0], [0, 1, 1, 1, 0], [0, 0, 1, 0, 1], [1, 0, 1, 0, 0]])
    way = by_key(data)["symbol"]
    assert way.title == "Bigram" and by_key(data)["prior"].title == "Unigram"
    counts = np.ones((2, 2))
    for row in range(3):
        for step in range(4):
            read = int(data.inputs["x"].values[row, step, 0])
            counts[read, int(data.target.values[row, step, 0])] += 1
    scores = way.scores(np.array([3, 3]), np.array([0, 1]))
    assert scores[0] == pytest.approx(counts[1] / counts[1].sum())
    assert scores[1] == pytest.approx(counts[0] / counts[0].sum())


def test_what_does_not_count_is_not_counted():
    mask = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1], [1, 0, 0, 0]], bool)
    rows = [[0, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 0, 1], [1, 0, 0, 0, 0]]
    data = text(rows, mask)
    told = [int(data.target.values[row, step, 0]) for row in range(3) for step in range(4) if mask[row, step]]
    share = np.bincount(told) / len(told)
    assert by_key(data)["prior"].scores(np.array([3]), np.array([0]))[0] == pytest.approx(share)


def test_names_are_next_letters_and_parity_is_not():
    assert by_key(load(DATASETS.choose("names", question="next")))["symbol"].title == "Bigram"
    parity = load(DATASETS.choose("parity"))
    assert by_key(parity)["symbol"].title == "One symbol"
    # Parity is a coin for who sees one bit alone, but for the first step, where the bit is the answer.
    assert judged(parity, by_key(parity)["symbol"], "train", ["accuracy"])["accuracy"] < 0.62


def test_the_training_part_alone_is_counted():
    rows = [[0, 1, 0, 1, 0]] * 5 + [[1, 1, 1, 1, 1]]
    data = text(rows)
    assert by_key(data)["prior"].scores(np.array([5]), np.array([0]))[0] == pytest.approx([0.5, 0.5])
