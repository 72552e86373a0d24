"""Numbers of the panel that tries a network on an input of the user's own, made of what its output says to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.describe import Words
from core.formula import factor, latex_number
from core.why.numbers import Aggregate, Number, OfOwn, Term, added, told


def complement(title: Words, yes: float, lead: Number) -> Aggregate:
    """What is left for the first of two classes where a single unit speaks for the second."""
    value = 1.0 - yes
    return Aggregate(
        title, value, (r"p = 1 - y",), (rf"p = 1 - {factor(yes)} = {latex_number(value)}",),
        Words("A single output tells how likely the second class is; what is left is for the first one."), (lead,),
    )  # fmt: skip


def opposite(title: Words, yes: float, lead: Number) -> Aggregate:
    """The same where the unit says a score around 0."""
    return Aggregate(
        title, -yes, (r"s = -y",), (rf"s = -{factor(yes)} = {latex_number(-yes)}",),
        Words("A single output speaks for the second class where it is above 0, and as much for the first one below."), (lead,),
    )  # fmt: skip


def way_bar(gradient: np.ndarray, spans: np.ndarray, layer: str, feature: int) -> Aggregate:
    """How far, from -1 to 1, raising a measurement from its smallest to its largest value moves the answer, beside the one that
    moves it most; both are (features,), as the network reads them."""
    ways = np.asarray(gradient, float) * spans
    good = np.flatnonzero(np.isfinite(ways))
    most = int(good[np.abs(ways[good]).argmax()]) if len(good) else feature
    largest = abs(float(ways[most]))
    value = float(ways[feature]) / largest if largest and np.isfinite(ways[feature]) else 0.0

    def about(n: int) -> Aggregate:
        return Aggregate(
            Words("How far measurement {n} moves the answer over its range", {"n": n + 1}), float(ways[n]), (r"w = g \cdot r",),
            (rf"w = {latex_number(float(gradient[n]))} \cdot {factor(float(spans[n]))} = {latex_number(float(ways[n]))}",),
            Words("g is the gradient of the answer there, r the range of the measurement in the training part, as the network "
                  "reads it."), (Number("gradient", layer, n),),
        )  # fmt: skip

    own = Term(
        1 / largest if largest else 0.0,
        float(ways[feature]),
        r"\frac{1}{\max |w|}",
        f"w_{{{feature + 1}}}",
        about=about(feature),
    )
    other = Term(0.0, float(ways[most]), "0", f"w_{{{most + 1}}}", about=about(most))
    return Aggregate(
        Words("How long the bar of measurement {n} is", {"n": feature + 1}), value, (r"b = \frac{w}{\max_k \left| w_k \right|}",),
        (rf"b = \frac{{{latex_number(float(ways[feature]))}}}{{{latex_number(largest)}}} = {latex_number(value)}",),
        Words("The measurement that moves the answer most has a bar of full length: number {n}.", {"n": most + 1}), (),
        (own,) if most == feature else (own, other),
    )  # fmt: skip


def whole_answer(title: Words, logs: Sequence[float], numbers: Sequence[Number]) -> Aggregate:
    """The probability of an answer of several steps: each step is likely given those before it."""
    terms = tuple(
        Term(1.0, float(log), "", rf"\ln p_{{{n + 1}}}", one)
        for n, (log, one) in enumerate(zip(logs, numbers, strict=True))
    )
    total = float(np.sum(logs))
    return Aggregate(
        title,
        float(np.exp(total)),
        (r"\ln p = \sum_t \ln p_t",),
        (rf"\ln p = {added(terms)} = {latex_number(total)}, \quad p = {latex_number(float(np.exp(total)))}",),
        Words("Each symbol has a probability given those before it; they are multiplied, so that their logarithms are added up."),
        (),
        terms,
    )  # fmt: skip


def each_step(title: Words, logs: Sequence[float], whole: Aggregate) -> Aggregate:
    """How likely a step of an answer is on average: the geometric mean of their probabilities."""
    mean, count = float(np.mean(logs)), len(logs)
    value = float(np.exp(mean))
    total = float(np.sum(logs))
    return Aggregate(
        title, value, (r"\overline{p} = e^{\frac{1}{T} \sum_t \ln p_t}",),
        (rf"\overline{{p}} = e^{{\frac{{{latex_number(total)}}}{{{count}}}}} = {latex_number(value)}",),
        Words("It is the geometric mean over {count} steps: with it at every step the whole would be as likely.", {"count": count}),
        (), (Term(1 / count, total, r"\frac{1}{T}", r"\ln p", about=whole),),
    )  # fmt: skip


def steepness(title: Words, gradient: np.ndarray, scale: np.ndarray, numbers: Sequence[Number]) -> Aggregate:
    """How fast the answer grows in the direction where it grows most, per unit of the data: g of normalised inputs over s."""
    ways = np.asarray(gradient, float) / scale
    value = float(np.linalg.norm(ways))
    terms = tuple(
        Term(float(w), float(w), f"g_{{{n + 1}}} / s_{{{n + 1}}}", f"g_{{{n + 1}}} / s_{{{n + 1}}}", one)
        for n, (w, one) in enumerate(zip(ways, numbers, strict=True))
    )
    written = " + ".join(rf"{factor(float(w))}^2" for w in ways)
    return Aggregate(
        title,
        value,
        (r"\left| \Delta \right| = \sqrt{\sum_k \left( g_k / s_k \right)^2}",),
        (rf"\left| \Delta \right| = \sqrt{{{written}}} = {latex_number(value)}",),
        Words("g is the gradient of the answer at an input as the network reads it, s how many units of the data one of it is."),
        (),
        terms,
    )  # fmt: skip


def mean_miss(title: Words, misses: np.ndarray, about: Sequence[Aggregate | OfOwn | None]) -> Aggregate:
    """The mean absolute error over some answers, the largest of them first; ``about`` leads on to each."""
    count = len(misses)
    away, share, sign = np.abs(misses), 1 / count, r"\frac{1}{N}"
    terms = told(
        np.argsort(-away, kind="stable"), away, share, sign,
        lambda n: Term(share, float(away[n]), sign, rf"\left| e_{{{n + 1}}} \right|", None, None, "", about[n]),
        r"\left| e \right|",
    )  # fmt: skip
    value = float(np.mean(np.abs(misses)))
    return Aggregate(
        title,
        value,
        (r"\overline{\left| e \right|} = \frac{1}{N} \sum_{n=1}^{N} \left| \hat{y}_n - y_n \right|",),
        (rf"\overline{{\left| e \right|}} = {added(terms)} = {latex_number(value)}",),
        Words(
            "{count} answers are compared with what came; those that are furthest off are told first.", {"count": count}
        ),
        (),
        terms,
    )


def difference(title: Words, said: float, truth: float, about: Aggregate | OfOwn | None) -> Aggregate:
    """How far an answer is off."""
    terms = (
        Term(1.0, said, "", r"\hat{y}", None, None, "", about),
        Term(-1.0, truth, "-1", "y"),
    )
    return Aggregate(
        title, said - truth, (r"e = \hat{y} - y",), (rf"e = {latex_number(said)} - {factor(truth)} = {latex_number(said - truth)}",),
        Words("The answer minus what was right."), (), terms,
    )  # fmt: skip


def furthest(misses: np.ndarray, most: int) -> list[int]:
    """The rows of (rows, answers) that are furthest off on average, NaN being no answer; the worst first."""
    known = np.flatnonzero((~np.isnan(misses)).any(axis=1))
    means = np.nanmean(np.abs(misses[known]), axis=1)
    return [int(known[n]) for n in np.argsort(-means, kind="stable")[:most]]


def mean_of_rows(title: Words, misses: np.ndarray, about: Mapping[int, Aggregate]) -> Aggregate:
    """The mean absolute error over all answers of (rows, answers), gathered by row; NaN is no answer."""
    counts, sums = (~np.isnan(misses)).sum(axis=1), np.nansum(np.abs(misses), axis=1)
    total = int(counts.sum())
    terms = [
        Term(float(counts[row]) / total, float(sums[row] / counts[row]), r"\frac{n}{N}", rf"\overline{{\left| e \right|}}_{{{row + 1}}}",
             None, None, "", one)
        for row, one in about.items()
    ]  # fmt: skip
    others = np.delete(sums, list(about))
    if len(others):
        terms.append(Term(1 / total, float(others.sum()), r"\frac{1}{N}", r"\sum_{\text{others}} \left| e \right|"))
    value = float(sums.sum() / total)
    return Aggregate(
        title,
        value,
        (r"\overline{\left| e \right|} = \frac{1}{N} \sum \left| \hat{y} - y \right|",),
        (rf"\overline{{\left| e \right|}} = {added(terms)} = {latex_number(value)}",),
        Words("{count} answers are compared with what came; the worst forecasts are told first.", {"count": total}),
        (),
        tuple(terms),
    )
