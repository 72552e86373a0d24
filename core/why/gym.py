"""Numbers of the memory gym: the share of right answers of a model at one place of the axis, and how far it remembers."""

from __future__ import annotations

from core.describe import Words
from core.formula import factor, latex_number
from core.gym.results import REMEMBERED, Results
from core.why.numbers import Aggregate, Term


def share_right(results: Results, model: str, value: float) -> Aggregate:
    """The mean over the seeds that ``model`` has tried at ``value``, and what it is beside chance; it must have tried."""
    tried = sorted((p for p in results.points if (p.model, p.value) == (model, value)), key=lambda point: point.seed)
    count, mean = len(tried), sum(point.right for point in tried) / len(tried)
    where = {"model": results.model(model).title, "n": f"{value:g}"}
    lag = Words("Share right of {model} over {n} steps", where)
    title = lag if results.over == "lag" else Words("Share right of {model} with noise {n}", where)
    shares = " + ".join(factor(point.right) for point in tried)
    symbols = [r"p = \frac{1}{S} \sum_{s=1}^{S} p_s, \quad p_s = \frac{\text{right}}{\text{answers}}"]
    numbers = [rf"p = \frac{{{shares}}}{{{count}}} = {latex_number(mean)}"]
    if value in results.chance and results.chance[value] < 1:
        least, above = results.chance[value], results.above_chance(value, mean)
        symbols.append(r"q = \frac{p - c}{1 - c}")
        sign = r"\geq" if above >= REMEMBERED else "<"
        numbers.append(
            rf"q = \frac{{{latex_number(mean)} - {latex_number(least)}}}{{1 - {latex_number(least)}}} = {latex_number(above)} {sign} {REMEMBERED}"
        )
    terms = tuple(
        Term(1 / count, point.right, rf"\frac{{1}}{{{count}}}", f"p_{{{point.seed}}}", about=Aggregate(
            Words("Share right with seed {seed}", {"seed": point.seed}), point.right, (r"p_s = \frac{\text{right}}{\text{answers}}",),
            (rf"p_{{{point.seed}}} = {latex_number(point.right)}",),
            Words("It was counted on the validation part after {n} epochs of training.", {"n": point.epochs}),
        ))
        for point in tried
    )  # fmt: skip
    note = Words(
        "It is the share of answers on the validation part that are right, as the mean over the seeds. q tells how far it is "
        "from chance c (0) to always right (1); from {goal} on it counts as remembered.", {"goal": REMEMBERED},
    )  # fmt: skip
    return Aggregate(title, mean, tuple(symbols), tuple(numbers), note, terms=terms)


def how_far(results: Results, model: str) -> Aggregate:
    """The largest place of the axis up to which ``model`` remembers all that it tried, 0 where not even the first; it must
    have tried."""
    curve, far = results.curve(model), results.remembers(model)
    places = curve.values.tolist()
    until = places[:1] if far is None else places[: places.index(far) + 2]
    lines, terms = [], []
    for value in until:
        about = share_right(results, model, value)
        above = results.above_chance(value, about.value)
        sign = r"\geq" if above >= REMEMBERED else "<"
        lines.append(rf"q_{{{value:g}}} = {latex_number(above)} {sign} {REMEMBERED}")
        terms.append(Term(1.0, about.value, "", f"p_{{{value:g}}}", about=about))
    return Aggregate(
        Words("How far {model} remembers", {"model": results.model(model).title}), far or 0.0,
        (rf"n = \max \{{ k : q_j \geq {REMEMBERED} \text{{ for all }} j \leq k \}}", r"q = \frac{p - c}{1 - c}"),
        (*lines, f"n = {latex_number(far or 0.0)}"),
        Words("It is the last place in a row, from the first one on, at which it is {goal} of the way from chance c to always "
              "right. Below are the shares right p.", {"goal": REMEMBERED}),
        terms=tuple(terms),
    )  # fmt: skip
