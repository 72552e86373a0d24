"""The numbers in the log of the breakpoints, as they were at the batch at which one fired."""

from __future__ import annotations

from collections.abc import Mapping

from core.catalogue.breakpoints import BREAKPOINTS
from core.describe import Words
from core.formula import latex_number
from core.reports import Hit
from core.why.numbers import Aggregate, Number, Term
from core.why.simple import given
from core.why.training.aggregates import batch_gradient
from core.why.training.ratios import first_to_last

_TITLES = {
    "saturated": "The share of the units of “{layer}” that are saturated, in percent, batch {batch}",
    "dead": "The share of the units of “{layer}” that are dead, in percent, batch {batch}",
    "weight_norm": "The length of the weights of “{layer}” before batch {batch}",
    "all weights": "The length of all weights before batch {batch}",
    "loss": "The loss of batch {batch}",
    "metric": "The metric of batch {batch}",
}
_NOTES = {
    "saturated": "A unit is saturated where its activation has hardly any slope. It is counted over all samples of the batch, at "
    "the step where most are.",
    "dead": "A unit is dead where it says the same to the whole batch, or passes no gradient at all.",
    "weight_norm": "Its square is the sum of the squares of all of them. Below are weights of now.",
    "all weights": "Its square is the sum of the squares of all of them.",
    "loss": "It is taken over all samples of the batch, before its update. Below is the sample that is examined.",
    "metric": "It is taken over all samples of the batch, before its update.",
}
_SYMBOLS = {
    "saturated": r"s = \frac{100}{N} \sum_i \left[ \left| f'(a_i) \right| < 0.1 \right]",
    "dead": r"s = \frac{100}{U} \sum_u \left[ f'(a_u) = 0 \text{ always} \right]",
    "weight_norm": r"\left| W \right| = \sqrt{\sum_i w_i^2}",
    "all weights": r"\left| W \right| = \sqrt{\sum_i w_i^2}",
    "loss": r"L = \ell\left(y, \text{target}\right)",
    "metric": "m",
}


def numbers_of(hit: Hit, batch: int, leads: tuple[Number, ...] = ()) -> dict[str, Aggregate]:
    """What a breakpoint said in numbers, by the field of its sentence; ``batch`` (from 1) is the one that it stopped. ``leads``
    are weights of its layer, for one that is about weights."""
    found: dict[str, Aggregate] = {}
    numbers = hit.numbers
    for key in ("bound", "share"):
        if key in numbers:
            found[key] = _limit(hit, numbers[key])
    match hit.kind:
        case "gradient_below" | "gradient_above":
            found["value"] = _gradient(hit, numbers["value"], hit.step or 0, batch)
        case "ratio_below" | "ratio_above":
            last = int(numbers["steps"]) - 1
            ends = _gradient(hit, numbers["first"], 0, batch), _gradient(hit, numbers["last"], last, batch)
            found["value"] = first_to_last(_layer(hit), *ends, last, batch)
        case "loss_jumps":
            found |= _jump(numbers, batch)
        case "metric_reaches":
            what = "metric" if "metric" in hit.template else "loss"
            found["value"] = _plain(what, hit, batch, numbers["value"], (Number("loss"),) if what == "loss" else ())
        case "saturated" | "dead":
            place = (Number("norm", hit.layer, 0, hit.step, "value"),) if hit.layer else ()
            found["percent"] = _plain(hit.kind, hit, batch, numbers["percent"], place)
        case "weight_norm":
            what = "weight_norm" if hit.layer else "all weights"
            found["value"] = _plain(what, hit, batch, numbers["value"], leads)
    return found


def _layer(hit: Hit) -> str:
    return str(hit.values.get("layer", ""))


def _gradient(hit: Hit, value: float, step: int, batch: int) -> Aggregate:
    return batch_gradient(_layer(hit), hit.layer or "", "total", step, value, batch, 0)


def _limit(hit: Hit, value: float) -> Aggregate:
    spec = BREAKPOINTS[hit.kind]
    return Aggregate(
        Words("The limit of the breakpoint “{title}”", {"title": spec.title}), value, (spec.formula,),
        (latex_number(value),), Words("It was a setting of the breakpoint when it fired."),
    )  # fmt: skip


def _plain(what: str, hit: Hit, batch: int, value: float, leads: tuple[Number, ...] = ()) -> Aggregate:
    return Aggregate(
        Words(_TITLES[what], {"layer": _layer(hit), "batch": batch}), value, (_SYMBOLS[what],),
        (f"{_SYMBOLS[what].partition(' = ')[0]} = {latex_number(value)}",), Words(_NOTES[what]), leads,
    )  # fmt: skip


def _jump(numbers: Mapping[str, float], batch: int) -> dict[str, Aggregate]:
    """The loss, the mean of the batches before, and how many times it that is."""
    about, count = {"batch": batch}, int(numbers["count"])
    value, mean = numbers["value"], numbers["mean"]
    loss = Aggregate(Words(_TITLES["loss"], about), value, (_SYMBOLS["loss"],), (f"L = {latex_number(value)}",),
                     Words(_NOTES["loss"]), (Number("loss"),))  # fmt: skip
    before = Aggregate(
        Words("The mean loss of the {count} batches before batch {batch}", {**about, "count": count}), mean,
        (r"\overline{L} = \frac{1}{n} \sum_{k=1}^{n} L_{-k}",), (rf"\overline{{L}} = {latex_number(mean)}",),
        Words("The plot of the loss shows each of them."),
    )  # fmt: skip
    note = Words("It was a setting of the breakpoint when it fired.")
    window = given(Words("The batches that the mean is taken over"), count, "n", note)
    times = Aggregate(
        Words("The loss of batch {batch} over the mean of the batches before", about), numbers["times"],
        (r"f = \frac{L}{\overline{L}}",),
        (rf"f = \frac{{{latex_number(value)}}}{{{latex_number(mean)}}} = {latex_number(numbers['times'])}",),
        Words("Where it is more than the limit, the loss jumps; below are both losses."), (),
        (Term(1.0, value, "", "L", about=loss), Term(1.0, mean, "", r"\overline{L}", about=before)),
    )  # fmt: skip
    return {"value": loss, "times": times, "count": window}
