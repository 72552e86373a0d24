"""Where a training stands, in words."""

from __future__ import annotations

from core.reports import Report
from gui.text import tr, tr_core


def paused_at(report: Report | None) -> str:
    """The sentence for a training that stands still after ``report``."""
    if report is None:
        return tr("Paused.")
    if report.hits:
        hit = report.hits[0]
        what = tr_core(hit.template, **hit.values)
        return tr("Stopped before the update of batch {batch}: {what}", batch=f"{report.batch:,}", what=what)
    if report.moment is not None:
        return tr(
            "Paused in batch {batch}: {phase}, time step {step} of {steps}.",
            batch=f"{report.batch:,}",
            phase=tr(report.moment.phase),
            step=report.moment.step + 1,
            steps=report.moment.steps,
        )
    return tr("Paused after batch {batch} (epoch {epoch}).", batch=f"{report.batch:,}", epoch=report.epoch)
