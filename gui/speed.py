"""How Play moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Speed:
    """In batches ("run") or time steps ("step"), with ``pace`` seconds of rest in between."""

    granularity: Literal["run", "step"] = "run"
    pace: float = 0.0


FULL_SPEED = Speed()
