"""Breaks formulas that are wider than there is room: at an equals sign, a plus or a minus that stands in no bracket."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gui.formula import natural_size

_SIGNS = (" + ", " - ", " = ")
_BETWEEN = (r"\qquad", r"\quad")


def pieces(latex: str) -> Iterator[str]:
    """The parts of a formula that may stand on lines of their own, each beginning with its sign."""
    begin = behind = 0
    for at in _open_places(latex):
        if at >= behind and at > begin and latex[at : at + 3] in _SIGNS:
            yield latex[begin:at].strip()
            begin, behind = at, at + 3
    yield latex[begin:].strip()


def formulas(latex: str) -> list[str]:
    """The formulas that stand side by side, with room between them."""
    found, begin = [], 0
    for at in _open_places(latex):
        sign = next((sign for sign in _BETWEEN if latex.startswith(sign, at)), None)
        if sign is not None:
            found.append(latex[begin:at].strip(" ,"))
            begin = at + len(sign)
    return [one for one in (*found, latex[begin:].strip()) if one]


def _open_places(latex: str) -> Iterator[int]:
    """Places that stand in no bracket."""
    depth = at = 0
    while at < len(latex):
        if latex.startswith(r"\left", at):
            depth, at = depth + 1, at + 5
        elif latex.startswith(r"\right", at):
            depth, at = depth - 1, at + 6
        elif latex[at] in "{}":
            depth, at = depth + (1 if latex[at] == "{" else -1), at + 1
        else:
            if depth == 0:
                yield at
            at += 1


def folded(latex: str, width: float, measure: Callable[[str], float] | None = None) -> list[str]:
    """Lines that are at most ``width`` pixels wide where the formula can be broken at all."""
    wide = measure or (lambda line: natural_size(line).width())
    if wide(latex) <= width:
        return [latex]
    each = formulas(latex)
    if len(each) > 1:
        # Each has a line of its own where they do not fit in one.
        return [line for one in each for line in folded(one, width, measure)]
    lines: list[str] = []
    for piece in pieces(latex):
        joined = f"{lines[-1]} {piece}" if lines else piece
        if lines and wide(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(piece if not lines else rf"\quad {piece}")
    return lines
