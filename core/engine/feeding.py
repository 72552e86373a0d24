"""Answers fed back while training and evaluating: teacher forcing by chance, and free running beside it.

With probability 1 - p a step reads the network's own previous answer instead of the true one (scheduled sampling, Bengio,
Vinyals, Jaitly and Shazeer 2015). A walk without gradient finds out what each step reads, with the dropout masks of the
training step; then the ordinary pass learns on these inputs. So no gradient passes through what was fed back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from core.data.dataset import Dataset
from core.engine.batches import Batch
from core.engine.choosing import Choosing, Speaker
from core.engine.objective import Answers, output_layer
from core.engine.program import Program
from core.engine.stepwise import Stepwise
from core.errors import NotTrainable


class Feeding:
    """Which inputs of a network read its own answers, and the passes in which they do."""

    def __init__(self, program: Program, dataset: Dataset) -> None:
        network = program.network
        output = output_layer(network)
        self.program, self.output = program, output.id
        self.speaker = Speaker(output, dataset)
        self.inputs = tuple(
            layer.id
            for layer in network.of_kind("input")
            if dataset.feedback and layer.params["field"] == dataset.feedback
        )
        """Ids of the input layers that are fed; empty where the network does not read its answers."""
        self._fed = list(dataset.fed)
        """The features of these inputs that are fed; empty where all are."""

    def walker(self, parameters: Mapping[str, Tensor], batch: Batch, generator: torch.Generator | None) -> Stepwise:
        """A walk along a batch; with a generator it has the dropout masks that a training pass would draw now."""
        return Stepwise(
            self.program, parameters, self.output, self.inputs, batch.inputs, steps=batch.longest if batch.steps is None
            else batch.steps, batch=len(batch), lengths=batch.lengths, training=generator is not None, generator=generator,
        )  # fmt: skip

    @torch.no_grad()
    def mixed(
        self,
        parameters: Mapping[str, Tensor],
        batch: Batch,
        taught: float,
        lot: np.random.Generator,
        drawn: bool,
        generator: torch.Generator,
    ) -> Batch:
        """The batch with inputs that are the true ones with probability ``taught`` and the network's own answers else.

        ``lot`` decides where, and draws classes where they are ``drawn``. ``generator`` is left as it was. The first step
        always reads the start.
        """
        read = self._true(batch)
        own = torch.from_numpy(lot.random(read.shape[:2]) >= taught).to(read.device)
        own[0] = False
        last = int(own.any(1).nonzero().max()) if own.any() else 0
        if not last:
            return batch
        noise = lot.gumbel(size=(last, read.shape[1], self._classes)) if drawn and self.speaker.symbols else None
        read, before = read.clone(), generator.get_state()
        walker = self.walker(parameters, batch, generator)
        generator.set_state(before)
        for t in range(last):
            said = walker.step(read[t])
            answer = self.speaker.read_next(said, None if noise is None else _by_lot(noise[t]))
            read[t + 1] = torch.where(own[t + 1][:, None], self._beside(answer, read[t + 1]), read[t + 1])
        return replace(batch, inputs={**batch.inputs, **dict.fromkeys(self.inputs, read)})

    @torch.no_grad()
    def free(self, parameters: Mapping[str, Tensor], batch: Batch, given: int) -> Answers:
        """(steps, batch, units) what it says when the first ``given`` steps (at least 1) read the true past, the others
        its own answers; without dropout."""
        true, walker = self._true(batch), self.walker(parameters, batch, None)
        told: list[Answers] = []
        for t in range(len(true)):
            own = t >= max(1, given)
            told.append(walker.step(self._beside(self.speaker.read_next(told[-1]), true[t]) if own else true[t]))
        return Answers(torch.stack([each.outputs for each in told]), torch.stack([each.logits for each in told]))

    def _beside(self, answer: Tensor, true: Tensor) -> Tensor:
        """(batch, features) the answer as it is read, beside the features that are always given."""
        if not self._fed:
            return answer
        read = true.clone()
        read[:, self._fed] = answer
        return read

    @property
    def _classes(self) -> int:
        units = int(self.program.network.layers[self.output].params["units"])
        return 2 if self.speaker.single else units

    def _true(self, batch: Batch) -> Tensor:
        if not self.inputs:
            raise NotTrainable("No input of the network reads what it answered before.")
        return batch.inputs[self.inputs[0]]


def _by_lot(noise: np.ndarray) -> Choosing:
    """Draws each class by its probability: the largest of log p plus noise of Gumbel (Maddison, Tarlow, Minka 2014)."""

    def choose(log_shares: Tensor) -> Tensor:
        lot = torch.from_numpy(noise).to(log_shares.device, log_shares.dtype)
        return (log_shares + lot).argmax(-1)

    return choose
