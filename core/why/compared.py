"""How the gradient that a what-if or a truncation leaves compares with the whole one."""

from __future__ import annotations

from core.describe import Words, number
from core.formula import factor, latex_number
from core.traces import Alike
from core.why.numbers import Aggregate


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
        (rf"\cos = {line} = {latex_number(found.cosine)}",), next_batch if batch else own,
    )  # fmt: skip
