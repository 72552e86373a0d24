"""Numbers as people type them: Persian and Arabic digits, a comma or a point, 1e-3; and the steps of a spin box."""

from __future__ import annotations

import math
import re

from core.catalogue.spec import Param
from core.errors import BadValue

_LETTERS = str.maketrans(
    {**{chr(start + n): str(n) for start in (0x0660, 0x06F0) for n in range(10)}, "−": "-", "‐": "-", "–": "-"}
)
_DROPPED = re.compile(r"[\s\u200e\u200f\u061c\u066c'’_]")
_POWER_OF_TEN = re.compile(r"[×x*]10\^?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?")


def parse(text: str, title: str, whole: bool = False) -> float | int:
    """The number in ``text``; raises BadValue with a sentence about ``title``.

    A single comma or point is the decimal separator, except that a whole number with three digits after it, such as
    "1,000", is refused: it means a thousand to some readers and one to others.
    """
    plain = _DROPPED.sub("", text).translate(_LETTERS).replace("٫", ".").lower()
    plain = _without_groups(_POWER_OF_TEN.sub("e", plain))
    if whole and re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3}", plain):
        raise BadValue(
            "{title}: “{value}” may mean {many} or {few}. Write it without a separator.",
            title=title,
            value=text.strip(),
            many=plain.replace(",", "").replace(".", ""),
            few=re.split("[.,]", plain)[0],
        )
    plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise BadValue("{title} needs a number, not “{value}”.", title=title, value=text.strip())
    number = float(plain)
    return int(number) if whole and math.isfinite(number) and number == int(number) else number


def _without_groups(plain: str) -> str:
    """``plain`` without separators of thousands: the one that occurs several times, or the first of two kinds."""
    for group, decimal in ((",", "."), (".", ",")):
        several = plain.count(group) > 1
        before = group in plain and decimal in plain and plain.rfind(group) < plain.find(decimal)
        if (several or before) and re.fullmatch(rf"[+-]?\d{{1,3}}(\{group}\d{{3}})+(\{decimal}.*)?(e.*)?", plain):
            return plain.replace(group, "")
    return plain


def show(value: float | int) -> str:
    """The shortest text that reads back as exactly ``value``: "0.001", "1e-5", "64"."""
    if isinstance(value, int):
        return str(value)
    text = repr(float(value))
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    return text.removesuffix(".0")


def stepped(param: Param, value: float | int, steps: int) -> float | int:
    """``value`` moved by ``steps`` clicks of an arrow (ten for a page), within the bounds of ``param``.

    Logarithmic parameters go 1, 2, 5, 10; whole ones double and halve; a page is a factor of ten.
    """
    moved = float(value)
    if not param.log:
        moved += steps * _stride(param, moved)
    elif abs(steps) >= 10 and moved:
        moved *= 10.0 ** (steps / 10)
    else:
        for _ in range(abs(steps)):
            moved = _next_ratio(param, moved, steps > 0)
    moved = _tidy(moved)
    low, high = param.minimum, param.maximum
    if low is not None and moved <= low:
        moved = float(value) if param.open_minimum else float(low)
    if high is not None:
        moved = min(moved, float(high))
    return round(moved) if param.kind == "int" else moved


def _next_ratio(param: Param, value: float, up: bool) -> float:
    first = 1.0 if param.kind == "int" else 1e-6
    if value == 0:
        return first if up else -first
    if value < 0:
        return -_next_ratio(param, -value, not up)
    if not up and value <= first and not param.open_minimum:
        return 0.0
    if param.kind == "int":
        power = math.log2(value)
        return 2.0 ** (math.floor(power + 1e-9) + 1 if up else math.ceil(power - 1e-9) - 1)
    decade = 10.0 ** math.floor(math.log10(value) + 1e-9)
    ladder = [decade * rung for rung in (0.5, 1.0, 2.0, 5.0, 10.0)]
    return min(r for r in ladder if r > value * (1 + 1e-9)) if up else max(r for r in ladder if r < value * (1 - 1e-9))


def _stride(param: Param, value: float) -> float:
    if param.step:
        return param.step
    if param.kind == "int":
        return 1.0
    if param.minimum is not None and param.maximum is not None and param.maximum - param.minimum <= 100:
        return 10.0 ** math.floor(math.log10((param.maximum - param.minimum) / 20))
    return 10.0 ** math.floor(math.log10(abs(value)) - 0.5) if value else 0.1


def _tidy(value: float) -> float:
    """Without the dust of decimal steps in binary: 0.30000000000000004 is 0.3, and 1e-17 is 0."""
    return 0.0 if abs(value) < 1e-12 else float(f"{value:.12g}")
