"""Conditions at which a training stands still: looked at after the gradients are known, before a weight changes.

Looking never changes the training. What a condition means is declared in core.catalogue.breakpoints; the functions here
answer it from what a batch has shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from core.catalogue.breakpoints import BREAKPOINTS
from core.catalogue.spec import Choice
from core.describe import last_with_gradient, number
from core.reports import GradientProfile, Hit

REMEMBERED = 1000
"""Losses kept for the mean of the recent batches."""


@dataclass(frozen=True)
class Breakpoint:
    """A condition that the user has set."""

    id: str
    choice: Choice
    """Of the catalogue "breakpoints"."""
    enabled: bool = True

    @property
    def needs_gradients(self) -> bool:
        """Whether it looks at the gradient through time."""
        return self.choice.key in ("gradient_below", "gradient_above", "ratio_below", "ratio_above")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"id": self.id, "enabled": self.enabled, **self.choice.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Breakpoint:
        """The inverse; raises a StudioError where the entry is unknown or a value is not allowed."""
        choice = BREAKPOINTS.complete(Choice(str(data["key"]), data.get("values", {})))
        return cls(str(data["id"]), choice, bool(data.get("enabled", True)))


class Facts(Protocol):
    """What one batch has shown; what costs something is measured when it is asked for."""

    batch: int
    """The training step under way, 1-based."""
    loss: float
    metrics: Mapping[str, float]
    gradients: Mapping[str, GradientProfile]

    @property
    def names(self) -> Mapping[str, str]:
        """Names of the layers by id."""

    @property
    def not_finite(self) -> Hit | None:
        """Where the first number stands that is not finite."""

    def clips(self) -> bool:
        """Whether the gradient is about to be clipped."""

    def weight_norm(self, layer: str) -> float:
        """L2 norm of the parameters of a layer and of the links into it; "" is all of them."""

    def saturated(self, layer: str) -> tuple[float, int | None] | None:
        """The share of saturated units and the step at which it is largest; None where nothing can saturate."""

    def dead(self, layer: str) -> float | None:
        """The share of dead units; None where the layer has no activation."""


@dataclass
class Breakpoints:
    """The breakpoints of a training, and what they have to remember from batch to batch."""

    all: tuple[Breakpoint, ...] = ()
    losses: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    """(batch, loss) of the batches before."""
    _held: dict[str, int] = field(default_factory=dict)

    def set(self, breakpoints: Iterable[Breakpoint]) -> None:
        """Look at these from now on. One that was changed or switched on fires even where it has held before."""
        before, self.all = {one.id: one for one in self.all}, tuple(breakpoints)
        self._held = {one.id: self._held[one.id] for one in self.all if one.id in self._held and before[one.id] == one}

    def forget(self) -> None:
        """The training stands elsewhere: whatever holds there begins to hold."""
        self._held.clear()

    @property
    def enabled(self) -> tuple[Breakpoint, ...]:
        """Those that are switched on."""
        return tuple(one for one in self.all if one.enabled)

    @property
    def need_gradients(self) -> bool:
        """Whether one of them looks at the gradient through time."""
        return any(one.enabled and one.needs_gradients for one in self.all)

    def check(self, facts: Facts) -> tuple[Hit, ...]:
        """Those that fire at this batch. A batch that is run again after a change of settings does not fire twice."""
        while self.losses and self.losses[-1][0] >= facts.batch:
            self.losses.pop()
        hits = []
        for one in self.enabled:
            hit = self._hit(one, facts)
            if hit is None:
                self._held.pop(one.id, None)
                continue
            held = self._held.get(one.id)
            self._held[one.id] = facts.batch
            if held != facts.batch and (held != facts.batch - 1 or one.choice["every"]):
                hits.append(hit)
        self.losses.append((facts.batch, facts.loss))
        return tuple(hits)

    def _hit(self, one: Breakpoint, facts: Facts) -> Hit | None:
        values = {key: value for key, value in one.choice.values.items() if key != "every"}
        if one.choice.key == "loss_jumps":
            values["before"] = [loss for batch, loss in self.losses if facts.batch - values["window"] <= batch]
        found = _condition(BREAKPOINTS[one.choice.key].runs)(facts, **values)
        return None if found is None else replace(found, breakpoint=one.id, kind=one.choice.key)


Condition = Callable[..., Hit | None]


@cache
def _condition(dotted: str) -> Condition:
    module, _, name = dotted.partition(":")
    found: Condition = getattr(import_module(module), name)
    return found


def gradient_below(facts: Facts, layer: str, step: int, bound: float) -> Hit | None:
    """|dL/dh_t| < bound; at any step: the smallest."""
    for key, total in _totals(facts, layer):
        at = step - 1 if step else int(np.argmin(np.where(np.isnan(total), np.inf, total)))
        if at < len(total) and total[at] < bound:
            return _gradient(facts, key, at, float(total[at]), "below", bound)
    return None


def gradient_above(facts: Facts, layer: str, step: int, bound: float) -> Hit | None:
    """|dL/dh_t| > bound; at any step: the largest."""
    for key, total in _totals(facts, layer):
        at = step - 1 if step else int(np.argmax(np.where(np.isnan(total), -np.inf, total)))
        if at < len(total) and total[at] > bound:
            return _gradient(facts, key, at, float(total[at]), "above", bound)
    return None


def ratio_below(facts: Facts, layer: str, bound: float) -> Hit | None:
    """|dL/dh_1| / |dL/dh_T| < bound, T the last step that has a gradient."""
    for key, total in _ratios(facts, layer):
        if _share_at_first(total) < bound:
            return _ratio(facts, key, total, "below", bound)
    return None


def ratio_above(facts: Facts, layer: str, bound: float) -> Hit | None:
    """|dL/dh_1| / |dL/dh_T| > bound, T the last step that has a gradient."""
    for key, total in _ratios(facts, layer):
        if _share_at_first(total) > bound:
            return _ratio(facts, key, total, "above", bound)
    return None


def not_finite(facts: Facts) -> Hit | None:
    """The first number that is NaN or infinite."""
    return facts.not_finite


def loss_jumps(facts: Facts, factor: float, window: int, before: list[float]) -> Hit | None:
    """L > factor * mean of the ``window`` batches before, which must all be known."""
    if len(before) < window:
        return None
    mean = float(np.mean(before))
    if not facts.loss > factor * mean:
        return None
    return Hit(
        "",
        "The loss jumps to {value}, {times} times the mean of {count} batches before.",
        {"value": number(facts.loss), "times": number(facts.loss / mean, 2) if mean else "∞", "count": window},
        numbers={
            "value": facts.loss,
            "times": facts.loss / mean if mean else float("inf"),
            "count": window,
            "mean": mean,
        },
    )


def metric_reaches(facts: Facts, quantity: str, side: str, bound: float) -> Hit | None:
    """The metric or the loss of the batch is at least or at most ``bound``."""
    value = facts.loss if quantity == "loss" else next(iter(facts.metrics.values()), float("nan"))
    if not (value >= bound if side == "least" else value <= bound):
        return None
    what = "loss" if quantity == "loss" else "metric"
    template = (
        f"The {what} of the batch reaches {{value}}, which is {'at least' if side == 'least' else 'at most'} {{bound}}."
    )
    told = {"value": number(value), "bound": number(bound)}
    return Hit("", template, told, numbers={"value": value, "bound": bound})


def clipping(facts: Facts) -> Hit | None:
    """Clipping would change the gradient."""
    return Hit("", "The gradient is about to be clipped.") if facts.clips() else None


def saturated(facts: Facts, layer: str, share: float) -> Hit | None:
    """More than this share of the units is saturated."""
    for key in _layers(facts, layer):
        found = facts.saturated(key)
        if found is not None and found[0] > share:
            return _share(facts, "saturated", key, found[0], share, found[1])
    return None


def dead(facts: Facts, layer: str, share: float) -> Hit | None:
    """More than this share of the units is dead."""
    for key in _layers(facts, layer):
        found = facts.dead(key)
        if found is not None and found > share:
            return _share(facts, "dead", key, found, share, None)
    return None


def weight_norm(facts: Facts, layer: str, bound: float) -> Hit | None:
    """|W| > bound."""
    keys = _layers(facts, layer) if layer else [""]
    for key in keys:
        norm = facts.weight_norm(key)
        if norm > bound:
            values = {"value": number(norm), "layer": facts.names.get(key, ""), "bound": number(bound)}
            one = "The weights of “{layer}” have the length {value}, above {bound}."
            template = one if key else "All weights together have the length {value}, above {bound}."
            return Hit("", template, values, key or None, numbers={"value": norm, "bound": bound})
    return None


def _layers(facts: Facts, wanted: str) -> list[str]:
    """The layers meant by an id or a name; all of them where it is empty."""
    return [key for key, name in facts.names.items() if not wanted or wanted in (key, name)]


def _totals(facts: Facts, wanted: str) -> list[tuple[str, np.ndarray]]:
    return [(key, facts.gradients[key].total) for key in _layers(facts, wanted) if key in facts.gradients]


def _ratios(facts: Facts, wanted: str) -> list[tuple[str, np.ndarray]]:
    """The gradients up to the last step that has one, where that is not the first one."""
    found = []
    for key, total in _totals(facts, wanted):
        last = last_with_gradient(total)
        if last:
            found.append((key, total[: last + 1]))
    return found


def _share_at_first(total: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        return float(total[0] / total[-1])


def _gradient(facts: Facts, layer: str, step: int, value: float, side: str, bound: float) -> Hit:
    values = {"layer": facts.names[layer], "step": step + 1, "value": number(value), "bound": number(bound)}
    template = f"|dL/dh| of “{{layer}}” is {{value}} at time step {{step}}, {side} {{bound}}."
    return Hit("", template, values, layer, step, numbers={"value": value, "bound": bound})


def _ratio(facts: Facts, layer: str, total: np.ndarray, side: str, bound: float) -> Hit:
    value = _share_at_first(total)
    values = {"layer": facts.names[layer], "value": number(value), "bound": number(bound)}
    template = f"The gradient of “{{layer}}” at the first step is {{value}} times that at the last, {side} {{bound}}."
    made_of = {"first": float(total[0]), "last": float(total[-1]), "steps": len(total)}
    return Hit("", template, values, layer, 0, numbers={"value": value, "bound": bound, **made_of})


def _share(facts: Facts, what: str, layer: str, value: float, share: float, step: int | None) -> Hit:
    values = {"layer": facts.names[layer], "percent": number(100 * value), "share": number(100 * share)}
    where = "" if step is None else ", most of them at time step {step}"
    template = f"{{percent}} % of the units of “{{layer}}” are {what}, above {{share}} %{where}."
    told = values if step is None else {**values, "step": step + 1}
    return Hit("", template, told, layer, step, numbers={"percent": 100 * value, "share": 100 * share})
