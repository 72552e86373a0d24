"""How much of the time steps of an epoch is padding, batch by batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.buckets import Padding, batches_of
from core.describe import Words
from core.formula import latex_number
from core.why.numbers import Aggregate, Term, told


def padding_share(padding: Padding, buckets: int) -> Aggregate:
    """The share of padding with so many batches in a bucket; 0 is without buckets. There must be samples."""
    batches = batches_of(padding.order, padding.size)
    computed = np.array([_steps(padding, one) * len(one) for one in batches])
    needed = np.array([sum(int(axis.needed[one].sum()) for axis in padding.axes) for one in batches])
    spare, whole = computed - needed, int(computed.sum())
    order = np.argsort(-spare, kind="stable")
    share = rf"\frac{{1}}{{{whole}}}"
    terms = told(
        order, spare, 1 / whole, share,
        lambda at: Term(1 / whole, int(spare[at]), share, rf"p_{{{at + 1}}}", about=_batch(padding, at, batches[at])),
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


def batch_share(padding: Padding, at: int) -> Aggregate:
    """The share of padding in batch ``at`` (from 0) of the first epoch."""
    samples = batches_of(padding.order, padding.size)[at]
    spare, whole = _batch(padding, at, samples), _steps(padding, samples) * len(samples)
    count = int(spare.value)
    return Aggregate(
        Words("The share of padding in batch {n}", {"n": at + 1}), count / whole,
        (r"s = \frac{\text{padding}}{\text{all steps}}",), (rf"s = \frac{{{count}}}{{{whole}}} = {latex_number(count / whole)}",),
        spare.note, (), tuple(replace(term, factor=1 / whole, factor_symbol=rf"\frac{{1}}{{{whole}}}") for term in spare.terms),
    )  # fmt: skip


def _batch(padding: Padding, at: int, samples: np.ndarray) -> Aggregate:
    """How many steps of a batch are padding, sample by sample."""
    steps, spare = _steps(padding, samples), _spare(padding, samples)
    computed, total = steps * len(samples), int(spare.sum())
    terms = told(
        np.argsort(-spare, kind="stable"), spare, 1, "",
        lambda n: Term(1, int(spare[n]), "", f"p_{{{samples[n]}}}", about=_sample(int(samples[n]), steps, int(spare[n]))), "p_i",
    )  # fmt: skip
    return Aggregate(
        Words("The padding of batch {n}", {"n": at + 1}), total, (r"p = \text{all steps} - \text{steps of samples}",),
        (rf"p = {computed} - {computed - total} = {total}",),
        Words("Its {count} samples take {steps} steps each. Those with most padding are told first.",
              {"count": len(samples), "steps": steps}), (), terms,
    )  # fmt: skip


def _sample(sample: int, steps: int, spare: int) -> Aggregate:
    return Aggregate(
        Words("The padding of sample {sample}", {"sample": sample}), spare, (r"p_i = T_b - n_i",),
        (rf"p_{{{sample}}} = {steps} - {steps - spare} = {spare}",),
        Words("Its batch takes {steps} steps, the sample has {own} of its own.", {"steps": steps, "own": steps - spare}),
        sample=(sample, "train"),
    )  # fmt: skip


def _steps(padding: Padding, samples: np.ndarray) -> int:
    """Steps that each sample of a batch takes, on all time axes."""
    return sum(padding.steps(axis, samples) for axis in padding.axes)


def _spare(padding: Padding, samples: np.ndarray) -> np.ndarray:
    """(samples,) how many of them are padding."""
    return np.asarray(_steps(padding, samples) - sum(axis.needed[samples] for axis in padding.axes))
