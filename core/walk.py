"""The walk of one batch through time, finer than a training walks it: every phase of every time step, forward and back."""

from __future__ import annotations

from collections.abc import Sequence

from core.reports import Moment, MomentPart

FORWARD: tuple[MomentPart, ...] = ("input", "sum", "gates", "state", "output")
"""What is known one after another at a step: what enters, the sums, what gates make of them, the state, what is said."""
BACKWARD: tuple[MomentPart, ...] = ("output_gradient", "direct", "through", "share")
"""On the way back: dL/dy, the part of dL/dh_t that comes directly, all of it, what the step adds to dL/dW."""


def walk(steps: int, gates: bool = True) -> tuple[Moment, ...]:
    """All moments of a batch whose longest sequence has so many steps, in their order; none where nothing has steps.

    ``gates`` is False for a network without any.
    """
    if not steps:
        return ()
    forward = [part for part in FORWARD if gates or part != "gates"]
    there = [Moment("forward", step, steps, part) for step in range(steps) for part in forward]
    back = [Moment("backward", step, steps, part) for step in reversed(range(steps)) for part in BACKWARD]
    end = [Moment("update", 0, steps, "clip"), Moment("update", 0, steps)]
    return (*there, Moment("loss", steps - 1, steps), *back, *end)


def place_of(moments: Sequence[Moment], moment: Moment) -> int:
    """Number of a moment; of one that a training reports, which has no parts, that of its last part.

    Its batch may have ended with its longest sample: then it came to the loss sooner.
    """
    if moment in moments:
        return list(moments).index(moment)
    same = [
        n
        for n, one in enumerate(moments)
        if one.phase == moment.phase and (one.step == moment.step or one.phase == "loss")
    ]
    return same[-1] if same else 0
