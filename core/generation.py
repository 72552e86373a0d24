"""Sequences that a network makes by reading its own answers, as plain values, and the question for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.catalogue.generation import GENERATION
from core.catalogue.spec import Choice
from core.data.dataset import Dataset, Field
from core.data.text.persian import normalised
from core.errors import BadValue, DataError, UnknownName
from core.questions import Question, Session

RANKED = 12
"""Alternatives that are kept of each step."""
MOST_STEPS = 2000
MOST_SEQUENCES = 256


@dataclass(frozen=True, eq=False)
class Generated:
    """One sequence that a network has made."""

    answers: np.ndarray
    """(steps,) classes, the one that ends it included; or (steps, features) numbers, normalised as the target is."""
    log_probabilities: np.ndarray
    """(steps,) natural logarithm of the network's own probability of each answer; empty where answers are numbers."""
    ended: bool
    """True where the answer that ends a sequence has come; False where it was cut at the wanted length."""
    given: int
    """So many answers at the beginning were given and not made."""
    text: str
    """The answers as they are written, behind the first symbol that was read where the data has no start; empty where
    they are numbers."""
    ranked: np.ndarray
    """(steps, k) the likeliest classes at each step, likeliest first."""
    shares: np.ndarray
    """(steps, k) their probabilities, neither sharpened by a temperature nor cut to the likeliest."""
    score: float = 0.0
    """By which beams are ordered: the log-probability of what was made, over its length to the chosen power."""
    attention: np.ndarray | None = None
    """(steps, memory steps) what an attention layer looked at, where there is one."""

    def __len__(self) -> int:
        return len(self.answers)

    @property
    def log_probability(self) -> float:
        """Of everything that was not given."""
        return float(self.log_probabilities[self.given :].sum())


@dataclass(frozen=True, eq=False)
class FreeRun:
    """How a network does on the same samples when it is given the true past, and when it reads its own answers."""

    part: str
    samples: np.ndarray
    given: int
    """Steps at the beginning that read the true past in both."""
    taught: np.ndarray
    """(steps,) error of each step with the true past: share of wrong classes, or root mean squared error."""
    free: np.ndarray
    """(steps,) the same of the run that reads its own answers; NaN, as above, where no sample counts the step."""
    counted: np.ndarray
    """(steps,) samples that count the step."""
    unit: str = ""
    """"" for a share of wrong answers, else the unit of the error."""


@dataclass(frozen=True, eq=False)
class Generate(Question):
    """What does the network make of these inputs, after these first answers?"""

    inputs: Mapping[str, np.ndarray]
    """By name of the data: (features,) or (steps, features), normalised; without the one that is fed back."""
    way: Choice
    given: Sequence[int] = ()
    count: int = 1
    steps: int | None = None
    seed: int = 0
    more: Mapping[str, object] = field(default_factory=dict)
    """Whatever who asks wants to find again."""

    def ask(self, session: Session) -> tuple[Generated, ...]:
        """The best first."""
        return session.generate(self.inputs, self.way, self.given, self.count, self.steps, self.seed)


@dataclass(frozen=True, eq=False)
class RunFreely(Question):
    """How does the error grow when the network reads its own answers?"""

    part: str
    given: int = 1
    most: int = 256

    def ask(self, session: Session) -> FreeRun:
        """A FreeRun."""
        return session.free_run(self.part, self.given, self.most)


def way_of(key: str, **settings: Any) -> Choice:
    """A way to generate: ``way_of("sampling", temperature=0.7)``."""
    return GENERATION.choose(key, **settings)


class Alphabet:
    """The symbols of a field, as text: letters that follow one another, or words with spaces between."""

    def __init__(self, of: Field, silent: frozenset[int] = frozenset()) -> None:
        """``silent`` symbols (a start, an end) are not written."""
        self.symbols = of.classes if of.codes or of.classes else of.names
        self._numbers = {name: code for code, name in enumerate(self.symbols)}
        self._silent = silent
        self.between = " " if any(len(name) > 1 for n, name in enumerate(self.symbols) if n not in silent) else ""

    def code(self, symbol: str) -> int | None:
        """The number of a symbol as it is written, in small letters, or as Persian writes what an Arabic keyboard typed;
        None where it is not known."""
        found = (self._numbers.get(one) for one in (symbol, symbol.lower(), normalised(symbol)))
        return next((code for code in found if code is not None), None)

    def split(self, text: str) -> list[str]:
        """The symbols of a text, known or not."""
        return text.split() if self.between else list(text)

    def read(self, text: str) -> list[int]:
        """The numbers of a text; raises BadValue for a symbol that is not known."""
        found = []
        for place, symbol in enumerate(self.split(text), 1):
            code = self.code(symbol)
            if code is None:
                raise BadValue(
                    "“{symbol}” at place {place} is none of the symbols that the data knows: {known}.",
                    symbol=symbol,
                    place=place,
                    known=" ".join(self.symbols[:60]),
                )
            found.append(code)
        return found

    def write(self, codes: Sequence[int]) -> str:
        """The text of numbers."""
        return self.between.join(self.symbols[int(code)] for code in codes if int(code) not in self._silent)


def inputs_of(data: Dataset, sample: int) -> dict[str, np.ndarray]:
    """What a sample gives to a network that makes its own answer, without padding."""
    found = {name: np.asarray(one.values[sample]) for name, one in data.inputs.items() if name != data.feedback}
    main = next(iter(data.inputs))
    if data.lengths is not None and main in found and found[main].ndim == 2:
        found[main] = found[main][: int(data.lengths[sample])]
    return found


def read_text(data: Dataset, text: str) -> dict[str, np.ndarray]:
    """A text as the main input, in codes or flags; where that is static, the name of one of its flags or classes."""
    name, main = next(iter(data.inputs.items()))
    if name == data.feedback:
        return {}
    if not main.sequence:
        names = main.classes if main.codes else main.names
        if text not in names:
            raise UnknownName(f"input of {data.title}", text, names)
        code = names.index(text)
        return {name: np.array([code], np.float32) if main.codes else np.eye(len(names), dtype=np.float32)[code]}
    if not main.codes and len(main.names) != main.features:
        raise DataError("{title} is not read as text: give a sample.", title=data.title)
    codes = Alphabet(main).read(text)
    if not codes:
        raise BadValue("There is no text to read.")
    if main.codes:
        return {name: np.array(codes, np.float32)[:, None]}
    return {name: np.eye(main.features, dtype=np.float32)[codes]}


def answer_alphabet(data: Dataset) -> Alphabet:
    """The symbols of the answers; the one that ends them is not written."""
    return Alphabet(data.target, frozenset() if data.end is None else frozenset({data.end}))
