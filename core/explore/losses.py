"""Losses of one position as curves: value, slope and curvature over the residual or over the margin.

The residual is d = f - y. The margin m is the score of the right side: f y for the hinge losses, and for losses of
probabilities the log-odds of the right class, log(p / (1 - p)). Both are what a training pushes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from core.catalogue.losses import LOSSES
from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.explore import by_engine
from core.reports import Evaluation

Axis = Literal["residual", "margin"]


class Curves(NamedTuple):
    """Loss, its first and its second derivative, each of the shape of x."""

    loss: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray


def axis_of(key: str) -> Axis:
    """What the loss is drawn over."""
    return "residual" if LOSSES[key].family == "Regression" else "margin"


def curves(choice: Choice, x: np.ndarray, count: float = 3.0) -> Curves:
    """The loss of each x on its own; ``count`` is the target that Poisson compares with (f = count + x > 0)."""
    complete = LOSSES.complete(choice)
    if choice.key not in _CURVES:
        return Curves(*by_engine.loss(complete, np.asarray(x, float)))
    values = {k: v for k, v in complete.values.items() if k not in ("over_time", "step_weights", "class_weights")}
    if choice.key == "poisson":
        values["count"] = count
    return Curves(*(np.asarray(part, float) for part in _CURVES[choice.key](np.asarray(x, float), **values)))


def total(choice: Choice, x: np.ndarray, count: float = 3.0) -> float:
    """The loss of a whole batch: the mean, and its root for RMSE."""
    if choice.key == "rmse":
        return float(np.sqrt(np.mean(np.square(x))))
    return float(curves(choice, x, count).loss.mean())


def pulls(choice: Choice, x: np.ndarray, count: float = 3.0) -> np.ndarray:
    """How hard each position pulls: the slope of the batch's loss with respect to each x."""
    x = np.asarray(x, float)
    if choice.key == "rmse":
        root = total(choice, x)
        return x / (len(x) * root) if root else np.zeros_like(x)
    return curves(choice, x, count).slope / len(x)


def of_evaluation(evaluation: Evaluation, dataset: Dataset, axis: Axis) -> np.ndarray | None:
    """Residuals or margins of a model on its last evaluation, (n,); None where they make no sense for this data."""
    pair = said_and_wanted(evaluation, dataset)
    if pair is None or (axis == "margin" and not dataset.target.codes):
        return None
    keep = _counted(evaluation, dataset)
    outputs, targets = (one[keep] for one in pair)
    if axis == "residual":
        return np.asarray((outputs - targets).ravel())
    p = np.clip(outputs[np.arange(len(outputs)), targets.argmax(axis=1)], 1e-12, 1 - 1e-12)
    return np.asarray(np.log(p / (1 - p)))


def origins(evaluation: Evaluation, dataset: Dataset, axis: Axis) -> np.ndarray:
    """Where each number of ``of_evaluation`` is from, (n, 3): row of the evaluation, step (-1 without time), column of
    ``said_and_wanted``."""
    pair = said_and_wanted(evaluation, dataset)
    assert pair is not None
    keep = _counted(evaluation, dataset)
    places = np.argwhere(keep)
    if keep.ndim == 1:
        places = np.column_stack([places, np.full(len(places), -1)])
    if axis == "margin":
        return np.column_stack([places, pair[1][keep].argmax(axis=1)])
    columns = pair[0].shape[-1]
    return np.column_stack([np.repeat(places, columns, axis=0), np.tile(np.arange(columns), len(places))])


def said_and_wanted(evaluation: Evaluation, dataset: Dataset) -> tuple[np.ndarray, np.ndarray] | None:
    """Outputs and targets in one shape, (n, outputs) or (n, steps, outputs); classes have a column each, 1 for the right one.

    None where they do not fit one another.
    """
    outputs = np.asarray(evaluation.outputs, float)
    targets = np.asarray(dataset.target.values[evaluation.samples])
    if outputs.ndim != targets.ndim:
        return None
    if dataset.target.codes:
        codes = targets[..., 0].astype(int)
        if outputs.shape[-1] == 1:
            outputs = np.concatenate([1 - outputs, outputs], axis=-1)
        if codes.max(initial=0) >= outputs.shape[-1]:
            return None
        targets = np.eye(outputs.shape[-1])[codes]
    return (outputs, targets.astype(float)) if outputs.shape == targets.shape else None


def _counted(evaluation: Evaluation, dataset: Dataset) -> np.ndarray:
    """True where a target counts, (n,) or (n, steps)."""
    if dataset.mask is not None and evaluation.outputs.ndim == 3:
        return np.asarray(dataset.mask[evaluation.samples].astype(bool))
    return np.ones(evaluation.outputs.shape[:-1], bool)


Three = tuple[object, object, object]


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray((1 + np.tanh(x / 2)) / 2)


def _mse(d: np.ndarray) -> Three:
    return d * d, 2 * d, np.full_like(d, 2.0)


def _mae(d: np.ndarray) -> Three:
    return np.abs(d), np.sign(d), np.zeros_like(d)


def _huber(d: np.ndarray, delta: float) -> Three:
    inside = np.abs(d) <= delta
    return np.where(inside, d * d / 2, delta * (np.abs(d) - delta / 2)), np.clip(d, -delta, delta), inside * 1.0


def _log_cosh(d: np.ndarray) -> Three:
    return np.logaddexp(d, -d) - np.log(2), np.tanh(d), 1 - np.tanh(d) ** 2


def _quantile(d: np.ndarray, q: float) -> Three:
    return np.where(d <= 0, -q * d, (1 - q) * d), np.where(d <= 0, -q, 1 - q), np.zeros_like(d)


def _poisson(d: np.ndarray, count: float) -> Three:
    f = np.where(d + count > 0, d + count, np.nan)
    return f - count * np.log(f), 1 - count / f, count / (f * f)


def _log_loss(m: np.ndarray) -> Three:
    s = _sigmoid(-m)
    return np.logaddexp(0, -m), -s, s * (1 - s)


def _smoothed(m: np.ndarray, label_smoothing: float) -> Three:
    loss, slope, curvature = (np.asarray(part) for part in _log_loss(m))
    other = label_smoothing / 2
    return loss + other * m, slope + other, curvature


def _hinge(m: np.ndarray) -> Three:
    return np.maximum(0, 1 - m), np.where(m < 1, -1.0, 0.0), np.zeros_like(m)


def _squared_hinge(m: np.ndarray) -> Three:
    room = np.maximum(0, 1 - m)
    return room**2, -2 * room, 2.0 * (m < 1)


def _focal(m: np.ndarray, gamma: float) -> Three:
    p, doubt, lost = _sigmoid(m), _sigmoid(-m), np.logaddexp(0, -m)
    loss = doubt**gamma * lost
    slope = -(doubt**gamma) * (gamma * p * lost + doubt)
    inner = gamma * p * lost + doubt
    inner_slope = gamma * (p * doubt * lost - p * doubt) - p * doubt
    return loss, slope, doubt**gamma * (gamma * p * inner - inner_slope)


_CURVES: dict[str, Callable[..., Three]] = {
    "mse": _mse,
    "mae": _mae,
    "rmse": _mae,
    "mbe": lambda d: (-d, -np.ones_like(d), np.zeros_like(d)),
    "huber": _huber,
    "log_cosh": _log_cosh,
    "quantile": _quantile,
    "poisson": _poisson,
    "cross_entropy": _smoothed,
    "bce": _log_loss,
    "hinge": _hinge,
    "squared_hinge": _squared_hinge,
    "kl": _log_loss,
    "focal": _focal,
}
