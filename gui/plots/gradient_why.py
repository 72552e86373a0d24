"""What can be asked about a gradient through time: at one step, from step to step, and about the verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.describe import Words, gradient_at, gradient_verdict, last_with_gradient
from core.runs import Run
from core.why.numbers import Aggregate
from core.why.training.aggregates import batch_gradient
from core.why.training.clocks import step_count
from core.why.training.ratios import first_lost, first_to_last, last_step, none_anywhere, step_to_step
from gui.document import Document
from gui.plots.words import marked
from gui.text import tr
from gui.why.here import Question
from gui.why.questions import about_batch
from gui.why.told import asked


@dataclass(frozen=True, eq=False)
class Profile:
    """A gradient through time as it was measured at a batch."""

    document: Document
    run: Run
    layer: str
    name: str
    """What the user calls the layer."""
    part: str
    """A key of core.why.training.aggregates.PARTS."""
    batch: int
    values: np.ndarray
    """(steps,)"""

    def at(self, step: int) -> Aggregate:
        """The gradient at a step, from 0."""
        size = int(self.run.training["batch_size"]) if self.run.training is not None else 0
        value = float(self.values[step])
        return batch_gradient(self.name, self.layer, self.part, step, value, self.batch, size)

    def question(self, step: int) -> Question:
        """About the gradient at a step."""
        names = {"direct": tr("direct"), "through": tr("through time"), "cell": "dL/dc"}
        which = f" ({names[self.part]})" if self.part in names else ""
        return Question(self.at(step), tr("Why this gradient?") + which)

    # What is said of a step.

    def words(self, step: int) -> str:
        """Rich text: the gradient at a step, beside the last one."""
        keys = ("value", "steps", "times", "orders", "last")
        return marked(gradient_at(self.values, step), {key: key for key in keys})

    def on_words(self, step: int) -> dict[str, Question]:
        """About the numbers in ``words``, and about the batch."""
        found = {"value": self.question(step)}
        last = last_with_gradient(self.values)
        if last is not None:
            there = self.at(last)
            if self.values[step] > 0 and np.isfinite(self.values[[step, last]]).all():
                for key, text in (("times", tr("Why so many times?")), ("orders", tr("Why so many orders?"))):
                    made = step_to_step(self.name, self.at(step), there, step, last, self.batch, key == "orders")
                    found[key] = Question(made, text)
            found["last"] = Question(
                last_step(self.name, there, last, len(self.values), self.batch), tr("Why this step?")
            )
        found["steps"] = self._steps()
        return {**found, "batch": about_batch(self.document, self.run, self.batch)}

    def _steps(self) -> Question:
        what = tr("the longest sample of the batch")
        return Question(step_count(len(self.values), what), tr("Why so many steps?"))

    # What is said of all of it.

    @property
    def verdict(self) -> Words:
        """Whether it vanishes, explodes or holds."""
        return gradient_verdict(self.values)

    def verdict_words(self) -> str:
        """Rich text: the verdict. Where it states no number, all of it can be asked about."""
        words = self.verdict
        told = {key: key for key in ("ratio", "value", "last") if key in words.values and "step" not in words.values}
        if words.verdict == "not finite":
            told = {key: key for key in ("value", "step", "steps")}
        said = marked(words, told)
        return said if told else asked("verdict", said)

    def on_verdict(self) -> dict[str, Question]:
        """About the numbers in ``verdict_words``, and about the batch."""
        question = Question(self._why_verdict(), tr("Why this verdict?"))
        found = dict.fromkeys(("ratio", "value", "verdict"), question)
        last, bad = last_with_gradient(self.values), np.flatnonzero(~np.isfinite(self.values))
        if len(bad):
            made = first_lost(self.name, self.at(int(bad[-1])), int(bad[-1]), len(self.values), self.batch)
            found["step"], found["steps"] = Question(made, tr("Why this step?")), self._steps()
        if last is not None:
            made = last_step(self.name, self.at(last), last, len(self.values), self.batch)
            found["last"] = Question(made, tr("Why this step?"))
        return {**found, "batch": about_batch(self.document, self.run, self.batch)}

    def _why_verdict(self) -> Aggregate:
        last, bad = last_with_gradient(self.values), np.flatnonzero(~np.isfinite(self.values))
        if len(bad) and len(self.values) > 1:
            return self.at(int(bad[-1]))
        if last is None:
            return none_anywhere(self.name, [self.at(step) for step in range(len(self.values))], self.batch)
        if last == 0:
            return self.at(0)
        return first_to_last(self.name, self.at(0), self.at(last), last, self.batch)


@dataclass(frozen=True, eq=False)
class Rowed:
    """The profiles that a heat-map draws, a row each: what is pointed at are these, whatever the run has come to since."""

    document: Document
    run: Run
    layer: str
    name: str
    part: str
    batches: np.ndarray
    """(rows,)"""
    values: np.ndarray
    """(rows, steps)"""
    ends: np.ndarray
    """(rows,) how many steps each row has."""

    def profile(self, row: int) -> Profile:
        """One row."""
        values = np.array(self.values[row][: int(self.ends[row])])
        return Profile(self.document, self.run, self.layer, self.name, self.part, int(self.batches[row]), values)
