"""Why a number about the classes of an evaluation is what it is: cells of the matrix, precision and recall, class by class."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from core.catalogue.metrics import METRICS
from core.describe import Words
from core.evaluation.review import Measured, Review
from core.formula import latex_number
from core.why.answers.answered import Counted
from core.why.numbers import Aggregate, Number, Term, added
from core.why.training.aggregates import confusion


def cell(review: Review, true: int, said: int) -> Aggregate:
    """A cell of the confusion matrix, with its first sample."""
    decided, classes = review.decided, review.classes
    assert decided is not None and classes is not None
    rows = np.flatnonzero((decided.truth == true) & (decided.said == said))
    leads: tuple[Number, ...] = ()
    sample = None
    if len(rows):
        row, units = int(rows[0]), review.given.scores.shape[1]
        (output,) = review.state.network.of_kind("output")
        step = int(review.given.steps[row]) if review.given.sequence else None
        told = dict.fromkeys(min(one, units - 1) for one in (said, true))
        leads = tuple(Number("value", output.id, unit, step) for unit in told)
        sample = int(review.given.samples[row]), review.part
    found = confusion(classes.names[true], classes.names[said], len(rows), int(classes.support[true]), leads, sample)
    if review.way is None:
        return found
    note = Words("It is counted over the part of the data that was evaluated. No network is asked: “{way}” {line}.",
                 {"way": review.way.title, "line": review.way.line})  # fmt: skip
    return replace(found, leads=(), note=note)


def of_class(review: Review, key: str, n: int) -> Aggregate:
    """Precision, recall or F1 of a class."""
    classes = review.classes
    assert classes is not None
    right, answered, support = int(classes.table[n, n]), int(classes.table[:, n].sum()), int(classes.support[n])
    above, below, line = {
        "precision": (right, answered, r"\frac{TP}{TP + FP}"),
        "recall": (right, support, r"\frac{TP}{TP + FN}"),
        "f1": (2 * right, answered + support, r"\frac{2 \, TP}{2 \, TP + FP + FN}"),
    }[key]
    value = above / below if below else float("nan")
    shown = rf"\frac{{{above}}}{{{below}}} = {latex_number(value)}" if below else r"\frac{0}{0}"
    terms: list[Term] = []
    if right and below:
        share = above // right
        terms = [Term(share / below, right, rf"\frac{{{share}}}{{{below}}}", "TP", None, None, "", cell(review, n, n))]
    others = [
        Term(0, int(classes.table[n, k]), "0", "FN", None, None, "", cell(review, n, k))
        for k in _mixed(classes.table[n], n)
    ]
    false = [
        Term(0, int(classes.table[k, n]), "0", "FP", None, None, "", cell(review, k, n))
        for k in _mixed(classes.table[:, n], n)
    ]
    return Aggregate(
        Words("{metric} of the class “{name}”", {"metric": METRICS[key].title, "name": classes.names[n]}),
        value, (line,), (shown,), Words("TP are its samples that are read rightly, FN those that are read as another class, FP those of "
        "other classes that are read as this one. Each count leads to its samples."),
        (), (*terms, *others, *false),
    )  # fmt: skip


def _mixed(counts: np.ndarray, n: int) -> list[int]:
    return [int(k) for k in np.argsort(-counts, kind="stable") if k != n and counts[k]]


def in_classes(review: Review, n: int, column: int) -> Aggregate:
    """A cell of the table of classes."""
    if column == 4:
        return support(review, n)
    return of_class(review, {1: "precision", 3: "f1"}.get(column, "recall"), n)


def support(review: Review, n: int) -> Aggregate:
    """How many answers belong to a class."""
    assert review.decided is not None and review.classes is not None
    found = Counted(review.decided, review.classes.names, partial(cell, review)).row(n)
    whole = int(review.classes.support[n])
    if whole == found.value:
        return found
    terms = (*found.terms, Term(1, whole - int(found.value), "", r"n_{\text{NaN}}"))
    line = r"N_k = \sum_j n_{kj} + n_{\text{NaN}}"
    note = Words(
        "They are told by what they were read as, the most frequent first; {count} are no finite numbers, which name no class.",
        {"count": whole - int(found.value)},
    )
    return replace(
        found, value=whole, symbols=(line,), numbers=(f"N_k = {added(terms)} = {whole}",), note=note, terms=terms
    )


def accuracy(review: Review, value: float) -> Aggregate:
    """The share of answers that are right, as classes make it up."""
    decided, classes = review.decided, review.classes
    assert decided is not None and classes is not None
    count = len(decided.truth)
    right = int((~decided.wrong).sum())
    terms = tuple(
        Term(int(classes.support[n]) / count, float(classes.recall[n]), rf"\frac{{{int(classes.support[n])}}}{{{count}}}",
             rf"R_{{{n + 1}}}", None, None, "", of_class(review, "recall", n))
        for n in range(len(classes.names)) if classes.support[n]
    )  # fmt: skip
    return Aggregate(
        Words("The accuracy on the {part} part", {"part": review.part}), value, (METRICS["accuracy"].formula,),
        (rf"\frac{{{right}}}{{{count}}} = {latex_number(value)}",),
        Words("Class by class it is the recall of each, weighted by how often the class occurs."), (), terms,
    )  # fmt: skip


def over_classes(review: Review, one: Measured) -> Aggregate:
    """Precision, recall or F1 of all classes together."""
    classes = review.classes
    assert classes is not None
    two = len(classes.names) == 2
    chosen = [1] if two else [n for n in range(len(classes.names)) if classes.support[n]]
    each = [of_class(review, one.key, n) for n in chosen]
    share = 1 / len(each)
    terms = tuple(
        Term(share, float(np.nan_to_num(a.value)), "" if two else r"\frac{1}{M}", f"P_{{{n + 1}}}", None, None, "", a)
        for n, a in zip(chosen, each, strict=True)
    )
    line = METRICS[one.key].formula if two else rf"\frac{{1}}{{M}} \sum_k {METRICS[one.key].formula}"
    title = Words("{metric} on the {part} part", {"metric": METRICS[one.key].title, "part": review.part})
    note = (
        Words("It is told for the second class.")
        if two
        else Words("It is the mean over the classes that occur; each leads to its counts.")
    )
    return Aggregate(title, one.value, (line,), (rf"{added(terms)} = {latex_number(one.value)}",), note, (), terms)  # fmt: skip
