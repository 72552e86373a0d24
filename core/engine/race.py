"""Several optimizers on the user's own network: the same first weights, the same batches, the same dropout."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from core.buckets import by_length, padded_axes
from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.engine.batches import Batch, Batches
from core.engine.course import Course
from core.engine.devices import pick_device, pick_dtype, settle
from core.engine.learner import Learner
from core.engine.model import Model
from core.explore.optimizers import Descent
from core.explore.race import Standing, XRay
from core.project import State

Weight = tuple[str, tuple[int, ...]]
"""Name of a parameter and the place of one number in it."""


@dataclass
class _Racer:
    learner: Learner
    shadow: Descent
    """The rule in plain numpy, fed with the gradients of the one watched weight."""
    losses: list[float] = field(default_factory=list)
    each: list[np.ndarray] = field(default_factory=list)
    """The losses of the samples of each batch."""
    xrays: list[XRay] = field(default_factory=list)
    lost: bool = False


def race(
    state: State, dataset: Dataset, optimizers: Mapping[str, Choice], steps: int, weight: Weight
) -> Iterator[Standing]:
    """Train a copy of the network with each optimizer, one batch after another; yields after every batch.

    Everything but the optimizer is as in the project's settings. ``weight`` is watched: its gradient (after clipping) and
    what each rule makes of it. A racer whose loss or weights are no longer finite stands still.
    """
    settings = state.training
    device = pick_device(settings["device"])
    dtype = pick_dtype(settings["precision"], device)
    settle(device, int(settings["threads"]))
    data, model = Batches(state.network, dataset, dtype, device), Model(state.network, dataset, settings, dtype, device)
    axes = padded_axes(state.network, dataset) if settings["buckets"] else ()
    course = Course(dataset.samples("train"), settings, by_length(axes))
    racers = {}
    for key, choice in optimizers.items():
        training = Choice(settings.key, {**settings.values, "optimizer": choice})
        learner = Learner(state.network, state.weights, training, steps, dtype, device)
        racers[key] = _Racer(learner, Descent(choice, float(settings["weight_decay"])))
    random = torch.Generator(device).manual_seed(int(settings["seed"]))
    batches: list[np.ndarray] = []
    for step in range(steps):
        batch = data.take(course.next(int(settings["batch_size"])), axes)
        batches.append(np.array(batch.samples))
        dropout = random.get_state()
        for racer in racers.values():
            random.set_state(dropout)
            if not racer.lost:
                _step(racer, model, batch, random, weight)
        course.advance(len(batch))
        yield _standing(racers, batches, step + 1, steps)


def _step(racer: _Racer, model: Model, batch: Batch, random: torch.Generator, weight: Weight) -> None:
    learner, (name, place) = racer.learner, weight
    done = model.forward(learner.tensors, batch, training=True, generator=random)
    learner.clip(learner.learn_from(done.loss, done.activity(learner.training)))
    tensor = learner.tensors[name]
    before = float(tensor.detach()[place])
    gradient = 0.0 if tensor.grad is None else float(tensor.grad[place])
    rate = learner.learning_rate
    racer.losses.append(float(done.loss.detach()))
    with torch.no_grad():
        racer.each.append(model.objective.sample_losses(done.answers, batch).double().cpu().numpy())
    racer.lost = not math.isfinite(racer.losses[-1]) or bool(learner.step())
    if racer.lost:
        return
    values = {**racer.shadow.choice.values, "lr": rate}
    racer.shadow.choice = Choice(racer.shadow.choice.key, values)
    _, quantities = racer.shadow.step(np.array([before]), np.array([gradient]))
    now = {symbol: float(value[0]) for symbol, value in quantities.items()}
    # L-BFGS looks at all weights together, so that only the gradient and the change can be told of one.
    now["change"] = float(tensor.detach()[place]) - before
    past = racer.xrays[-1].now if racer.xrays else {}
    racer.xrays.append(XRay(racer.shadow.choice, now, past, before, racer.shadow.taken))


def _standing(racers: Mapping[str, _Racer], batches: Sequence[np.ndarray], taken: int, steps: int) -> Standing:
    return Standing(
        {key: tuple(racer.losses) for key, racer in racers.items()},
        tuple(batches),
        {key: tuple(racer.each) for key, racer in racers.items()},
        {key: tuple(racer.xrays) for key, racer in racers.items()},
        frozenset(key for key, racer in racers.items() if racer.lost),
        taken,
        steps,
    )
