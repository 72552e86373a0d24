"""A review for other programs: everything as JSON, and every single answer as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from core.answers import in_unit
from core.data.importers.progress import Job, Progress, finish
from core.evaluation.review import Curve, Review
from core.looks import looks_at

WORST = 20
BINS = 40
_ROWS = 500
"""Answers that are written down at a time."""


def to_json(review: Review, versions: Mapping[str, str]) -> dict[str, Any]:
    """Plain JSON values; what is not finite is null."""
    state, evaluation = review.state, review.judged.evaluation
    data = state.data
    assert data is not None
    found: dict[str, Any] = {
        "versions": dict(versions),
        "run": review.subject.run,
        "batch": review.subject.batch,
        "data": data.to_json(),
        "settings": state.training.to_json(),
        "part": review.part,
        "samples": len(evaluation.samples),
        "answers": len(review.given.scores),
        "looks_at_test_part": looks_at(state.looks, data),
        "loss": _number(review.loss),
        "metrics": {
            one.key: {"value": _number(one.value), **{k: _number(v) for k, v in one.baselines.items()}}
            for one in review.metrics
        },
        "baselines": {one.key: {"title": one.title, "what": one.line} for one in review.baselines},
        "worst": [{"sample": int(one), "loss": _number(review.loss_of(int(one)))} for one in review.worst(WORST)],
    }
    if review.classes is not None:
        found["classes"] = _classes(review)
        found["confusion"] = review.classes.table.tolist()
    if review.misses is not None:
        counts, edges = histogram(review.misses)
        found["residuals"] = {"unit": review.data.target.unit, "edges": edges.tolist(), "counts": counts.tolist()}
    for name, curve in (("error_by_step", review.by_step), ("error_by_length", review.by_length)):
        if curve is not None:
            found[name] = _curve(curve, review.best)
    if review.sequences is not None:
        one = review.sequences
        found["sequences"] = {
            "share_right": _number(one.share_right),
            "edits_per_sequence": _number(one.mean_edits),
            "symbol_error_rate": _number(one.symbol_error_rate),
        }
    return found


def histogram(misses: np.ndarray, bins: int = BINS) -> tuple[np.ndarray, np.ndarray]:
    """(counts, edges) of the finite residuals, 0 being an edge; no bins where there is none."""
    finite = misses[np.isfinite(misses)].astype(float)
    if not len(finite):
        return np.zeros(0, int), np.zeros(0)
    low, high = min(0.0, float(finite.min())), max(0.0, float(finite.max()))
    width = (high - low) / bins or 1.0
    below, above = math.ceil(-low / width), max(1, math.ceil(high / width))
    edges = width * np.arange(-below, above + 1)
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)
    counts, _ = np.histogram(finite, edges)
    return counts, edges


def to_csv(review: Review) -> bytes:
    """One line per answer that counts: sample, its loss, time step, truth and answer; UTF-8."""
    return finish(csv_job(review))


def csv_job(review: Review) -> Job[bytes]:
    """The same as a job for the worker."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    step = ["step"] if review.given.sequence else []
    writer.writerow(["sample", "sample loss", *step, *_columns(review)])
    losses = dict(zip(review.judged.evaluation.samples.tolist(), review.judged.sample_losses.tolist(), strict=True))
    samples, steps = review.given.samples.tolist(), review.given.steps.tolist()
    for row, (sample, at, values) in enumerate(zip(samples, steps, _values(review), strict=True)):
        writer.writerow([sample, repr(losses[sample]), *([at + 1] if step else []), *values])
        if row % _ROWS == 0:
            yield Progress(row / len(samples), row)
    return out.getvalue().encode("utf-8")


def _columns(review: Review) -> list[str]:
    if review.decided is not None:
        return ["truth", "answer", "right"]
    names = review.data.target.names or tuple(f"value {n + 1}" for n in range(review.data.target.features))
    return [f"{what}: {name}" if len(names) > 1 else what for what in ("truth", "answer") for name in names]


def _values(review: Review) -> Iterator[list[object]]:
    if review.decided is not None and review.classes is not None:
        names = review.classes.names
        for true, said in zip(review.decided.truth, review.decided.said):
            yield [names[true], names[said] if said >= 0 else "NaN", int(true == said)]
        return
    for wanted, said in zip(*in_unit(review.data, review.given)):
        yield [repr(float(value)) for value in (*wanted, *said)]


def _classes(review: Review) -> list[dict[str, Any]]:
    one = review.classes
    assert one is not None
    return [
        {
            "class": name,
            "precision": _number(one.precision[n]),
            "recall": _number(one.recall[n]),
            "f1": _number(one.f1[n]),
            "support": int(one.support[n]),
        }
        for n, name in enumerate(one.names)
    ]


def _curve(curve: Curve, baseline: str) -> dict[str, Any]:
    return {
        "from": curve.at.tolist(),
        "to": curve.until.tolist(),
        "error": [_number(value) for value in curve.error],
        "baseline": [_number(value) for value in curve.baseline],
        "baseline_is": baseline,
        "answers": curve.count.tolist(),
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
