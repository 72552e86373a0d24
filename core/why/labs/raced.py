"""Numbers of the race of optimizers: heights of a landscape, losses of batches, and each step of one weight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.catalogue.losses import LOSSES
from core.catalogue.optimizers import OPTIMIZERS
from core.catalogue.spec import Choice
from core.describe import Words, number
from core.explore import xray
from core.explore.race import Race, Racer, Standing, XRay
from core.explore.surfaces import Surface
from core.formula import factor, latex_number
from core.why.numbers import Aggregate, Later, Number, Term, added, told
from core.why.simple import Part, Told, given

NUDGE = 1e-4
"""How far to each side a slope is looked at."""
LAST = 10
"""Batches whose mean says who leads."""
_SIGNS = {
    "g": "g", "m": "m", "v": "v", "b": "b", "u": "u", "s": "s", "d": "d", "mix": "c", "m_hat": r"\hat{m}", "v_hat": r"\hat{v}",
    "change": r"\Delta\theta",
}  # fmt: skip
_KEPT = ("m", "v", "b", "u", "s")
"""Numbers of a rule that the next step begins with."""


@dataclass(frozen=True, eq=False)
class Watched:
    """One weight on its way through the steps of one optimizer; steps count from 1, and 0 is the start."""

    optimizer: str
    """Key of the catalogue."""
    name: str
    """What the weight is called, in LaTeX."""
    first: float
    """Its value at the start."""
    seen: Callable[[int], XRay]
    """The numbers of a step."""
    slope: Callable[[int], Told | None]
    """What the gradient that a step began with is."""

    def weight(self, step: int) -> Aggregate:
        """The weight after a step."""
        title = self._title("The weight {letter} of {name} after {n} steps", step)
        if step == 0:
            return given(title, self.first, f"{self.name}_0", Words("It is where everyone starts."))
        one, at = self.seen(step), f"{self.name}_{{{step}}}"
        value = one.weight + one.now["change"]
        parts = (
            Part(f"{self.name}_{{{step - 1}}}", one.weight, self.weight_later(step - 1)),
            Part(_SIGNS["change"], one.now["change"], self.quantity_later(step, "change")),
        )
        terms = tuple(part.term for part in parts)
        return Aggregate(
            title, value, (rf"{self.name}_t = {self.name}_{{t-1}} + \Delta\theta",), (f"{at} = {added(terms)} = {latex_number(value, 5)}",),
            Words("It is the weight before the step and what the step adds to it."), terms=terms,
        )  # fmt: skip

    def weight_later(self, step: int) -> Later:
        """The same, as soon as someone asks."""
        return Later(self._title("The weight {letter} of {name} after {n} steps", step), lambda: self.weight(step))

    def quantity(self, step: int, key: str) -> Aggregate:
        """One of the numbers of a step: its gradient "g", its "change" or what the rule makes on the way."""
        one, spec = self.seen(step), OPTIMIZERS[self.optimizer]
        terms = [
            Part(_SIGNS[name], value, self.quantity_later(step, name)).term
            for name, value in one.now.items() if name not in (key, "g")
        ]  # fmt: skip
        terms.insert(0, Part("g", one.now["g"], self.slope(step)).term)
        terms += [
            Part(f"{_SIGNS[name]}_{{t-1}}", value, self.quantity_later(step - 1, name)).term
            for name, value in one.before.items() if name in _KEPT
        ]  # fmt: skip
        terms.append(Part(rf"{self.name}_{{t-1}}", one.weight, self.weight_later(step - 1)).term)
        return Aggregate(
            self._quantity_title(step, key), one.now[key], (spec.formula,) if spec.formula else (),
            tuple(xray.lines(one.choice, one.now, one.before, one.weight, one.step)),
            Words("These are all numbers of this step, from its gradient to the new weight."), terms=tuple(terms),
        )  # fmt: skip

    def quantity_later(self, step: int, key: str) -> Later:
        """The same, as soon as someone asks."""
        return Later(self._quantity_title(step, key), lambda: self.quantity(step, key))

    def _quantity_title(self, step: int, key: str) -> Words:
        if key == "g":
            return self._title("The gradient of the weight {letter} of {name} at step {n}", step)
        if key == "change":
            return self._title("What step {n} of {name} adds to the weight {letter}", step)
        return Words("{sign} of {name} at step {n}", {**self._title("", step).values, "sign": _PLAIN.get(key, key)})

    def _title(self, words: str, step: int) -> Words:
        return Words(
            words, {"name": OPTIMIZERS[self.optimizer].title, "n": step, "letter": _LETTERS.get(self.name, self.name)}
        )


_PLAIN = {"m_hat": "m, corrected,", "v_hat": "v, corrected,", "mix": "c"}
_LETTERS = {r"\theta": "θ"}


def height(surface: Surface, x: float, y: float) -> Aggregate:
    """The height of a landscape at a place."""
    value, at = surface.loss(np.array([x, y])), rf"\left({latex_number(x)}, {latex_number(y)}\right)"
    own = Words("It is the place that is asked about.")
    return Aggregate(
        Words("The height of the landscape “{name}” at {x}, {y}", {"name": surface.title, "x": number(x, 4), "y": number(y, 4)}),
        value, (surface.formula,), (rf"L{at} = {latex_number(value)}",), Words("{text}", {"text": surface.line}),
        terms=(
            Part("x", x, given(Words("The place x"), x, "x", own)).term, Part("y", y, given(Words("The place y"), y, "y", own)).term,
        ),
    )  # fmt: skip


def slope(surface: Surface, x: float, y: float, axis: int, step: int | None = None) -> Aggregate:
    """How steep a landscape is along x (0) or y (1); at a ``step`` (from 0) of a race with the noise that all met there."""
    value, letter = float(surface.slope(x, y)[axis]), "xy"[axis]
    way = np.eye(2)[axis] * NUDGE
    low, high = (surface.loss(np.array([x, y]) + sign * way) for sign in (-1, 1))
    at = {"name": surface.title, "letter": letter, "x": number(x, 4), "y": number(y, 4)}
    sign, line = rf"\frac{{\partial L}}{{\partial {letter}}}", [surface.formula]
    numbers = [
        rf"{sign} = {latex_number(value)}",
        rf"\frac{{L({letter} + h) - L({letter} - h)}}{{2 h}} = "
        rf"\frac{{{latex_number(high, 7)} - {factor(low, 7)}}}{{{latex_number(2 * NUDGE)}}} = {latex_number((high - low) / (2 * NUDGE))}",
    ]
    places = [np.array([x, y]) + sign * way for sign in (1, -1)]
    terms = [
        Part(f"L({letter} {mark} h)", found, _height_later(surface, *place)).term
        for mark, found, place in zip("+-", (high, low), places, strict=True)
    ]
    noise = 0.0 if step is None else float(surface.gradient(np.array([x, y]), step)[axis]) - value
    if noise:
        line.append(rf"g = {sign} + \text{{noise}}")
        terms += [
            Part(sign, value, Later(Words("The slope without noise"), lambda: slope(surface, x, y, axis))).term,
            Part(r"\text{noise}", noise, given(Words("The noise of this step"), noise, r"\text{noise}", Words("It was drawn at random: everyone meets the same."))).term,
        ]  # fmt: skip
        numbers.append(f"g = {added(terms[-2:])} = {latex_number(value + noise)}")
    return Aggregate(
        Words("The slope of the landscape “{name}” along {letter} at {x}, {y}", at), value + noise, tuple(line), tuple(numbers),
        Words("The fraction is a small step to each side, with h = 0.0001."), terms=tuple(terms),
    )  # fmt: skip


def _height_later(surface: Surface, x: float, y: float) -> Later:
    where = {"name": surface.title, "x": number(x, 6), "y": number(y, 6)}
    return Later(
        Words("The height of the landscape “{name}” at {x}, {y}", where), lambda: height(surface, float(x), float(y))
    )


@dataclass(frozen=True, eq=False)
class OnSurface:
    """One optimizer on a landscape; it is walked again when someone asks, which gives the same numbers."""

    surface: Surface
    choice: Choice
    start: tuple[float, float]

    def racer(self, step: int) -> Racer:
        """Where it stands after a step."""
        again = Race(self.surface, {self.choice.key: self.choice}, self.start)
        for _ in range(step):
            again.step()
        return again.racers[self.choice.key]

    def watched(self, axis: int) -> Watched:
        """Its weight x (0) or y (1)."""

        def seen(step: int) -> XRay:
            racer = self.racer(step)
            now, before = (
                {name: float(one[axis]) for name, one in found.items()} for found in (racer.quantities, racer.before)
            )
            return XRay(racer.descent.choice, now, before, float(racer.path[-2][axis]), step)

        def steep(step: int) -> Later:
            x, y = (float(one) for one in self.racer(step - 1).here)
            title = Words("The slope of the landscape along {letter}", {"letter": "xy"[axis]})
            return Later(title, lambda: slope(self.surface, x, y, axis, step - 1))

        return Watched(self.choice.key, "xy"[axis], self.start[axis], seen, steep)

    def loss(self, step: int) -> Aggregate:
        """The height where it stands after a step."""
        racer = self.racer(step)
        x, y = (float(one) for one in racer.here)
        return Aggregate(
            Words("The loss of {name} after {n} steps", {"name": OPTIMIZERS[self.choice.key].title, "n": step}), racer.losses[-1],
            (self.surface.formula,), (rf"L\left({latex_number(x)}, {latex_number(y)}\right) = {latex_number(racer.losses[-1])}",),
            Words("It is the height where this step ended; below are the weights that led there."),
            terms=tuple(
                Part(letter, place, self.watched(axis).weight_later(step)).term
                for axis, (letter, place) in enumerate(zip("xy", (x, y), strict=True))
            ),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class OnNetwork:
    """One optimizer on a copy of the user's network; batches count from 1."""

    standing: Standing
    optimizer: str
    training: Choice
    """Of the project."""

    @property
    def watched(self) -> Watched:
        """The weight that is watched closely."""
        xrays = self.standing.xrays[self.optimizer]

        def gradient(step: int) -> Told:
            value = xrays[step - 1].now["g"]
            note = Words("It is the gradient of the loss of batch {n} at this weight, as back-propagation found it, clipped where "
                         "the project clips.", {"n": step})  # fmt: skip
            title = Words("The gradient of the watched weight on batch {n}", {"n": step})
            return given(title, value, r"\frac{\partial L}{\partial \theta}", note)

        return Watched(self.optimizer, r"\theta", xrays[0].weight, lambda step: xrays[step - 1], gradient)

    def batch_loss(self, batch: int) -> Aggregate:
        """The loss of a batch, before the update that it led to."""
        value = self.standing.losses[self.optimizer][batch - 1]
        samples, each = self.standing.batches[batch - 1], self.standing.sample_losses[self.optimizer][batch - 1]
        count, spec = len(samples), LOSSES[self.training["loss"].key]
        alike = bool(np.isclose(float(each.mean()), value, rtol=1e-4, atol=1e-9))
        share, sign = (1 / count, rf"\frac{{1}}{{{count}}}") if alike else (1.0, "")
        terms = told(
            np.argsort(-each, kind="stable"), each, share, sign,
            lambda at: Term(share, float(each[at]), sign, rf"\ell_{{{at + 1}}}", about=self._sample(int(samples[at]), float(each[at]), batch)),
            r"\ell",
        )  # fmt: skip
        note = Words("It is the mean over the {n} samples of the batch, before the update that it led to, with the weights that this "
                     "optimizer had made by then.", {"n": count})  # fmt: skip
        lines: tuple[str, ...] = (r"L = \frac{1}{B} \sum_b \ell_b",)
        numbers: tuple[str, ...] = (f"L = {added(terms)} = {latex_number(value)}",)
        if not alike:
            note = Words("It is taken over the {n} samples of the batch together, where a longer one counts for more; below is the "
                         "loss of each of them alone.", {"n": count})  # fmt: skip
            lines, numbers = (), (f"L = {latex_number(value)}",)
        return Aggregate(
            Words("The loss of {name} on batch {n}", {"name": OPTIMIZERS[self.optimizer].title, "n": batch}), value,
            (spec.formula, *lines) if spec.formula else lines, numbers, note, terms=terms,
        )  # fmt: skip

    def mean_loss(self) -> Aggregate:
        """The mean over the last batches, which says who leads."""
        losses = self.standing.losses[self.optimizer]
        last = range(max(1, len(losses) - LAST + 1), len(losses) + 1)
        share, sign = 1 / len(last), rf"\frac{{1}}{{{len(last)}}}"
        terms = tuple(Term(share, losses[n - 1], sign, f"L_{{{n}}}", about=self._batch_later(n)) for n in last)
        value = float(np.mean(losses[-LAST:]))
        return Aggregate(
            Words("The mean loss of {name} on the last {n} batches", {"name": OPTIMIZERS[self.optimizer].title, "n": len(last)}), value,
            (rf"\overline{{L}} = {sign} \sum_b L_b",), (rf"\overline{{L}} = {added(terms)} = {latex_number(value)}",),
            Words("One batch alone is easier or harder than another; the mean of some tells more."), terms=terms,
        )  # fmt: skip

    def _batch_later(self, batch: int) -> Later:
        title = Words("The loss of {name} on batch {n}", {"name": OPTIMIZERS[self.optimizer].title, "n": batch})
        return Later(title, lambda: self.batch_loss(batch))

    def _sample(self, sample: int, value: float, batch: int) -> Aggregate:
        return Aggregate(
            Words("The loss of sample {sample} in batch {n}", {"sample": sample, "n": batch}), value, (r"\ell = \ell(f(x), y)",),
            (rf"\ell = {latex_number(value)}",),
            Words("The copy of the network had other weights by then than yours have. Below is the loss of this sample with yours."),
            (Number("loss"),), sample=(sample, "train"),
        )  # fmt: skip
