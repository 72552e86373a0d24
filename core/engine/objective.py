"""What a session minimises and measures: the loss and the metric between a network's output and the target."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.engine.batches import Batch
from core.engine.losses import loss_function, sample_losses
from core.engine.metrics import default_metric, metric_function
from core.engine.program import Values
from core.errors import NotTrainable
from core.network import Layer, Network, activation_of


class Answers(NamedTuple):
    """What the output layer says, (steps, batch, units) or (batch, units) each."""

    outputs: Tensor
    logits: Tensor
    """Before the activation."""


class Objective:
    """Loss and metric of one output layer on one data set."""

    def __init__(self, network: Network, dataset: Dataset, training: Choice) -> None:
        self.output = output_layer(network).id
        activation = activation_of(network.layers[self.output])
        assert activation is not None
        self._loss = loss_function(training["loss"], activation, dataset)
        self._sample_losses = sample_losses(training["loss"], activation, dataset)
        chosen: Choice = training["metric"]
        self.metric = default_metric(dataset) if chosen.key == "auto" else chosen.key
        self._metric = metric_function(chosen, dataset, activation)
        self._picks_class = dataset.target.codes and int(network.layers[self.output].params["units"]) > 1

    def answers(self, values: Values) -> Answers:
        """The value of the output layer."""
        return Answers(values.outputs[self.output], values.logits[self.output])

    def loss(self, answers: Answers, batch: Batch) -> Tensor:
        """The scalar loss of a batch, without penalties."""
        return self._loss(answers.logits, answers.outputs, batch.target, batch.mask, None)

    def sample_losses(self, answers: Answers, batch: Batch) -> Tensor:
        """The loss of each sample of a batch on its own, (batch,)."""
        return self._sample_losses(answers.logits, answers.outputs, batch.target, batch.mask)

    def metrics(self, answers: Answers, batch: Batch) -> dict[str, float]:
        """The metric of a batch by its key."""
        if self.metric == "accuracy" and self._picks_class and batch.mask is None:
            right = answers.outputs.detach().argmax(-1) == batch.target[..., 0]
            # the same number, in a third of the time
            return {self.metric: int(torch.count_nonzero(right)) / right.numel() if right.numel() else math.nan}
        return {self.metric: self._metric(answers.outputs.detach(), batch.target, batch.mask)}


def output_layer(network: Network) -> Layer:
    """The layer whose value meets the target."""
    found = network.of_kind("output")
    if len(found) != 1:
        raise NotTrainable(
            "The network has {count} output layers, but training needs exactly one.", count=len(found) or "no"
        )
    return found[0]
