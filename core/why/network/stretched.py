"""How much a matrix can stretch: its largest singular value, as the length of what it makes of one direction."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.describe import Words
from core.formula import latex_number
from core.why.numbers import Aggregate, Later, Number, Term, added
from core.why.simple import Part, Told, given, length


def stretch(title: Words, matrix: np.ndarray, entry: Callable[[int, int], Told | Number | None]) -> Aggregate:
    """The largest stretch |W| by a matrix (rows, columns): the length of W v along the direction v that it stretches most.
    ``entry`` tells what a number of the matrix is."""
    _, _, ways = np.linalg.svd(matrix)
    way = ways[0]

    def image(row: int) -> Later:
        name = Words("Unit {n} of what the matrix makes of this direction", {"n": row + 1})

        def answer() -> Aggregate:
            terms = []
            for column, (w, v) in enumerate(zip(matrix[row], way, strict=True)):
                about = entry(row, column)
                number, told = (about, None) if isinstance(about, Number) else (None, about)
                drawn = given(
                    Words("A part of the direction"),
                    float(v),
                    f"v_{{{column + 1}}}",
                    Words("It is the direction of length 1 that the matrix stretches most."),
                )
                terms.append(Term(float(w), float(v), f"W_{{{row + 1},{column + 1}}}", f"v_{{{column + 1}}}", None, number, about=drawn, factor_about=told))  # fmt: skip
            value = float(matrix[row] @ way)
            return Aggregate(
                name, value, (r"u_i = \sum_j W_{ij} v_j",), (f"u = {added(terms)} = {latex_number(value)}",),
                Words("A row of the matrix times the direction."), terms=tuple(terms),
            )  # fmt: skip

        return Later(name, answer)

    parts = [Part(f"u_{{{row + 1}}}", float(matrix[row] @ way), image(row)) for row in range(len(matrix))]
    return length(
        title, r"\left| W \right|", parts,
        Words("No direction v of length 1 is stretched more by the matrix than this one; u = W v is what it is stretched to."),
        (r"\left| W \right| = \max_{\left| v \right| = 1} \left| W v \right| = \sqrt{\sum_i u_i^2}",),
    )  # fmt: skip


def foretold(title: Words, end: Part, size: Part, steps: int) -> Aggregate:
    """What |W| alone foretells of the gradient so many steps before the last one that has any."""
    value = end.value * size.value**steps
    written = rf"{latex_number(end.value)} \cdot {latex_number(size.value)}^{{{steps}}}"
    return Aggregate(
        title, value, (r"p_t = \left| W \right|^{T - t} \cdot \left| \frac{\partial L}{\partial h_T} \right|",),
        (f"p = {written} = {latex_number(value)}",),
        Words("It is as if nothing else happened to the gradient on its way back; what is measured differs by the rest."),
        terms=(end.term, size.term),
    )  # fmt: skip
