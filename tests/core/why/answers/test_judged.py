"""Every number of an evaluation is the sum of what its explanation names, which leads down to samples."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.data.importers.progress import finish
from core.evaluation.review import Review, review
from core.examples import open_example
from core.formula import svg
from core.why.answers import classed, judged
from core.why.numbers import Aggregate

EXAMPLES = ("digits-rows-elman", "circles-mlp", "names-gru", "sunspots-forecast", "adding-lstm", "parity", "weather")


@pytest.fixture(scope="module", params=EXAMPLES)
def found(request) -> Review:
    return finish(review(open_example(request.param).state, "validation"))


def adds_up(asked: Aggregate, value: float) -> None:
    assert asked.value == pytest.approx(value, rel=1e-9, nan_ok=True)
    terms = asked.explained().terms
    assert sum(t.contribution for t in terms) == pytest.approx(value, rel=1e-5, abs=1e-9)
    for line in (*asked.symbols, *asked.numbers):
        assert "<svg" in svg(line)


def test_metrics_are_what_they_are_made_of(found: Review) -> None:
    for one in found.metrics:
        asked = judged.metric(found, one)
        assert asked.value == one.value
        match one.key:
            case "accuracy" | "precision" | "recall" | "f1" | "mae" | "mape" | "cross_entropy":
                adds_up(asked, one.value)
            case "rmse":
                assert math.sqrt(sum(t.contribution for t in asked.terms)) == pytest.approx(one.value, rel=1e-6)
            case "perplexity":
                assert math.exp(sum(t.contribution for t in asked.terms)) == pytest.approx(one.value, rel=1e-5)
            case "top_k" | "sequence_accuracy" | "auc" | "r2":
                adds_up(asked, one.value)
        assert all(t.about is not None or "others" in t.symbol or not t.symbol for t in asked.terms)


def test_baselines_are_counted_as_the_network_is(found: Review) -> None:
    for one in found.metrics:
        for way, value in one.baselines.items():
            asked = judged.baseline(found, one, way)
            assert asked.value == pytest.approx(value, nan_ok=True) and asked.symbols and way
            total = sum(t.contribution for t in asked.terms)
            match one.key:
                case "rmse":
                    assert math.sqrt(total) == pytest.approx(value, rel=1e-6)
                case "perplexity":
                    assert math.exp(total) == pytest.approx(value, rel=1e-5)
                case _:
                    adds_up(asked, value)
            for term in asked.terms[:3]:
                if term.about is not None:
                    assert not term.about.leads, "no output of the network says this"


def test_the_loss_leads_to_the_samples_with_the_largest_one(found: Review) -> None:
    asked = judged.loss(found)
    assert asked.value == found.loss
    worst = [int(n) for n in found.worst(3)]
    assert [t.about.sample[0] for t in asked.terms[:3]] == worst
    if asked.terms[0].factor != 1:
        adds_up(asked, found.loss)
    assert asked.terms[0].value == pytest.approx(found.loss_of(worst[0]))


def test_classes_and_cells(found: Review) -> None:
    if found.classes is None:
        assert found.misses is not None
        away = found.misses.ravel()
        low, high = np.quantile(away, [0.2, 0.6])
        asked = judged.in_range(found, float(low), float(high), False)
        adds_up(asked, float(((away >= low) & (away < high)).sum()))
        end = judged.in_range(found, float(low), float(away.max()), True)
        adds_up(end, float((away >= low).sum()))
        assert "<" in asked.symbols[0] and "<" not in end.symbols[0]
        lead = asked.terms[0].about
        assert low <= lead.value < high and sum(t.contribution for t in lead.terms) == pytest.approx(lead.value)
        return
    for n in range(len(found.classes.names)):
        for key in ("precision", "recall", "f1"):
            value = float(getattr(found.classes, key)[n])
            if not math.isnan(value):
                adds_up(classed.of_class(found, key, n), value)
    for true, said in np.argwhere(found.classes.table > 0)[:5]:
        asked = classed.cell(found, int(true), int(said))
        assert asked.value == found.classes.table[true, said]
        row = np.flatnonzero(found.given.samples == asked.sample[0])
        assert found.decided.truth[row].tolist().count(true) and found.decided.said[row].tolist().count(said)


def test_a_class_counts_its_answers_that_are_no_numbers() -> None:
    found = finish(review(open_example("circles-mlp").state, "validation"))
    said = found.decided.said.copy()
    row = int(np.flatnonzero(found.decided.truth == 1)[0])
    said[row] = -1
    lost, whole = replace(found, decided=replace(found.decided, said=said)), int(found.classes.support[1])
    asked = classed.support(lost, 1)
    adds_up(asked, whole)
    assert asked.numbers[0].endswith(f" + 1 = {whole}") and asked.note.values["count"] == 1
    assert classed.support(found, 1).value == whole


def test_points_of_the_errors_along_time_and_length(found: Review) -> None:
    for curve in (found.by_step, found.by_length):
        for place in range(0 if curve is None else len(curve.at)):
            if np.isfinite(curve.error[place]):
                adds_up(judged.on_curve(found, curve, place), float(curve.error[place]))
