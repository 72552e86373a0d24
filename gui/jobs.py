"""Work that takes long, done by the worker thread chunk by chunk beside a training: who asks hears how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from core.data.importers.progress import Job, Progress
from core.errors import StudioError
from gui.messages import JobDone, JobFailed, JobStep

if TYPE_CHECKING:
    from gui.runner import Runner
    from gui.trainer import Trainer


@dataclass(frozen=True)
class _Asker:
    done: Callable[[Any], object]
    failed: Callable[[StudioError], object]
    progress: Callable[[Progress], object]


class Jobs(QObject):
    """Several jobs take turns, so that a short one never waits for a long one to end."""

    def __init__(self, runner: Runner, trainer: Trainer) -> None:
        super().__init__(runner)
        self._runner, self._trainer = runner, trainer
        self._askers: dict[int, _Asker] = {}
        self._last = 0
        runner.heard.connect(self._hear)

    @property
    def running(self) -> bool:
        """True while an answer is awaited."""
        return bool(self._askers)

    def begin(
        self,
        work: Callable[[], Job[Any]],
        done: Callable[[Any], object],
        failed: Callable[[StudioError], object],
        progress: Callable[[Progress], object] = lambda _: None,
    ) -> int:
        """Have ``work`` done; ``done`` gets its result, ``failed`` its error. Returns the number for ``cancel``."""
        self._last += 1
        self._askers[self._last] = _Asker(done, failed, progress)
        self._runner.ticker.start()
        self._trainer.begin_job(self._last, work)
        return self._last

    def cancel(self, number: int) -> None:
        """Give a job up; nothing more is heard of it."""
        if self._askers.pop(number, None) is not None:
            self._trainer.end_job(number)

    def _hear(self, event: object) -> None:
        if not isinstance(event, JobStep | JobDone | JobFailed) or event.number not in self._askers:
            return
        match event:
            case JobStep():
                self._askers[event.number].progress(event.progress)
            case JobDone():
                self._askers.pop(event.number).done(event.result)
            case JobFailed():
                self._askers.pop(event.number).failed(StudioError(event.template, **event.values))
