"""Numbers of the unrolled view that are about many copies, or about two walks of one sample beside each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.describe import Words
from core.formula import factor, latex_number
from core.traces import Alike
from core.why.numbers import Aggregate, Number, Term, added, told
from core.why.simple import given
from core.why.training.compared import lengths


def copies(title: Words, count: int) -> Aggregate:
    """How many copies there are of one layer, or of one set of weights."""
    return Aggregate(
        title, count, (r"n = \sum_t 1 = T",), (f"n = {count}",),
        Words("There is one at every time step. All of them are one and the same: what one learns, all do."),
    )  # fmt: skip


def became(what: str, before: float, after: float, sign: str, lead: Number | None = None) -> dict[str, Aggregate]:
    """The same number "before" and "after" a what-if, and the "change". ``lead`` is that number of the walk that is shown, ``what`` says which it is."""
    leads = () if lead is None else (lead,)
    values = {"what": what}
    found = {
        "before": Aggregate(
            Words("{what}, without the what-if", values), before, (f"{sign}_0",), (f"{sign}_0 = {latex_number(before)}",),
            Words("Choose “Original” on the card of the what-if to see what it is made of. Below is what is shown now."), leads,
        ),
        "after": Aggregate(
            Words("{what}, with the what-if", values), after, (sign,), (f"{sign} = {latex_number(after)}",),
            Words("Choose “What if” on the card of the what-if to see what it is made of. Below is what is shown now."), leads,
        ),
    }  # fmt: skip
    terms = (
        Term(1.0, after, "", sign, about=found["after"]),
        Term(-1.0, before, "-1", f"{sign}_0", about=found["before"]),
    )
    change = after - before
    written = f"{latex_number(after)} - {factor(before)} = {latex_number(change)}"
    found["change"] = Aggregate(
        Words("{what}: what the what-if changes", values), change, (rf"\Delta = {sign} - {sign}_0",), (rf"\Delta = {written}",),
        Words("The number with the changes, less the one without."), (), terms,
    )  # fmt: skip
    return found


def ratio(found: Alike, layer: str, batch: bool) -> Aggregate:
    """How many times as long a gradient of weights is as the one without changes; ``layer`` "" is all of them."""
    about = {"layer": layer, "what": "the next batch" if batch else "this sample"}
    title = Words("How long the gradient of all weights is, on {what}", about)
    if layer:
        title = Words("How long the gradient of the weights of “{layer}” is, on {what}", about)
    written = rf"\frac{{{latex_number(found.length)}}}{{{latex_number(found.other)}}}"
    return Aggregate(
        title, found.ratio, (r"r = \frac{\left| g \right|}{\left| g_0 \right|}",),
        (rf"r = {written} = {latex_number(found.ratio)}",),
        Words("g is the gradient with the changes and cuts, g₀ the one without. Below are both lengths."), (),
        lengths(found, layer, batch),
    )  # fmt: skip


def fallen(groups: Sequence[tuple[str, int, int]], every: int) -> dict[str, Aggregate]:
    """The arrows through time that "fall" where the gradient is cut every so many steps, and "all" of them; ``groups`` are
    (what it leads to, how many fall, how many there are) of each link."""
    falling, whole = [(name, gone) for name, gone, _ in groups], [(name, all_) for name, _, all_ in groups]
    note = Words(
        "An arrow falls where the line lies between its ends, every {every} steps: no gradient goes back along it.",
        {"every": every},
    )
    return {
        "fall": _arrows(Words("Arrows through time that fall"), "Arrows that fall: {link}", falling, note),
        "all": _arrows(Words("Arrows through time"), "Arrows through time: {link}", whole,
                       Words("Each link that reads the past has one into every step.")),
    }  # fmt: skip


def _arrows(title: Words, each: str, groups: Sequence[tuple[str, int]], note: Words) -> Aggregate:
    terms = tuple(
        Term(1, count, "", rf"n_{{{n}}}", about=given(Words(each, {"link": link}), count, "n", note))
        for n, (link, count) in enumerate(groups, 1)
    )
    value = sum(count for _, count in groups)
    return Aggregate(title, value, (r"n = \sum_k n_k",), (f"n = {added(terms)} = {value}",), note, (), terms)


def through_share(name: str, layer: str, step: int, whole: np.ndarray, through: np.ndarray) -> Aggregate:
    """How much of dL/dh_t comes through later steps: the part along dL/dh_t. Both are (units,); ``whole`` is not 0."""
    whole, through = whole.astype(float), through.astype(float)
    scale = float(np.abs(whole).max())
    length = float(np.square(whole / scale).sum())
    shares = whole / scale / length
    parts = through / scale

    def make(u: int) -> Term:
        one = Number("gradient", layer, u, step)
        return Term(
            float(shares[u]) / scale, float(through[u]), rf"\frac{{g_{{{u + 1}}}}}{{\left| g \right|^2}}",
            rf"g_{{{u + 1}}}^{{\text{{through}}}}", one,
        )  # fmt: skip

    value = float((parts * shares).sum())
    terms = told(np.argsort(-np.abs(shares * parts), kind="stable"), shares * parts, 1.0, "", make, r"g \cdot g")
    return Aggregate(
        Words("The share of the gradient of “{layer}” that comes through later steps, t = {step}", {"layer": name, "step": step + 1}),
        value, (r"s = \frac{g \cdot g^{\text{through}}}{\left| g \right|^2}, \quad g = g^{\text{direct}} + g^{\text{through}}",),
        (f"s = {added(terms)} = {latex_number(value)}",),
        Words("Only what points the way of the whole gradient counts; it may be more than 1, or less than 0, where both parts "
              "are against each other. The gradient of each unit tells both of its parts."), (), terms,
    )  # fmt: skip


def full_colour(name: str, layer: str, values: np.ndarray, reach: float) -> Aggregate:
    """The activation that has full colour in a row; ``values`` are (steps, units), ``reach`` what it was rounded to."""
    sizes = np.abs(np.where(np.isfinite(values), values, 0.0))
    step, unit = (int(n) for n in np.unravel_index(int(sizes.argmax()), sizes.shape))
    largest = float(values[step, unit]) if sizes[step, unit] else 0.0
    at = step if len(values) > 1 else None
    return Aggregate(
        Words("The activation of “{layer}” that has full colour", {"layer": name}), reach,
        (r"r = \left\lceil \max\left(1, \max_{t,u} \left| h_{t,u} \right| \right) \right\rceil_{1,\,2,\,3,\,5,\,10}",),
        (rf"r = \left\lceil \max\left(1, {latex_number(abs(largest))}\right) \right\rceil_{{1,\,2,\,3,\,5,\,10}} = {latex_number(reach)}",),
        Words("It is the largest one of the row, rounded up to the next of 1, 2, 3, 5, 10, 20 and so on. Below is the largest."),
        (Number("value", layer, unit, at),),
    )  # fmt: skip


def gradient_scale(name: str, lead: Number, largest: float, power: int) -> Aggregate:
    """The length of a gradient that has full colour: the power of ten above the largest one, which is ``lead`` of a layer."""
    return Aggregate(
        Words("The length of a gradient that has full colour"), 10.0**power,
        (r"10^k, \quad k = \left\lceil \log_{10} \max \left| \frac{\partial L}{\partial h} \right| \right\rceil",),
        (rf"k = \left\lceil \log_{{10}} {factor(largest)} \right\rceil = {power}",),
        Words("The largest of all layers and steps is that of “{layer}”: below it is. Colours go by powers of ten.", {"layer": name}),
        (lead,),
    )  # fmt: skip


def vector_length(title: Words, values: np.ndarray, numbers: Sequence[Number | None], sign: str) -> Aggregate:
    """|v| of some numbers of one step; its terms add up to its square."""
    value = float(np.linalg.norm(values.astype(float)))

    def make(u: int) -> Term:
        v = float(values[u])
        return Term(v, v, rf"{sign}_{{{u + 1}}}", rf"{sign}_{{{u + 1}}}", numbers[u])

    squares = np.square(values.astype(float))
    terms = told(np.argsort(-squares, kind="stable"), squares, 1.0, "", make, f"{sign}^2")
    return Aggregate(
        title, value, (rf"\left| {sign} \right| = \sqrt{{\sum_u {sign}_u^2}}",),
        (rf"\left| {sign} \right| = \sqrt{{{latex_number(float(squares.sum()))}}} = {latex_number(value)}",),
        Words("Below are the numbers of all units; their squares add up to the square of the length."), (), terms,
    )  # fmt: skip


def weight_share(tensor: str, name: str, step: int, value: float, felt: float | None, read: float | None) -> Aggregate:
    """The length of what one step adds to dL/dW: of a matrix the length of what is felt times that of what is read, where
    both are known; ``tensor`` is its name."""
    title = Words("The length of what t = {step} adds to the gradient of “{tensor}” of “{layer}”",
                  {"step": step + 1, "tensor": tensor, "layer": name})  # fmt: skip
    note = Words("The gradient of a weight is the sum of what every step adds to it.")
    sign = r"\left| \Delta_t \right|"
    if felt is None or read is None or not np.isclose(felt * read, value, rtol=1e-3, atol=1e-12):
        return Aggregate(
            title, value, (rf"{sign} = \left| \delta_t \, x_t^T \right|",), (f"{sign} = {latex_number(value)}",), note
        )
    parts = [
        Aggregate(Words(template, {"layer": name, "step": step + 1}), one, (s,), (f"{s} = {latex_number(one)}",), note)
        for template, one, s in (
            (
                "What “{layer}” feels at t = {step}: the length of the gradient at its sums",
                felt,
                r"\left| \delta_t \right|",
            ),
            ("What is read there: the length of what these weights multiply", read, r"\left| x_t \right|"),
        )
    ]
    return Aggregate(
        title, value, (rf"{sign} = \left| \delta_t \right| \, \left| x_t \right|",),
        (rf"{sign} = {factor(felt)} \cdot {factor(read)} = {latex_number(value)}",), note, (),
        (Term(felt, read, r"\left| \delta_t \right|", r"\left| x_t \right|", factor_number=parts[0], about=parts[1]),),
    )  # fmt: skip


def complement(letter: str, value: float, one: Number | Aggregate) -> Aggregate:
    """1 less a gate."""
    number_of, about = (one, None) if isinstance(one, Number) else (None, one)
    return Aggregate(
        Words("What is left of the gate {letter}: 1 − {letter}", {"letter": letter}), 1.0 - value, (f"1 - {letter}",),
        (f"1 - {factor(value)} = {latex_number(1.0 - value)}",),
        Words("A gate lets a share of one thing through; what is left lets another thing through."), (),
        (Term(-1.0, value, "-1", letter, number_of, None, "", about),),
    )  # fmt: skip


def part_of_gradient(title: str, part: str, value: float, whole: Number) -> Aggregate:
    """The "direct" part of a gradient, or the one "through" time, which is part of ``whole``."""
    sign = rf"g^{{\text{{{part}}}}}"
    return Aggregate(
        Words("{title}", {"title": title}), value, (r"g = g^{\text{direct}} + g^{\text{through}}",),
        (f"{sign} = {latex_number(value)}",),
        Words("Direct is what passes no later step, through time is what comes back from later steps. Below is the whole."),
        (whole,),
    )  # fmt: skip
