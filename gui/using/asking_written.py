"""Why a network wrote this: its letters, what else could stand there, where it looked, and how likely the whole is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.describe import Words
from core.generation import Generated
from core.why.answers.tried import each_step, whole_answer
from core.why.numbers import Aggregate, Number
from gui.text import tr
from gui.using.asking import Tried
from gui.why.here import Question


@dataclass(frozen=True, eq=False)
class Written:
    """One answer of a network that reads its own answers, and the pass in which it gave it."""

    tried: Tried
    made: Generated

    def symbol(self, place: int, code: int) -> list[Question]:
        """How likely a class is at a place."""
        unit = min(code, int(self.tried.network.layers[self.tried.output].params["units"]) - 1)
        return self.tried.about(unit, place).answer(unit, place)

    def letter(self, place: int) -> list[Question]:
        """How likely the symbol is that stands at a place."""
        return self.symbol(place, int(self.made.answers[place]))

    def look(self, place: int, step: int) -> list[Question]:
        """How much of the attention at a place went to a step of what was read."""
        layers = self.tried.network.of_kind("attention")
        code = int(self.made.answers[place])
        asked = self.tried.about(code, place)
        return (
            [
                asked.question(Number("attention", layers[0].id, step, place), tr("Why this attention?")),
                asked.question(Number("score", layers[0].id, step, place), tr("Why this score?")),
            ]
            if layers
            else []
        )

    def whole(self) -> list[Question]:
        """How likely all of it is."""
        return [self.tried.question(self._whole(), tr("Why this probability?"))]

    def likely(self) -> dict[str, Question]:
        """How likely the "whole" is, and "each" step on average."""
        logs = self.made.log_probabilities[self.made.given :].tolist()
        title = Words("The probability of a step of “{text}” on average", {"text": self.made.text})
        each = each_step(title, logs, self._whole()) if logs else self._whole()
        return {"whole": self.whole()[0], "each": self.tried.question(each, tr("Why this probability of a step?"))}

    def _whole(self) -> Aggregate:
        made = self.made
        places = range(made.given, len(made))
        numbers = [Number("value", self.tried.output, int(made.answers[place]), place) for place in places]
        title = Words("The probability of “{text}”", {"text": made.text})
        logs = np.asarray(made.log_probabilities[made.given :], float)
        return whole_answer(title, logs.tolist(), numbers)
