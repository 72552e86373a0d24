"""Breaks formulas that are wider than there is room: at an equals sign, a plus or a minus that stands in no bracket."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gui.formula import natural_size

_BETWEEN = r"\qquad"


def pieces(latex: str) -> Iterator[str]:
    """The parts of a formula that may stand on lines of their own, each beginning with its sign."""
    depth, begin, at = 0, 0, 0
    while at < len(latex):
        if latex.startswith(r"\left", at):
            depth, at = depth + 1, at + 5
        elif latex.startswith(r"\right", at):
            depth, at = depth - 1, at + 6
        elif latex[at] in "{}":
            depth, at = depth + (1 if latex[at] == "{" else -1), at + 1
        elif depth == 0 and latex[at : at + 3] in (" + ", " - ", " = ") and at > begin:
            yield latex[begin:at].strip()
            begin, at = at, at + 3
        else:
            at += 1
    yield latex[begin:].strip()


def folded(latex: str, width: float, measure: Callable[[str], float] | None = None) -> list[str]:
    """Lines that are at most ``width`` pixels wide where the formula can be broken at all."""
    wide = measure or (lambda line: natural_size(line).width())
    if wide(latex) <= width:
        return [latex]
    if _BETWEEN in latex:
        # Several formulas side by side: each has a line of its own where they do not fit in one.
        return [line for part in latex.split(_BETWEEN) for line in folded(part.strip(), width, measure)]
    lines: list[str] = []
    for piece in pieces(latex):
        joined = f"{lines[-1]} {piece}" if lines else piece
        if lines and wide(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(piece if not lines else rf"\quad {piece}")
    return lines
