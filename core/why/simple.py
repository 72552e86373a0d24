"""Answers of one line: what is set by hand or drawn, products, quotients, differences and lengths of other answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.describe import Words
from core.formula import factor, latex_number, summed
from core.why.numbers import Aggregate, Later, Term

Told = Aggregate | Later
WRITTEN = 5
"""Squares that are written out under a root."""


@dataclass(frozen=True, eq=False)
class Part:
    """A number that stands in a formula: how it is written, and what it is."""

    symbol: str
    """LaTeX."""
    value: float
    about: Told | None = None

    @property
    def term(self) -> Term:
        """Its row."""
        return Term(1, self.value, "", self.symbol, about=self.about)


def given(title: Words, value: float, letter: str, note: Words) -> Aggregate:
    """A number that is not worked out from others: ``note`` says where it is from."""
    return Aggregate(title, value, (letter,), (f"{letter} = {latex_number(value)}",), note)


def product(title: Words, sign: str, parts: Sequence[Part], note: Words, lines: tuple[str, ...] = ()) -> Aggregate:
    """``sign`` is the product of some parts; ``lines`` are formulas that go before."""
    value = float(np.prod([part.value for part in parts]))
    written = r" \cdot ".join(factor(part.value) for part in parts)
    symbols = r" \cdot ".join(part.symbol for part in parts)
    return Aggregate(
        title, value, (*lines, f"{sign} = {symbols}"), (f"{sign} = {written} = {latex_number(value)}",), note,
        terms=tuple(part.term for part in parts),
    )  # fmt: skip


def quotient(title: Words, sign: str, above: Part, below: Part, note: Words) -> Aggregate:
    """``sign`` is one part over another; where that is 0 the share is told as 0."""
    value = above.value / below.value if below.value else 0.0
    return Aggregate(
        title, value, (rf"{sign} = \frac{{{above.symbol}}}{{{below.symbol}}}",),
        (rf"{sign} = \frac{{{latex_number(above.value)}}}{{{latex_number(below.value)}}} = {latex_number(value)}",),
        note, terms=(above.term, below.term),
    )  # fmt: skip


def length(title: Words, sign: str, parts: Sequence[Part], note: Words, lines: tuple[str, ...] = ()) -> Aggregate:
    """The root of the sum of the squares of some parts."""
    value = float(np.linalg.norm([part.value for part in parts]))
    chosen = sorted(parts, key=lambda part: -abs(part.value))[:WRITTEN]
    squares = [f"{factor(part.value)}^2" for part in parts if part in chosen]
    if len(parts) > WRITTEN:
        rest = sum(part.value**2 for part in parts) - sum(part.value**2 for part in chosen)
        squares.append(rf"\underbrace{{{factor(max(0.0, rest))}}}_{{{len(parts) - WRITTEN} \text{{ more}}}}")
    written = summed(squares)
    return Aggregate(
        title, value, lines, (rf"{sign} = \sqrt{{{written}}} = {latex_number(value)}",), note,
        terms=tuple(Term(part.value, part.value, part.symbol, part.symbol, about=part.about) for part in parts),
    )  # fmt: skip


def left_over(part: Part, name: str) -> Part:
    """1 less a part that is called ``name``."""
    title = Words("What {name} leaves of 1", {"name": name})
    return _of_one(part, title, "1 - {}", 1 - part.value)


def slope_of_tanh(part: Part, name: str) -> Part:
    """1 less the square of what tanh has made, which is how steep it is there."""
    title = Words("How steep tanh is where it has made {name}", {"name": name})
    return _of_one(part, title, "1 - {}^2", 1 - part.value**2)


def tanh_of(part: Part, name: str) -> Part:
    """tanh of a part."""
    found = _of_one(part, Words("tanh of {name}", {"name": name}), r"\tanh\left({}\right)", float(np.tanh(part.value)))
    return Part(found.symbol[1:-1], found.value, found.about)


def _of_one(part: Part, title: Words, pattern: str, value: float) -> Part:
    line, written = pattern.format(part.symbol), pattern.format(factor(part.value))

    def answer() -> Aggregate:
        return Aggregate(
            title, value, (line,), (f"{written} = {latex_number(value)}",), Words("It is worked out from this number alone."),
            terms=(part.term,),
        )  # fmt: skip

    return Part(f"({line})", value, Later(title, answer))
