"""Why a network foretells this: a step of a forecast, what was seen before it, and how far forecasts are off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.dataset import Dataset, WindowedSeries
from core.describe import Words
from core.network import Network
from core.questions import Foretell
from core.why.answers.tried import difference, mean_miss
from core.why.data.windows import as_before, at_time, goes_on
from core.why.numbers import Aggregate, Number, OfOwn
from gui.text import tr
from gui.using.asking import Tried, scaled
from gui.why.here import Question


@dataclass(frozen=True, eq=False)
class Foretold:
    """One forecast: the window, what was told after it, and what came; in the unit of the data, (ahead,) each."""

    network: Network
    data: Dataset
    activation: str
    asked: Foretell
    """Of this window alone."""
    told: np.ndarray
    fed: np.ndarray
    """(ahead, numbers) all that was told, of which those that are inputs too are fed back."""
    truth: np.ndarray
    times: tuple[str, ...]
    """Names of the steps ahead."""
    series: WindowedSeries
    origin: int
    """Time of the first step ahead."""
    who: str = "forecast"
    """Who foretells: "forecast" (the network), "last" or "season"."""

    def step(self, ahead: int) -> OfOwn | Aggregate:
        """The ``ahead``-th prediction (0-based): an answer to the window with those before it at its end; of one who knows no
        network what it copies."""
        if self.who == "last":
            return goes_on(self.series, self.origin, ahead, self.name)
        if self.who == "season":
            return as_before(self.series, self.origin, ahead, int(self.data.period or 1), self.name)
        tried = self._tried(self.asked.window(0, self.fed[:ahead])).about(0, -1)
        value, scale = float(self.told[ahead]), self.data.target.normalisation
        lead = Number("value", tried.output, 0)
        title = Words("What is foretold for {time}", {"time": self.times[ahead]})
        made = lead if scale is None else scaled(title, value, scale, 0, self.data.target.unit, lead)
        return OfOwn(made, tried.own)

    def came(self, ahead: int) -> Aggregate | None:
        """What came; None where nobody knows."""
        time = self.origin + ahead
        known = time < len(self.series.values) and np.isfinite(self.truth[ahead])
        return at_time(self.series, time, self.series.target, self.name) if known else None

    @property
    def name(self) -> str:
        """What is foretold."""
        names = next(iter(self.data.inputs.values())).names
        return names[self.series.target] if self.series.target < len(names) else ""

    def seen(self, step: int, time: str, value: float) -> list[Question]:
        """A value that was seen before, and what the first prediction hangs on there."""
        tried = self._tried(self.asked.window(0, self.fed[:0])).about(0, -1)
        feature, scale = self.asked.features[0], self.asked.read_as
        lead = Number("value", tried.input, feature, step)
        title = Words("What was seen at {time}", {"time": time})
        made = lead if scale is None else scaled(title, value, scale, feature, self.data.target.unit, lead)
        gradient = Number("gradient", tried.input, feature, step)
        return [
            tried.question(gradient, tr("Why does the answer hang on this so much?")),
            tried.question(made, tr("What is read here?")),
        ]

    def answer(self, ahead: int) -> list[Question]:
        """Why this is foretold."""
        return [Question(self.step(ahead), tr("Why this forecast?"))]

    def truths(self, ahead: int) -> list[Question]:
        """Why this came."""
        made = self.came(ahead)
        return [] if made is None else [Question(made, tr("What came here?"))]

    def error(self, title: Words) -> Aggregate:
        """How far it is off on average."""
        kept = np.flatnonzero(np.isfinite(self.truth) & ~np.isnan(self.told))
        return mean_miss(title, (self.told - self.truth)[kept], [self._miss(int(n)) for n in kept])

    def _miss(self, ahead: int) -> Aggregate:
        title = Words("How far off it is at {time}", {"time": self.times[ahead]})
        return difference(title, float(self.told[ahead]), float(self.truth[ahead]), self.step(ahead))

    def _tried(self, window: np.ndarray) -> Tried:
        return Tried.of_main(self.network, self.data, self.activation, window)
