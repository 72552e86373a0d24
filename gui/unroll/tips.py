"""The numbers of the unrolled view in words: what stands beside the pointer."""

from __future__ import annotations

import math

import numpy as np

from core.describe import number
from core.network import Network
from core.unroll import Row, cut_of, falls
from gui.canvas.card import subtitle
from gui.text import tr
from gui.unroll.arrows import Copy
from gui.unroll.numbers import Numbers, length
from gui.unroll.sample import Sample


def when(row: Row, step: int | None) -> str:
    """“at t = 4 of 8”, “before the first step”, “once”."""
    if step is None or row.steps is None:
        return tr("once per sample")
    if step < 0:
        return tr("before the first step")
    return tr("at t = {step} of {steps}", step=step + 1, steps=row.steps)


def cell(network: Network, numbers: Numbers, row: Row, step: int | None) -> str:
    """“Hidden at t = 4 of 8: |h| = 2.31, |dL/dh| = 1.3e-4, 60 % through time”."""
    name = network.layers[row.layer].name
    if step is not None and step < 0:
        return _initial(numbers, row, name)
    place = f"{name} {when(row, step)}"
    values = numbers.rows(row.layer)
    at = step or 0
    if values is None or at >= len(values):
        return place
    plain = numbers.plain
    before = None if plain is None else plain.rows(row.layer)
    was = "" if before is None or at >= len(before) else _was(float(length(before)[at]), float(length(values)[at]))
    parts = [tr("|h| = {value}", value=number(float(length(values)[at]))) + was]
    gradient = numbers.norms(row.layer)
    if gradient is not None and at < len(gradient):
        what = "|dL/da|" if network.layers[row.layer].kind == "output" else "|dL/dh|"
        felt = None if plain is None else plain.norms(row.layer)
        was = "" if felt is None or at >= len(felt) else _was(float(felt[at]), float(gradient[at]))
        parts.append(f"{what} = {number(float(gradient[at]))}{was}")
        share = through_share(numbers, row.layer, at)
        if share is not None and row.steps is not None:
            parts.append(tr("{share} through time", share=f"{share:.0%}"))
    if row.steps is not None and at >= row.valid:
        parts.append(tr("padding: not part of the sample"))
    return f"{place}: {', '.join(parts)}"


def _was(before: float, now: float) -> str:
    """What a number was without the what-if, where that can be told from what it is."""
    one, other = number(before), number(now)
    return "" if one == other else " " + tr("(was {value})", value=one)


def row(network: Network, shown: Row, reach: str, expanded: bool) -> str:
    """What a row is, what its colours mean and what can be done with it."""
    layer = network.layers[shown.layer]
    how_many = tr("one copy") if shown.steps is None else tr("{count} copies, which are one layer", count=shown.steps)
    colors = tr("Full colour at −{reach} and {reach}.", reach=reach)
    act = tr("Double-click folds its units.") if expanded else tr("Double-click shows its units.")
    return f"{layer.name} · {subtitle(layer)}: {how_many}\n{colors} {act}"


def _initial(numbers: Numbers, row: Row, name: str) -> str:
    words = {
        "zeros": tr("{layer} before the first step: zeros", layer=name),
        "learned": tr("{layer} before the first step: a learned vector", layer=name),
        "handed": tr("{layer} before the first step: the last state of another layer", layer=name),
    }[row.start]
    own = numbers.trace.layers.get(row.layer) if numbers.trace is not None else None
    if own is not None and own.initial is not None:
        words += ", " + tr("|h| = {value}", value=number(float(length(own.initial[None])[0])))
    return words


def through_share(numbers: Numbers, layer: str, step: int) -> float | None:
    """How much of dL/dh_t comes through later steps: the part along dL/dh_t, as a share of it; None where unknown."""
    total, through = numbers.gradient_rows(layer), numbers.gradient_rows(layer, "through")
    if total is None or through is None or step >= len(total):
        return None
    whole = total[step].astype(float)
    largest = float(np.abs(whole).max(initial=0.0))
    if not largest or not math.isfinite(largest):
        return None
    whole = whole / largest
    share = float((through[step].astype(float) / largest * whole).sum() / (whole * whole).sum())
    return share if math.isfinite(share) else None


def unit(network: Network, numbers: Numbers, row: Row, step: int | None, index: int) -> str:
    """“unit 5: h = 0.123, dL/dh = -2e-4”."""
    values, gradient = numbers.rows(row.layer), numbers.gradient_rows(row.layer)
    at = step or 0
    if values is None or at >= len(values) or index >= values.shape[1]:
        return ""
    before = None if numbers.plain is None else numbers.plain.rows(row.layer)
    felt = None if numbers.plain is None else numbers.plain.gradient_rows(row.layer)
    words = tr("unit {unit}: h = {value}", unit=index + 1, value=number(float(values[at, index]), 4))
    if before is not None and before.shape == values.shape:
        words += _was(float(before[at, index]), float(values[at, index]))
    if gradient is not None and gradient.shape == values.shape:
        words += ", " + tr("dL/dh = {value}", value=number(float(gradient[at, index]), 4))
        if felt is not None and felt.shape == gradient.shape:
            words += _was(float(felt[at, index]), float(gradient[at, index]))
    return words


def arrow(network: Network, numbers: Numbers, copy: Copy, copies: int) -> str:
    """What one copy of a link carries, and that all copies are one."""
    tie = copy.tie
    source, target = network.layers[tie.source.layer].name, network.layers[tie.target.layer].name
    head = f"{source} → {target}, {when(tie.target, copy.target)}"
    lines = [head]
    if tie.kind in ("recurrent", "memory"):
        late = tr("reads the step before") if tie.delay == 1 else tr("reads {delay} steps before", delay=tie.delay)
        lines.append(late)
    elif tie.kind == "reverse":
        lines.append(tr("the direction that runs from the end"))
    elif tie.kind == "initial":
        lines.append(tr("hands its last state over"))
    elif tie.kind == "attend":
        own = numbers.trace.layers.get(tie.target.layer) if numbers.trace is not None else None
        if own is not None and own.attention is not None and copy.source is not None:
            share = float(np.atleast_2d(own.attention)[copy.target or 0, copy.source])
            lines.append(
                tr("looks at step {step} with {share} of its attention", step=copy.source + 1, share=f"{share:.1%}")
            )
    if copies > 1 and (tie.kind in ("memory", "reverse") or _has_weights(network, tie.target.layer)):
        lines.append(tr("one set of weights, used {count} times", count=copies))
    if cut_of(tie, copy.source, copy.target) in numbers.whatif.interventions:
        lines.append(tr("cut by the what-if: it carries 0"))
    elif falls(tie, copy.source, copy.target, numbers.whatif.truncate):
        lines.append(tr("no gradient goes back here: the truncation line is in between"))
    flow = numbers.flow(tie, copy.target, copy.source)
    if math.isfinite(flow):
        was = "" if numbers.plain is None else _was(numbers.plain.flow(tie, copy.target, copy.source), flow)
        lines.append(tr("gradient that goes back here: {value}", value=number(flow)) + was)
    return "\n".join(lines)


def _has_weights(network: Network, layer: str) -> bool:
    return network.layers[layer].kind in ("dense", "output", "rnn", "lstm", "gru")


def data(sample: Sample, layer: str, step: int | None) -> str:
    """What enters an input at a step, or what is asked of an output and answered."""
    at = step or 0
    if layer in sample.inputs:
        text = sample.inputs[layer].text(at)
        return tr("enters: {value}", value=text) if text else ""
    asked = sample.asked.get(layer)
    if asked is None or at >= len(asked.counts):
        return ""
    words = tr("target: {value}", value=asked.target.text(at))
    if asked.said is not None:
        words += ", " + tr("answer: {value}", value=asked.said.text(at))
    if not asked.counts[at]:
        words += ", " + tr("not counted by the loss")
    return words
