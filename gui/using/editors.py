"""What an editor of an input is; the editors are in pad, letters, cells and sample."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.dataset import Dataset, Field
from core.questions import Reading
from gui.text import tr
from gui.theme import theme


class Editor(QWidget):
    """Edits one input of a data set."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.data: Dataset | None = None
        self.reading: Reading | None = None
        self.read_steps = 0
        """Steps that are read so far, for the one looked at."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        theme().changed.connect(self.update)

    @property
    def field(self) -> Field:
        """The main input."""
        assert self.data is not None
        return next(iter(self.data.inputs.values()))

    def show_data(self, data: Dataset) -> None:
        """Begin with another data set."""
        self.data, self.reading = data, None

    def show_sample(self, sample: int) -> None:
        """Take over a sample of the data set."""
        raise NotImplementedError

    def clear(self) -> None:
        """An empty input."""

    def values(self) -> np.ndarray | None:
        """The input as the network reads it; None where there is nothing to read."""
        raise NotImplementedError

    def show_reading(self, reading: Reading | None, steps: int) -> None:
        """What mattered, and how far it is read."""
        self.reading, self.read_steps = reading, steps
        self.update()

    def marks(self) -> tuple[str, ...]:
        """A name for each step; empty where they are numbers."""
        return ()

    def step_words(self, steps: int, of: int) -> str:
        """How far it is read, in words."""
        return tr("After step {n} of {of}", n=steps, of=of)

    def why(self) -> str:
        """What the colours mean, as a template with {answer}."""
        return ""

    def asked(self, at: QPointF | None) -> tuple[int | None, int | None] | None:
        """(step, feature) of the input at a place, or where the keyboard is; feature None is all of a step."""
        return None

    def where_most(self) -> tuple[int | None, int | None] | None:
        """(step, feature) that mattered most."""
        if self.reading is None:
            return None
        return self.placed(int(np.abs(self.reading.gradient).argmax()))

    def placed(self, n: int) -> tuple[int | None, int | None] | None:
        """(step, feature) of the n-th number of the input."""
        values = None if self.reading is None else self.reading.inputs
        if values is None or not 0 <= n < values.size:
            return None
        return (None, n) if values.ndim == 1 else divmod(n, values.shape[1])

    def can_clear(self) -> bool:
        """Whether there is something to empty."""
        return False


def valid(data: Dataset, sample: int) -> np.ndarray:
    """The main input of a sample, without padding."""
    values = np.asarray(next(iter(data.inputs.values())).values[sample])
    return values if data.lengths is None or values.ndim < 2 else values[: int(data.lengths[sample])]


def relative(gradient: np.ndarray) -> np.ndarray:
    """``gradient`` from -1 to 1: by its largest entry."""
    good = np.abs(gradient[np.isfinite(gradient)])
    largest = float(good.max()) if good.size else 0.0
    return np.zeros(gradient.shape) if largest == 0 else np.nan_to_num(gradient / largest)
