"""The question to a training that moves: which weights does it have now, and after how many steps?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.questions import Question


@dataclass(frozen=True, eq=False)
class Standing:
    """Where a training stood when it was asked."""

    run: str
    batch: int
    """Training steps taken."""
    weights: Mapping[str, np.ndarray]


class Trained(Protocol):
    """What the question needs to know about core.engine.session.Session."""

    run_id: str

    @property
    def batch(self) -> int:
        """Training steps taken."""
        ...

    def weights(self) -> dict[str, np.ndarray]:
        """Copies of all parameters."""
        ...


@dataclass(frozen=True, eq=False)
class AskStanding(Question):
    """Where does the training stand?"""

    def ask(self, session: Trained) -> Standing:  # type: ignore[override]
        """A Standing."""
        return Standing(session.run_id, session.batch, session.weights())
