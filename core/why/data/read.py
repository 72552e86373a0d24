"""Why an import says so many: cells that do not fit, symbols of a text, files of a class, values of a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.describe import Words, number
from core.formula import factor, latex_number, summed
from core.why.numbers import Aggregate, Term, added, one_each, told

if TYPE_CHECKING:
    from core.data.importers.text import Symbols
    from core.data.own.generate import Channel
    from core.data.own.sketch import Sketch


def elsewhere(asked: Aggregate) -> Aggregate:
    """The same about data that is not the project's: no sample of it can be examined."""
    terms = tuple(
        replace(term, about=elsewhere(term.about)) if isinstance(term.about, Aggregate) else term
        for term in asked.terms
    )
    return replace(asked, sample=None, leads=(), terms=terms)


def bad_cells(cells: Sequence[tuple[int, str]], note: Words) -> Aggregate:
    """How many cells do not fit, column by column: (row in the file, name of the column) of each; "" is a whole row."""
    columns = list(dict.fromkeys(name for _, name in cells))
    rows = {name: [row for row, one in cells if one == name] for name in columns}
    counts = np.array([len(rows[name]) for name in columns])
    terms = told(
        np.argsort(-counts, kind="stable"), counts, 1, "",
        lambda at: Term(1, int(counts[at]), "", f"n_{{{at + 1}}}", about=_bad_in(columns[at], rows[columns[at]])), "n_c",
    )  # fmt: skip
    return Aggregate(
        Words("How many cells do not fit"), len(cells), (r"n = \sum_c n_c",), (f"n = {added(terms)} = {len(cells)}",), note,
        (), terms,
    )  # fmt: skip


def _bad_in(name: str, rows: list[int]) -> Aggregate:
    shown = ", ".join(str(row) for row in rows[:20]) + (" …" if len(rows) > 20 else "")
    title = Words("Cells of “{name}” that do not fit", {"name": name})
    if not name:
        title = Words("Rows that have another number of cells")
    return Aggregate(
        title, len(rows), (r"n = \sum_i 1",), (f"n = {len(rows)}",), Words("They are in these rows of the file: {rows}.", {"rows": shown})
    )  # fmt: skip


def symbols(found: Symbols) -> dict[str, Aggregate]:
    """How many symbols a text has ("all"), how many "different" ones, and how many of them are "rare" words."""
    counts = np.bincount(found.codes, minlength=len(found.vocabulary))
    order, size = np.argsort(-counts, kind="stable"), len(found.codes)

    def one(at: int, value: int) -> Term:
        return Term(1, value, "", f"n_{{{at}}}", about=symbol(found, at))

    every = told(order, counts, 1, "", lambda at: one(at, int(counts[at])), "n_k")
    kinds = one_each(order, lambda at: one(at, 1))
    kept = len(found.vocabulary)
    made = {
        "all": Aggregate(
            Words("How many symbols the text has"), size, (r"n = \sum_k n_k",), (f"n = {added(every)} = {size}",),
            Words("Each symbol of the text is counted, the frequent ones are told first."), (), every,
        ),
        "different": Aggregate(
            Words("How many different symbols the text has"), kept, (r"n = \sum_k 1",), (f"n = {kept}",),
            Words("Each is counted once; those that occur most are told first."), (), kinds,
        ),
    }  # fmt: skip
    if found.rare:
        made["rare"] = Aggregate(
            Words("How many words of the text are rare"), found.rare, (r"n = N - \sum_k n_k",),
            (f"n = {size} - {size - found.rare} = {found.rare}",),
            Words("So many different words are told apart as there is room for; all others of the {size} words count as one and "
                  "the same.", {"size": size}),
        )  # fmt: skip
    return made


def symbol(found: Symbols, code: int) -> Aggregate:
    """How often a symbol occurs in a text."""
    count, size = int((found.codes == code).sum()), len(found.codes)
    first = np.flatnonzero(found.codes == code)[:8] + 1
    places = ", ".join(str(place) for place in first.tolist()) + (" …" if count > 8 else "")
    return Aggregate(
        Words("How often “{name}” occurs in the text", {"name": found.vocabulary[code]}), count,
        (rf"n_{{{code}}} = \sum_i \left[ x_i = {code} \right]",),
        (f"n_{{{code}}} = {count}", rf"\frac{{{count}}}{{{size}}} = {latex_number(count / max(1, size), 3)}"),
        Words("It stands at places {places} of {size}.", {"places": places, "size": size}),
    )  # fmt: skip


def files(counts: Mapping[str, int], name: str = "") -> Aggregate:
    """How many files a class has; without a ``name`` how many classes there are."""
    if name:
        return Aggregate(
            Words("How many files the class “{name}” has", {"name": name}), counts[name], (r"n = \sum_i 1",), (f"n = {counts[name]}",),
            Words("Each file in the folder “{name}” whose ending is known is one sample of the class.", {"name": name}),
        )  # fmt: skip
    names = list(counts)
    sizes = np.array([counts[one] for one in names])
    terms = one_each(
        np.argsort(-sizes, kind="stable"),
        lambda at: Term(1, 1, "", f"k_{{{at + 1}}}", about=files(counts, names[at])),
    )
    return Aggregate(
        Words("How many classes there are"), len(names), (r"n = \sum_k 1",), (f"n = {len(names)}",),
        Words("Each folder with files in it is a class; those with most files are told first."), (), terms,
    )  # fmt: skip


def labelled(counts: Mapping[str, int], name: str) -> Aggregate:
    """How many pictures of a class were kept."""
    total = sum(counts.values())
    share = latex_number(counts[name] / total, 3)
    return Aggregate(
        Words("How many pictures show “{name}”", {"name": name}), counts[name], (r"n = \sum_i \left[ y_i = \text{class} \right]",),
        (f"n = {counts[name]}", rf"\frac{{{counts[name]}}}{{{total}}} = {share}"),
        Words("Of {total} pictures that were kept so many have this class.", {"total": total}),
    )  # fmt: skip


def generated(channel: Channel, at: int, value: float, clean: float) -> Aggregate:
    """What a channel has at step ``at`` (from 0): its formula, and the noise that was drawn for it."""
    chance = value - clean
    drawn = chance / channel.noise if channel.noise else 0.0
    noise = rf"{latex_number(channel.noise)} \cdot {latex_number(drawn)}"
    terms = [Term(1.0, clean, "", rf"f({at})")]
    if channel.noise:
        terms.append(Term(channel.noise, drawn, r"\sigma", r"\varepsilon"))
    written = summed((latex_number(clean), *([noise] if channel.noise and drawn >= 0 else [])))
    if channel.noise and drawn < 0:
        written = rf"{latex_number(clean)} - {latex_number(channel.noise)} \cdot {latex_number(-drawn)}"
    return Aggregate(
        Words("“{name}” at t = {step}", {"name": channel.name, "step": at}), value, (r"x_t = f(t) + \sigma \, \varepsilon_t",),
        (rf"x_{{{at}}} = {written} = {latex_number(value)}",),
        Words("f is the formula of the channel, {formula}; the seed decides the noise ε, whose standard deviation is 1.",
              {"formula": channel.formula}), (), tuple(terms),
    )  # fmt: skip


def sketched(sketch: Sketch, curve: int, place: int) -> Aggregate | None:
    """What a sketched curve says at a place from left to right; None where nothing is drawn."""
    from core.data.own.sketch import ACROSS, smoothed

    heights = sketch.curves[curve].heights
    height = float(smoothed(heights, sketch.smoothing)[place])
    if np.isnan(height):
        return None
    span, value = sketch.high - sketch.low, sketch.low + height * (sketch.high - sketch.low)
    time = place / (ACROSS - 1) * (sketch.steps - 1)
    note = Words("h is how high the curve is drawn, from 0 at the bottom l to 1 at the top u.")
    if sketch.smoothing > 0:
        note = Words(
            "h is how high the curve is, from 0 at the bottom l to 1 at the top u: drawn at {drawn} there, and averaged with what "
            "is around it, as the smoothing says.", {"drawn": number(float(heights[place]))},
        )  # fmt: skip
    written = summed((latex_number(sketch.low), rf"{factor(span)} \cdot {latex_number(height)}"))
    return Aggregate(
        Words("Curve {n} at t = {time}", {"n": curve + 1, "time": number(time)}), value, (r"x = l + (u - l) \, h",),
        (f"x = {written} = {latex_number(value)}",), note, (),
        (Term(sketch.low, 1.0, "l", ""), Term(span, height, "(u - l)", "h")),
    )  # fmt: skip


def inked(name: str, ink: float, dots: int) -> Aggregate:
    """How dark a pixel of a drawing is; ``dots`` lie in it."""
    touched = round(ink * dots)
    return Aggregate(
        Words("How dark {name} is", {"name": name}), ink, (r"p = \frac{n}{N}",), (rf"p = \frac{{{touched}}}{{{dots}}} = {latex_number(ink)}",),
        Words("The pen touched {touched} of the {dots} dots that a pixel is made of.", {"touched": touched, "dots": dots}),
    )  # fmt: skip


def shape_of(name: str, array: np.ndarray) -> Aggregate:
    """How many numbers an array of a file has."""
    sizes = r" \cdot ".join(str(size) for size in array.shape)
    return Aggregate(
        Words("How many numbers “{name}” has", {"name": name}), array.size, (r"n = \prod_d n_d",),
        (f"n = {sizes} = {array.size}" if array.ndim > 1 else f"n = {array.size}",),
        Words("The file says the sizes of its dimensions; the first one counts the samples."),
    )  # fmt: skip
