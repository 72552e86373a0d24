"""Counts and means over what a network answered to a part of the data, down to single answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.answers import Decisions
from core.decimate import drawable
from core.describe import Words
from core.formula import factor, latex_number, summed
from core.why.numbers import Aggregate, Term, added, told
from core.why.simple import given


class Counted:
    """The decisions of a network, class by class."""

    def __init__(self, decided: Decisions, names: Sequence[str], cell: Callable[[int, int], Aggregate]) -> None:
        """``cell`` explains how many of a true class were read as another."""
        self._decided, self._names, self._cell = decided, names, cell
        self._table = decided.table(len(names))
        self.all = len(decided.truth)
        self.lost = int((decided.said < 0).sum())

    def right(self) -> Aggregate:
        """How many answers are right."""
        diagonal = self._table.diagonal()
        terms = self._terms(diagonal, lambda k: rf"n_{{{k + 1},{k + 1}}}", lambda k: self._cell(k, k))
        value = int(diagonal.sum())
        return Aggregate(
            Words("Answers that are right"), value, (r"n = \sum_k n_{kk}",), (f"n = {added(terms)} = {value}",),
            Words("They are those on the diagonal of the matrix, class by class."), (), terms,
        )  # fmt: skip

    def share(self) -> Aggregate:
        """Which share of the answers is right."""
        right = self.right()
        count = self.count()
        value = right.value / self.all
        return Aggregate(
            Words("The share of answers that are right"), value, (r"a = \frac{n}{N}",),
            (rf"a = \frac{{{right.value}}}{{{self.all}}} = {latex_number(value)}",),
            Words("The right answers over all {count} answers that were asked for.", {"count": count.value}), (),
            (Term(1 / self.all, right.value, r"\frac{1}{N}", "n", about=right, factor_number=count),),
        )  # fmt: skip

    def count(self) -> Aggregate:
        """How many answers there are."""
        rows = self._table.sum(axis=1)
        terms = self._terms(rows, lambda k: rf"N_{{{k + 1}}}", self.row)
        if self.lost:
            terms = (*terms, Term(1, self.lost, "", r"N_{\text{NaN}}", about=self.not_finite()))
        return Aggregate(
            Words("Answers that were asked for"), self.all, (r"N = \sum_k N_k",), (f"N = {added(terms)} = {self.all}",),
            Words("One of each sample, or of each step that counts; they are told by their true class."), (), terms,
        )  # fmt: skip

    def row(self, true: int) -> Aggregate:
        """How many answers a true class has."""
        counts = self._table[true]
        terms = self._terms(counts, lambda k: rf"n_{{{true + 1},{k + 1}}}", lambda k: self._cell(true, k))
        value = int(counts.sum())
        return Aggregate(
            Words("Answers whose true class is “{name}”", {"name": self._names[true]}), value, (r"N_k = \sum_j n_{kj}",),
            (rf"N_k = {added(terms)} = {value}",), Words("They are told by what they were read as, the most frequent first."), (), terms,
        )  # fmt: skip

    def not_finite(self) -> Aggregate:
        """How many answers were no numbers."""
        return Aggregate(
            Words("Answers that are no finite numbers"), self.lost,
            (r"n = \sum_i \left[ \text{some } f_k(x_i) \text{ is NaN or } \infty \right]",), (f"n = {self.lost}",),
            Words("Such an answer names no class, so that it is in no cell of the matrix. Weights that have run away make them."),
        )  # fmt: skip

    def _terms(
        self, counts: np.ndarray, sign: Callable[[int], str], about: Callable[[int], Aggregate]
    ) -> tuple[Term, ...]:
        """Counts of classes as summands, the largest first; those that are 0 add nothing."""
        order = np.argsort(-counts, kind="stable")

        def make(k: int) -> Term:
            return Term(1, int(counts[k]), "", sign(k), about=about(k))

        return told(order[counts[order] > 0], counts, 1, "", make, "n")


def mean_miss(away: np.ndarray, about: Callable[[int], Aggregate]) -> Aggregate:
    """The mean of (n,) sizes of misses that are finite; ``about`` explains one."""
    good = np.flatnonzero(drawable(away))
    value = float((away[good] / len(good)).sum()) if len(good) else float("nan")
    order = good[np.argsort(-away[good], kind="stable")]

    def make(n: int) -> Term:
        return Term(
            1 / len(good), float(away[n]), r"\frac{1}{N}", rf"\left| e_{{{n + 1}}} \right|", about=about(int(n))
        )

    terms = told(order, away, 1 / max(1, len(good)), r"\frac{1}{N}", make, r"\left| e_i \right|")
    return Aggregate(
        Words("How far off the answers are on average"), value, (r"\overline{e} = \frac{1}{N} \sum_i \left| e_i \right|",),
        (rf"\overline{{e}} = {added(terms)} = {latex_number(value)}",),
        Words("{count} numbers count; those that are furthest off are told first.", {"count": len(good)}), (), terms,
    )  # fmt: skip


def how_many(away: np.ndarray) -> Aggregate:
    """How many numbers were answered."""
    note = Words("Each output counts for each sample, or for each of its steps that counts.")
    return given(Words("Numbers that were answered"), len(away), "N", note)


def not_finite(away: np.ndarray) -> Aggregate:
    """How many of the answers are no finite numbers."""
    lost = int((~drawable(away)).sum())
    return Aggregate(
        Words("Answers that are no finite numbers"), lost, (r"n = \sum_i \left[ f(x_i) \text{ is NaN or } \infty \right]",),
        (f"n = {lost} = {len(away)} - {len(away) - lost}",), Words("They are left out of the mean."),
    )  # fmt: skip


def drawn(count: int, every: int) -> Aggregate:
    """How many points are drawn of ``count``."""
    value = -(-count // every)
    return Aggregate(
        Words("Points that are drawn"), value, (r"n = \left\lceil \frac{N}{k} \right\rceil",),
        (rf"n = \left\lceil \frac{{{count}}}{{{every}}} \right\rceil = {value}",),
        Words("Where there are very many, every {every}th is drawn.", {"every": every}),
    )  # fmt: skip


def true_value(title: Words, value: float, coded: float, mean: float, scale: float) -> Aggregate:
    """What came, in the unit of the data, beside how the network is told it."""
    scaled = rf"{factor(coded)} \cdot {latex_number(scale)}"
    return Aggregate(
        title, value, (r"y = z \, s + m",),
        (f"y = {summed((scaled, latex_number(mean)))} = {latex_number(value)}",),
        Words("It is a number of the data set. The network is trained with z, from which s and m lead back to the unit of the data."),
    )  # fmt: skip
