"""A training session: a generator of reports. Pausing it is not asking for the next report."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from core.breakpoints import Breakpoints
from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.engine.asking import Asking
from core.engine.batches import Batch
from core.engine.capture import Capture
from core.engine.course import Best, Pulse, Stopwatch, ending
from core.engine.devices import settle
from core.engine.facts import BatchFacts, step_hits
from core.engine.model import Pass
from core.engine.moments import Seen, moments
from core.engine.probes import Schedule
from core.engine.settings import live_change
from core.engine.state import SessionState, restored, saved
from core.engine.watchdog import Found, diverged, locate
from core.errors import Diverged, StudioError
from core.reports import Granularity, Moment, Report, StopReason
from core.teaching import probability
from core.training import default_training

if TYPE_CHECKING:
    from core.project import State

FEEDING = 3
"""Tells the lots of teacher forcing from others of the same seed and batch."""
CELLS_EVERY = 10
"""Measurements of the gradient through time from one of dL/dc_t to the next: it costs an LSTM another pass."""


class Session(Asking):
    """One training of a network on a data set, from its first batch or from a snapshot.

    ``run`` yields a Report per training step, and with granularity "step" one per moment of it besides. Nothing that is
    observed, and no way of driving it, changes what is learned: the same seed gives the same weights, bit for bit.
    """

    def __init__(self, state: State, dataset: Dataset, run_id: str = "", resume: SessionState | None = None) -> None:
        training = default_training(**Choice.from_json(resume.meta["settings"]).values) if resume else state.training
        super().__init__(state, dataset, training, run_id)
        self.granularity: Granularity = "batch"
        self.gradient_every = 1
        """Batches from one measurement of the gradient through time to the next; 0 is never."""
        self.display_interval = 0.0
        """Seconds between reports that carry weights, examination and what is known per layer; 0 is never."""
        self.probes = Schedule(float(training["probe_share"]) / 100)
        """Probes that are asked while training, and the share of its time that they may take."""
        self.breakpoints = Breakpoints()
        """Conditions at which a moment "update" is reported, at any granularity."""
        self.training = training
        """The settings in use."""
        self.trouble: Diverged | None = None
        """What went wrong where, after the session has diverged."""
        self._random = torch.Generator(self._device).manual_seed(int(training["seed"]))
        self._random_before: torch.Tensor | None = None
        self._best, self._watch, self._pulse = Best(), Stopwatch(), Pulse()
        self._changes: deque[Choice] = deque()
        self._asked = training
        self._watched: tuple[int, str] | None = None
        self._at_hit = False
        self._notes: list[str] = []
        if resume is not None:
            restored(resume, self._learner, self._course, self._best, self._watch, self._random)

    @property
    def inside_batch(self) -> bool:
        """True between the first moment of a batch and its update."""
        return self._random_before is not None

    @property
    def settled(self) -> int:
        """Training steps after which settings that are changed now take effect.

        Where a breakpoint has fired, its batch begins again with them, so that they hold for its update too.
        """
        return self.batch + (self.inside_batch and not self._at_hit)

    def run(self) -> Iterator[Report]:
        """Train until the epochs are through, patience ends, ``stop`` is called or a number is no longer finite."""
        settle(self._device, int(self.training["threads"]))
        reports = self._training()
        while True:
            self._watch.go()
            report = next(reports, None)
            self._watch.pause()
            if report is None:
                return
            yield report

    def _training(self) -> Iterator[Report]:
        report = None
        self._take_changes()
        if broken := self._learner.broken():
            yield self._diverged(Seen(math.nan, math.nan, {}), broken)
            return
        while self._end() is None:
            batch, due = self._next_batch(), self._pulse.due(self.display_interval)
            done = self._forward(batch, due)
            norm = self._learner.learn_from(done.loss, done.activity(self.training))
            seen = self._observe(done, norm, due)
            found = None if seen.finite else locate(self._model, self._learner, done.batch, self._random_before)
            self._check(done, seen, found)
            for moment in self._stops(batch, seen):
                yield self._at(moment, seen)
            if self._stopping:
                break
            if self._begin_again():
                continue
            if found:
                yield self._diverged(seen, found)
                return
            clipped, rate = self._learner.clip(norm), self._learner.learning_rate
            if broken := self._learner.step():
                seen.hits = step_hits(self.breakpoints, broken, self._model.network, self.batch + 1)
                if seen.hits:
                    yield self._at(Moment("update", 0, self._data.longest), seen)
                yield self._diverged(seen, broken)
                return
            report = self._report(seen, clipped=clipped, learning_rate=rate, **self._picture(due))
            report = self._advanced(report, len(batch))
            yield report
        if report is None or report.stopped is None:
            yield self._closing(report)

    def stop(self) -> None:
        """End the session with the next report; may be called from another thread."""
        self._stopping = True

    def change(self, training: Choice) -> None:
        """Use these settings from the next batch on, where they can change in a run; may be called from another thread."""
        self._changes.append(training)

    def watch(self, sample: int, part: str) -> None:
        """Examine this sample (its number in the data set) in the reports at display rate."""
        self._watched = sample, part

    def repeat(self, key: str, layer: str = "", **settings: Any) -> None:
        """Measure this probe, and no other, at every batch that their share of the time allows; "" none."""
        self.probes.only(key, layer, **settings)

    def charge(self, seconds: float) -> None:
        """Count a probe that was asked by hand while training into their share of the time."""
        self.probes.charge(seconds)

    def snapshot(self) -> SessionState:
        """Everything that is needed to go on from here; inside a batch, from the beginning of that batch."""
        random = self._random.get_state() if self._random_before is None else self._random_before
        return saved(self.training, self._learner, self._course, self._best, self._watch, random)

    def _next_batch(self) -> Batch:
        self._take_changes()
        self._random_before = self._random.get_state()
        return self._data.take(self._course.next(int(self.training["batch_size"])), self._axes)

    def _take_changes(self) -> None:
        while self._changes:
            wanted, batch = self._changes.popleft(), self._course.position.batch + 1
            training, notes = live_change(self.training, self._asked, wanted, batch)
            self._asked = wanted
            try:
                self._model.change(training)
            except StudioError as error:
                self._notes.append(f"{error} The settings from before are kept.")
                self._model.change(self.training)
                continue
            self.training = self._course.training = training
            self.probes.share = float(training["probe_share"]) / 100
            self._notes += notes
            self._learner.change(training, self._course.steps(training))

    def _forward(self, batch: Batch, due: bool) -> Pass:
        every = self.gradient_every
        wanted = every and (due or self._course.position.batch % every == 0 or self.granularity == "step")
        wanted = wanted or self.breakpoints.need_gradients
        capture = Capture() if wanted else None
        tensors = self._learner.tensors
        batch = self._fed(batch)
        return self._model.forward(tensors, batch, training=True, generator=self._random, capture=capture)

    def _fed(self, batch: Batch) -> Batch:
        """The batch as it is read: with the network's own answers where teacher forcing leaves it to itself.

        Everything that is drawn for it hangs on the seed and the number of the batch alone, and on nothing before.
        """
        chosen = self.training["teaching"]
        taught = probability(chosen, self.batch, self._course.steps(self.training)) if self._feeding.inputs else 1.0
        if taught >= 1:
            return batch
        lot = np.random.default_rng([int(self.training["seed"]), self.batch, FEEDING])
        drawn = self.training["fed"] == "drawn"
        return self._feeding.mixed(self._learner.tensors, batch, taught, lot, drawn, self._random)

    def _observe(self, done: Pass, norm: float, due: bool) -> Seen:
        seen = Seen(float(done.loss.detach()), norm, self._model.objective.metrics(done.answers, done.batch))
        if done.capture is not None:
            tenth = CELLS_EVERY * self.gradient_every
            cells = due or self.granularity == "step" or bool(tenth and self.batch % tenth == 0)
            with self._pulse.showing() if due else nullcontext():
                seen.gradients = done.capture.profiles(cells)
        if due:
            seen.layer_gradient = self._learner.layer_gradient()
        if seen.finite:
            seen.probes = self.probes.due(self._course.position.batch, self._watch.seconds, self._answer)
            self._notes += [f"{error} It is not measured any more." for error in self.probes.refused]
            self.probes.refused.clear()
        return seen

    def _check(self, done: Pass, seen: Seen, found: Found | None) -> None:
        """Ask the breakpoints, at the same point where everything is observed."""
        facts = BatchFacts(
            self.batch + 1, seen.loss, seen.norm, seen.metrics, seen.gradients, found, done, self._model, self._learner
        )
        seen.hits = self.breakpoints.check(facts)
        self._at_hit = bool(seen.hits)

    def _stops(self, batch: Batch, seen: Seen) -> Iterator[Moment]:
        """The moments of a batch at which it stands still: all of them, or the update alone where a breakpoint fired."""
        steps = self._data.longest
        if seen.finite:
            for moment in moments(batch.longest, steps):
                if self.granularity != "step" or self._stopping:
                    break
                yield moment
            else:
                return
        if seen.hits and not self._stopping:
            yield Moment("update", 0, steps)

    def _begin_again(self) -> bool:
        """Where settings were changed while a breakpoint held it up, the batch begins again with them."""
        again = self._at_hit and bool(self._changes)
        self._at_hit = False
        if again and self._random_before is not None:
            self._random.set_state(self._random_before)
        return again

    def _at(self, moment: Moment, seen: Seen) -> Report:
        """The report of a moment: it tells no more than is known then. The first one shows the weights and the sample."""
        if moment.phase == "forward":
            seen = replace(seen, loss=math.nan, norm=math.nan, metrics={}, gradients={}, layer_gradient={})
        hits = seen.hits if moment.phase == "update" else ()
        shown = bool(hits) or (moment.phase == "forward" and moment.step == 0)
        watched = self.examine(*self._watched) if shown and self._watched else None
        return self._report(seen, moment, weights=self.weights() if shown else None, examination=watched, hits=hits)

    def _report(self, seen: Seen, moment: Moment | None = None, **more: Any) -> Report:
        """The report of the batch under way."""
        place = self._course.position
        notes, self._notes = tuple(self._notes), []
        return Report(
            run=self.run_id,
            batch=place.batch + 1,
            epoch=place.epoch,
            batch_in_epoch=place.batch_in_epoch + 1,
            batches_per_epoch=self._course.batches(int(self.training["batch_size"])),
            loss=seen.loss,
            metrics=seen.metrics,
            seconds=self._watch.seconds,
            moment=moment,
            learning_rate=more.pop("learning_rate", self._learner.learning_rate),
            gradient_norm=seen.norm,
            gradients=seen.gradients,
            layer_gradient=seen.layer_gradient,
            probes=() if moment else seen.probes,
            notes=notes,
            **more,
        )

    def _picture(self, due: bool) -> dict[str, Any]:
        """What a report carries at display rate, after the step."""
        if not due:
            return {}
        with self._pulse.showing():
            watched = self.examine(*self._watched) if self._watched else None
            return {"update_ratio": self._learner.update_ratio(), "weights": self.weights(), "examination": watched}

    def _advanced(self, report: Report, size: int) -> Report:
        """Move on behind a batch of ``size`` samples; its report, with what the end of an epoch or of the run adds."""
        self._random_before = None
        if not self._course.advance(size):
            return report
        evaluation = self.evaluate("validation" if "validation" in self._dataset.split else "train")
        if evaluation is not None:
            self._learner.schedule.observe(evaluation.loss)
            if self.training["early_stopping"]:
                self._best.see(evaluation.loss, report.epoch, self.weights)
        report = replace(report, evaluation=evaluation, seconds=self._watch.seconds)
        end = self._end()
        return report if end is None or self._stopping else self._ended(report, *end)

    def _end(self) -> tuple[StopReason, str] | None:
        """Why the session is over, or None."""
        if self._stopping:
            return "stopped", f"Stopped after batch {self.batch}."
        return ending(self._course.position, self._best, self.training)

    def _ended(self, report: Report, reason: StopReason, because: str) -> Report:
        """The last report: it always carries the weights, which are the best ones where early stopping keeps them."""
        if reason != "stopped" and self.training["early_stopping"] and self._best.weights:
            self._learner.load(self._best.weights)
        return replace(report, stopped=reason, stopped_because=because, weights=self.weights())

    def _closing(self, last: Report | None) -> Report:
        """The report of a session that ends between two batches: it repeats the last one."""
        end = self._end()
        assert end is not None
        if last is None:
            place = self._course.position
            last = Report(self.run_id, place.batch, place.epoch, place.batch_in_epoch, 0, math.nan, {}, 0.0)
        notes, self._notes = tuple(self._notes), []
        report = replace(last, notes=notes, gradients={}, evaluation=None, probes=(), seconds=self._watch.seconds)
        return self._ended(report, *end)

    def _diverged(self, seen: Seen, found: Found) -> Report:
        """The last report of a session that met NaN or infinity: the weights are those from before the batch."""
        self.trouble = diverged(found, self._model.network, self._course.position.batch + 1)
        return self._report(seen, weights=self.weights(), stopped="diverged", stopped_because=str(self.trouble))
