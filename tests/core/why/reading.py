"""Reads explanations as a student does: every line that is written in numbers is worked out again, every number is looked
for in the rows, and rows are followed to where they lead."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np
import pytest

from core.formula import svg
from core.why.numbers import _PLAIN, Aggregate, Explanation, Later, Term

NUMBER = r"(?:\{-\})?(?:\d+(?:\.\d+)?)(?: \\cdot 10\^\{-?\d+\})?"
ROUNDED = 3e-3
"""What four written digits may be off, with some room for sums of them."""
_NAMES = {
    "tanh": math.tanh, "sqrt": math.sqrt, "ln": math.log, "abs": abs, "sigmoid": lambda z: (1 + math.tanh(z / 2)) / 2,
    "sign": lambda g: float(np.sign(g)), "max": lambda *shares: max(shares), "min": lambda *shares: min(shares), "exp": math.exp, "cosh": math.cosh, "inf": math.inf, "nan": math.nan,
}  # fmt: skip


def worth(side: str) -> float | None:
    """What one side of an equation comes to, None where it has letters in it or leaves factors out."""
    if r"\cdots" in side or "more" in re.sub(r"\\underbrace\{((?:[^{}]|\{[^{}]*\})*)\}_\{[^{}]*\{[^{}]*\}\}", "", side):
        return None
    text = side
    text = re.sub(r"\\underbrace\{((?:[^{}]|\{[^{}]*\})*)\}_\{[^{}]*\{[^{}]*\}\}", r"(\1)", text)
    text = re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", text)
    text = text.replace("{-}", "-").replace(r"\%", "")
    for word, sign in {
        r"\left|": " abs(", r"\right|": ")", r"\left(": "(", r"\right)": ")", r"\cdot": "*", r"\tanh": " tanh", r"\sigma": " sigmoid",
        r"\ln": " ln", r"\max": " max", r"\min": " min", r"\mathrm{sign}": " sign", r"\infty": "inf", r"\text{NaN}": "nan", r"\,": " ",
    }.items():  # fmt: skip
        text = text.replace(word, sign)
    text = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", text).replace("^2", "**2")
    while (made := _one_brace(text)) != text:
        text = made
    text = re.sub(r"([\d)]) *\(", r"\1 * (", text)
    text = re.sub(r"\b(tanh|sigmoid|ln) (-?[\d.e-]+)", r"\1(\2)", text)
    if re.search(
        r"[A-Za-z\\_{}=<]", re.sub(r"\b(?:tanh|sqrt|ln|abs|sigmoid|sign|max|min|inf|nan)\b|\d(?:e-?\d+)", "", text)
    ):
        return None
    made = eval(text, {"__builtins__": {}}, _NAMES)
    return None if callable(made) else float(made)  # σ is a letter too


def _one_brace(text: str) -> str:
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
    return re.sub(r"\\sqrt\{([^{}]*)\}", r" sqrt(\1)", text)


def equations(line: str) -> Iterator[list[str]]:
    """The sides of each equation of a line."""
    for one in re.split(r"\\q?quad", line):
        yield [side.strip(" ,") for side in re.split(r" (?:=|<|\\geq|\\leq) |\\leftarrow", one)]


def check_arithmetic(found: Aggregate | Explanation, rel: float = ROUNDED) -> int:
    """Every equation in numbers is right; gives how many sides were worked out."""
    count = 0
    for line in found.numbers:
        for one in re.split(r"\\q?quad", line):
            for chain in re.split(r" (?:<|\\geq|\\leq) ", one):
                known = [value for side in chain.split(" = ") if (value := worth(side.strip(" ,"))) is not None]
                sizes = [abs(float(n)) for n in re.findall(r"\d+\.\d+", chain)] or [0.0]
                for value in known[1:]:
                    count += 1
                    assert value == pytest.approx(known[0], rel=rel, abs=rel * max(sizes) + 1e-12, nan_ok=True), line
    return count


def numbers_of(line: str) -> list[float]:
    """The numbers that are written in a line, but those of indices, powers and words."""
    text = re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", line)
    text = re.sub(r"\\text\{[^{}]*\}", "", text)
    text = re.sub(r"\\underbrace\{((?:[^{}]|\{-\})*)\}_\{[^{}]*\}", "", text)  # what the others add up to
    text = re.sub(r"[_^](?:\{[^{}]*\}|\w)", "", text.replace("{-}", "-"))
    text = re.sub(r"[_^](?:\{[^{}]*\}|\w)", "", text)
    return [float(one) for one in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])", text)]


def rowless(found: Aggregate | Explanation, counts: tuple[float, ...] = ()) -> list[tuple[float, str]]:
    """Numbers that are written and stand in no row: neither the value, nor what a line comes to, nor a term or its parts."""
    known = [found.value, 0.0, 1.0, 2.0, *counts, len(found.terms)]
    for term in found.terms:
        known += [term.factor, term.value, term.contribution, abs(term.contribution)]
        known += [1 - term.value, 1 - term.factor]
        if term.factor:
            known.append(1 / term.factor)
    for line in found.numbers:
        known += [n for sides in equations(line) for n in numbers_of(sides[-1])]
    return [
        (one, line) for line in found.numbers for one in numbers_of(line)
        if not any(math.isclose(abs(one), abs(float(k)), rel_tol=2e-3, abs_tol=1e-9) for k in known)
    ]  # fmt: skip


def check_words(found: Aggregate | Explanation) -> None:
    """Every word of LaTeX is known to the plain text, and all lines can be drawn."""
    for line in (*found.symbols, *found.numbers):
        words = re.findall(r"\\[A-Za-z]+", re.sub(r"\\(?:begin|end)\{cases\}", "", line))
        unknown = [word for word in words if word not in _PLAIN]
        assert not unknown, (unknown, line)
        assert "<svg" in svg(line), line


def answer(about: object) -> Aggregate | None:
    """Where a click leads, as far as no sample is asked."""
    if isinstance(about, Later):
        assert str(about.title)
        return about.make()
    return about if isinstance(about, Aggregate) else None


def followed(term: Term) -> list[tuple[float, Aggregate]]:
    """(number of the row, the answer that it leads to) of both halves of a row."""
    pairs = ((term.value, term.about), (term.factor, term.factor_about))
    return [(value, made) for value, about in pairs if (made := answer(about)) is not None]


def walk_on(found: Aggregate, rng: np.random.Generator, steps: int, counts: tuple[float, ...] = ()) -> int:
    """Follow random rows and check every answer on the way; gives how many were read."""
    read = 0
    for _ in range(steps):
        check_arithmetic(found)
        assert not rowless(found, counts), (str(found.title), rowless(found, counts))
        read += 1
        onward = [pair for term in found.terms for pair in followed(term)]
        for value, made in onward:
            assert abs(made.value) == pytest.approx(abs(value), rel=1e-6, abs=1e-12), (
                str(found.title),
                str(made.title),
            )
        if not onward:
            break
        found = onward[int(rng.integers(len(onward)))][1]
    return read
