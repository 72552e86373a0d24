"""The words in which every choice of the studio is declared: Param, Spec, Choice, Catalogue.

Forms, validation, ``--set``, generated code and help pages are all derived from these declarations.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.errors import BadValue, UnknownName

Kind = Literal["int", "float", "bool", "choice", "text", "entry"]
Effect = Literal["now", "next batch", "next run", "rebuild"]


@dataclass(frozen=True)
class Param:
    """One parameter of an entry: what it means, which values it takes and when a change takes effect.

    kind "choice" takes one of the values of ``choices``; kind "entry" takes a ``Choice`` out of the catalogue named
    ``catalogue`` (restricted to ``only`` where that is not empty).
    """

    key: str
    title: str
    kind: Kind
    default: Any
    help: str
    minimum: float | None = None
    maximum: float | None = None
    open_minimum: bool = False
    """True where the minimum itself is not allowed (a learning rate must be above 0)."""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, title) pairs of kind "choice"."""
    catalogue: str = ""
    only: tuple[str, ...] = ()
    unit: str = ""
    log: bool = False
    """True where equal ratios matter, not equal differences (learning rates): sliders are logarithmic."""
    step: float | None = None
    effect: Effect = "rebuild"
    advanced: bool = False
    """True hides it behind "More" in a form."""
    group: str = ""
    """Section title in a long form."""
    hidden: bool = False
    """True keeps it out of forms: a dialog of its own sets it."""

    def check(self, value: Any) -> Any:
        """Return ``value`` as the type of this parameter (text is parsed), or raise BadValue with a sentence."""
        if self.kind == "entry":
            return self._check_entry(value)
        if self.kind == "choice":
            return self._check_choice(value)
        if self.kind == "bool":
            return self._check_bool(value)
        if self.kind == "text":
            return str(value)
        return self._check_number(value)

    def _check_entry(self, value: Any) -> Choice:
        from core.catalogue.registry import catalogue

        entries = catalogue(self.catalogue)
        chosen = entries.choose(value) if isinstance(value, str) else entries.complete(value)
        if self.only and chosen.key not in self.only:
            raise UnknownName(f"choice for {self.title}", chosen.key, self.only)
        return chosen

    def _check_choice(self, value: Any) -> str:
        known = [key for key, _ in self.choices]
        if str(value) not in known:
            raise UnknownName(f"choice for {self.title}", str(value), known)
        return str(value)

    def _check_bool(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        text = str(value).strip().lower()
        if text in ("true", "yes", "on", "1"):
            return True
        if text in ("false", "no", "off", "0"):
            return False
        raise BadValue("{title} is yes or no, not “{value}”.", title=self.title, value=value)

    def _check_number(self, value: Any) -> int | float:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise BadValue("{title} needs a number, not “{value}”.", title=self.title, value=value) from None
        if not math.isfinite(number):
            raise BadValue("{title} needs a finite number, not “{value}”.", title=self.title, value=value)
        if self.kind == "int" and number != int(number):
            raise BadValue("{title} needs a whole number, not “{value}”.", title=self.title, value=value)
        low, high = self.minimum, self.maximum
        if low is not None and (number < low or (self.open_minimum and number == low)):
            bound = "more than" if self.open_minimum else "at least"
            raise BadValue(
                "{title} must be {bound} {low:g}, not {value}.", title=self.title, bound=bound, low=low, value=value
            )
        if high is not None and number > high:
            raise BadValue("{title} must be at most {high:g}, not {value}.", title=self.title, high=high, value=value)
        return int(number) if self.kind == "int" else number


@dataclass(frozen=True)
class Spec:
    """A catalogue entry: everything the studio knows about one choice."""

    key: str
    title: str
    help: str
    """One paragraph in plain words."""
    parameters: tuple[Param, ...] = ()
    family: str = ""
    formula: str = ""
    """LaTeX, without dollar signs."""
    runs: str = ""
    """Dotted name of what runs it: ``torch.optim.NAdam`` or ``core.engine.losses:huber``."""
    source: str = ""
    """Paper or textbook of the formula."""
    when: str = ""
    """When to use it."""
    fails: str = ""
    """When it fails."""
    tags: frozenset[str] = field(default=frozenset())

    def param(self, key: str) -> Param:
        """The parameter named ``key``; an unknown one is answered with the nearest name."""
        for param in self.parameters:
            if param.key == key:
                return param
        raise UnknownName(f"setting of {self.title}", key, [p.key for p in self.parameters])

    def complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters: ``values`` checked, the rest at their defaults. Unknown keys raise UnknownName."""
        for key in values:
            self.param(key)
        return {p.key: p.check(values.get(p.key, p.default)) for p in self.parameters}


@dataclass(frozen=True)
class Choice:
    """A chosen entry: its key and the values of its parameters (which may be Choices themselves). Immutable by use."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted((k, v) for k, v in self.values.items()))))

    def get(self, path: str) -> Any:
        """The value at a dotted path: ``training.get("optimizer.lr")``; a path that ends at an entry gives its Choice."""
        head, _, rest = path.partition(".")
        value = self.values[head]
        return value.get(rest) if rest else value

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain = {k: v.to_json() if isinstance(v, Choice) else v for k, v in self.values.items()}
        return {"key": self.key, "values": plain}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Choice:
        """The inverse of ``to_json``; nothing is checked here (``Catalogue.complete`` does)."""
        values = {
            k: cls.from_json(v) if isinstance(v, Mapping) and "key" in v else v
            for k, v in data.get("values", {}).items()
        }
        return cls(str(data["key"]), values)


class Catalogue(Mapping[str, Spec]):
    """The entries of one kind of choice, in the order in which they are offered."""

    def __init__(self, what: str, specs: tuple[Spec, ...]) -> None:
        self.what = what
        """Singular noun for sentences: "loss", "optimizer"."""
        self._specs = {spec.key: spec for spec in specs}
        if len(self._specs) != len(specs):
            raise ValueError(f"two entries of the {what} catalogue share a key")

    def __getitem__(self, key: str) -> Spec:
        try:
            return self._specs[key]
        except KeyError:
            raise UnknownName(self.what, key, self._specs) from None

    def __contains__(self, key: object) -> bool:
        return key in self._specs

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)

    def choose(self, key: str, **values: Any) -> Choice:
        """A complete, checked Choice of entry ``key``."""
        return Choice(key, self[key].complete(values))

    def complete(self, choice: Choice) -> Choice:
        """``choice`` checked, with missing values at their defaults."""
        return Choice(choice.key, self[choice.key].complete(choice.values))


def replaced(choice: Choice, spec: Spec, path: str, value: Any) -> Choice:
    """A copy of ``choice`` (an entry of ``spec``) with the value at a dotted ``path`` changed and checked.

    ``replaced(training, TRAINING, "optimizer.lr", "0.01")``; giving a new key to an entry resets its own parameters.
    """
    from core.catalogue.registry import catalogue

    head, _, rest = path.partition(".")
    param = spec.param(head)
    if rest:
        if param.kind != "entry":
            raise UnknownName(f"setting of {param.title}", rest, [])
        inner: Choice = choice.values[head]
        new: Any = replaced(inner, catalogue(param.catalogue)[inner.key], rest, value)
    else:
        new = param.check(value)
    return Choice(choice.key, {**choice.values, head: new})
