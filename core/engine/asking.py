"""A network on a data set, and everything that can be asked about it as it is now, while it trains or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.buckets import by_length, padded_axes
from core.catalogue.probes import PROBES
from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.engine.batches import Batches
from core.engine.changes import changes
from core.engine.course import Course
from core.engine.devices import pick_device, pick_dtype
from core.engine.feeding import Feeding
from core.engine.free_running import free_run
from core.engine.generating import generate
from core.engine.learner import Learner
from core.engine.model import Model
from core.engine.own import own_trace
from core.engine.probes import Look, measure, never
from core.engine.reading import read
from core.engine.trace import trace
from core.engine.trajectories import step_of, trajectories
from core.engine.whatif import alike, altered, compared
from core.errors import BadValue
from core.generation import FreeRun, Generated
from core.questions import Reading
from core.reports import Evaluation, Examination, ProbeResult
from core.states import Trajectories, Transition
from core.traces import Alike, Outcome, OwnInput, Trace
from core.whatif import WhatIf

if TYPE_CHECKING:
    from core.project import State


class Asking:
    """What a Session trains. Nothing that is asked changes it, or any random state."""

    def __init__(self, state: State, dataset: Dataset, training: Choice, run_id: str) -> None:
        self.run_id = run_id
        self._dataset = dataset
        self._device = pick_device(training["device"])
        dtype = pick_dtype(training["precision"], self._device)
        self._data = Batches(state.network, dataset, dtype, self._device)
        self._model = Model(state.network, dataset, training, dtype, self._device)
        self._feeding = Feeding(self._model.program, dataset)
        self._axes = padded_axes(state.network, dataset) if training["buckets"] else ()
        self._course = Course(dataset.samples("train"), training, by_length(self._axes))
        self._learner = Learner(
            state.network, state.weights, training, self._course.steps(training), dtype, self._device
        )
        self.given_up: Callable[[], bool] = never
        """Asked now and then by a probe that takes long: whether something else is wanted instead."""
        self._stopping = False

    @property
    def batch(self) -> int:
        """Training steps taken so far."""
        return self._course.position.batch

    def weights(self) -> dict[str, np.ndarray]:
        """Copies of all parameters."""
        return self._learner.weights()

    def examine(self, sample: int, part: str) -> Examination:
        """Walk one sample (its number in the data set) through the network as it is now."""
        return self._model.examine(self._learner.tensors, self._data.take(np.array([sample])), part)

    def trace(self, sample: int, part: str) -> Trace:
        """Everything about one sample as the network is now: gates, gradients and the ways that they take."""
        return trace(self.look("", np.array([sample])), part, self.run_id, self.batch)

    def trace_own(self, own: OwnInput) -> Trace:
        """The same about an input that need not be in the data set."""
        found = own_trace(self._model, self._feeding, self._learner.tensors, self._dataset, own)
        return replace(found, run=self.run_id, batch=self.batch)

    def what_if(self, sample: int, part: str, whatif: WhatIf) -> Outcome:
        """The same with changes on the way; BadValue says which of them is not possible."""
        plain = self.look("", np.array([sample]))
        made = altered(plain, changes(plain, whatif, self._other))
        return Outcome(trace(made, part, self.run_id, self.batch), alike(made, plain))

    def _other(self, sample: int) -> Look:
        count = len(self._dataset)
        if not 0 <= sample < count:
            raise BadValue(
                "There is no sample {sample}: the data has {count}, numbered from 0.", sample=sample, count=count
            )
        return self.look("", np.array([sample]))

    def truncated(self, length: int, samples: np.ndarray | None = None) -> dict[str, Alike]:
        """How the gradient that is cut every ``length`` steps compares with the whole one: by layer id, "" for all.

        Without samples it is that of the next batch.
        """
        if samples is None:
            samples = self._course.next(int(self._learner.training["batch_size"]))
        plain = self.look("", samples)
        cut = self._model.looked_at(self._learner.tensors, plain.batch, truncate=length)
        return compared(plain.learned(cut), plain.learned(plain.seen), plain)

    def evaluate(self, part: str) -> Evaluation | None:
        """Loss, metric and outputs on a part of the data as the network is now; None where the session is stopped."""
        samples = self._dataset.samples(part)  # type: ignore[arg-type]
        return self._model.evaluate(self._learner.tensors, self._data, samples, part, lambda: self._stopping)

    def outputs(self, inputs: np.ndarray) -> np.ndarray:
        """What the network answers as it is now to inputs (samples, ...) normalised as the data set is."""
        return self._model.outputs(self._learner.tensors, inputs)

    def read(self, inputs: np.ndarray, unit: int | None = None, step: int = -1) -> Reading:
        """How the network as it is now reads one input (steps, features) or (features,), see ``Reading``."""
        return read(self._feeding, self._learner.tensors, self._dataset, inputs, unit, step)

    def generate(
        self,
        inputs: Mapping[str, np.ndarray],
        way: Choice,
        given: Sequence[int] = (),
        count: int = 1,
        steps: int | None = None,
        seed: int = 0,
    ) -> tuple[Generated, ...]:
        """Sequences that the network as it is now makes by reading its own answers, see core.generation.Generate."""
        tensors = self._learner.tensors
        return generate(self._feeding, tensors, self._dataset, inputs, way, given, count, steps, seed)

    def free_run(self, part: str, given: int = 1, most: int = 256) -> FreeRun:
        """The error of each step with the true past and with its own answers, on the first ``most`` samples of a part."""
        samples = self._dataset.samples(part)[:most]  # type: ignore[arg-type]
        return free_run(
            self._model, self._feeding, self._learner.tensors, self._dataset, self._data, samples, part, given
        )

    def look(self, layer: str, samples: np.ndarray) -> Look:
        """A look at these samples with the weights as they are."""
        return Look(self._model, self._learner.tensors, self._data.take(samples), layer, given_up=self.given_up)

    def states(self, layer: str, samples: np.ndarray) -> Trajectories:
        """What a layer says at every step of these samples."""
        return trajectories(self._model, self._learner, self._data.take(samples), layer)

    def transition(self, layer: str, sample: int, step: int) -> Transition:
        """How a step (0-based) moves the state of the cycle that a layer is on."""
        return step_of(self.look(layer, np.array([sample])), step)

    def probe(self, key: str, layer: str = "", samples: np.ndarray | int | None = None, **settings: Any) -> ProbeResult:
        """Ask a probe (see the catalogue "probes") about a layer or the whole network as it is now.

        ``samples`` are numbers in the data set, or how many; without them it looks at the first ones of the training part.
        """
        if isinstance(samples, int):
            return self._answer(PROBES.choose(key, samples=samples, **settings), layer)
        return self._answer(PROBES.choose(key, **settings), layer, samples)

    @property
    def plan(self) -> str:
        """How the network is computed, one line for each part: which over all steps at once, which step by step."""
        return str(self._model.program.plan)

    def _answer(self, choice: Choice, layer: str, samples: np.ndarray | None = None) -> ProbeResult:
        chosen = self._dataset.samples("train")[: int(choice["samples"])] if samples is None else samples
        return measure(choice, self.look(layer, chosen), self._course.position.batch)
