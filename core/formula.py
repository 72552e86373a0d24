"""LaTeX to SVG, by ziamath: pure Python, offline, 5 to 40 ms for a formula."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from functools import cache, lru_cache
from types import ModuleType

from core.describe import number
from core.errors import BadValue

_MINUS = "{-}"
"""The sign of a number. In braces it belongs to the number and gets no room around it."""
_NEGATIVE = re.compile(r"^\(\{-\}([^()]*)\)(?= \\cdot)")
"""The first factor of a product, where it is negative."""


@cache
def _ziamath() -> ModuleType:
    """ziamath, loaded at the first formula. SVG 1.1 is asked for, since Qt draws <symbol> of SVG 2 wrongly."""
    with warnings.catch_warnings():
        # It reads its font through an interface of importlib that is deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath
    vars(ziamath)["config"].svg2 = False
    return ziamath


@cache
def _complaints() -> tuple[type[Exception], ...]:
    """What bad LaTeX makes the library raise; the errors of its parser have no base of their own."""
    import latex2mathml.exceptions as parser

    own = [found for found in vars(parser).values() if isinstance(found, type) and issubclass(found, Exception)]
    return (*own, ValueError, LookupError, TypeError, AttributeError, AssertionError, SyntaxError)


@lru_cache(maxsize=1024)
def svg(latex: str, size: float = 18.0, color: str = "black") -> str:
    """The formula as an SVG document: ``size`` in pixels, ``color`` as #rrggbb. BadValue where it is not LaTeX."""
    library = _ziamath()
    try:
        return str(library.Latex(latex, size=size, color=color).svg())
    except _complaints() as error:
        raise BadValue("The formula “{latex}” cannot be drawn: {why}.", latex=latex, why=str(error)) from error


def latex_number(value: float, digits: int = 4) -> str:
    """A number as it stands in a formula: 0.25, -3, 1.2 10^{-7}."""
    text = number(value, digits).replace(",", "")
    if text in ("NaN", "∞", "-∞"):
        return {"NaN": r"\text{NaN}", "∞": r"\infty", "-∞": _MINUS + r"\infty"}[text]
    mantissa, _, power = text.partition("e")
    if mantissa.startswith("-"):
        mantissa = _MINUS + mantissa[1:]
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if power else mantissa


def factor(value: float, digits: int = 4) -> str:
    """The same as a factor of a product: a negative one stands in brackets."""
    text = latex_number(value, digits)
    return f"({text})" if text.startswith(_MINUS) or r"\cdot" in text else text


def summed(summands: Iterable[str]) -> str:
    """Summands in LaTeX as a sum: what begins with a negative number is taken off; "0" where there are none."""
    first, *others = [_NEGATIVE.sub(_freed, one) for one in summands] or ["0"]
    signed = (f" - {one[len(_MINUS) :]}" if one.startswith(_MINUS) else f" + {one}" for one in others)
    return first + "".join(signed)


def _freed(found: re.Match[str]) -> str:
    """The sign of the first factor as that of the product; one with a power of ten keeps its brackets."""
    size = found[1]
    return f"{_MINUS}({size})" if r"\cdot" in size else f"{_MINUS}{size}"
