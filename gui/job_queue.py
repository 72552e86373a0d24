"""The worker's list of jobs, each a generator: they take turns, a chunk at a time. Runs in the worker thread; no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from core.data.importers.progress import Job
from core.errors import StudioError
from gui.messages import BeginJob, EndJob, Event, JobDone, JobFailed, JobStep

SPOKEN_SECONDS = 0.1
CHUNK_SECONDS = 0.03


class JobQueue:
    """What it has to say goes through ``say``."""

    def __init__(self, say: Callable[[Event], None]) -> None:
        self._say = say
        self._jobs: dict[int, Callable[[], Job[Any]] | Job[Any]] = {}
        self._spoke = 0.0

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def obey(self, request: BeginJob | EndJob) -> None:
        """Take a job on, or give it up."""
        if isinstance(request, BeginJob):
            self._jobs[request.number] = request.work
        else:
            self._jobs.pop(request.number, None)

    def go_on(self) -> float:
        """A chunk of the job whose turn it is, about 30 ms: no long one keeps short ones waiting. Returns what it took."""
        if not self._jobs:
            return 0.0
        number = next(iter(self._jobs))
        job = self._jobs[number] = self._jobs.pop(number)  # behind all others
        started = time.monotonic()
        until = started + CHUNK_SECONDS
        try:
            if callable(job):
                job = self._jobs[number] = job()
            while time.monotonic() < until:
                step = next(job)
                if time.monotonic() - self._spoke > SPOKEN_SECONDS:
                    self._spoke = time.monotonic()
                    self._say(JobStep(number, step))
        except StopIteration as end:
            del self._jobs[number]
            self._say(JobDone(number, end.value))
        except StudioError as error:
            self._fail(number, error.template, error.values)
        except MemoryError:
            self._fail(number, "There is not enough memory for that. Import a part of it, or leave columns out.", {})
        except Exception as error:  # noqa: BLE001 - border of the thread: an unforeseen error must reach the window.
            reason = f"{type(error).__name__}: {error}"
            self._fail(number, "The work ended with an unexpected error: {error}", {"error": reason})
        return time.monotonic() - started

    def _fail(self, number: int, template: str, values: Mapping[str, object]) -> None:
        del self._jobs[number]
        self._say(JobFailed(number, template, values))
