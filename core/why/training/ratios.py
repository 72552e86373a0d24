"""Numbers that compare two others: the gradient at the first step with that at the last."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.describe import EXPLODING, VANISHING, Words, number, orders
from core.formula import latex_number
from core.why.numbers import MOST, Aggregate, Term


def first_to_last(name: str, first: Aggregate, last: Aggregate, step: int, batch: int) -> Aggregate:
    """|dL/dh_1| over |dL/dh_T| after a batch; ``step`` (from 0) is T, the last one that has a gradient, which is positive; the first may be 0."""
    away = orders(first.value, last.value) if first.value > 0 else -math.inf
    value = 10.0**away if away < 308 else math.inf
    above, below = (rf"\left| \partial L / \partial h_{{{n}}} \right|" for n in (1, step + 1))
    written = rf"\frac{{{latex_number(first.value)}}}{{{latex_number(last.value)}}} = {latex_number(value)}"
    return Aggregate(
        Words("How much of the gradient of “{layer}” arrives at the first step, batch {batch}", {"layer": name, "batch": batch}),
        value, (rf"r = \frac{{{above}}}{{{below}}}",), (rf"r = {written}",),
        Words("Below {low} the gradient vanishes, above {high} it explodes. Below are both lengths.",
              {"low": number(VANISHING), "high": number(EXPLODING)}),
        (),
        (Term(1.0, first.value, "", above, about=first), Term(1.0, last.value, "", below, about=last)),
    )  # fmt: skip


def step_to_step(
    name: str, here: Aggregate, there: Aggregate, step: int, last: int, batch: int, whole: bool
) -> Aggregate:
    """How many times larger or smaller |dL/dh| is at ``step`` than at ``last`` (both from 0), the last one that has a
    gradient; both are positive. ``whole``: in powers of ten, rounded."""
    above, below = (rf"\left| \partial L / \partial h_{{{n + 1}}} \right|" for n in (step, last))
    larger, smaller = (here, there) if here.value >= there.value else (there, here)
    away = orders(larger.value, smaller.value)
    ratio = rf"\frac{{{latex_number(larger.value)}}}{{{latex_number(smaller.value)}}}"
    where = {"layer": name, "step": step + 1, "last": last + 1, "batch": batch}
    terms = (Term(1.0, here.value, "", above, about=here), Term(1.0, there.value, "", below, about=there))
    sign = rf"\frac{{{above}}}{{{below}}}" if larger is here else rf"\frac{{{below}}}{{{above}}}"
    if whole:
        value: float = round(away)
        title = "How many orders of magnitude the gradient of “{layer}” differs between t = {step} and t = {last}, batch {batch}"
        line, numbers = rf"d = \log_{{10}} {sign}", rf"d = \log_{{10}} {ratio} = {latex_number(away)} \approx {value}"
        note = Words("An order of magnitude is a factor of ten; their number is rounded. Below are both lengths.")
    else:
        value = 10.0**away
        title = "How many times the gradient of “{layer}” differs between t = {step} and t = {last}, batch {batch}"
        line, numbers = f"r = {sign}", f"r = {ratio} = {latex_number(value)}"
        note = Words("It is the larger length over the smaller one. Below are both.")
    return Aggregate(Words(title, where), value, (line,), (numbers,), note, (), terms)


def last_step(name: str, there: Aggregate, last: int, steps: int, batch: int) -> Aggregate:
    """The last time step (from 0) that has a gradient."""
    return Aggregate(
        Words("The last step of “{layer}” that has a gradient, batch {batch}", {"layer": name, "batch": batch}), last + 1,
        (r"t = \max \left\{ s : \left| \partial L / \partial h_s \right| \neq 0 \right\}",), (f"t = {last + 1}",),
        Words("The loss looks at nothing that comes after it, so that the gradient is 0 at the {count} steps behind it.",
              {"count": steps - last - 1}),
        (), (Term(1.0, there.value, "", rf"\left| \partial L / \partial h_{{{last + 1}}} \right|", about=there),),
    )  # fmt: skip


def first_lost(name: str, there: Aggregate, step: int, steps: int, batch: int) -> Aggregate:
    """The step (from 0) at which a gradient on its way back is first no longer finite."""
    return Aggregate(
        Words("Where the gradient of “{layer}” is first not finite on its way back, batch {batch}", {"layer": name, "batch": batch}),
        step + 1, (r"t = \max \left\{ s : \left| \partial L / \partial h_s \right| \text{ is not finite} \right\}",), (f"t = {step + 1}",),
        Words("The gradient goes back from the last step to the first. It is finite at the {count} steps behind this one.",
              {"count": steps - step - 1}),
        (), (Term(1.0, there.value, "", rf"\left| \partial L / \partial h_{{{step + 1}}} \right|", about=there),),
    )  # fmt: skip


def none_anywhere(name: str, each: Sequence[Aggregate], batch: int) -> Aggregate:
    """That no step has a gradient; ``each`` explains one."""
    terms = tuple(
        Term(1.0, one.value, "", rf"\left| \partial L / \partial h_{{{step + 1}}} \right|", about=one)
        for step, one in enumerate(each[:MOST])
    )
    return Aggregate(
        Words("The largest gradient of “{layer}”, batch {batch}", {"layer": name, "batch": batch}), 0.0,
        (r"\max_t \left| \frac{\partial L}{\partial h_t} \right|",), (r"\max_t \left| \frac{\partial L}{\partial h_t} \right| = 0",),
        Words("Nothing that the loss looks at reads this layer, or what reads it has a slope of 0 everywhere."), (), terms,
    )  # fmt: skip
