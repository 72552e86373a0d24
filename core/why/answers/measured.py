"""Why a metric that is no plain mean is what it is: the order of the outputs, guesses among the first ones, whole sequences, the
share of the variation that is explained."""

from __future__ import annotations

import numpy as np

from core.answers import in_unit
from core.catalogue.metrics import METRICS
from core.describe import Words
from core.evaluation.review import Measured, Review
from core.formula import factor, latex_number
from core.why.numbers import Aggregate, Term, added, told


def top_k(review: Review, one: Measured) -> Aggregate:
    """The share of answers whose right class is among the first ones."""
    scores, truth = review.given.scores, review.given.wanted[:, 0].astype(int)
    k = int(METRICS.choose("top_k")["k"])
    mine = np.take_along_axis(scores, truth[:, None], axis=1)
    hit = (scores >= mine).sum(axis=1) - 1 < k
    count, names = len(truth), review.data.target.classes
    hits, whole = np.bincount(truth[hit], minlength=len(names)), np.bincount(truth, minlength=len(names))

    def about(n: int) -> Aggregate:
        return Aggregate(
            Words("Answers to “{name}” that have it among the first {k}", {"name": names[n], "k": k}), int(hits[n]),
            (r"n = \sum_i \left[ c_i \in \text{top}_k \right]",), (f"n = {hits[n]}",),
            Words("Of {count} answers of the class so many name it among the {k} with the largest outputs.", {"count": int(whole[n]), "k": k}),
        )  # fmt: skip

    sign = rf"\frac{{1}}{{{count}}}"
    terms = told(
        np.argsort(-hits, kind="stable"), hits, 1 / count, sign,
        lambda n: Term(1 / count, int(hits[n]), sign, f"n_{{{n + 1}}}", about=about(n)), "n_c",
    )  # fmt: skip
    return _made(review, one, rf"\frac{{{int(hit.sum())}}}{{{count}}} = {latex_number(one.value)}", terms,
                 Words("{right} of {count} answers have the right class among the first {k}.",
                       {"right": int(hit.sum()), "count": count, "k": k}))  # fmt: skip


def sequence_accuracy(review: Review, one: Measured) -> Aggregate:
    """The share of sequences without a mistake."""
    assert review.decided is not None
    samples, row = np.unique(review.given.samples, return_inverse=True)
    misses = np.bincount(row, review.decided.wrong, minlength=len(samples)).astype(int)
    right, share = np.flatnonzero(misses == 0), 1 / len(samples)
    sign = rf"\frac{{1}}{{{len(samples)}}}"
    terms = told(
        right, np.ones(len(samples), int), share, sign,
        lambda n: Term(share, 1, sign, rf"\left[ {samples[n]} \right]", about=whole(review, int(samples[n]))), "1",
    )  # fmt: skip
    return _made(review, one, rf"\frac{{{len(right)}}}{{{len(samples)}}} = {latex_number(one.value)}", terms,
                 Words("{right} of {count} sequences are right at every step that counts.",
                       {"right": len(right), "count": len(samples)}))  # fmt: skip


def whole(review: Review, sample: int) -> Aggregate:
    """How many steps of a sequence are right."""
    assert review.decided is not None
    rows = np.flatnonzero(review.given.samples == sample)
    right = int((~review.decided.wrong[rows]).sum())
    return Aggregate(
        Words("How many steps of sample {sample} are right", {"sample": sample}), right,
        (r"n = \sum_t \left[ \hat{c}_t = c_t \right]",), (f"n = {len(rows)} - {len(rows) - right} = {right}",),
        Words("{count} steps count; those that are not right are taken off.", {"count": len(rows)}), sample=(sample, review.part),
    )  # fmt: skip


def auc(review: Review, one: Measured) -> Aggregate:
    """The chance that a sample of a class outranks another."""
    scores, truth = review.given.scores.astype(float), review.given.wanted[:, 0].astype(int)
    names = review.data.target.classes or ("0", "1")
    if scores.shape[1] <= 2:
        ours = scores[:, -1] - (scores[:, 0] if scores.shape[1] == 2 else 0)
        each = [_outranks(names[-1], ours, truth == 1)]
    else:
        each = [_outranks(names[k], scores[:, k], truth == k) for k in range(scores.shape[1])]
    known = [asked for asked in each if np.isfinite(asked.value)]
    share = 1 / max(1, len(known))
    sign = r"\frac{1}{M}" if len(known) > 1 else ""
    terms = tuple(Term(share, asked.value, sign, f"A_{{{n + 1}}}", about=asked) for n, asked in enumerate(known))
    return _made(review, one, f"{added(terms)} = {latex_number(one.value)}", terms,
                 Words("It is the mean over {count} classes; each tells how often its samples get the larger output.",
                       {"count": len(known)}))  # fmt: skip


def _outranks(name: str, scores: np.ndarray, positive: np.ndarray) -> Aggregate:
    ours, others = scores[positive], np.sort(scores[~positive])
    pairs = len(ours) * len(others)
    above = float(np.searchsorted(others, ours, side="left").sum())
    alike = float(np.searchsorted(others, ours, side="right").sum()) - above
    value = (above + alike / 2) / pairs if pairs else float("nan")
    line = rf"\frac{{{above:.0f} + \frac{{1}}{{2}} \cdot {alike:.0f}}}{{{len(ours)} \cdot {len(others)}}} = {latex_number(value)}"
    return Aggregate(
        Words("How often “{name}” outranks the others", {"name": name}), value, (r"A = \frac{n_{>} + \frac{1}{2} n_{=}}{n \cdot m}",),
        (rf"A = {line}",),
        Words("Each of {ours} answers of the class is compared with each of {others} others: in {above} pairs its output is "
              "larger, in {alike} alike.", {"ours": len(ours), "others": len(others), "above": f"{above:.0f}", "alike": f"{alike:.0f}"}),
    )  # fmt: skip


def r2(review: Review, one: Measured, misses: tuple[Term, ...]) -> Aggregate:
    """The share of the variation that is explained; ``misses`` add up to the sum of the squared misses."""
    assert review.misses is not None
    wanted = in_unit(review.data, review.given)[0]
    around = np.square(wanted - wanted.mean(axis=0))
    left, spread = float(np.square(review.misses.astype(float)).sum()), float(around.sum())
    res = Aggregate(
        Words("The squares of all misses together"), left, (r"S = \sum_i \left( y_i - f(x_i) \right)^2",),
        (f"S = {added(misses)} = {latex_number(left)}",), Words("Those that are furthest off are told first."), (), misses,
    )  # fmt: skip
    tot = Aggregate(
        Words("How much the truth varies"), spread, (r"V = \sum_i \left( y_i - \bar{y} \right)^2",),
        (rf"V = {around.size} \cdot {factor(spread / around.size)} = {latex_number(spread)}",),
        Words("The squares of how far each true answer is from their mean, {mean}, all together.",
              {"mean": ", ".join(f"{value:.4g}" for value in wanted.mean(axis=0)[:3])}),
    )  # fmt: skip
    terms = (
        Term(1.0, 1.0, "1", ""),
        Term(-1 / spread if spread else float("nan"), left, r"-\frac{1}{V}", "S", about=res),
        Term(0.0, spread, "0", "V", about=tot),
    )
    written = rf"1 - \frac{{{latex_number(left)}}}{{{latex_number(spread)}}} = {latex_number(one.value)}"
    return _made(
        review, one, written, terms, Words("S is what the answers miss, V what the truth varies; both are below.")
    )


def _made(review: Review, one: Measured, line: str, terms: tuple[Term, ...], note: Words) -> Aggregate:
    title = Words("{metric} on the {part} part", {"metric": METRICS[one.key].title, "part": review.part})
    return Aggregate(title, one.value, (METRICS[one.key].formula,), (line,), note, (), terms)
