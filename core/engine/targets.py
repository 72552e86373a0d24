"""Turns the target of a data set into what a loss or a metric expects: numbers, class numbers, -1/+1 or shares."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.catalogue.losses import LossSpec, Targets
from core.data.dataset import Dataset
from core.errors import NotTrainable


def converted(targets: Tensor, kind: Targets, dataset: Dataset, like: Tensor) -> Tensor:
    """``targets`` (..., 1 or features) as ``kind``, in the dtype of the outputs ``like`` (..., units).

    "values": (..., units); class codes become one-hot, or 0/1 for a single unit.
    "classes" and "distribution": shares (..., units), or (..., 1) with 0/1 for a single unit.
    "signs": -1/+1 (..., units); values are read as +1 where they are above one half.
    """
    units = like.shape[-1]
    if not dataset.target.codes:
        if targets.shape[-1] != units:
            raise NotTrainable(
                "The output has {units} units, but the target has {features} values: give the output {features} units.",
                units=units,
                features=targets.shape[-1],
            )
        values = targets.to(like.dtype)
        return torch.where(values > 0.5, 1.0, -1.0).to(like.dtype) if kind == "signs" else values
    shares = _shares(targets, dataset, units, like.dtype)
    return 2 * shares - 1 if kind == "signs" else shares


def _shares(targets: Tensor, dataset: Dataset, units: int, dtype: torch.dtype) -> Tensor:
    classes = dataset.outputs
    if units == classes:
        codes = targets[..., 0].long().clamp(0, classes - 1)
        return functional.one_hot(codes, classes).to(dtype)
    if units == 1 and classes <= 2:
        return targets.to(dtype)
    raise NotTrainable(
        "The output has {units} units, but the data has {classes} classes: give the output {classes} units.",
        units=units,
        classes=classes,
    )


def balanced_weights(dataset: Dataset) -> np.ndarray:
    """One weight per class, N / (M count), from the counted steps of the training part; 1 for an absent class."""
    if not dataset.target.codes:
        return np.ones(dataset.outputs)
    rows = dataset.split["train"]
    codes = dataset.target.values[rows][..., 0].astype(int)
    if dataset.mask is not None and codes.ndim == 2:
        codes = codes[dataset.mask[rows].astype(bool)]
    counts = np.bincount(codes.ravel(), minlength=dataset.outputs).astype(float)
    present = counts > 0
    weights = np.ones(len(counts))
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return weights


def check_targets(loss: LossSpec, dataset: Dataset) -> None:
    """Raise NotTrainable where the loss has no meaning for these targets, such as a negative share."""
    if dataset.target.codes or not (loss.targets in ("distribution", "classes") or loss.key == "poisson"):
        return
    values = dataset.target.values
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    if low < 0 or (high > 1 and loss.key != "poisson"):
        raise NotTrainable(
            "{loss} needs targets that are {range}, but those of {data} go from {low:.4g} to {high:.4g}: choose "
            "another loss.",
            loss=loss.title,
            range="0 or more" if loss.key == "poisson" else "from 0 to 1",
            data=dataset.title,
            low=low,
            high=high,
        )
