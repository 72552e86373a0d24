"""Formulas of a time series, "sin(2 pi t / 24) + 0.5 step(t - 100)": read by a parser of our own, never by ``eval``.

Every fault is a sentence with the place of the character where it was noticed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from core.errors import DataError

MAX_LENGTH = 500
MAX_DEPTH = 40
CONSTANTS = {"pi": np.pi, "π": np.pi, "e": np.e}
_TOKEN = re.compile(
    r"\s+|(?P<number>(?:\d+(?:[.٫]\d*)?|[.٫]\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>\*\*|<=|>=|[-+*/^%(),،<>×·÷−≤≥])"
)
_SPELLED = {"**": "^", "×": "*", "·": "*", "÷": "/", "−": "-", "،": ",", "≤": "<=", "≥": ">="}


class FormulaError(DataError):
    """A formula that does not read; ``at`` is the character, from 1."""

    def __init__(self, template: str, at: int, **values: object) -> None:
        super().__init__(template, at=at, **values)
        self.at = at


@dataclass(frozen=True)
class Surroundings:
    """What a formula is worked out in."""

    steps: int
    draw: np.random.Generator
    known: dict[str, np.ndarray]
    """The channels above, each (steps,)."""


Value = np.ndarray | float
Node = Callable[[Surroundings], Value]


@dataclass(frozen=True)
class Function:
    """A function that formulas can call."""

    fewest: int
    most: int
    help: str
    run: Callable[..., Value]
    """Gets the surroundings where ``drawn``, then the arguments."""
    drawn: bool = False
    """Whether it needs to know how many steps there are, or chance."""


def _lag(around: Surroundings, values: Value, by: Value = 1.0) -> Value:
    """The value some steps before; before the beginning there is the first one."""
    row = np.broadcast_to(np.asarray(values, float), (around.steps,))
    back = np.nan_to_num(np.broadcast_to(np.asarray(by, float), (around.steps,)), nan=0.0, posinf=1e9, neginf=0.0)
    places = np.arange(around.steps) - np.clip(back, 0, around.steps).astype(int)
    found: np.ndarray = row[np.maximum(places, 0)]
    return found


def _remembering(around: Surroundings, keep: Value = 0.9) -> Value:
    """x_t = keep x_(t-1) + normal noise, with ``keep`` from -1 to 1."""
    share = float(np.clip(np.mean(keep), -1, 1))
    noise = around.draw.standard_normal(around.steps)
    total = 0.0
    for step, one in enumerate(noise.tolist()):
        total = share * total + one
        noise[step] = total
    return noise


def _running(around: Surroundings, values: Value) -> Value:
    return np.cumsum(np.broadcast_to(np.asarray(values, float), (around.steps,)))


def _saw(x: Value) -> Value:
    turns = np.asarray(x) / (2 * np.pi)
    return 2 * (turns - np.floor(turns + 0.5))


FUNCTIONS: dict[str, Function] = {
    "sin": Function(1, 1, "sine of an angle in radians", np.sin),
    "cos": Function(1, 1, "cosine", np.cos),
    "tan": Function(1, 1, "tangent", np.tan),
    "exp": Function(1, 1, "e to the power of x", np.exp),
    "log": Function(1, 1, "natural logarithm", np.log),
    "sqrt": Function(1, 1, "square root", np.sqrt),
    "abs": Function(1, 1, "without its sign", np.abs),
    "sign": Function(1, 1, "-1, 0 or 1", np.sign),
    "tanh": Function(1, 1, "hyperbolic tangent", np.tanh),
    "floor": Function(1, 1, "the whole number below", np.floor),
    "round": Function(1, 1, "the nearest whole number", np.round),
    "min": Function(2, 2, "the smaller one", np.minimum),
    "max": Function(2, 2, "the larger one", np.maximum),
    "step": Function(1, 1, "0 before x = 0, 1 from there on", lambda x: np.where(np.asarray(x) >= 0, 1.0, 0.0)),
    "square": Function(
        1, 1, "+1 and -1 by turns, with the period of the sine", lambda x: np.where(np.sin(x) >= 0, 1.0, -1.0)
    ),
    "saw": Function(1, 1, "a rising saw with the period of the sine", _saw),
    "triangle": Function(1, 1, "a triangle with the period of the sine", lambda x: 2 / np.pi * np.arcsin(np.sin(x))),
    "lag": Function(1, 2, "x some steps before: lag(a, 3)", _lag, drawn=True),
    "sum": Function(1, 1, "the sum of all values so far", _running, drawn=True),
    "random": Function(
        0, 0, "a number from 0 to 1 at every step", lambda around: around.draw.random(around.steps), True
    ),
    "normal": Function(0, 0, "noise of mean 0 and deviation 1", lambda a: a.draw.standard_normal(a.steps), True),
    "walk": Function(0, 0, "a random walk", lambda a: np.cumsum(a.draw.standard_normal(a.steps)), True),
    "ar": Function(0, 1, "noise that remembers: ar(0.9)", _remembering, drawn=True),
}
_OPERATORS: dict[str, Callable[[Value, Value], Value]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.mod,
    "^": np.power,
    "<": lambda a, b: np.less(a, b).astype(float),
    ">": lambda a, b: np.greater(a, b).astype(float),
    "<=": lambda a, b: np.less_equal(a, b).astype(float),
    ">=": lambda a, b: np.greater_equal(a, b).astype(float),
}


def parse(text: str, channel: str, known: Iterable[str] = ()) -> Node:
    """The formula as something that can be worked out; ``known`` are channels it may name. Raises FormulaError."""
    return _Parser(text, channel, frozenset(known)).whole()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


class _Parser:
    """By recursive descent: comparison, sum, product, sign, power, atom."""

    def __init__(self, text: str, channel: str, known: frozenset[str]) -> None:
        self._channel, self._known = channel, known
        if len(text) > MAX_LENGTH:
            raise self._error("it has more than {most:,} characters", MAX_LENGTH + 1, most=MAX_LENGTH)
        self._tokens = self._cut(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        """All of the text, or the first fault."""
        if self._token.kind == "end":
            raise self._error("there is no formula yet", self._token.at)
        found = self._comparison()
        if self._token.kind != "end":
            raise self._unexpected()
        return found

    def _cut(self, text: str) -> list[_Token]:
        found, at = [], 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:
                raise self._error("“{text}” has no meaning in a formula", at + 1, text=text[at])
            if token.lastgroup is not None:
                found.append(_Token(token.lastgroup, _SPELLED.get(token.group(), token.group()), at + 1))
            at = token.end()
        return [*found, _Token("end", "", len(text) + 1)]

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, *signs: str) -> _Token | None:
        """The next token, taken, where it is one of these signs."""
        token = self._token
        if token.kind != "sign" or token.text not in signs:
            return None
        self._next += 1
        return token

    def _comparison(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error("it is nested too deeply", self._token.at)
        left = self._sum()
        sign = self._take("<", ">", "<=", ">=")
        found = left if sign is None else _both(_OPERATORS[sign.text], left, self._sum())
        self._depth -= 1
        return found

    def _sum(self) -> Node:
        left = self._product()
        while sign := self._take("+", "-"):
            left = _both(_OPERATORS[sign.text], left, self._product())
        return left

    def _product(self) -> Node:
        left = self._signed()
        while True:
            if sign := self._take("*", "/", "%"):
                left = _both(_OPERATORS[sign.text], left, self._signed())
            elif self._token.kind == "name" or (self._token.kind == "sign" and self._token.text == "("):
                left = _both(np.multiply, left, self._power())  # 2 pi t
            else:
                return left

    def _signed(self) -> Node:
        negative = False
        while sign := self._take("+", "-"):
            negative ^= sign.text == "-"
        inner = self._power()
        return (lambda around: np.negative(inner(around))) if negative else inner

    def _power(self) -> Node:
        base = self._atom()
        if self._take("^") is None:
            return base
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error("it is nested too deeply", self._token.at)
        found = _both(np.power, base, self._signed())
        self._depth -= 1
        return found

    def _atom(self) -> Node:
        token = self._token
        if token.kind == "number":
            self._next += 1
            value = float(token.text.replace("٫", "."))
            if not np.isfinite(value):
                raise self._error("“{text}” is too large a number", token.at, text=token.text)
            return lambda around: value
        if token.kind == "name":
            self._next += 1
            return self._named(token)
        if self._take("("):
            inner = self._comparison()
            self._close(token)
            return inner
        raise self._unexpected()

    def _named(self, token: _Token) -> Node:
        name = token.text
        if name in self._known:
            return lambda around: around.known[name]
        if name in FUNCTIONS:
            return self._call(token, FUNCTIONS[name])
        if name in CONSTANTS:
            return lambda around: CONSTANTS[name]
        if name == "t":
            return lambda around: np.arange(around.steps, dtype=float)
        if name == "n":
            return lambda around: float(around.steps)
        every = [*FUNCTIONS, *CONSTANTS, "t", "n", *self._known]
        near = get_close_matches(name.lower(), every, n=1, cutoff=0.5)
        if near:
            raise self._error("there is no “{text}”: did you mean “{near}”?", token.at, text=name, near=near[0])
        raise self._error(
            "there is no “{text}”: a formula knows t, pi, functions, and the channels above", token.at, text=name
        )

    def _call(self, token: _Token, function: Function) -> Node:
        opening = self._token
        if not self._take("("):
            raise self._error("“{text}” needs brackets: {text}( … )", token.at, text=token.text)
        arguments: list[Node] = []
        if not self._take(")"):
            arguments.append(self._comparison())
            while self._take(","):
                arguments.append(self._comparison())
            self._close(opening)
        if not function.fewest <= len(arguments) <= function.most:
            wanted = str(function.fewest) if function.fewest == function.most else f"{function.fewest}–{function.most}"
            raise self._error(
                "“{text}” takes {wanted} values in its brackets, not {n}",
                token.at,
                text=token.text,
                wanted=wanted,
                n=len(arguments),
            )
        run = function.run
        if function.drawn:
            return lambda around: run(around, *(one(around) for one in arguments))
        return lambda around: run(*(one(around) for one in arguments))

    def _close(self, opening: _Token) -> None:
        if self._take(")"):
            return
        if self._token.kind == "end":
            raise self._error("this bracket is never closed", opening.at)
        raise self._unexpected()

    def _unexpected(self) -> FormulaError:
        token = self._token
        if token.kind == "end":
            return self._error("the formula ends too early", token.at)
        return self._error("“{text}” is not expected here", token.at, text=token.text)

    def _error(self, what: str, at: int, **values: object) -> FormulaError:
        end = "" if what.endswith("?") else "."
        return FormulaError("“{channel}”, character {at}: " + what + end, at, channel=self._channel, **values)


def _both(run: Callable[[Value, Value], Value], left: Node, right: Node) -> Node:
    return lambda around: run(left(around), right(around))
