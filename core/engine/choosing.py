"""From what an output layer says to an answer: the probabilities of the classes, and the answer that is read next."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, logsigmoid, one_hot

from core.answers import AROUND_ZERO
from core.data.dataset import Dataset
from core.engine.objective import Answers
from core.network import Layer, activation_of

Choosing = Callable[[Tensor], Tensor]
"""From log-probabilities (batch, classes) to a class each, (batch,)."""


class Speaker:
    """What an output layer means on a data set."""

    def __init__(self, output: Layer, dataset: Dataset) -> None:
        chosen = activation_of(output)
        assert chosen is not None
        self._activation = chosen.key
        self.symbols = dataset.target.codes
        """Whether the answers are classes."""
        self.single = self.symbols and int(output.params["units"]) == 1
        """Whether one unit decides between two classes."""
        fed = dataset.past
        self._flags = fed.features if fed is not None and self.symbols and not fed.codes else 0
        """Classes that are read as flags; 0 where they are read as codes."""

    def log_shares(self, answers: Answers) -> Tensor:
        """(..., classes) log-probabilities.

        Of a softmax its own. Independent yes-or-no units are brought to a sum of 1, and scores that are no probabilities
        (of a hinge loss) are taken as sums before a softmax.
        """
        logits = answers.logits
        if self.single:
            if self._activation == "sigmoid" or self._activation in AROUND_ZERO:
                return torch.cat([logsigmoid(-logits), logsigmoid(logits)], -1)
            yes = answers.outputs.clamp(1e-12, 1 - 1e-12)
            return torch.cat([torch.log1p(-yes), yes.log()], -1)
        if self._activation == "sigmoid":
            return log_softmax(logsigmoid(logits), -1)
        return log_softmax(logits, -1)

    def read_next(self, answers: Answers, choose: Choosing | None = None) -> Tensor:
        """(batch, features) what is fed back: the class that ``choose`` takes (the likeliest one), or the numbers told."""
        if not self.symbols:
            return answers.outputs
        chosen = self.best(answers) if choose is None else choose(self.log_shares(answers))
        return self.as_read(chosen).to(answers.outputs.dtype)

    def as_read(self, codes: Tensor) -> Tensor:
        """(..., features) classes (...) as the input that is fed back gives them: their numbers, or a flag each."""
        return one_hot(codes, self._flags) if self._flags else codes[..., None]

    def best(self, answers: Answers) -> Tensor:
        """(...) the likeliest class; as core.answers decides."""
        if self.single:
            return (answers.outputs[..., 0] > (0.0 if self._activation in AROUND_ZERO else 0.5)).long()
        return answers.outputs.argmax(-1)
