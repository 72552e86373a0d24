"""How the gradient that a what-if or a truncation leaves compares with the whole one."""

from __future__ import annotations

from core.describe import Words, number
from core.formula import factor, latex_number
from core.traces import Alike
from core.why.numbers import Aggregate, Term


def cosine(found: Alike, layer: str, batch: bool) -> Aggregate:
    """The cosine of two gradients: of the weights of ``layer``, "" for all; of the next ``batch`` or the sample."""
    product = found.cosine * found.length * found.other
    if layer:
        title = Words("The cosine of the gradients of the weights of “{layer}”", {"layer": layer})
    else:
        title = Words("The cosine of the gradients of all weights")
    about = {"ratio": number(found.ratio, 3)}
    own = Words(
        "g is the gradient of this sample with the changes and cuts, g₀ the one without. 1 means that both point the same way; "
        "g is {ratio} times as long.", about,
    )  # fmt: skip
    next_batch = Words(
        "g is the gradient of the next batch with the cuts, g₀ the one without. 1 means that both point the same way; g is "
        "{ratio} times as long.", about,
    )  # fmt: skip
    below = rf"{factor(found.length)} \cdot {factor(found.other)}"
    line = rf"\frac{{{latex_number(product)}}}{{{below}}}" if found.length and found.other else "0"
    return Aggregate(
        title, found.cosine,
        (r"\cos = \frac{\sum_i g_i \, g_{0,i}}{\left| g \right| \left| g_0 \right|}, \quad g = \frac{\partial L}{\partial W}",),
        (rf"\cos = {line} = {latex_number(found.cosine)}",), next_batch if batch else own, (),
        lengths(found, layer, batch),
    )  # fmt: skip


def lengths(found: Alike, layer: str, batch: bool) -> tuple[Term, Term]:
    """The lengths of both gradients."""
    about = {"layer": layer, "what": "the next batch" if batch else "this sample"}
    whose = "of all weights" if not layer else "of the weights of “{layer}”"
    note = Words("The root of the sum of the squares over all of these weights.")
    made = []
    for template, value, sign in (
        ("The length of the gradient {whose} with the changes and cuts, on {what}", found.length, r"\left| g \right|"),
        ("The length of the gradient {whose} without them, on {what}", found.other, r"\left| g_0 \right|"),
    ):
        title = Words(template.replace("{whose}", whose), about)
        own = Aggregate(title, value, (rf"{sign} = \sqrt{{\sum_i g_i^2}}",), (f"{sign} = {latex_number(value)}",), note)
        made.append(Term(1.0, value, "", sign, about=own))
    return made[0], made[1]
