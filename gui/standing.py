"""Holds a training while something needs its weights, such as a save, and lets it go on afterwards."""

from __future__ import annotations

from collections.abc import Callable

from gui.runner import Runner


def hold(runner: Runner) -> Callable[[], None]:
    """Bring the training to a stand, with its weights in the document; the answer lets go on what was playing."""
    was_playing = runner.busy and runner.status != "pausing" and runner.playing
    runner.hand_over()

    def go_on() -> None:
        if was_playing and runner.status == "paused" and runner.continues:
            runner.play()

    return go_on
