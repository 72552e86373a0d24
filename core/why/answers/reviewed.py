"""Why a sentence of an evaluation says what it says: sequences and their edits, how misses are spread, looks at the test part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from core.describe import Words
from core.evaluation.review import Curve, Review
from core.formula import factor, latex_number
from core.looks import Look
from core.why.answers.judged import at_place, miss, rows_at
from core.why.answers.measured import whole
from core.why.data.tallied import share
from core.why.numbers import Aggregate, Term, one_each, told


def sequences(review: Review) -> dict[str, Aggregate]:
    """How many sequences are "right" of "all", which "share" that is, and of the edits the mean ("edits") and the "rate" per
    symbol; empty where there are no sequences."""
    found = review.sequences
    if found is None:
        return {}
    samples, count, right = found.samples, len(found.right), int(found.right.sum())

    def about(n: int) -> Aggregate:
        return whole(review, int(samples[n]))

    good = one_each(np.flatnonzero(found.right), partial(_one, samples, about))
    every = one_each(np.argsort(found.right, kind="stable"), partial(_one, samples, about))
    part = {"part": review.part}
    made = {
        "right": Aggregate(
            Words("How many sequences of the {part} part are right from end to end", part), right,
            (r"n = \sum_i \prod_t \left[ \hat{c}_{i,t} = c_{i,t} \right]",), (f"n = {right}",),
            Words("One wrong step is enough for a sequence not to count."), (), good,
        ),
        "all": Aggregate(
            Words("How many sequences the {part} part has", part), count, (r"N = \sum_i 1",), (f"N = {count}",),
            Words("Each sample is a sequence; those with a mistake are told first."), (), every,
        ),
    }  # fmt: skip
    made["share"] = share(Words("The share of sequences that are right from end to end"), made["right"], made["all"])
    if found.edits is not None:
        made |= _edits(review, found.edits, found.lengths, samples)
    return made


def _one(samples: np.ndarray, about: Callable[[int], Aggregate], n: int) -> Term:
    return Term(1, 1, "", rf"\left[ {samples[n]} \right]", about=about(n))


def _edits(review: Review, edits: np.ndarray, lengths: np.ndarray, samples: np.ndarray) -> dict[str, Aggregate]:
    total, symbols, count = int(edits.sum()), int(lengths.sum()), len(edits)

    def about(n: int) -> Aggregate:
        return Aggregate(
            Words("Edits from the answer to the truth of sample {sample}", {"sample": int(samples[n])}), int(edits[n]),
            (r"d = \min \left( \text{put in} + \text{taken out} + \text{replaced} \right)",), (f"d = {edits[n]}",),
            Words("So many symbols of the answer, at least, have to be changed to make the {count} symbols of the truth of it "
                  "(Levenshtein).", {"count": int(lengths[n])}), sample=(int(samples[n]), review.part),
        )  # fmt: skip

    def terms(share: float, sign: str) -> tuple[Term, ...]:
        order = np.argsort(-edits, kind="stable")
        return told(
            order, edits, share, sign,
            lambda n: Term(share, int(edits[n]), sign, f"d_{{{samples[n]}}}", about=about(n)), "d_i",
        )  # fmt: skip

    mean, rate = float(edits.mean()), total / max(1, symbols)
    return {
        "edits": Aggregate(
            Words("Edits of a sequence on average"), mean, (r"\bar{d} = \frac{1}{N} \sum_i d_i",),
            (rf"\bar{{d}} = \frac{{{total}}}{{{count}}} = {latex_number(mean)}",),
            Words("It is the mean over {count} sequences; those that need most are told first.", {"count": count}), (),
            terms(1 / count, r"\frac{1}{N}"),
        ),
        "rate": Aggregate(
            Words("Edits per symbol of the truth"), rate, (r"r = \frac{\sum_i d_i}{\sum_i n_i}",),
            (rf"r = \frac{{{total}}}{{{symbols}}} = {latex_number(rate)}",),
            Words("All edits over all {count} symbols of the truth, as the word error rate of speech recognition.", {"count": symbols}),
            (), terms(1 / max(1, symbols), rf"\frac{{1}}{{{max(1, symbols)}}}"),
        ),
    }  # fmt: skip


def residuals(review: Review) -> dict[str, Aggregate]:
    """The "mean" and the "spread" of the misses that are finite, and how many are "lost"."""
    assert review.misses is not None
    away, features = review.misses.ravel().astype(float), review.misses.shape[1]
    good = np.flatnonzero(np.isfinite(away))
    lost = len(away) - len(good)
    found = {
        "lost": Aggregate(
            Words("How many answers are not finite"), lost, (r"n = N - N_{\text{finite}}",), (f"n = {len(away)} - {len(good)} = {lost}",),
            Words("Weights that have run away make them; they are in no bar."),
        ),
    }  # fmt: skip
    if not len(good):
        return found
    mean, spread = float(away[good].mean()), float(away[good].std())
    share, sign = 1 / len(good), r"\frac{1}{N}"

    def terms(each: np.ndarray, symbol: Callable[[int], str]) -> tuple[Term, ...]:
        order = good[np.argsort(-np.abs(each[good]), kind="stable")]
        return told(
            order, each, share, sign,
            lambda n: Term(share, float(each[n]), sign, symbol(n), about=miss(review, *divmod(n, features))), symbol(-1),
        )  # fmt: skip

    squares = np.square(away - mean)
    found["mean"] = Aggregate(
        Words("The mean of what the answers are off by"), mean, (r"\bar{e} = \frac{1}{N} \sum_i e_i",),
        (rf"\bar{{e}} = {latex_number(mean)}",),
        Words("Above 0 the answers are too high on average. Of {count} answers those that are furthest off are told first.",
              {"count": len(good)}), (), terms(away, lambda n: f"e_{{{n + 1}}}" if n >= 0 else "e_i"),
    )  # fmt: skip
    found["spread"] = Aggregate(
        Words("The standard deviation of what the answers are off by"), spread,
        (r"s = \sqrt{\frac{1}{N} \sum_i \left( e_i - \bar{e} \right)^2}",),
        (rf"s = \sqrt{{{factor(float(squares[good].mean()))}}} = {latex_number(spread)}",),
        Words("The terms add up to its square."), (),
        terms(squares, lambda n: rf"\left( e_{{{n + 1}}} - \bar{{e}} \right)^2" if n >= 0 else r"\left( e_i - \bar{e} \right)^2"),
    )  # fmt: skip
    return found


def curve_count(review: Review, curve: Curve, place: int) -> Aggregate:
    """How many answers count at a place of a curve."""
    rows, title = rows_at(review, curve, place)
    samples = review.given.samples[rows]
    numbers, counts = np.unique(samples, return_counts=True)
    terms = told(
        np.argsort(-counts, kind="stable"), counts, 1, "",
        lambda n: Term(1, int(counts[n]), "", f"n_{{{numbers[n]}}}", about=_of_sample(review, int(numbers[n]), int(counts[n]))), "n_i",
    )  # fmt: skip
    return Aggregate(
        Words("How many answers count there: {where}", {"where": str(title)}), len(rows), (r"n = \sum_i n_i",),
        (f"n = {len(rows)}",), Words("They are counted sample by sample."), (), terms,
    )  # fmt: skip


def _of_sample(review: Review, sample: int, count: int) -> Aggregate:
    return Aggregate(
        Words("Answers of sample {sample} that count", {"sample": sample}), count, (r"n_i = \sum_t 1",), (f"n_i = {count}",),
        Words("A sample counts with each of its steps that is asked about there."), sample=(sample, review.part),
    )  # fmt: skip


def curve_baseline(review: Review, curve: Curve, place: int) -> Aggregate:
    """The error of the best baseline at a place of a curve."""
    rows, title = rows_at(review, curve, place)
    return at_place(review.spoken_by(review.best), rows, float(curve.baseline[place]), title)


def looks(found: Sequence[Look]) -> Aggregate:
    """How often the test part was looked at."""
    terms = tuple(Term(1, 1, "", f"l_{{{n}}}", about=_look(n, one)) for n, one in enumerate(found, start=1))
    return Aggregate(
        Words("How often the test part was looked at"), len(found), (r"n = \sum_l 1",), (f"n = {len(found)}",),
        Words("Each look is kept with the project and is below."), (), terms,
    )  # fmt: skip


def _look(n: int, one: Look) -> Aggregate:
    note = Words("It was on {when} (UTC).", {"when": one.when[:16].replace("T", " ")})
    if one.run:
        note = Words(
            "It was on {when} (UTC), with weights after {batch} batches.",
            {"when": one.when[:16].replace("T", " "), "batch": one.batch},
        )
    return Aggregate(Words("Look number {n}", {"n": n}), 1, ("1",), ("1",), note)
