"""How much of the time steps of an epoch is padding, batch by batch."""

from __future__ import annotations

import numpy as np

from core.buckets import Padding, batches_of
from core.describe import Words
from core.formula import latex_number
from core.why.numbers import Aggregate, Term, told


def padding_share(padding: Padding, buckets: int) -> Aggregate:
    """The share of padding with so many batches in a bucket; 0 is without buckets. There must be samples."""
    batches = batches_of(padding.order, padding.size)
    computed = np.array([sum(padding.steps(axis, one) for axis in padding.axes) * len(one) for one in batches])
    needed = np.array([sum(int(axis.needed[one].sum()) for axis in padding.axes) for one in batches])
    spare, whole = computed - needed, int(computed.sum())
    order = np.argsort(-spare, kind="stable")
    share = rf"\frac{{1}}{{{whole}}}"
    terms = told(
        order, spare, 1 / whole, share,
        lambda at: Term(1 / whole, float(spare[at]), share, rf"p_{{{at + 1}}}", about=_batch(at, int(spare[at]), int(computed[at]))),
    )  # fmt: skip
    title = Words("Padding without length buckets")
    if buckets:
        title = Words("Padding with length buckets of {n} batches", {"n": buckets})
    return Aggregate(
        title, int(spare.sum()) / whole, (r"s = \frac{\text{padding}}{\text{all steps}} = \frac{1}{n} \sum_b p_b",),
        (rf"s = \frac{{{int(spare.sum())}}}{{{whole}}} = {latex_number(int(spare.sum()) / whole)}",),
        Words("A batch computes as many steps of each sample as its longest one has, or as the data has where it is not cut. "
              "Below are the batches of the first epoch, p steps of padding in each."), (), terms,
    )  # fmt: skip


def _batch(at: int, spare: int, computed: int) -> Aggregate:
    return Aggregate(
        Words("The padding of batch {n}", {"n": at + 1}), float(spare), (r"p = \text{all steps} - \text{steps of samples}",),
        (rf"p = {computed} - {computed - spare} = {spare}",), Words("It is counted over all samples of the batch."),
    )  # fmt: skip
