"""Numbers that say where a training stands: its batch and epoch, a step of a batch, its speed, and the memory of its past."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.describe import Words
from core.formula import latex_number
from core.reports import Moment
from core.runs import Run
from core.walk import BACKWARD
from core.why.numbers import Aggregate, Term, added, one_each
from core.why.simple import given

_MB = 2**20


@dataclass(frozen=True)
class Standing:
    """Where a batch stands in its run."""

    batch: int
    """From 1."""
    epoch: int
    """From 1."""
    before: int
    """Batches of all epochs before."""
    samples: int = 0
    """Of the training part; 0 where that is not known."""
    size: int = 0
    """Samples of a batch; 0 where that is not known."""

    @property
    def each(self) -> int | None:
        """Batches of an epoch, where all epochs before had the same number, which the sizes tell too."""
        if not self.samples or not self.size:
            return None
        each = math.ceil(self.samples / self.size)
        return each if each * (self.epoch - 1) == self.before and self.batch <= self.before + each else None


def standing(run: Run, batch: int, samples: int) -> Standing:
    """Of a batch of a run, or of the one recorded nearest before it; ``samples`` of the training part, 0 where not known."""
    batches, numbers = run.steps.get("batch"), run.steps.get("epoch")
    size = int(run.training["batch_size"]) if run.training is not None else 0
    row = int(np.searchsorted(batches, batch, side="right")) - 1
    if row < 0:
        return Standing(batch, 1, 0, samples, size)
    epoch = int(numbers[row])
    if batch > batches[row] and batches[row] in run.epochs.get("batch"):
        epoch += 1  # the batch under way is the first of its epoch
    over = run.epochs.get("batch")[run.epochs.get("epoch") < epoch]
    earlier = batches[numbers < epoch]
    before = max([0, *(int(found[-1]) for found in (over, earlier) if len(found))])
    return Standing(batch, epoch, before, samples, size)


def run_number(place: int, count: int) -> Aggregate:
    """Which run of the project it is; ``place`` counts from 0."""
    return Aggregate(
        Words("The number of the run"), float(place + 1), (r"n = \sum_r \left[ r \leq \text{this one} \right]",),
        (f"n = {place} + 1 = {place + 1}",),
        Words("Runs are numbered in the order in which they began; the project has {count}.", {"count": count}),
    )  # fmt: skip


def batches_per_epoch(samples: int, size: int) -> Aggregate:
    """How many batches the training part makes."""
    value = math.ceil(samples / size)
    all_samples = given(Words("Samples of the training part"), samples, "N", Words("It is how many samples the data has for training."))  # fmt: skip
    return Aggregate(
        Words("Batches in an epoch"), value, (r"m = \left\lceil \frac{N}{B} \right\rceil",),
        (rf"m = \left\lceil \frac{{{samples}}}{{{size}}} \right\rceil = {value}",),
        Words("The training part is cut into batches of {size} samples; the last one has what is left.", {"size": size}), (),
        (Term(1 / size, samples, r"\frac{1}{B}", "N", about=all_samples),),
    )  # fmt: skip


def batches_of_run(value: int) -> Aggregate:
    """The same of a run whose data or batch size is no longer known."""
    return given(Words("Batches in an epoch"), value, "m",
                   Words("It is what the training said. Its batches had another size, or its data is another one now."))  # fmt: skip


def batch_number(place: Standing) -> Aggregate:
    """Which batch it is: those of the epochs before, and those of its own."""
    own = place.batch - place.before
    title, each = Words("Batches of training so far"), place.each
    inside = given(
        Words("Batches of epoch {epoch} so far", {"epoch": place.epoch}), own, "i",
        Words("They are counted as they are taken: one step of the optimizer each."),
    )  # fmt: skip
    last = Term(1, own, "", "i", about=inside)
    if each is None:
        earlier = given(Words("Batches of the epochs before"), place.before, r"n_0", Words("They are counted as they were taken."))  # fmt: skip
        terms: tuple[Term, ...] = (Term(1, place.before, "", "n_0", about=earlier), last)
        line = "n = n_0 + i"
    else:
        assert place.size
        terms = (
            Term(place.epoch - 1, each, r"\left(e - 1\right)", "m", about=batches_per_epoch(place.samples, place.size)),
            last,
        )
        line = r"n = \left(e - 1\right) m + i"
    if not place.before:
        terms = (last,)
    return Aggregate(
        title, place.batch, (line,), (f"n = {added(terms)} = {place.batch}",),
        Words("The epochs that are over, each with its batches, and those of epoch {epoch}.", {"epoch": place.epoch}), (), terms,
    )  # fmt: skip


def batch_in_epoch(place: Standing) -> Aggregate:
    """How many batches of its epoch a batch is on."""
    own = place.batch - place.before
    return Aggregate(
        Words("Batches of epoch {epoch} so far", {"epoch": place.epoch}), own, (r"i = n - n_0",),
        (f"i = {place.batch} - {place.before} = {own}",),
        Words("n are all batches of training so far, n₀ those of the epochs before."), (),
        (Term(1, place.batch, "", "n", about=batch_number(place)),
         *((Term(-1, place.before, "-1", "n_0", about=given(Words("Batches of the epochs before"), place.before, "n_0",
            Words("They were taken before this epoch."))),) if place.before else ())),
    )  # fmt: skip


def progress(place: Standing, epochs: int, each: int) -> Aggregate:
    """The share of all epochs that a training has gone through; ``each`` are the batches of an epoch."""
    whole = max(1, epochs * each)
    value = min(1.0, place.batch / whole)
    return Aggregate(
        Words("The share of the training that is done"), value, (r"s = \min \left( 1, \frac{n}{e_{\text{all}} \, m} \right)",),
        (rf"s = \min \left( 1, \frac{{{place.batch}}}{{{epochs} \cdot {each}}} \right) = {latex_number(value)}",),
        Words("n batches of all that the epochs have; it may stop earlier. Below is the batch."), (),
        (Term(1 / whole, place.batch, r"\frac{1}{e_{\text{all}} \, m}", "n", about=batch_number(place)),),
    )  # fmt: skip


def epoch_number(place: Standing) -> Aggregate:
    """Which epoch a batch is in."""
    each, count = place.each, batch_number(place)
    title = Words("The epoch of batch {batch}", {"batch": place.batch})
    note = Words("An epoch is one way through the training part. Below is the batch.")
    if each is None:
        shown = rf"{place.before} < {place.batch}"
        return Aggregate(title, place.epoch, (r"e = 1 + \text{epochs that were over}",),
                         (rf"{shown}, \quad e = {place.epoch - 1} + 1 = {place.epoch}",), note, (),
                         (Term(1, place.batch, "", "n", about=count),))  # fmt: skip
    return Aggregate(
        title, place.epoch, (r"e = \left\lceil \frac{n}{m} \right\rceil",),
        (rf"e = \left\lceil \frac{{{place.batch}}}{{{each}}} \right\rceil = {place.epoch}",), note, (),
        (Term(1 / each, place.batch, r"\frac{1}{m}", "n", about=count),),
    )  # fmt: skip


def steps_per_second(place: Standing, seconds: float) -> Aggregate:
    """How fast it trains, over all of the training so far."""
    value = place.batch / seconds if seconds > 0 else 0.0
    share = 1 / seconds if seconds > 0 else 0.0
    return Aggregate(
        Words("Training steps in a second"), value, (r"v = \frac{n}{T}",),
        (rf"v = \frac{{{place.batch}}}{{{latex_number(seconds)}}} = {latex_number(value)}",),
        Words("T are the {seconds} seconds of training so far, without pauses.", {"seconds": f"{seconds:.4g}"}), (),
        (Term(share, place.batch, r"\frac{1}{T}", "n", about=batch_number(place)),),
    )  # fmt: skip


def epochs_over(ends: list[int], epoch: int) -> Aggregate:
    """How many of the recorded epochs are over; ``ends`` are the batches after which they were, 0 first."""

    def make(n: int) -> Term:
        note = Words("It was over after batch {batch}.", {"batch": ends[n + 1]})
        about = given(Words("Epoch {epoch}", {"epoch": n + 1}), 1, "1", note)
        return Term(1, 1, "", rf"\left[ n \geq {ends[n + 1]} \right]", about=about)

    terms = one_each(np.arange(epoch)[::-1], make)
    return Aggregate(
        Words("Epochs that are over"), epoch, (r"e = \sum_k \left[ n \geq n_k \right]",), (f"e = {epoch}",),
        Words("It counts the recorded epochs whose last batch n_k has been taken. The latest are told first."), (), terms,
    )  # fmt: skip


def reachable(begin: int, end: int) -> Aggregate:
    """The last batch that can be visited."""
    return Aggregate(
        Words("The last batch of this training"), end, (r"n_{\text{end}} = n_{\text{first}} + \text{steps}",),
        (rf"n_{{\text{{end}}}} = {begin} + {end - begin} = {end}",),
        Words("So many training steps were taken, and all of them can be visited again from batch {begin} on.", {"begin": begin}),
    )  # fmt: skip


def moment_step(moment: Moment, place: int, forward: int) -> Aggregate:
    """The time step of a moment: ``place`` (from 0) is its number in the walk through a batch, in which each step has
    ``forward`` phases."""
    title, value = Words("The time step of this moment"), moment.step + 1
    if moment.phase == "forward":
        line = r"t = \left\lfloor \frac{p}{f} \right\rfloor + 1"
        shown = rf"t = \left\lfloor \frac{{{place}}}{{{forward}}} \right\rfloor + 1 = {value}"
    else:
        line = r"t = T - \left\lfloor \frac{p - f T - 1}{b} \right\rfloor"
        start = forward * moment.steps + 1
        shown = (
            rf"t = {moment.steps} - \left\lfloor \frac{{{place} - {start}}}{{{len(BACKWARD)}}} \right\rfloor = {value}"
        )
    return Aggregate(
        title, value, (line,), (shown,),
        Words("p is the number of the moment, counted from 0. A step has {forward} phases on the way forward; then comes the "
              "loss, and on the way back a step has {back}.", {"forward": forward, "back": len(BACKWARD)}),
    )  # fmt: skip


def step_count(steps: int, what: str) -> Aggregate:
    """How many time steps there are; ``what`` has them, as in “the longest sample of the batch”."""
    return given(Words("How many time steps {what} has", {"what": what}), steps, "T",
                   Words("It is the length of the sequence, without what is filled up behind it."))  # fmt: skip


def seconds(value: float, what: Words) -> Aggregate:
    """How long something took."""
    return Aggregate(what, value, (r"T = t_{\text{end}} - t_{\text{begin}}",), (rf"T = {latex_number(value)} \; \text{{s}}",),
                     Words("The clock of the computer was read before and after; another time it takes longer or less long."))  # fmt: skip


def patience(value: float, size: int, samples: int, steps: int, each: float) -> Aggregate:
    """About how many seconds the eigenvalues of Jacobians of (size, size) take, ``each`` seconds for a size of 1."""
    return Aggregate(
        Words("About how long the measurement takes, in seconds"), value, (r"T \approx c \, n^3 \, B \, S",),
        (rf"T \approx {latex_number(each)} \cdot {size}^3 \cdot {samples} \cdot {steps} = {latex_number(value)}",),
        Words("The eigenvalues of a matrix cost the cube of its size n, the numbers in the state of the cycle of the layer; there is one "
              "for each of B samples and S steps. c was measured on one computer, so that another takes longer or less long."),
    )  # fmt: skip


def memory(used: int, budget: int) -> Aggregate:
    """What the recorded past takes, in MB."""
    return Aggregate(
        Words("Memory of the recorded past, in MB"), used / _MB, (r"M = \frac{1}{2^{20}} \sum_k \text{bytes}_k",),
        (rf"M = \frac{{{used}}}{{2^{{20}}}} = {latex_number(used / _MB)}",
         rf"\frac{{M}}{{M_{{\text{{most}}}}}} = \frac{{{used}}}{{{budget}}} = {latex_number(used / budget, 3)}"),
        Words("It adds up the snapshots that are kept: the weights, the state of the optimizer and the random numbers at "
              "some batches. When they outgrow what they may take, every second one is dropped."),
    )  # fmt: skip


def budget(most: int) -> Aggregate:
    """What it may take, in MB."""
    return given(Words("Memory that the recorded past may take, in MB"), most / _MB, r"M_{\text{most}}",
                   Words("It is a setting: the menu of this button changes it."))  # fmt: skip
