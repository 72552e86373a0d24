"""Numbers of the memory gym: shares right and their spread, chance, how far a model remembers, its weights, the sweep."""

from __future__ import annotations

import math

import numpy as np

from core.catalogue.spec import Choice
from core.describe import Words
from core.formula import factor, latex_number, summed
from core.gym.plans import ends_of, places_of
from core.gym.results import REMEMBERED, Model, Point, Results, Tensor
from core.gym.sweep import Standing
from core.why.network.counted import tensor_title
from core.why.numbers import Aggregate, Later, Term, added, told
from core.why.simple import Part, given


def share_right(results: Results, model: str, value: float) -> Aggregate:
    """The mean over the seeds that ``model`` has tried at ``value``; it must have tried."""
    tried = _tried(results, model, value)
    count, mean = len(tried), sum(point.right for point in tried) / len(tried)
    shares = summed(factor(point.right) for point in tried)
    terms = tuple(
        Term(1 / count, point.right, rf"\frac{{1}}{{{count}}}", f"p_{{{point.seed}}}", about=_one_seed(point)) for point in tried
    )  # fmt: skip
    return Aggregate(
        _title(results, model, value), mean, (r"p = \frac{1}{S} \sum_{s=1}^{S} p_s, \quad p_s = \frac{\text{right}}{\text{answers}}",),
        (rf"p = \frac{{{shares}}}{{{count}}} = {latex_number(mean)}",),
        Words("It is the share of answers on the validation part that are right, as the mean over the seeds."), terms=terms,
    )  # fmt: skip


def seed_at_edge(results: Results, model: str, value: float, best: bool) -> Aggregate:
    """The best or the worst seed at a place, the edge of the band."""
    tried = _tried(results, model, value)
    shares = [point.right for point in tried]
    word, found = (r"\max", max(shares)) if best else (r"\min", min(shares))
    where = {"model": results.model(model).title, "place": f"{value:g}"}
    return Aggregate(
        Words("The best seed of {model} at {place}", where) if best else Words("The worst seed of {model} at {place}", where), found,
        (rf"p = {word}_s \, p_s",), (f"p = {word}({', '.join(latex_number(one) for one in shares)}) = {latex_number(found)}",),
        Words("The band reaches from the worst to the best seed."),
        terms=tuple(Part(f"p_{{{point.seed}}}", point.right, _one_seed(point)).term for point in tried),
    )  # fmt: skip


def chance(results: Results, value: float) -> Aggregate:
    """The share right of who answers without reading; it must be known there."""
    note = Words("So many answers on the validation part are right of who always says what is most frequent in the training part, "
                 "or its mean where numbers are asked for.")  # fmt: skip
    share = results.chance[value]
    return Aggregate(
        Words("Chance at {place}", {"place": f"{value:g}"}), share, (r"c = \frac{\text{right without reading}}{\text{answers}}",),
        (f"c = {latex_number(share)}",), note,
    )  # fmt: skip


def goal(results: Results, value: float) -> Aggregate:
    """The share right from which on a place counts as remembered; chance must be known there."""
    least = results.chance[value]
    found = least + REMEMBERED * (1 - least)
    return Aggregate(
        Words("What counts as remembered at {place}", {"place": f"{value:g}"}), found, (r"g = c + q \left(1 - c\right)",),
        (rf"g = {latex_number(least)} + {REMEMBERED} \cdot \left(1 - {latex_number(least)}\right) = {latex_number(found)}",),
        Words("It is {goal} of the way from chance to always right.", {"goal": REMEMBERED}), terms=(_chance_part(results, value).term,),
    )  # fmt: skip


def above_chance(results: Results, model: str, value: float) -> Aggregate:
    """How far a model is from chance (0) to always right (1) at a place that it has tried, where chance is known."""
    share = share_right(results, model, value)
    found, least = results.above_chance(value, share.value), results.chance.get(value, 0.0)
    sign = r"\geq" if found >= REMEMBERED else "<"
    parts = [Part("p", share.value, share)] + ([_chance_part(results, value)] if value in results.chance else [])
    where = {"model": results.model(model).title, "place": f"{value:g}"}
    return Aggregate(
        Words("How far {model} is above chance at {place}", where), found, (r"q = \frac{p - c}{1 - c}",),
        (rf"q = \frac{{{latex_number(share.value)} - {latex_number(least)}}}{{1 - {latex_number(least)}}} = {latex_number(found)} {sign} {REMEMBERED}",),
        Words("It is 0 at chance and 1 where all is right; from {goal} on a place counts as remembered.", {"goal": REMEMBERED}),
        terms=tuple(part.term for part in parts),
    )  # fmt: skip


def how_far(results: Results, model: str) -> Aggregate:
    """The largest place of the axis up to which ``model`` remembers all that it tried, 0 where not even the first; it must
    have tried."""
    curve, far = results.curve(model), results.remembers(model)
    places = curve.values.tolist()
    until = places[:1] if far is None else places[: places.index(far) + 2]
    lines, terms = [], []
    for value in until:
        about = above_chance(results, model, value)
        sign = r"\geq" if about.value >= REMEMBERED else "<"
        lines.append(rf"q_{{{value:g}}} = {latex_number(about.value)} {sign} {REMEMBERED}")
        terms.append(Part(f"q_{{{value:g}}}", about.value, about).term)
    return Aggregate(
        Words("How far {model} remembers", {"model": results.model(model).title}), far or 0.0,
        (rf"n = \max \{{ k : q_j \geq {REMEMBERED} \text{{ for all }} j \leq k \}}", r"q = \frac{p - c}{1 - c}"),
        (*lines, f"n = {latex_number(far or 0.0)}"),
        Words("It is the last place in a row, from the first one on, at which it is {goal} of the way from chance c to always "
              "right. Below is how far it is at each of them.", {"goal": REMEMBERED}),
        terms=tuple(terms),
    )  # fmt: skip


def weights(results: Results, model: Model) -> Aggregate:
    """How many numbers a model learns, tensor by tensor."""
    sizes = np.array([math.prod(one.shape) for one in model.tensors], int)

    def make(at: int) -> Term:
        one, about = model.tensors[at], _tensor(model.tensors[at])
        if len(one.shape) == 1:
            return Term(1, one.shape[0], "", r"n_{\text{rows}}", about=about)
        return Term(one.shape[0], one.shape[1], r"n_{\text{rows}}", r"n_{\text{columns}}", about=about)

    terms = told(np.argsort(-sizes, kind="stable"), sizes, 1, "", make, "n") if len(sizes) else ()
    budget = int(results.plan.get("budget", 0)) if model.key not in ("mine", "as_is") else 0
    note = Words("Each matrix has rows times columns of them; a bias has one for each unit.")
    if not terms:
        note = Words("The file that the results are from does not say what they are made of.")
    elif budget:
        note = Words(
            "Each matrix has rows times columns of them. The units were chosen so that they come nearest to {budget}.",
            {"budget": budget},
        )
    written = f"{added(terms)} = {model.parameters}" if terms else str(model.parameters)
    return Aggregate(
        Words("How many numbers {model} learns", {"model": model.title}), model.parameters,
        (r"n = \sum_W n_{\text{rows}} \, n_{\text{columns}}",), (f"n = {written}",), note, terms=terms,
    )  # fmt: skip


def progress(results: Results, standing: Standing) -> Aggregate:
    """Which share of a sweep is done."""
    seeds = int(results.plan.get("seeds", 1))
    total, value = len(results.values) * len(results.models) * seeds, standing.done
    parts = (
        Part("S", seeds, given(Words("Trainings at each place"), seeds, "S", Words("It is a setting."))),
        Part("P", len(results.values), given(Words("Places"), len(results.values), "P", Words("It is a setting."))),
        Part("M", len(results.models), given(Words("Who tries"), len(results.models), "M", Words("They were chosen in the list."))),
    )  # fmt: skip
    return Aggregate(
        Words("How much of the sweep is done"), value, (r"s = \frac{\text{done}}{P \, M \, S}",),
        (rf"s = \frac{{{latex_number(value * total)}}}{{{total}}} = {latex_number(value)}",),
        Words("Every model trains at every place as often as there are seeds; what is given up counts as done. The training that "
              "is under way counts for as much of it as its epochs say."), terms=tuple(part.term for part in parts),
    )  # fmt: skip


def epoch(results: Results, standing: Standing) -> Aggregate:
    """The epoch that a training of the sweep is in."""
    most, now = int(results.plan.get("epochs", 0)), max(1, standing.epoch)
    return Aggregate(
        Words("The epoch of the training that is under way"), now, (r"e \leq e_{\max}",), (rf"{now} \leq {most}",),
        Words("It is counted from 1 at each place; who is right 99 times out of 100 is done sooner."),
        terms=(Part(r"e_{\max}", most, given(Words("Epochs at each place, at most"), most, r"e_{\max}", Words("It is a setting."))).term,),
    )  # fmt: skip


def places(chosen: Choice) -> list[Aggregate]:
    """The places that these settings of the gym try, one after another."""
    noise, count, found = chosen["over"] == "noise", int(chosen["places"]), places_of(chosen)
    first, last = (0.0, float(chosen["noise"])) if noise else map(float, ends_of(chosen))
    if len(found) == 1:
        return [given(Words("The only place"), found[0], "x", Words("It is a setting, as far as the task allows it."))]
    at = range(count) if noise else [_first_step(first, last, count, value) for value in found]
    return [_place(first, last, k, count, value, noise) for k, value in zip(at, found, strict=True)]


def _first_step(first: float, last: float, count: int, value: float) -> int:
    """Which of the steps first is rounded to a place: several may be."""
    return next(k for k in range(count) if round(first * (last / first) ** (k / (count - 1))) == value)


def _place(first: float, last: float, at: int, count: int, value: float, noise: bool) -> Aggregate:
    """A place that is tried: step ``at`` (from 0) of ``count`` from the first to the last one."""
    note = Words("It is a setting, as far as the task allows it.")
    ends = tuple(
        Part(letter, end, given(words, end, letter, note)).term
        for letter, end, words in (("a", first, Words("The first place")), ("b", last, Words("The last place")))
    )
    title, a, b = Words("Place {n} of {count}", {"n": at + 1, "count": count}), latex_number(first), latex_number(last)
    if noise:
        written = rf"{a} + {at} \cdot \frac{{{b} - {a}}}{{{count - 1}}}"
        return Aggregate(
            title, value, (r"x_k = a + k \cdot \frac{b - a}{n - 1}",), (f"x = {written} = {latex_number(value)}",),
            Words("The places are equally far apart."), terms=ends,
        )  # fmt: skip
    exact = first * (last / first) ** (at / (count - 1))
    return Aggregate(
        title, value, (r"x_k \approx a \cdot \left(\frac{b}{a}\right)^{\frac{k}{n - 1}}",),
        (rf"{a} \cdot \left(\frac{{{b}}}{{{a}}}\right)^{{{at} / {count - 1}}} = {latex_number(exact)} \approx {latex_number(value)}",),
        Words("Each place is about as many times the one before, in whole steps."), terms=ends,
    )  # fmt: skip


def _tried(results: Results, model: str, value: float) -> list[Point]:
    return sorted((p for p in results.points if (p.model, p.value) == (model, value)), key=lambda point: point.seed)


def _title(results: Results, model: str, value: float) -> Words:
    where = {"model": results.model(model).title, "n": f"{value:g}"}
    if results.over == "lag":
        return Words("Share right of {model} over {n} steps", where)
    return Words("Share right of {model} with noise {n}", where)


def _one_seed(point: Point) -> Aggregate:
    note = Words("It was counted on the validation part after {n} epochs of training, in {seconds} seconds.",
                 {"n": point.epochs, "seconds": f"{point.seconds:.1f}"})  # fmt: skip
    return Aggregate(
        Words("Share right with seed {seed}", {"seed": point.seed}), point.right, (r"p_s = \frac{\text{right}}{\text{answers}}",),
        (rf"p_{{{point.seed}}} = {latex_number(point.right)}",), note,
    )  # fmt: skip


def _chance_part(results: Results, value: float) -> Part:
    title = Words("Chance at {place}", {"place": f"{value:g}"})
    return Part("c", results.chance[value], Later(title, lambda: chance(results, value)))


def _tensor(one: Tensor) -> Aggregate:
    value, written = math.prod(one.shape), r" \cdot ".join(map(str, one.shape))
    line = r"n = n_{\text{rows}}" + (r" \, n_{\text{columns}}" if len(one.shape) > 1 else "")
    numbers = f"n = {written} = {value}" if len(one.shape) > 1 else f"n = {value}"
    note = Words("A row for each number that is worked out, a column for each one that is read.")
    signs = ((r"n_{\text{rows}}", Words("Rows")), (r"n_{\text{columns}}", Words("Columns")))
    return Aggregate(
        tensor_title(one.kind, one.layer, one.source, one.delay), value, (line,), (numbers,), note,
        terms=tuple(Part(sign, size, given(title, size, sign, note)).term for size, (sign, title) in zip(one.shape, signs, strict=False)),
    )  # fmt: skip
