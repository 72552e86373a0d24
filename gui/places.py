"""Where a training stands, in words whose numbers answer."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from core.reports import Moment, Report
from core.walk import place_of
from core.why.training.clocks import moment_step, reachable, step_count
from core.why.training.fired import numbers_of
from gui.text import tr, tr_core
from gui.why.here import Question
from gui.why.questions import about_batch, about_epoch, weights_of
from gui.why.told import asked

if TYPE_CHECKING:
    from gui.runner import Runner


def paused_at(report: Report | None) -> str:
    """The sentence for a training that stands still after ``report``, as rich text."""
    if report is None:
        return tr("Paused.")
    batch = asked("batch", f"{report.batch:,}")
    if report.hits:
        hit = report.hits[0]
        there, values = numbers_of(hit, report.batch), {}
        for key, value in hit.values.items():
            text = html.escape(str(value), quote=False)
            values[key] = asked(f"hit {key}", text) if key in there else text
        what = tr_core(html.escape(hit.template, quote=False), **values)
        return tr("Stopped before the update of batch {batch}: {what}", batch=batch, what=what)
    if report.moment is not None:
        return tr(
            "Paused in batch {batch}: {phase}, time step {step} of {steps}.",
            batch=batch,
            phase=tr(report.moment.phase),
            step=asked("step", str(report.moment.step + 1)),
            steps=asked("steps", str(report.moment.steps)),
        )
    return tr("Paused after batch {batch} (epoch {epoch}).", batch=batch, epoch=asked("epoch", str(report.epoch)))


def stands_at(goal: int, end: int) -> str:
    """The sentence for a training that stands after batch ``goal`` of its past, which ends at ``end``, as rich text."""
    batch = asked("goal", f"{goal:,}")
    if goal == end:
        return tr("Paused after batch {batch}.", batch=batch)
    return tr("At batch {batch} of {end}. Play walks on exactly as before.", batch=batch, end=asked("end", f"{end:,}"))


def about_place(runner: Runner) -> dict[str, Question]:
    """About the numbers of these sentences."""
    run, report, past = runner.run, runner.report, runner.past
    if run is None:
        return {}
    document, batch = runner.document, past.goal if report is None else report.batch
    found = {"batch": about_batch(document, run, batch), "epoch": about_epoch(document, run, batch)}
    found["goal"] = about_batch(document, run, past.goal)
    found["end"] = Question(reachable(past.begin, past.end), tr("Why so many batches?"))
    if report is not None and report.moment is not None:
        found |= about_moment(runner.clock.moments, report.moment)
    if report is not None and report.hits:
        hit = report.hits[0]
        numbers = numbers_of(hit, report.batch, weights_of(document.project.network, hit.layer or "", gradient=False))
        for key, one in numbers.items():
            found[f"hit {key}"] = Question(one, tr("Why {number}?", number=hit.values.get(key, "")))
    return found


def about_moment(moments: tuple[Moment, ...], moment: Moment) -> dict[str, Question]:
    """About the time step of a moment of a batch, and how many there are; ``moments`` are all of them, in their order."""
    count = step_count(moment.steps, tr("the longest sequence of the network"))
    found = {"steps": Question(count, tr("Why so many steps?"))}
    if moments:
        forward = sum(one.phase == "forward" and not one.step for one in moments)
        step = moment_step(moment, place_of(moments, moment), forward)
        found = {"step": Question(step, tr("Why this time step?")), **found}
    return found
