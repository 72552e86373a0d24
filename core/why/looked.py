"""What an attention layer asked, looked through and found in one sample, and all derivatives of it; 64 bit.

With the context c_t = sum_s alpha_ts m_s and alpha the softmax of the scores e, dc_t / de_ts = alpha_ts (m_s - c_t).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Looked:
    """All steps of one attention layer; the memory without its padding."""

    how: str
    """The score: "dot", "scaled", "general" or "additive"."""
    query: np.ndarray
    """(steps, query features)"""
    memory: np.ndarray
    """(memory steps, features)"""
    tensors: Mapping[str, np.ndarray]
    """What is learned, by the last part of its name."""
    inner: np.ndarray
    """(steps, memory steps, width) tanh(W q + U m) of the additive score; no width for the others."""
    scores: np.ndarray
    """(steps, memory steps)"""
    weights: np.ndarray
    """(steps, memory steps)"""
    contexts: np.ndarray
    """(steps, features)"""
    there: np.ndarray
    """(memory steps,) False where a what-if keeps it from looking: the weight is 0, whatever the score would be."""

    def raised(self, t: int) -> np.ndarray:
        """(memory steps,) e^score, divided by the largest one so that it stays finite; 0 where it does not look."""
        return _raised(self.scores[t], self.there)

    def at_scores(self, total: np.ndarray) -> np.ndarray:
        """dL/de, (steps, memory steps), from dL/dc (steps, features)."""
        found: np.ndarray = self.weights * (total @ self.memory.T - (total * self.contexts).sum(1, keepdims=True))
        return found

    def over_query(self, t: int) -> np.ndarray:
        """de_ts / dq_t, (memory steps, query features)."""
        if self.how == "general":
            return np.asarray(self.memory @ self.tensors["score"].T)
        if self.how == "additive":
            return np.asarray(self._bent(t) @ self.tensors["query"])
        return np.asarray(self.memory * self.scale)

    def over_memory(self, t: int, s: int) -> np.ndarray:
        """de_ts / dm_s, (features,)."""
        if self.how == "general":
            return np.asarray(self.query[t] @ self.tensors["score"])
        if self.how == "additive":
            return np.asarray(self._bent(t)[s] @ self.tensors["memory"])
        return np.asarray(self.query[t] * self.scale)

    @property
    def scale(self) -> float:
        """What the dot product is multiplied by."""
        return float(self.memory.shape[1] ** -0.5) if self.how == "scaled" else 1.0

    def _bent(self, t: int) -> np.ndarray:
        """(memory steps, width) v (1 - tanh^2)."""
        return np.asarray(self.tensors["energy"] * (1 - self.inner[t] ** 2))

    def by_query(self, t: int) -> np.ndarray:
        """dc_t / dq_t, (features, query features)."""
        away = self.weights[t][:, None] * (self.memory - self.contexts[t])
        return np.asarray(away.T @ self.over_query(t))

    def by_memory(self, s: int) -> list[np.ndarray]:
        """dc_t / dm_s of every t, (features, features) each."""
        unit = np.eye(self.memory.shape[1])
        return [
            self.weights[t, s] * (unit + np.outer(self.memory[s] - self.contexts[t], self.over_memory(t, s)))
            for t in range(len(self.query))
        ]

    def by_weight(self, tensor: str, row: int, column: int | None) -> np.ndarray:
        """de_ts / dw of one learned number, (steps, memory steps)."""
        if tensor == "score":
            return np.outer(self.query[:, row], self.memory[:, column])
        if tensor == "energy":
            return np.asarray(self.inner[..., row])
        bent = np.array([self._bent(t)[:, row] for t in range(len(self.query))])
        return np.asarray(bent * (self.query[:, column, None] if tensor == "query" else self.memory[None, :, column]))


def looked(
    how: str, query: np.ndarray, memory: np.ndarray, tensors: Mapping[str, np.ndarray], there: np.ndarray
) -> Looked:
    """``query`` (steps, query features), ``memory`` (memory steps, features), ``there`` (memory steps,)."""
    inner = np.zeros((len(query), len(memory), 0))
    if how == "general":
        scores = query @ tensors["score"] @ memory.T
    elif how == "additive":
        inner = np.tanh((query @ tensors["query"].T)[:, None] + memory @ tensors["memory"].T)
        scores = inner @ tensors["energy"]
    else:
        scores = query @ memory.T * (memory.shape[1] ** -0.5 if how == "scaled" else 1.0)
    raised = np.array([_raised(row, there) for row in scores])
    weights = raised / raised.sum(1, keepdims=True)
    return Looked(how, query, memory, tensors, inner, scores, weights, weights @ memory, there)


def _raised(scores: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.exp(np.where(there, scores - scores[there].max(), -np.inf))
