"""The contract of a data set: what arrays there are, what they mean, and how they are split.

Arrays are (samples, features) for a static value and (samples, steps, features) for a sequence. Batches that go into
the engine are time-major: (steps, batch, features).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from core.errors import DataError

Task = Literal["classification", "regression"]
View = Literal["digits", "series", "plane", "table", "sequence", "text"]
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Normalisation:
    """value = (raw - mean) / scale, per feature, fitted on the training part only."""

    mean: np.ndarray
    scale: np.ndarray

    def undo(self, values: np.ndarray) -> np.ndarray:
        """Normalised values back in their own unit."""
        raw: np.ndarray = values * self.scale + self.mean
        return raw


@dataclass(frozen=True, eq=False)
class Field:
    """One array of a data set and what its features mean."""

    values: np.ndarray
    """float32; (samples, features) or (samples, steps, features). Class targets hold the class number as one feature."""
    names: tuple[str, ...] = ()
    """One name per feature; empty where they have none (pixels)."""
    unit: str = ""
    classes: tuple[str, ...] = ()
    """Names of the classes, or of the symbols where the values are codes (``codes`` True); else empty."""
    codes: bool = False
    """True where values are whole numbers that name a class or a symbol."""
    normalisation: Normalisation | None = None

    @property
    def sequence(self) -> bool:
        """True where there is a value per time step."""
        return self.values.ndim == 3

    @property
    def features(self) -> int:
        """Number of features per sample (and step)."""
        return int(self.values.shape[-1])

    @property
    def steps(self) -> int | None:
        """Time steps, or None for a static value."""
        return int(self.values.shape[1]) if self.sequence else None


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs, target, mask and split, ready for training."""

    key: str
    """Its entry in the catalogue "datasets"."""
    title: str
    task: Task
    inputs: Mapping[str, Field]
    """By the name that an input layer refers to; the first one is the main input."""
    target: Field
    split: Mapping[Part, np.ndarray]
    """Sample numbers of each part; disjoint."""
    mask: np.ndarray | None = None
    """(samples, steps) bool: steps that the loss counts; None counts all. For sequence targets only."""
    lengths: np.ndarray | None = None
    """(samples,) valid steps where sequences are padded at the end; None where none is."""
    view: View = "table"
    """How a sample and an output are best drawn."""
    image_shape: tuple[int, int] | None = None
    """Rows and columns where a sample is a picture."""
    period: int | None = None
    """Season length in steps of a series, for naive baselines."""
    source: str = ""
    """Where the data comes from and its licence, in one line."""
    info: Mapping[str, object] = field(default_factory=dict)
    """More facts for views: the original series, dates, window starts."""

    def __len__(self) -> int:
        return len(self.target.values)

    @property
    def outputs(self) -> int:
        """Units that an output layer needs: the classes, or the target's features."""
        return len(self.target.classes) if self.target.codes else self.target.features

    def samples(self, part: Part) -> np.ndarray:
        """The sample numbers of a part."""
        if part not in self.split:
            raise DataError("{title} has no {part} part.", title=self.title, part=part)
        return self.split[part]
