"""The vocabulary of questions and answers: a Number has an address, an Explanation says what it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from core.data.dataset import Part
from core.describe import Words, number
from core.formula import factor, latex_number, summed
from core.traces import OwnInput

Quantity = Literal[
    "value", "sum", "gate", "cell", "weight", "gradient", "delta", "cell_gradient", "weight_gradient", "loss", "norm",
    "flow", "attention", "score", "score_gradient",
]  # fmt: skip
SHOWN = 5
"""Terms of a sum that are written out; the rest is added up."""
MOST = 40
"""Terms of a sum that are told one by one; the others are one term together."""


@dataclass(frozen=True)
class Number:
    """The address of a number. Steps and units count from 0; in formulas and sentences they count from 1."""

    quantity: Quantity
    """"value" h, "sum" a before the activation, "gate" after its squashing, "cell" c, "weight" one parameter,
    "gradient" dL/dh, "delta" dL/da, "cell_gradient" dL/dc, "weight_gradient" dL/dW, "loss" L,
    "norm" the length over all units of what ``part`` names (see core.why.lengths), "flow" the length of what goes back
    along one copy of the link that ``part`` names (or of the memory of the layer) into ``layer`` at ``step``,
    "attention" the weight of a step of the memory (``unit``), "score" what it is the softmax of, "score_gradient" dL/d(score)."""
    layer: str = ""
    unit: int = 0
    """For a weight its row."""
    step: int | None = None
    """None for a static value; -1 is the initial state."""
    part: str = ""
    """A gate ("input", "forget", "candidate", "output", "reset", "update"), with "_reverse" for the other direction; for
    a weight the name of its tensor."""
    column: int | None = None
    """Of a weight; None for a vector. Of a flow the step of its source."""


@dataclass(frozen=True)
class Term:
    """One summand: ``factor`` times ``value``."""

    factor: float
    value: float
    factor_symbol: str
    """LaTeX; "" where the factor is 1 by nature."""
    symbol: str
    """LaTeX of ``value``; "" where the factor is all there is, as with a bias."""
    number: Number | None = None
    """What ``value`` is."""
    factor_number: Number | Aggregate | None = None
    """What ``factor`` is, where it is a number of its own."""
    group: str = ""
    """"direct" or "through" for parts of a gradient."""
    about: Aggregate | OfOwn | Later | None = None
    """What ``value`` is, where it is no number of the sample that is explained."""
    factor_about: Aggregate | Later | None = None
    """What ``factor`` is, likewise."""

    @property
    def contribution(self) -> float:
        """What it adds."""
        return self.factor * self.value

    @property
    def latex(self) -> str:
        """Symbols."""
        return r" \, ".join(part for part in (self.factor_symbol, self.symbol) if part)

    @property
    def numbers(self) -> str:
        """Numbers in LaTeX."""
        if not self.symbol:
            return latex_number(self.factor)
        if not self.factor_symbol:
            return latex_number(self.value)
        return rf"{factor(self.factor)} \cdot {factor(self.value)}"


@dataclass(frozen=True)
class Factor:
    """One step of a gradient on its way back from the loss."""

    source: Number
    """The gradient that comes out, as that of the unit where it is largest."""
    target: Number
    """The gradient that goes in."""
    gain: float
    """Length of what comes out over length of what goes in."""
    slopes: float | None = None
    """The part of ``gain`` that the slopes of an activation make (or the gates of a block)."""
    weights: float | None = None
    """The part that the weights make."""
    share: float = 1.0
    """Length of this part over that of the whole gradient at ``source``; less than 1 where there are other ways too."""


@dataclass(frozen=True)
class Explanation:
    """The answer to "why this number?"."""

    number: Number
    title: Words
    value: float
    """Worked out from the terms, in 64 bit."""
    symbols: tuple[str, ...] = ()
    """Lines of LaTeX."""
    numbers: tuple[str, ...] = ()
    """The same lines with numbers."""
    terms: tuple[Term, ...] = ()
    """What is added up, in the order of the formula."""
    note: Words | None = None
    groups: Mapping[str, float] = field(default_factory=dict)
    """Sums of the terms by their group."""
    chain: tuple[Factor, ...] = ()
    """From the loss to here, along the strongest way."""

    @property
    def largest(self) -> tuple[Term, ...]:
        """The terms, the one that adds most first."""
        return tuple(sorted(self.terms, key=lambda term: -abs(term.contribution)))

    @property
    def weakest(self) -> int | None:
        """Which factor of the chain shrinks the gradient most, if one does."""
        at = min(range(len(self.chain)), key=lambda n: self.chain[n].gain, default=None)
        return at if at is not None and self.chain[at].gain < 1 else None

    @property
    def latex(self) -> str:
        """Everything as lines of LaTeX."""
        return "\n".join((*self.symbols, *self.numbers))

    def text(self, title: str) -> str:
        """Everything as plain text, below ``title``."""
        lines = [title, *(plain(line) for line in self.symbols), *(plain(line) for line in self.numbers)]
        return "\n".join([*lines, f"= {number(self.value, 6)}"])


@dataclass(frozen=True, eq=False)
class Aggregate:
    """A number that no single sample has, as a view shows it; core.why.training.aggregates makes them."""

    title: Words
    value: float
    symbols: tuple[str, ...]
    numbers: tuple[str, ...]
    note: Words
    leads: tuple[Number, ...] = ()
    """What the examined sample has at the same place."""
    terms: tuple[Term, ...] = ()
    """What it is added up from, where that is known."""
    sample: tuple[int, Part] | None = None
    """The sample that it is about, where it is another than the one that is examined."""

    def explained(self, leads: tuple[Term, ...] = ()) -> Explanation:
        """Its explanation, with the numbers of the sample as soon as they are known."""
        own = tuple(replace(term, group="sample") for term in leads)
        first = self.leads[0] if self.leads else Number("loss")
        return Explanation(first, self.title, self.value, self.symbols, self.numbers, (*self.terms, *own), self.note)


@dataclass(frozen=True, eq=False)
class Later:
    """A number that is explained only when someone asks for it, so that one may lead to another without end."""

    title: Words
    make: Callable[[], Aggregate]


@dataclass(frozen=True, eq=False)
class OfOwn:
    """A number that is about an input of the user's own, not about a sample of the data set."""

    number: Number | Aggregate
    own: OwnInput


def told(
    order: np.ndarray, values: np.ndarray, share: float, sign: str, make: Callable[[int], Term], each: str = ""
) -> tuple[Term, ...]:
    """The terms of ``share`` times the sum of ``values``, in this order: the first as ``make`` makes them of their place,
    the others together; ``sign`` and ``each`` are how the share and a value are written."""
    terms = [make(int(at)) for at in order[:MOST]]
    if len(order) > MOST:
        terms.append(Term(share, values[order[MOST:]].sum().item(), sign, rf"\sum_{{\text{{others}}}} {each}".strip()))
    return tuple(terms)


def one_each(order: np.ndarray, make: Callable[[int], Term]) -> tuple[Term, ...]:
    """The terms of a count of things that count once each, in this order."""
    return told(order, np.ones(int(order.max(initial=-1)) + 1, int), 1, "", make, "1")


def added(terms: tuple[Term, ...] | list[Term]) -> str:
    """A sum in numbers: the largest terms, then what the others add."""
    chosen = sorted(terms, key=lambda term: -abs(term.contribution))[:SHOWN]
    written = [term for term in terms if term in chosen][:SHOWN]
    left = len(terms) - len(written)
    summands = [term.numbers for term in written]
    if left:
        rest = sum(term.contribution for term in terms) - sum(term.contribution for term in written)
        summands.append(rf"\underbrace{{{factor(rest)}}}_{{{left} \text{{ more}}}}")
    return summed(summands)


_PLAIN = {
    r"\left[": "[", r"\right]": "]", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\bmod": "mod", r"\rceil": "⌉",
    r"\left(": "(", r"\right)": ")", r"\cdot": "·", r"\sum": "Σ", r"\partial": "∂", r"\sigma": "σ", r"\tanh": "tanh",
    r"\odot": "⊙", r"\frac": "", r"\,": " ", r"\infty": "∞", r"\text": "", r"\delta": "δ", r"\operatorname": "",
    r"\max": "max", r"\ln": "ln", r"\underbrace": "", r"\varepsilon": "ε", r"\mu": "μ", r"\quad": " ", r"\tilde": "~",
    r"\in": "in", r"\ell": "ℓ", r"\alpha": "α", r"\gamma": "γ",
    r"\sqrt": "√", r"\left|": "|", r"\right|": "|", r"\left.": "", r"\lambda": "λ", r"\det": "det", r"\cdots": "…",
    r"\mapsto": "→", r"\to": "→", r"\pm": "±", r"\Delta": "Δ", r"\geq": "≥", r"\leq": "≤", r"\bar": "", r"\overline": "", r"\approx": "≈",
    r"\rho": "ρ", r"\cos": "cos", r"\Sigma": "Σ", r"\hat": "", r"\times": "×", r"\neq": "≠", r"\min": "min", r"\log": "log",
    r"\left\lceil": "⌈", r"\right\rceil": "⌉", r"\left\lfloor": "⌊", r"\right\rfloor": "⌋", r"\Leftrightarrow": "⇔", r"\notin": "∉",
    r"\theta": "θ", r"\leftarrow": "←", r"\eta": "η", r"\prod": "Π", r"\beta": "β", r"\epsilon": "ε", r"\qquad": "  ", r"\;": " ",
    r"\mathrm": "", r"\nabla": "∇", r"\pi": "π", r"\phi": "φ", r"\Phi": "Φ", r"\psi": "ψ", r"\cosh": "cosh",
    r"\left": "", r"\right": "", r"\\": ";", r"\%": "%", r"\begin{cases}": "(", r"\end{cases}": ")", " & ": " if ",
}  # fmt: skip


_PLACED = re.compile(r"([a-z](?:_\{[a-z]\})?)\^\{\\text\{([^{}]*)\}\}_\{([^{}]*)\}")
"""h of a layer at a unit and a step."""


def plain(latex: str) -> str:
    """LaTeX as readable text."""
    text = _PLACED.sub(r"\1 \2[\3]", latex)
    text = text.replace("}{", "} / {") if r"\frac" in text else text
    for word, sign in sorted(_PLAIN.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(word, sign)
    return " ".join(text.replace("{", "").replace("}", "").replace("\\", "").split())
