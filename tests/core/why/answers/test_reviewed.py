"""Sentences of an evaluation: sequences, edits, how misses are spread, places of curves, looks; counted once more by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.answers import in_unit
from core.evaluation.review import Review
from core.formula import svg
from core.looks import Look
from core.why.answers import classed, judged, reviewed
from core.why.numbers import Aggregate
from tests.core.why.answers.test_judged import found  # noqa: F401 - a fixture


def drawn(asked: Aggregate, value: float, adds_up: bool = True) -> None:
    assert asked.value == pytest.approx(value, rel=1e-9, abs=1e-12)
    if adds_up:
        assert sum(t.contribution for t in asked.terms) == pytest.approx(value, rel=1e-6, abs=1e-9)
    for line in (*asked.symbols, *asked.numbers, *(t.latex for t in asked.terms[:2] if t.latex)):
        assert "<svg" in svg(line)


def edit_distance(one: list[int], other: list[int]) -> int:
    """The textbook recursion, row by row."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def test_sequences_and_their_edits(found: Review) -> None:  # noqa: F811
    asked = reviewed.sequences(found)
    assert bool(asked) == (found.sequences is not None)
    if found.sequences is None or found.decided is None:
        return
    given, decided = found.given, found.decided
    wrong = {int(n): int(decided.wrong[given.samples == n].sum()) for n in np.unique(given.samples)}
    right = sum(count == 0 for count in wrong.values())
    drawn(asked["right"], right)
    drawn(asked["all"], len(wrong))
    drawn(asked["share"], right / len(wrong), adds_up=False)
    if "edits" not in asked or found.data.end is not None:
        return
    edits = []
    for n in list(wrong):
        rows = np.flatnonzero(given.samples == n)
        rows = rows[np.argsort(given.steps[rows])]
        edits.append(edit_distance(decided.said[rows].tolist(), decided.truth[rows].tolist()))
    drawn(asked["edits"], float(np.mean(edits)))
    drawn(asked["rate"], sum(edits) / len(given.samples))


def test_how_misses_are_spread(found: Review) -> None:  # noqa: F811
    if found.misses is None:
        return
    wanted, said = in_unit(found.data, found.given)
    away = (said - wanted).ravel()
    asked = reviewed.residuals(found)
    drawn(asked["mean"], float(away.mean()))
    assert asked["spread"].value == pytest.approx(float(away.std()), rel=1e-9)
    assert sum(t.contribution for t in asked["spread"].terms) == pytest.approx(float(away.var()), rel=1e-6)
    drawn(asked["lost"], 0, adds_up=False)


def test_places_of_curves(found: Review) -> None:  # noqa: F811
    for curve in (found.by_step, found.by_length):
        for place in () if curve is None else {0, len(curve.at) - 1}:
            assert curve is not None
            drawn(reviewed.curve_count(found, curve, place), int(curve.count[place]))
            theirs = reviewed.curve_baseline(found, curve, place)
            assert theirs.value == pytest.approx(float(curve.baseline[place]))
            assert sum(t.contribution for t in theirs.terms) == pytest.approx(
                float(curve.baseline[place]), rel=1e-5, abs=1e-9
            )
            drawn(judged.on_curve(found, curve, place), float(curve.error[place]), adds_up=False)


def test_counts_of_classes(found: Review) -> None:  # noqa: F811
    if found.classes is None or found.decided is None:
        return
    for n in range(len(found.classes.names)):
        drawn(classed.in_classes(found, n, 4), int((found.decided.truth == n).sum()))


def test_looks() -> None:
    asked = reviewed.looks(
        [Look("2026-01-02T03:04:05+00:00", "digits"), Look("2026-01-03T03:04:05+00:00", "digits", "r1", 40)]
    )
    drawn(asked, 2)
    assert "2026-01-02 03:04" in str(asked.terms[0].about.note) and "after 40 batches" in str(asked.terms[1].about.note)
