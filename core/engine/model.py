"""A compiled network with what it is judged by: a pass over a batch, a sample examined, a part evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.engine.batches import Batch, Batches
from core.engine.capture import Capture
from core.engine.objective import Answers, Objective
from core.engine.program import Values, compile_network
from core.errors import DataError
from core.network import Network
from core.reports import Evaluation, Examination

EVALUATION_BATCH = 256
EVALUATION_STEPS = 2**17
"""Samples, and samples times time steps, that are evaluated at once."""


@dataclass(frozen=True, eq=False)
class Pass:
    """One batch that has been run forward."""

    batch: Batch
    values: Values
    answers: Answers
    loss: Tensor
    """Scalar, without penalties."""
    capture: Capture | None
    parameters: Mapping[str, Tensor]
    """With which it was run; of a pass made by ``looked_at`` their gradients belong to it alone."""

    def activity(self, training: Choice) -> Tensor | None:
        """The activity penalty of the settings, share times mean squared output of all layers; None where it is off.

        Inputs are no layer's doing and do not count, and neither does padding.
        """
        share, lengths = float(training["activity"]), self.values.lengths
        outputs = {layer: value for layer, value in self.values.outputs.items() if value.requires_grad}
        if not share or not outputs:
            return None
        return share * torch.stack([_activity(value, lengths.get(layer)) for layer, value in outputs.items()]).mean()

    def totals(self) -> dict[str, Tensor]:
        """dL/dh_t by layer id, shaped as the layer's value; for a pass made by ``looked_at``."""
        assert self.capture is not None and self.capture.every_layer
        return {layer: self.capture.total(layer) for layer in self.values.outputs}


class Model:
    """A network's Program together with its loss and metric."""

    def __init__(
        self, network: Network, dataset: Dataset, training: Choice, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.network, self._dataset = network, dataset
        self._steps = dataset.target.steps
        self.program = compile_network(network, dtype=dtype, device=device)
        self.change(training)

    def change(self, training: Choice) -> None:
        """Take over the loss, metric and truncation of these settings."""
        self.objective = Objective(self.network, self._dataset, training)
        self.truncate = int(training["tbptt"])

    def forward(
        self,
        parameters: Mapping[str, Tensor],
        batch: Batch,
        *,
        training: bool = False,
        generator: torch.Generator | None = None,
        capture: Capture | None = None,
        truncate: int | None = None,
    ) -> Pass:
        """Run a batch; ``truncate`` None is what the settings say."""
        values = self.program.run(
            parameters,
            batch.inputs,
            steps=batch.steps,
            training=training,
            generator=generator,
            lengths=batch.lengths,
            capture=capture,
            truncate=self.truncate if truncate is None else truncate,
        )
        answers = self.objective.answers(values)
        return Pass(batch, values, answers, self.objective.loss(answers, batch), capture, parameters)

    @torch.enable_grad()
    def looked_at(
        self,
        parameters: Mapping[str, Tensor],
        batch: Batch,
        *,
        training: bool = False,
        generator: torch.Generator | None = None,
        truncate: int | None = None,
    ) -> Pass:
        """A pass beside the training, forward and backward, of which every gradient can be read.

        The parameters are only copied from: their gradients stay as they are.
        """
        copies = {name: tensor.detach().clone().requires_grad_() for name, tensor in parameters.items()}
        capture = Capture(every_layer=True)
        seen = self.forward(copies, batch, training=training, generator=generator, capture=capture, truncate=truncate)
        torch.autograd.backward(seen.loss)
        return seen

    def examine(self, parameters: Mapping[str, Tensor], batch: Batch, part: str) -> Examination:
        """The single sample of ``batch``, without dropout and without truncation."""
        seen = self.looked_at(parameters, batch, truncate=0)

        def single(values: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
            return {k: v.detach().select(v.dim() - 2, 0).cpu().numpy().copy() for k, v in values.items()}

        activations = single(seen.values.outputs)
        return Examination(
            sample=int(batch.samples[0]),
            part=part,
            activations=activations,
            output=activations[self.objective.output],
            loss=float(seen.loss.detach()),
            gradients=single(seen.totals()),
            cells=single(seen.values.cells),
            attention=single(seen.values.attention),
        )

    @torch.no_grad()
    def outputs(self, parameters: Mapping[str, Tensor], inputs: np.ndarray) -> np.ndarray:
        """What the network answers to other inputs than those of the data set, which every input layer reads.

        ``inputs`` is (samples, features) or (samples, steps, features), normalised as the data set is; the answer is
        sample-major too. Raises DataError where it does not fit the network.
        """
        for layer in self.network.of_kind("input"):
            wanted = (3 if layer.params["sequence"] else 2, int(layer.params["units"]))
            if (inputs.ndim, inputs.shape[-1]) != wanted:
                raise DataError("What was asked about does not fit the input “{name}”.", name=layer.name)
        some = next(iter(parameters.values()))
        values = torch.tensor(inputs, dtype=some.dtype, device=some.device)
        values = values.transpose(0, 1) if values.dim() == 3 else values
        entering = {layer.id: values for layer in self.network.of_kind("input")}
        answered = self.program.run(parameters, entering, steps=self._steps).outputs[self.objective.output]
        return _sample_major(answered).cpu().numpy().copy()

    @torch.no_grad()
    def evaluate(
        self,
        parameters: Mapping[str, Tensor],
        data: Batches,
        samples: np.ndarray,
        part: str,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Evaluation | None:
        """Loss and metric over all of ``samples`` at once, however they are cut into batches; None when cancelled."""
        size = max(1, min(EVALUATION_BATCH, EVALUATION_STEPS // data.longest))
        outputs, logits = [], []
        for batch in data.walk(samples, size):
            if cancelled():
                return None
            answers = self.forward(parameters, batch).answers
            outputs.append(answers.outputs)
            logits.append(answers.logits)
        whole = data.take(samples)
        joined = Answers(_joined(outputs), _joined(logits))
        return Evaluation(
            part=part,
            loss=float(self.objective.loss(joined, whole)),
            metrics=self.objective.metrics(joined, whole),
            samples=np.array(samples),
            outputs=_sample_major(joined.outputs).cpu().numpy().copy(),
        )


def _activity(value: Tensor, lengths: Tensor | None) -> Tensor:
    """Mean square of a value over its valid steps."""
    squares = value.square()
    if lengths is None:
        return squares.mean()
    valid = torch.arange(len(value), device=value.device)[:, None] < lengths
    return torch.where(valid[..., None], squares, 0.0).sum() / (lengths.sum() * value.shape[-1])


def _joined(values: list[Tensor]) -> Tensor:
    return torch.cat(values, dim=1 if values[0].dim() == 3 else 0)


def _sample_major(values: Tensor) -> Tensor:
    return values.transpose(0, 1) if values.dim() == 3 else values
