"""What came of running a network over a part of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.reports import Evaluation


@dataclass(frozen=True, eq=False)
class Judged:
    """An evaluation, and the loss of every sample on its own."""

    evaluation: Evaluation
    sample_losses: np.ndarray
    """(n,) in the order of ``evaluation.samples``."""
