"""What the runner last examined, put into the words of the canvas: a layer's values over time, and the one of now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.reports import Examination
from gui.canvas.matrices import Matrix
from gui.runner import Runner


@dataclass(frozen=True)
class Values:
    """What a layer says."""

    values: np.ndarray | None = None
    """(steps, units), or (1, units) for a static value."""
    now: np.ndarray | None = None
    """(units,) at the step that is shown."""
    share: float | None = None
    """Where that step lies in the picture, 0 to 1; None where nothing walks through time."""


class Live:
    """Reads the runner when told to, so that one refresh sees one examination throughout."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._examination: Examination | None = None
        self._step: int | None = None
        self.read()

    @property
    def known(self) -> bool:
        """False while nothing was examined."""
        return self._examination is not None

    def read(self) -> bool:
        """Take what the runner has now; True where it is something new."""
        report = self._runner.report
        moment = report.moment if report is not None else None
        step = moment.step if moment is not None and moment.phase in ("forward", "loss", "backward") else None
        new = self._runner.examination is not self._examination or step != self._step
        self._examination, self._step = self._runner.examination, step
        return new

    def of(self, layer_id: str, features: int | None) -> Values:
        """The values of a layer with so many features; empty where nothing is known or its size has changed since."""
        found = self._array(layer_id)
        if found is None or found.shape[-1] != features:
            return Values()
        if found.ndim == 1:
            return Values(found[None, :], found)
        step = self._row(len(found))
        share = None if self._step is None or len(found) < 2 else (step + 0.5) / len(found)
        return Values(found, found[step], share)

    def step_of(self, layer_id: str) -> int | None:
        """The step whose values a layer shows as those of now; None of a static value, and while nothing is known."""
        found = self._array(layer_id)
        return None if found is None or found.ndim == 1 else self._row(len(found))

    def past(self, matrix: Matrix) -> np.ndarray | None:
        """What a layer said ``delay`` steps ago, (columns,); before the first step what it begins with, where that is known."""
        found = self._array(matrix.source)
        if found is None or found.ndim != 2 or found.shape[-1] != matrix.columns:
            return None
        row = self._row(len(found)) - matrix.delay
        return found[row] if row >= 0 else self._start(matrix)

    def _start(self, matrix: Matrix) -> np.ndarray | None:
        network = self._runner.document.project.network
        if network.into(matrix.source, "initial"):
            return None  # it is handed over, and no examination tells what
        learned = self._runner.weights.get(f"{matrix.source}.initial")
        return np.zeros(matrix.columns) if learned is None or len(learned) != matrix.columns else learned

    def _array(self, layer_id: str) -> np.ndarray | None:
        found = None if self._examination is None else self._examination.activations.get(layer_id)
        return found if found is not None and found.ndim in (1, 2) and len(found) else None

    def _row(self, steps: int) -> int:
        return steps - 1 if self._step is None else min(self._step, steps - 1)
