"""How the weights of some tensors are spread: mean, standard deviation, ends, and counts of bars, down to single weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.describe import Words, number
from core.formula import factor, latex_number
from core.why.numbers import Aggregate, Number, Term, added, one_each, told


@dataclass(frozen=True, eq=False)
class Tensor:
    """Weights of one tensor."""

    layer: str
    """Id of the layer that computes with it."""
    name: str
    values: np.ndarray
    """(rows,) or (rows, columns)."""
    kept: np.ndarray | None = None
    """bool, as ``values``: which of them count; None for all."""

    @property
    def numbers(self) -> np.ndarray:
        """(n,) of those that count, row by row."""
        return self.values.ravel() if self.kept is None else self.values[self.kept]

    def places(self) -> np.ndarray:
        """(n, 1 or 2) rows and columns of ``numbers``."""
        return np.argwhere(np.ones(self.values.shape, bool) if self.kept is None else self.kept)


class _All:
    """The weights of some tensors, one after the other."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._tensors, self._places = tensors, [one.places() for one in tensors]
        self._owners = np.repeat(np.arange(len(tensors)), [len(one) for one in self._places])
        self._firsts = np.cumsum([0, *map(len, self._places)])
        self.values = np.concatenate([one.numbers for one in tensors]).astype(float) if tensors else np.zeros(0)

    def weight(self, at: int) -> Number:
        """The address of one of them."""
        owner = self._owners[at]
        one, place = self._tensors[owner], self._places[owner][at - self._firsts[owner]]
        return Number("weight", one.layer, int(place[0]), None, one.name, int(place[1]) if len(place) > 1 else None)


def spread(tensors: Sequence[Tensor]) -> dict[str, Aggregate]:
    """The "mean", "deviation", "smallest" and "largest" of all finite weights of ``tensors`` together; empty where none is."""
    every = _All(tensors)
    values = every.values
    good = np.flatnonzero(np.isfinite(values))
    if not len(good):
        return {}

    def shares(each: np.ndarray, sign: str) -> tuple[Term, ...]:
        order = good[np.argsort(-np.abs(each[good]), kind="stable")]
        share, text = 1 / len(good), r"\frac{1}{N}"
        return told(order, each, share, text, lambda at: Term(share, float(each[at]), text, sign, every.weight(at)))

    count = {"count": len(good)}
    mean, deviation = float(values[good].mean()), float(values[good].std())
    own, squares = shares(values, "w"), shares(np.square(values - mean), r"\left( w - \overline{w} \right)^2")
    found = {
        "mean": Aggregate(
            Words("The mean of {count} weights", count), mean, (r"\overline{w} = \frac{1}{N} \sum_i w_i",),
            (rf"\overline{{w}} = {added(own)} = {latex_number(mean)}",),
            Words("Those that are furthest from 0 are told first; each can be asked about."), (), own,
        ),
        "deviation": Aggregate(
            Words("The standard deviation of {count} weights", count), deviation,
            (r"s = \sqrt{\frac{1}{N} \sum_i \left( w_i - \overline{w} \right)^2}",),
            (rf"\overline{{w}} = {latex_number(mean)}",
             rf"s = \sqrt{{{factor(float(np.mean(np.square(values[good] - mean))))}}} = {latex_number(deviation)}"),
            Words("The terms add up to its square. Those that are furthest from the mean are told first."), (), squares,
        ),
    }  # fmt: skip
    for key, at, sign, title in (
        ("smallest", good[values[good].argmin()], r"\min", Words("The smallest of {count} weights", count)),
        ("largest", good[values[good].argmax()], r"\max", Words("The largest of {count} weights", count)),
    ):
        value = float(values[at])
        found[key] = Aggregate(
            title, value, (rf"w = {sign}_i w_i",), (rf"w = {latex_number(value)}",),
            Words("It is one weight of these; below is which one."), (), (Term(1.0, value, "", "w", every.weight(int(at))),),
        )  # fmt: skip
    return found


def bad(tensors: Sequence[Tensor]) -> Aggregate:
    """How many weights are NaN or infinite."""
    every = _All(tensors)
    found = np.flatnonzero(~np.isfinite(every.values))
    return _counted(
        every, found, Words("How many of {count} weights are not finite", {"count": len(every.values)}),
        r"\left[ w_i = \text{NaN or } \pm \infty \right]", Words("Training can not go on from them: below is which they are."),
    )  # fmt: skip


def bar(tensors: Sequence[Tensor], edges: np.ndarray, n: int) -> Aggregate:
    """How many weights are in the ``n``-th bin between ``edges`` (bins + 1,); the last bin has both of its edges."""
    every = _All(tensors)
    low, high, last = float(edges[n]), float(edges[n + 1]), n == len(edges) - 2
    with np.errstate(invalid="ignore"):
        inside = (every.values >= low) & ((every.values <= high) if last else (every.values < high))
    found = np.flatnonzero(inside)
    sign = r"\leq" if last else "<"
    about = {"low": number(low, 4), "high": number(high, 4)}
    return _counted(
        every, found[np.argsort(-np.abs(every.values[found]), kind="stable")],
        Words("How many weights are from {low} to {high}", about), rf"\left[ a \leq w_i {sign} b \right]",
        Words("Each weight between the edges a and b of the bar counts once; those that are furthest from 0 are told first."),
        rf"a = {latex_number(low)}, \quad b = {latex_number(high)}",
    )  # fmt: skip


def reach(tensors: Sequence[Tensor]) -> Aggregate:
    """How far the bars reach on both sides of 0; there must be a finite weight."""
    every = _All(tensors)
    sizes = np.abs(np.where(np.isfinite(every.values), every.values, 0.0))
    at = int(sizes.argmax())
    value = float(sizes[at])
    return Aggregate(
        Words("How far the bars reach"), value, (r"r = \max_i \left| w_i \right|",), (f"r = {latex_number(value)}",),
        Words("The bars lie symmetrically about 0, as far as the weight that is furthest from it."), (),
        (Term(math.copysign(1.0, every.values[at]), float(every.values[at]), "", "w", every.weight(at)),),
    )  # fmt: skip


def _counted(every: _All, found: np.ndarray, title: Words, sign: str, note: Words, where: str = "") -> Aggregate:
    """How many weights these are, in this order."""

    def make(at: int) -> Term:
        return Term(1, 1, "", rf"\left[ w = {latex_number(float(every.values[at]))} \right]", every.weight(at))

    terms = one_each(found, make)
    lines = (where,) if where else ()
    return Aggregate(
        title, len(found), (rf"n = \sum_i {sign}",), (*lines, f"n = {len(found)}"), note, (), terms
    )  # fmt: skip
