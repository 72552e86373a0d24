"""Free running beside teacher forcing: how the error grows from step to step when a network reads its own answers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from core.data.dataset import Dataset
from core.engine.batches import Batch, Batches
from core.engine.feeding import Feeding
from core.engine.model import Model
from core.engine.objective import Answers
from core.generation import FreeRun


@torch.no_grad()
def free_run(
    model: Model,
    feeding: Feeding,
    parameters: Mapping[str, Tensor],
    dataset: Dataset,
    data: Batches,
    samples: np.ndarray,
    part: str,
    given: int,
) -> FreeRun:
    """Both passes over the same samples. The error of a step is the share of wrong classes among the samples that count
    the step, or the root mean squared error in the unit of the target."""
    batch = data.take(samples)
    free = feeding.free(parameters, batch, given)
    taught = model.forward(parameters, batch).answers
    counted = np.ones((len(samples), len(batch.target)), bool)
    if dataset.mask is not None:
        counted = dataset.mask[samples].astype(bool)
    own = _error(feeding, dataset, free, batch, counted)
    with_true = _error(feeding, dataset, taught, batch, counted)
    unit = "" if feeding.speaker.symbols else dataset.target.unit or "1"
    return FreeRun(part, samples, given, with_true, own, counted.sum(0), unit)


def _error(feeding: Feeding, dataset: Dataset, answers: Answers, batch: Batch, counted: np.ndarray) -> np.ndarray:
    """(steps,)"""
    if feeding.speaker.symbols:
        wrong = (feeding.speaker.best(answers) != batch.target[..., 0].long()).double()
        return _mean(wrong.cpu().numpy().T, counted)
    scale = None if dataset.target.normalisation is None else dataset.target.normalisation.scale
    with np.errstate(over="ignore", invalid="ignore"):
        miss = (answers.outputs - batch.target).double().cpu().numpy() * (1.0 if scale is None else scale)
        return np.asarray(np.sqrt(_mean(np.square(miss).mean(-1).T, counted)))


def _mean(values: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Over the samples that count, of values (samples, steps); NaN where none does."""
    number = counted.sum(0)
    total = np.where(counted, values, 0.0).sum(0)
    return np.asarray(np.divide(total, number, out=np.full(len(number), np.nan), where=number > 0))
