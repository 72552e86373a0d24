"""Numbers that no single sample has: means over a batch, counts over a part of the data, points of a projection.

Their explanation says what they are made of, and goes on to the sample that is examined, whose numbers are explained in full.
"""

from __future__ import annotations

import numpy as np

from core.data.dataset import Part
from core.describe import Words
from core.formula import factor, latex_number, summed
from core.why.numbers import Aggregate, Number, Term, added

PARTS = {
    "total": ("gradient", "|dL/dh|"),
    "direct": ("direct", "|dL/dh|, the direct part"),
    "through": ("through", "|dL/dh|, the part through time"),
    "cell": ("cell_gradient", "|dL/dc|"),
}


def batch_gradient(name: str, layer: str, part: str, step: int, value: float, batch: int, size: int) -> Aggregate:
    """|dL/dh_t| of a training step: the mean over its samples. ``step`` counts from 0; ``size`` 0 is not known."""
    of, what = PARTS[part]
    letter = "c" if part == "cell" else "h"
    below = rf"_{{\text{{{part}}}}}" if part in ("direct", "through") else ""
    norm = rf"\left| \frac{{\partial L}}{{\partial {letter}_{{b,\,t={step + 1}}}}} \right|{below}"
    count = str(size) if size else "B"
    return Aggregate(
        Words("{what} of “{layer}” at t = {step}, batch {batch}", {"what": what, "layer": name, "step": step + 1, "batch": batch}),
        value,
        (rf"\overline{{\left| \frac{{\partial L}}{{\partial {letter}_t}} \right|}} = \frac{{1}}{{B}} \sum_{{b=1}}^{{B}} {norm}",),
        (rf"\frac{{1}}{{{count}}} \sum_{{b=1}}^{{{count}}} {norm} = {latex_number(value)}",),
        Words(
            "It is the mean over the {count} samples of the batch of the length over all units. The loss of a batch is a mean "
            "too, so that each sample counts 1 / {count}; alone its gradient is that many times as long. Below is the sample "
            "that is examined, with the weights of now.", {"count": count},
        ),
        (Number("norm", layer, 0, step, of),),
    )  # fmt: skip


def batch_loss(formula: str, title: str, value: float, batch: int, part: str = "") -> Aggregate:
    """The loss (or a metric) of a batch, or of a whole part of the data after an epoch."""
    over = Words("{title} of batch {batch}", {"title": title, "batch": batch})
    note = Words(
        "It is taken over all samples of the batch, before its update. Below is the sample that is examined, with the "
        "weights of now."
    )
    if part:
        over = Words("{title} of the {part} data after batch {batch}", {"title": title, "part": part, "batch": batch})
        note = Words("It is taken over all samples of that part of the data. Below is the sample that is examined.")
    return Aggregate(over, value, (formula,) if formula else (), (latex_number(value),), note, (Number("loss"),))


def layer_gradient(name: str, layer: str, value: float, batch: int, leads: tuple[Number, ...]) -> Aggregate:
    """Norm of the gradient of all parameters of a layer."""
    return Aggregate(
        Words("Length of the gradient of all weights of “{layer}”, batch {batch}", {"layer": name, "batch": batch}),
        value,
        (r"\left| g \right| = \sqrt{\sum_W \sum_{i,j} \left( \frac{\partial L}{\partial W_{ij}} \right)^2}",),
        (rf"\left| g \right| = {latex_number(value)}",),
        Words("It goes over all weights that the layer owns, its links' too, before clipping. Below are weights of the layer, "
              "with their gradients on the sample that is examined."),
        leads,
    )  # fmt: skip


def update_ratio(name: str, layer: str, value: float, batch: int, leads: tuple[Number, ...]) -> Aggregate:
    """|change of the weights| / |weights|."""
    return Aggregate(
        Words("How far an update moved the weights of “{layer}”, batch {batch}", {"layer": name, "batch": batch}),
        value,
        (r"r = \frac{\left| \Delta W \right|}{\left| W \right|}",),
        (rf"r = {latex_number(value)}",),
        Words("The length of what the optimizer added to the weights over the length of the weights. Around 0.001 is usual. "
              "Below are weights of the layer."),
        leads,
    )  # fmt: skip


def coordinate(
    title: Words, axis: np.ndarray, mean: np.ndarray, state: np.ndarray, layer: str, step: int, sample: tuple[int, Part]
) -> Aggregate:
    """A coordinate of a state in a plane through the space of states: axis . (state - mean)."""
    terms = tuple(
        Term(float(a), float(h - m), rf"e_{{{u + 1}}}", rf"\left( h_{{{u + 1}}} - \overline{{h}}_{{{u + 1}}} \right)",
             Number("value", layer, u, step))
        for u, (a, h, m) in enumerate(zip(axis, state, mean, strict=True))
    )  # fmt: skip
    value = float(axis @ (state - mean))
    return Aggregate(
        title,
        value,
        (r"p = \sum_u e_u \left( h_u - \overline{h}_u \right)",),
        (rf"p = {added(terms)} = {latex_number(value)}",),
        Words(
            "The axis e is a direction in which the states that are shown differ most; their mean is taken off first."
        ),
        (),
        terms,
        sample,
    )


def unit_mean(title: Words, units: list[Number], values: list[float]) -> Aggregate:
    """The mean over the units of a layer at one step."""
    count = len(values)
    terms = tuple(
        Term(1 / count, v, r"\frac{1}{U}", f"v_{{{u + 1}}}", one)
        for u, (one, v) in enumerate(zip(units, values, strict=True))
    )
    value = float(np.mean(values))
    return Aggregate(
        title, value, (r"\overline{v} = \frac{1}{U} \sum_u v_u",), (rf"\overline{{v}} = {added(terms)} = {latex_number(value)}",),
        Words("It is the mean over all {count} units; each of them can be asked about.", {"count": count}), (), terms,
    )  # fmt: skip


def eigenvalue(name: str, layer: str, step: int, value: complex) -> Aggregate:
    """An eigenvalue of the Jacobian of one step; ``step`` (0-based) is the one that is led to."""
    size = abs(value)
    jacobian = rf"\frac{{\partial h_{{{step + 1}}}}}{{\partial h_{{{step}}}}}"
    sign = "+" if value.imag >= 0 else "-"
    return Aggregate(
        Words("An eigenvalue of the step to t = {step} of “{layer}”", {"step": step + 1, "layer": name}),
        size,
        (rf"\det \left( {jacobian} - \lambda I \right) = 0",),
        (rf"\left| \lambda \right| = \left| {latex_number(value.real)} {sign} {latex_number(abs(value.imag))} i \right| = {latex_number(size)}",),
        Words("A gradient along its direction is multiplied by it at every such step: below 1 in size it fades, above 1 it "
              "grows. Below is the gradient at both ends of the step."),
        (Number("norm", layer, 0, step - 1, "gradient"), Number("norm", layer, 0, step, "gradient")),
    )  # fmt: skip


def confusion(
    true: str, said: str, count: int, row: int, leads: tuple[Number, ...], sample: tuple[int, Part] | None
) -> Aggregate:
    """A cell of the confusion matrix."""
    share = count / row if row else 0.0
    return Aggregate(
        Words("Samples of class “{true}” that are read as “{said}”", {"true": true, "said": said}),
        count,
        (r"n = \sum_i \left[ y_i = \text{true} \right] \left[ \max_k f_k(x_i) = \text{said} \right]",),
        (rf"n = {count}, \quad \frac{{{count}}}{{{row}}} = {latex_number(share, 3)}",),
        Words("It is counted over the part of the data that was evaluated: a sample counts where the output of this class is "
              "the largest one. Below is what the outputs said to the first of them."),
        leads,
        sample=sample,
    )  # fmt: skip


def answer_at(place: str, value: float, leads: tuple[Number, ...], sample: tuple[int, Part] | None) -> Aggregate:
    """What the network answers at a point that is no sample of the data, or in the unit of the data."""
    return Aggregate(
        Words("The answer at {place}", {"place": place}),
        value,
        (r"y = f\left( x \right)",),
        (rf"y = {latex_number(value)}",),
        Words("The network was asked at this place. Below is what its outputs say to the nearest sample of the data."),
        leads,
        sample=sample,
    )


def in_unit(title: Words, value: float, said: float, mean: float, scale: float, unit: str, lead: Number,
            sample: tuple[int, Part] | None) -> Aggregate:  # fmt: skip
    """A prediction in the unit of the data: the output of the network, scaled back."""
    shown = rf" \; \text{{{unit}}}" if unit.isalnum() else ""
    line = r"\hat{y} = y \cdot s + m"
    with_numbers = summed((rf"{factor(said)} \cdot {factor(scale)}", latex_number(mean)))
    return Aggregate(
        title, value, (line,), (rf"\hat{{y}} = {with_numbers} = {latex_number(value)}{shown}",),
        Words("The network answers in the scale that it is trained in; s and m lead back to the unit of the data."),
        (lead,), sample=sample,
    )  # fmt: skip
