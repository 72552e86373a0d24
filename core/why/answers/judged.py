"""Why a number of an evaluation is what it is: means over a part of the data, answers and misses, down to single samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from core.answers import in_unit as values_of
from core.catalogue.metrics import METRICS
from core.describe import Words
from core.evaluation.baselines import Baseline
from core.evaluation.review import CROSS_ENTROPY, Curve, Measured, Review, lengths_of
from core.formula import factor, latex_number
from core.why.answers import classed, measured
from core.why.answers.tried import difference
from core.why.numbers import MOST, Aggregate, Number, Term, added, one_each, told
from core.why.training.aggregates import answer_at, in_unit

_LOGS = r"-\frac{1}{N} \sum_i \ln p_i"


def sample_loss(review: Review, sample: int) -> Aggregate:
    """The loss of a single sample of the part."""
    value = review.loss_of(sample)
    return Aggregate(
        Words("The loss of sample {sample}", {"sample": sample}), value, (r"L = \ell\left(y, \text{target}\right)",),
        (f"L = {latex_number(value)}",), Words("The loss compares the outputs with the target of the sample; it is explained below."),
        (Number("loss"),), sample=(sample, review.part),
    )  # fmt: skip


def loss(review: Review) -> Aggregate:
    """The loss over the whole part."""
    losses, samples = review.judged.sample_losses, review.judged.evaluation.samples
    mean = bool(np.isclose(float(np.mean(losses)), review.loss, rtol=1e-4))
    order = np.argsort(-np.nan_to_num(losses, nan=np.inf), kind="stable")
    share, sign = (1 / len(losses), r"\frac{1}{N}") if mean else (1.0, "")

    def make(n: int) -> Term:
        sample = int(samples[n])
        return Term(share, float(losses[n]), sign, f"L_{{{sample}}}", None, None, "", sample_loss(review, sample))

    terms = told(order if mean else order[:MOST], losses, share, sign, make, "L_i")
    title = Words("The loss of the {part} part", {"part": review.part})
    if mean:
        lines = (r"L = \frac{1}{N} \sum_i L_i",), (rf"L = {added(terms)} = {latex_number(review.loss)}",)
        note = Words(
            "It is the mean over {count} samples; those with the largest loss are told first.", {"count": len(losses)}
        )
    else:
        lines = (r"L = \ell\left(\text{all answers}\right)",), (f"L = {latex_number(review.loss)}",)
        note = Words(
            "All answers count alike, however many a sample has. Below are the samples with the largest loss of their own."
        )
    return Aggregate(title, review.loss, *lines, note, (), terms)


def answer(review: Review, row: int, unit: int) -> Aggregate:
    """What the network said in one row of the answers, in the unit of the data."""
    given, data = review.given, review.data
    if review.way is not None:
        return _answer_of(review, row, unit, review.way)
    (output,) = review.state.network.of_kind("output")
    sample = int(given.samples[row]), review.part
    lead = Number("value", output.id, unit, int(given.steps[row]) if given.sequence else None)
    said, scale = float(given.scores[row, unit]), data.target.normalisation
    if scale is None:
        return answer_at(f"sample {sample[0]}", said, (lead,), sample)
    mean, spread = float(scale.mean[unit]), float(scale.scale[unit])
    title = Words("The answer to sample {sample}", {"sample": sample[0]})
    return in_unit(title, said * spread + mean, said, mean, spread, data.target.unit, lead, sample)


def _answer_of(review: Review, row: int, unit: int, way: Baseline) -> Aggregate:
    """What a baseline answers."""
    sample = int(review.given.samples[row])
    value = float(values_of(review.data, review.given)[1][row, unit])
    return Aggregate(
        Words("What “{way}” answers to sample {sample}", {"way": way.title, "sample": sample}), value, (r"\hat{y}",),
        (rf"\hat{{y}} = {latex_number(value)}",), Words("No network is asked: it {line}.", {"line": way.line}), sample=(sample, review.part),
    )  # fmt: skip


def miss(review: Review, row: int, unit: int) -> Aggregate:
    """How far an answer is off."""
    wanted, said = values_of(review.data, review.given)
    title = Words("How far off the answer to sample {sample} is", {"sample": int(review.given.samples[row])})
    return difference(title, float(said[row, unit]), float(wanted[row, unit]), answer(review, row, unit))


def metric(review: Review, one: Measured) -> Aggregate:
    """A metric of the network."""
    match one.key:
        case "accuracy":
            return classed.accuracy(review, one.value)
        case "precision" | "recall" | "f1":
            return classed.over_classes(review, one)
        case "perplexity" | "cross_entropy":
            return _chances(review, one)
        case "mae" | "rmse" | "mape":
            return _misses(review, one)
        case "top_k":
            return measured.top_k(review, one)
        case "sequence_accuracy":
            return measured.sequence_accuracy(review, one)
        case "auc":
            return measured.auc(review, one)
    assert one.key == "r2", one.key
    return measured.r2(review, one, squares(review))


def baseline(review: Review, one: Measured, way: str) -> Aggregate:
    """The same metric of one who knows no network."""
    said = next(each for each in review.baselines if each.key == way)
    found = metric(review.spoken_by(way), Measured(one.key, one.baselines[way], {}))
    what = "Cross-entropy" if one.key == CROSS_ENTROPY else METRICS[one.key].title
    title = Words("{metric} of “{way}”", {"metric": what, "way": said.title})
    note = Words(
        "No network is asked: it {line}. Its answers are counted as those of the network are.", {"line": said.line}
    )
    return replace(found, title=title, note=note)


def _chances(review: Review, one: Measured) -> Aggregate:
    """Mean of -ln p of the right class."""
    given, truth = review.given, review.given.wanted[:, 0].astype(int)
    scores, tiny = given.scores.astype(float), np.finfo(float).tiny
    chance = np.where(truth == 1, scores[:, 0], 1 - scores[:, 0])
    if scores.shape[1] > 1:
        chance = scores[np.arange(len(truth)), truth]
    logs = -chance if review.activation == "log_softmax" else -np.log(np.maximum(chance, tiny))
    mean = float(logs.mean())
    units = np.minimum(truth, scores.shape[1] - 1)
    terms = _largest(
        logs, r"\frac{1}{N}", r"-\ln p", [partial(answer, review, n, int(units[n])) for n in range(len(logs))]
    )
    asked = one.key == CROSS_ENTROPY
    numbers: tuple[str, ...] = (rf"{added(terms)} = {latex_number(mean)}",)
    lines: tuple[str, ...] = (_LOGS,)
    if not asked:
        lines, numbers = (
            (*lines, METRICS["perplexity"].formula),
            (*numbers, rf"e^{{{latex_number(mean)}}} = {latex_number(one.value)}"),
        )
    what = "Cross-entropy" if asked else METRICS["perplexity"].title
    note = Words(
        "p is the probability that the network gave to the right class; {count} answers count, the worst are told first.",
        {"count": len(logs)},
    )
    return Aggregate(Words("{metric} on the {part} part", {"metric": what, "part": review.part}), one.value, lines, numbers, note, (), terms)  # fmt: skip


def _largest(values: np.ndarray, share: str, sign: str, about: Sequence[Callable[[], Aggregate]]) -> tuple[Term, ...]:
    """The mean of ``values``: the largest one by one, each with what ``about`` makes of it."""
    order = np.argsort(-np.nan_to_num(values, nan=np.inf), kind="stable")

    def make(n: int) -> Term:
        return Term(1 / len(values), float(values[n]), share, f"{sign}_{{{n + 1}}}", None, None, "", about[n]())

    return told(order, values, 1 / len(values), share, make, sign)


def _misses(review: Review, one: Measured) -> Aggregate:
    wanted, _ = values_of(review.data, review.given)
    assert review.misses is not None
    away, of = review.misses.ravel().astype(float), wanted.ravel()
    kept = np.flatnonzero(of != 0) if one.key == "mape" else np.arange(len(away))
    each = {
        "mae": np.abs(away[kept]), "rmse": np.square(away[kept]), "mape": 100 * np.abs(away[kept] / np.where(of[kept] != 0, of[kept], 1.0)),
    }[one.key]  # fmt: skip
    features = review.misses.shape[1]
    about = [partial(miss, review, *divmod(int(n), features)) for n in kept]
    sign = {"mae": r"\left| e \right|", "rmse": "e^2", "mape": r"100 \left| e / y \right|"}[one.key]
    terms = _largest(each, r"\frac{1}{N}", sign, about)
    line = rf"{added(terms)} = {latex_number(float(each.mean()))}"
    if one.key == "rmse":
        line = rf"\sqrt{{{factor(float(each.mean()))}}} = {latex_number(one.value)}"
    title = Words("{metric} on the {part} part", {"metric": METRICS[one.key].title, "part": review.part})
    note = Words("{count} numbers count; those that are furthest off are told first.", {"count": len(each)})
    return Aggregate(title, one.value, (METRICS[one.key].formula,), (line,), note, (), terms)


def squares(review: Review) -> tuple[Term, ...]:
    """The squares of all misses, the largest first."""
    assert review.misses is not None
    each = np.square(review.misses.ravel().astype(float))
    features = review.misses.shape[1]
    return told(
        np.argsort(-np.nan_to_num(each, nan=np.inf), kind="stable"), each, 1.0, "",
        lambda n: Term(1.0, float(each[n]), "", f"e_{{{n + 1}}}^2", about=miss(review, *divmod(n, features))), "e^2",
    )  # fmt: skip


def at_place(review: Review, rows: np.ndarray, value: float, title: Words) -> Aggregate:
    """The mean error of some rows of the answers: at one step, or of one length."""
    if review.decided is not None:
        wrong = rows[review.decided.wrong[rows]]
        truth, said = review.decided.truth, review.decided.said
        pairs, counts = np.unique(np.stack([truth[wrong], said[wrong]], 1), axis=0, return_counts=True)
        order = np.argsort(-counts, kind="stable")[:MOST]
        terms = tuple(
            Term(1 / len(rows), int(counts[n]), rf"\frac{{1}}{{{len(rows)}}}", "n", None, None, "", classed.cell(review, int(pairs[n][0]), int(pairs[n][1])))
            for n in order if pairs[n][1] >= 0
        )  # fmt: skip
        line = rf"\frac{{{len(wrong)}}}{{{len(rows)}}} = {latex_number(value)}"
        note = Words(
            "{count} answers count here. Below is which classes are mixed up; each leads to its samples everywhere.",
            {"count": len(rows)},
        )
        return Aggregate(title, value, (r"\frac{\text{wrong}}{\text{all}}",), (line,), note, (), terms)
    assert review.misses is not None
    means = np.abs(review.misses[rows]).mean(axis=1)
    terms = _largest(means, r"\frac{1}{N}", r"\left| e \right|", [partial(miss, review, int(n), 0) for n in rows])
    note = Words("{count} answers count here; those that are furthest off are told first.", {"count": len(rows)})
    return Aggregate(
        title, value, (METRICS["mae"].formula,), (rf"{added(terms)} = {latex_number(value)}",), note, (), terms
    )


def mean_of_sample(review: Review, sample: int) -> Aggregate:
    """How far off the answers to a sample are on average."""
    assert review.misses is not None
    rows = np.flatnonzero(review.given.samples == sample)
    value = float(np.abs(review.misses[rows]).mean())
    return at_place(review, rows, value, Words("How far off the answers to sample {sample} are", {"sample": sample}))


def in_range(review: Review, low: float, high: float, last: bool) -> Aggregate:
    """How many answers are off by ``low`` to ``high``; ``last`` counts the upper end too."""
    assert review.misses is not None
    away = review.misses.ravel()
    rows = np.flatnonzero((away >= low) & ((away <= high) if last else (away < high)))
    features = review.misses.shape[1]
    terms = one_each(
        rows, lambda n: Term(1, 1, "", rf"\left[ e_{{{n + 1}}} \right]", about=miss(review, *divmod(n, features)))
    )
    sign = r"\leq" if last else "<"
    return Aggregate(
        Words("Answers that are off by {low} to {high}", {"low": f"{low:.4g}", "high": f"{high:.4g}"}), len(rows),
        (rf"n = \sum_i \left[ a \leq e_i {sign} b \right]",), (f"n = {len(rows)}",), Words("Each of them leads to its answer."), (), terms,
    )  # fmt: skip


def in_table(review: Review, row: int, column: int) -> Aggregate | None:
    """A cell of the table of metrics: row 1 is the loss, column 1 the network, then come the baselines."""
    if row == 1:
        return loss(review) if column == 1 else None
    one = review.metrics[row - 2]
    return metric(review, one) if column == 1 else baseline(review, one, review.baselines[column - 2].key)


def on_curve(review: Review, curve: Curve, place: int) -> Aggregate:
    """A point of the error along time or length."""
    rows, title = rows_at(review, curve, place)
    return at_place(review, rows, float(curve.error[place]), title)


def rows_at(review: Review, curve: Curve, place: int) -> tuple[np.ndarray, Words]:
    """The rows of the answers at a place of a curve, and what it is called."""
    low, high = int(curve.at[place]), int(curve.until[place])
    if curve is review.by_step:
        return np.flatnonzero(review.given.steps + 1 == low), Words("The error at t = {step}", {"step": low})
    lengths = lengths_of(review.data, review.given)
    assert lengths is not None
    title = Words("The error of sequences of {low} to {high} steps", {"low": low, "high": high})
    return np.flatnonzero((lengths >= low) & (lengths <= high)), title
