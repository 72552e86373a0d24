"""A part of the data judged chunk by chunk beside a training: outputs, the loss of every sample, and metrics of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor

from core.answers import AROUND_ZERO, Answers
from core.catalogue.metrics import METRICS
from core.catalogue.spec import Choice
from core.data.cache import dataset
from core.data.dataset import Dataset, Part
from core.data.importers.progress import Job, Progress
from core.engine import model
from core.engine.activations import resolve
from core.engine.batches import Batches
from core.engine.devices import pick_device, pick_dtype, settle
from core.engine.metrics import Counted
from core.engine.objective import Answers as Said
from core.errors import DataError
from core.evaluation.passes import Judged
from core.parameters import parameters
from core.project import State
from core.reports import Evaluation


@torch.no_grad()
def judge(state: State, part: Part) -> Job[Judged]:
    """Every sample of ``part`` through a copy of the network, without dropout. No session and no random state changes."""
    if state.data is None:
        raise DataError("No data is chosen. Choose a data set in the training panel.")
    data, settings = dataset(state.data), state.training
    samples = data.samples(part)
    if not len(samples):
        raise DataError("“{data}” has no samples in its {part} part.", data=data.title, part=part)
    device = pick_device(settings["device"])
    dtype = pick_dtype(settings["precision"], device)
    settle(device, int(settings["threads"]))
    network = model.Model(state.network, data, settings, dtype, device)
    tensors = _tensors(state, dtype, device)
    batches = Batches(state.network, data, dtype, device)
    size = max(1, min(model.EVALUATION_BATCH, model.EVALUATION_STEPS // batches.longest))
    outputs, logits, losses = [], [], []
    yield Progress(0.0)
    for batch in batches.walk(samples, size):
        answers = network.forward(tensors, batch).answers
        outputs.append(answers.outputs)
        logits.append(answers.logits)
        losses.append(network.objective.sample_losses(answers, batch))
        yield Progress(0.9 * sum(len(one) for one in losses) / len(samples), sum(len(one) for one in losses))
    along = 1 if outputs[0].dim() == 3 else 0
    joined, whole = Said(torch.cat(outputs, along), torch.cat(logits, along)), batches.take(samples)
    said = joined.outputs.transpose(0, 1) if along else joined.outputs
    evaluation = Evaluation(
        part=part,
        loss=float(network.objective.loss(joined, whole)),
        metrics=network.objective.metrics(joined, whole),
        samples=np.array(samples),
        outputs=said.cpu().numpy().copy(),
    )
    return Judged(evaluation, torch.cat(losses).cpu().numpy().astype(float))


def _tensors(state: State, dtype: torch.dtype, device: torch.device) -> dict[str, Tensor]:
    names = parameters(state.network)
    return {name: torch.tensor(state.weights[name], dtype=dtype, device=device) for name in names}


def measured(
    data: Dataset, given: Answers, scores: np.ndarray, activation: str, choices: Iterable[Choice]
) -> Mapping[str, float]:
    """Metrics by key of ``scores`` (rows, units) for the rows of ``given``; ``activation`` is that of the output, or ""
    for shares and values."""
    counted = Counted(
        scores.astype(float),
        given.wanted.astype(float),
        given.samples,
        data.outputs if data.target.codes else 0,
        0.0 if activation in AROUND_ZERO else 0.5,
        activation == "log_softmax",
        data.target.normalisation,
    )
    return {choice.key: float(resolve(METRICS[choice.key].runs)(counted, **choice.values)) for choice in choices}
