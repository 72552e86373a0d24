"""A session put down at a batch, to be taken up again bit for bit: numpy arrays and plain JSON values, never pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.catalogue.spec import Choice
from core.engine.course import Best, Course, Position, Stopwatch
from core.engine.learner import Learner
from core.errors import BadFile

VERSION = 1


@dataclass(frozen=True, eq=False)
class SessionState:
    """All that decides how a session goes on."""

    arrays: Mapping[str, np.ndarray]
    """weights/NAME, best/NAME, optimizer/NUMBER/KEY, order (of this epoch), random (dropout)."""
    meta: Mapping[str, Any]
    """JSON values: version, position, best, settings, optimizer, schedule."""

    def to_json(self) -> str:
        """``meta`` as text; numbers keep all their digits."""
        return json.dumps(self.meta, allow_nan=False)

    @classmethod
    def from_files(cls, arrays: Mapping[str, np.ndarray], text: str) -> SessionState:
        """The inverse; text of another version or that is no such text raises BadFile."""
        try:
            meta = json.loads(text)
        except json.JSONDecodeError:
            raise BadFile("The state of the training is damaged: it is not JSON. Start the training anew.") from None
        if not isinstance(meta, dict) or meta.get("version") != VERSION:
            raise BadFile("The state of the training comes from another version of the studio. Start it anew.")
        return cls(dict(arrays), meta)

    def group(self, prefix: str) -> dict[str, np.ndarray]:
        """The arrays below ``prefix``, by the rest of their name."""
        return {name[len(prefix) :]: array for name, array in self.arrays.items() if name.startswith(prefix)}


def pack(state: Any, arrays: dict[str, np.ndarray], prefix: str) -> Any:
    """``state`` (dicts, lists and numbers with tensors in between) as JSON values; its tensors go into ``arrays``."""
    if isinstance(state, Tensor):
        arrays[prefix] = state.detach().cpu().numpy().copy()
        return {"array": prefix}
    if isinstance(state, Mapping):
        return {"items": [[key, pack(value, arrays, f"{prefix}/{key}")] for key, value in state.items()]}
    if isinstance(state, list | tuple):
        return [pack(value, arrays, f"{prefix}/{number}") for number, value in enumerate(state)]
    if isinstance(state, float) and not np.isfinite(state):
        return {"number": str(state)}
    return state


def unpack(plain: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """The inverse of ``pack``; tuples come back as lists."""
    if isinstance(plain, dict):
        if "array" in plain:
            return torch.tensor(arrays[plain["array"]])
        if "number" in plain:
            return float(plain["number"])
        return {key: unpack(value, arrays) for key, value in plain["items"]}
    if isinstance(plain, list):
        return [unpack(value, arrays) for value in plain]
    return plain


def saved(
    training: Choice, learner: Learner, course: Course, best: Best, watch: Stopwatch, random: Tensor
) -> SessionState:
    """The parts of a session put down; ``random`` is the state of the dropout generator."""
    arrays: dict[str, np.ndarray] = {"order": course.order.copy(), "random": random.numpy().copy()}
    arrays.update({f"weights/{name}": array for name, array in learner.weights().items()})
    arrays.update({f"best/{name}": array for name, array in best.weights.items()})
    meta = {
        "version": VERSION,
        "settings": training.to_json(),
        "position": asdict(course.position),
        "seconds": watch.before,
        "best": {"loss": best.loss, "epoch": best.epoch, "waited": best.waited},
        "optimizer": pack(learner.optimizer.state_dict(), arrays, "optimizer"),
        "schedule": pack(learner.schedule.state_dict(), arrays, "schedule"),
    }
    return SessionState(arrays, meta)


def restored(
    state: SessionState, learner: Learner, course: Course, best: Best, watch: Stopwatch, random: torch.Generator
) -> None:
    """Put ``state`` into the parts of a new session, whose network must be the one that it was taken of."""
    weights = state.group("weights/")
    if {name: array.shape for name, array in weights.items()} != learner.shapes:
        raise BadFile("The training was interrupted with another network than this one. Start it anew.")
    learner.load(weights)
    learner.optimizer.load_state_dict(unpack(state.meta["optimizer"], state.arrays))
    learner.schedule.load_state_dict(unpack(state.meta["schedule"], state.arrays))
    course.position = Position(**state.meta["position"])
    course.order = np.array(state.arrays["order"])
    watch.before = float(state.meta["seconds"])
    best.loss, best.epoch, best.waited = (state.meta["best"][key] for key in ("loss", "epoch", "waited"))
    best.weights = state.group("best/")
    random.set_state(torch.tensor(state.arrays["random"]))
