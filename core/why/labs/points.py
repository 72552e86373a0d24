"""Numbers of the points of the loss lab: their loss together, what one of them makes up of it, and where a model has them from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.catalogue.losses import LOSSES
from core.catalogue.spec import Choice
from core.data.dataset import PARTS, Dataset
from core.data.dataset import Part as DataPart
from core.describe import Words
from core.explore import losses
from core.formula import factor, latex_number, summed
from core.reports import Evaluation
from core.why.labs.explored import formula_of, loss
from core.why.numbers import Aggregate, Later, Number, Term, added, told
from core.why.simple import Part, given, quotient

WRITTEN = 8
"""Points whose losses are written out one by one."""
Source = Callable[[int], Aggregate | Later | None]
"""What the residual or margin at a place of a list is."""


def whole_loss(choice: Choice, places: np.ndarray, source: Source) -> Aggregate:
    """The loss of many positions together: the mean, and its root for RMSE; ``places`` (n,) are residuals or margins."""
    spec, count, value = LOSSES[choice.key], len(places), losses.total(choice, places)
    each, root = losses.curves(choice, places).loss, choice.key == "rmse"
    squared, square = (each**2, "^2") if root else (each, "")

    def term(at: int) -> Term:
        sign, own = rf"\ell_{{{at + 1}}}", float(each[at])
        share, letters = (own / count, rf"\frac{{1}}{{N}} \, {sign}") if root else (1 / count, r"\frac{1}{N}")
        return Term(share, own, letters, sign, about=_one_loss(choice, places, at, source))

    order = np.argsort(-np.abs(squared), kind="stable")
    terms = told(order, squared, 1 / count, r"\frac{1}{N}", term, rf"\ell{square}")
    line, written = rf"\frac{{1}}{{N}} \sum_i \ell_i{square}", added(terms)
    if count <= WRITTEN:
        shown = (f"{factor(float(one))}^2" if root else latex_number(float(one)) for one in each)
        written = rf"\frac{{1}}{{{count}}} \left({summed(shown)}\right)"
    line, written = (rf"\sqrt{{{one}}}" if root else one for one in (line, written))
    return Aggregate(
        Words("{name} of all {n} points", {"name": spec.title, "n": count}), value, (*formula_of(spec), f"L = {line}"),
        (f"L = {written} = {latex_number(value)}",), Words("It is the mean over the points; each of them can be asked about."),
        terms=terms,
    )  # fmt: skip


def share_of_loss(choice: Choice, places: np.ndarray, at: int, source: Source) -> Aggregate:
    """Which part of all losses together the one at a place of the list makes up."""
    each = losses.curves(choice, places).loss
    return quotient(
        Words("The share of the loss that point {n} makes up", {"n": at + 1}), "s",
        Part(rf"\ell_{{{at + 1}}}", float(each[at]), _one_loss(choice, places, at, source)),
        Part(r"\sum_i \ell_i", float(each.sum()), _sum_of_losses(choice, places, source)),
        Words("It is the loss of this one point over the losses of all points together."),
    )  # fmt: skip


def share_of_pull(choice: Choice, places: np.ndarray, at: int, source: Source) -> Aggregate:
    """Which part of all pull on the weights the point at a place of the list has."""
    pulls = np.abs(losses.pulls(choice, places))
    return quotient(
        Words("The share of all pull on the weights that point {n} has", {"n": at + 1}), "s",
        Part(rf"\left| g_{{{at + 1}}} \right|", float(pulls[at]), pull(choice, places, at, source)),
        Part(r"\sum_i \left| g_i \right|", float(pulls.sum()), _sum_of_pulls(choice, places, source)),
        Words("A point pulls as hard as the loss grows with it: its slope, of whichever sign."),
    )  # fmt: skip


def pull(choice: Choice, places: np.ndarray, at: int, source: Source) -> Aggregate:
    """How steeply the loss of all points grows with one of them, of whichever sign."""
    value, count, x = abs(float(losses.pulls(choice, places)[at])), len(places), float(places[at])
    parts: tuple[Part, ...]
    if choice.key == "rmse":
        whole = Later(Words("The loss of all points"), lambda: whole_loss(choice, places, source))
        below = Part("L", losses.total(choice, places), whole)
        parts, line = (Part("d", x, source(at)), below), r"g = \frac{1}{N} \cdot \frac{d}{L}"
        written = rf"\frac{{1}}{{{count}}} \cdot \frac{{{latex_number(x)}}}{{{latex_number(below.value)}}}"
    else:
        slope = float(losses.curves(choice, places[at : at + 1]).slope[0])
        steep = Later(Words("The slope there"), lambda: loss(choice, x, 1))
        parts, line = (Part("L'", slope, steep),), r"g = \frac{1}{N} L'"
        written = rf"\frac{{1}}{{{count}}} \cdot {factor(slope)}"
    return Aggregate(
        Words("The pull of point {n}", {"n": at + 1}), value, (line,),
        (rf"\left| g \right| = \left| {written} \right| = {latex_number(value)}",),
        Words("It is how steeply the loss of all points grows with this one."), terms=tuple(part.term for part in parts),
    )  # fmt: skip


def _one_loss(choice: Choice, places: np.ndarray, at: int, source: Source) -> Later:
    return Later(Words("The loss of point {n}", {"n": at + 1}), lambda: loss(choice, float(places[at]), 0, source(at)))


def _sum_of_losses(choice: Choice, places: np.ndarray, source: Source) -> Later:
    each = losses.curves(choice, places).loss

    def make(at: int) -> Term:
        return Part(rf"\ell_{{{at + 1}}}", float(each[at]), _one_loss(choice, places, at, source)).term

    return _summed(Words("The losses of all points"), each, r"\ell", make)


def _sum_of_pulls(choice: Choice, places: np.ndarray, source: Source) -> Later:
    pulls = np.abs(losses.pulls(choice, places))

    def make(at: int) -> Term:
        later = Later(Words("The pull of point {n}", {"n": at + 1}), lambda: pull(choice, places, at, source))
        return Part(rf"\left| g_{{{at + 1}}} \right|", float(pulls[at]), later).term

    return _summed(Words("The pulls of all points"), pulls, r"\left| g \right|", make)


def _summed(title: Words, each: np.ndarray, letter: str, make: Callable[[int], Term]) -> Later:
    def answer() -> Aggregate:
        terms, value = told(np.argsort(-each, kind="stable"), each, 1.0, "", make, letter), float(each.sum())
        return Aggregate(
            title, value, (rf"S = \sum_i {letter}_i",), (f"S = {added(terms)} = {latex_number(value)}",),
            Words("They are added up."), terms=terms,
        )  # fmt: skip

    return Later(title, answer)


def by_hand(places: np.ndarray, axis: losses.Axis) -> Source:
    """The points that the lab begins with, and the outlier."""
    title, letter = (Words("The residual"), "d") if axis == "residual" else (Words("The margin"), "m")
    return lambda at: given(title, float(places[at]), letter, Words("It is one of the points of the lab, set by hand."))


def of_model(evaluation: Evaluation, data: Dataset, axis: losses.Axis, output: str) -> Source:
    """The residuals or margins of a model's last evaluation; ``output`` is its output layer."""
    origins, values = losses.origins(evaluation, data, axis), losses.of_evaluation(evaluation, data, axis)
    assert values is not None

    def source(at: int) -> Later:
        title = Words("The residual") if axis == "residual" else Words("The margin")
        return Later(title, lambda: _of_model(evaluation, data, axis, output, origins[at], float(values[at])))

    return source


def _of_model(
    evaluation: Evaluation, data: Dataset, axis: losses.Axis, output: str, origin: np.ndarray, value: float
) -> Aggregate:
    row, step, column = (int(one) for one in origin)
    pair = losses.said_and_wanted(evaluation, data)
    assert pair is not None
    sample, place = int(evaluation.samples[row]), (row, column) if step < 0 else (row, step, column)
    said, wanted = (float(one[place]) for one in pair)
    single = evaluation.outputs.shape[-1] == 1
    first = single and pair[0].shape[-1] == 2 and column == 0
    output_said = 1 - said if first else said
    lead = Number("value", output, 0 if single else column, None if step < 0 else step)
    letter = "f"
    lines: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    if first:
        # A single output speaks for the second class; what is left is for the first one.
        letter, lines, before = "p", (r"p = 1 - f",), (f"p = 1 - {factor(output_said)} = {latex_number(said)}",)
    where = {"n": sample, "unit": column + 1, "step": step + 1}
    terms = [Term(1.0, output_said, "", "f", lead)]
    if axis == "residual":
        title = Words("The residual of output {unit} of sample {n}", where)
        if step >= 0:
            title = Words("The residual of output {unit} of sample {n} at t = {step}", where)
        target = given(Words("The target"), wanted, "y", Words("It stands in the data."))
        terms.append(Term(-1.0, wanted, "-1", "y", about=target))
        lines = (*lines, f"d = {letter} - y")
        numbers = (*before, f"d = {latex_number(said)} - {factor(wanted)} = {latex_number(value)}")
    else:
        title = Words("The margin of sample {n}", where)
        if step >= 0:
            title = Words("The margin of sample {n} at t = {step}", where)
        lines = (*lines, rf"m = \ln \frac{{{letter}}}{{1 - {letter}}}")
        numbers = (
            *before,
            rf"m = \ln \frac{{{latex_number(said)}}}{{1 - {latex_number(said)}}} = {latex_number(value)}",
        )
    return Aggregate(
        title, value, lines, numbers,
        Words("The output is the one that the last evaluation found; a click shows what it is with the weights of now."),
        terms=tuple(terms), sample=(sample, _part(evaluation)),
    )  # fmt: skip


def _part(evaluation: Evaluation) -> DataPart:
    return next(part for part in PARTS if part == evaluation.part)
