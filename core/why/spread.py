"""How the weights of some tensors are spread: their mean, standard deviation, smallest and largest, down to single weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.describe import Words
from core.formula import factor, latex_number
from core.why.numbers import Aggregate, Number, Term, added, told


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


def spread(tensors: Sequence[Tensor]) -> dict[str, Aggregate]:
    """The "mean", "deviation", "smallest" and "largest" of all finite weights of ``tensors`` together; empty where none is."""
    owners = np.repeat(np.arange(len(tensors)), [len(one.numbers) for one in tensors])
    values = np.concatenate([one.numbers for one in tensors]).astype(float) if tensors else np.zeros(0)
    places = [one.places() for one in tensors]
    firsts = np.cumsum([0, *map(len, places)])
    good = np.flatnonzero(np.isfinite(values))
    if not len(good):
        return {}

    def weight(at: int) -> Number:
        owner = owners[at]
        one, place = tensors[owner], places[owner][at - firsts[owner]]
        return Number("weight", one.layer, int(place[0]), None, one.name, int(place[1]) if len(place) > 1 else None)

    def shares(each: np.ndarray, sign: str) -> tuple[Term, ...]:
        order = good[np.argsort(-np.abs(each[good]), kind="stable")]
        share, text = 1 / len(good), r"\frac{1}{N}"
        return told(order, each, share, text, lambda at: Term(share, float(each[at]), text, sign, weight(at)))

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
            Words("It is one weight of these; below is which one."), (), (Term(1.0, value, "", "w", weight(int(at))),),
        )  # fmt: skip
    return found
