"""What the worker thread does: it owns the session, its past, and everything that is asked of them. No Qt here."""

from __future__ import annotations

import gc
import queue
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from core import formula
from core.breakpoints import Breakpoints
from core.catalogue.spec import Choice
from core.data.cache import dataset
from core.data.dataset import Dataset, Part
from core.errors import DataError, StudioError
from core.explore.race import Standing
from core.project import State
from core.questions import Question, answered
from core.reports import Granularity, Report
from gui.job_queue import JobQueue
from gui.messages import (
    PRESSING,
    Ask,
    BeginJob,
    Branch,
    Break,
    Change,
    Drop,
    EndJob,
    EndRace,
    Event,
    Failed,
    Follow,
    Followed,
    Go,
    GoTo,
    Keep,
    Load,
    Moved,
    Outputs,
    Pause,
    Paused,
    Race,
    Ready,
    Recorded,
    Watch,
)
from gui.race_track import RaceTrack

if TYPE_CHECKING:
    from core.engine.history import History
    from core.engine.session import Session

DISPLAY_SECONDS = 0.1


class Worker:
    """Drives a Session, one request or one report at a time."""

    def __init__(
        self,
        inbox: queue.Queue[object],
        say: Callable[[Event], None],
        ended: Callable[[], bool],
        wait_for_room: Callable[[], object],
    ) -> None:
        self._inbox, self._say, self._ended, self._wait_for_room = inbox, say, ended, wait_for_room
        self._session: Session | None = None
        self._history: History | None = None
        self._state: State | None = None
        self._watched: tuple[int, Part] = (0, "train")
        self._reports: Iterator[Report] | None = None
        self._going: Granularity | None = None
        self._endless, self._pace, self._run, self._budget = False, 0.0, "", 0
        self._race = RaceTrack(say, _raced)
        self._jobs = JobQueue(say)
        self._breakpoints = Breakpoints()

    @property
    def session(self) -> Session | None:
        """What is trained."""
        return self._session

    def work(self) -> None:
        """Until the program ends: what was asked for, or else a piece of what goes on."""
        self._warm_up()
        self._say(Ready())
        if self._inbox.empty():
            formula.svg("x")  # the first one loads a font and a library, 0.4 s that no click should wait for
        while not self._ended():
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001 - border of the thread: an unforeseen error must reach the window.
                self._race.end()
                reason = f"{type(error).__name__}: {error}"
                self._fail("Training stopped with an unexpected error: {error}", {"error": reason})

    def _turn(self) -> None:
        """What was asked for, or else a piece of what goes on."""
        if not self._inbox.empty() or (self._going is None and not self._race and not self._jobs):
            self._obey(self._inbox.get())
            return
        until = time.monotonic() + self._jobs.go_on()
        if self._going is not None:
            while self._going is not None:  # for as long as the jobs took, so that neither keeps the other waiting
                self._advance()
                self._rest()
                if time.monotonic() >= until or not self._inbox.empty():
                    return
        elif self._race:
            self._race.go_on()

    def _pressed(self) -> bool:
        """Whether something waits that an answer must not hold up."""
        with self._inbox.mutex:
            return self._ended() or any(isinstance(request, PRESSING) for request in self._inbox.queue)

    def _warm_up(self) -> None:
        """Load torch. A full collection with it in memory is the worst stall of the window, so its objects are frozen.

        What is garbage now stays: collecting it is for the thread of the window (gui/garbage.py).
        """
        import core.engine.session  # noqa: F401
        from core.engine.warm import warm_up

        warm_up()
        gc.freeze()

    def _obey(self, request: object) -> None:
        try:
            self._carry_out(request)
        except StudioError as error:
            self._fail(error.template, error.values)
        finally:
            if isinstance(request, Pause):
                request.done()
            self._inbox.task_done()

    def _fail(self, template: str, values: Mapping[str, object]) -> None:
        self._going = None
        self._say(Failed(self._run, template, values))

    def _carry_out(self, request: object) -> None:
        match request:
            case Load():
                self._load(request)
            case Drop():
                self._session, self._history, self._reports, self._going = None, None, None, None
            case Pause():
                self._stand_still()
            case Go() if self._session is not None:
                self._going = self._session.granularity = request.granularity
                self._endless, self._pace = request.endless, request.pace
            case Change() if self._session is not None:
                self._change(request.training)
            case Break():
                self._breakpoints.set(request.breakpoints)
            case GoTo() if self._history is not None:
                self._go_to(request.batch)
            case Branch() if self._history is not None and self._session is not None:
                self._run = self._session.run_id = request.run
                self._history.forget_after(self._session.batch)
                self._tell_past()
            case Keep():
                self._budget = request.budget
                if self._history is not None:
                    self._history.keep_within(self._budget)
                    self._tell_past()
            case Watch() if self._session is not None:
                self._watched = request.sample, request.part
                self._session.watch(request.sample, request.part)
                self._say(self._session.examine(request.sample, request.part))
            case Race() | EndRace():
                self._race.obey(request)
            case BeginJob() | EndJob():
                self._jobs.obey(request)
            case Follow() if self._session is not None:
                self._say(Followed(request.ticket, self._session.trace(request.sample, request.part)))
            case Question():
                self._say(answered(request, self._session, self._state))
            case Ask() if self._session is not None:
                self._say(Outputs(request.inputs, self._session.outputs(request.inputs)))

    def _load(self, request: Load) -> None:
        from core.engine.history import History
        from core.engine.session import Session

        self._run, self._going, self._session, self._history = request.run, None, None, None
        data = _data(request.state)
        self._watched = request.watched
        session = Session(request.state, data, run_id=request.run)
        self._state = request.state
        if request.run:
            self._history = History(session, request.state, data, self._budget)
        self._take_up(session)

    def _take_up(self, session: Session) -> None:
        """Make this the session that goes on, and show what its network says."""
        session.run_id = self._run
        session.display_interval, session.gradient_every = DISPLAY_SECONDS, 1
        session.watch(*self._watched)
        session.given_up = self._pressed
        session.breakpoints = self._breakpoints
        self._breakpoints.forget()
        self._session, self._reports = session, session.run()
        self._say(session.examine(*self._watched))

    def _change(self, training: Choice) -> None:
        assert self._session is not None
        self._session.change(training)
        if self._history is not None:
            self._history.note_change(self._session.settled, training)

    def _go_to(self, batch: int) -> None:
        assert self._history is not None
        self._going = None
        session = self._history.session_at(max(self._history.begin, min(self._history.end, batch)))
        self._take_up(session)
        self._say(Moved(self._run, session.batch, self._history.begin, self._history.end, session.weights()))

    def _stand_still(self) -> None:
        self._going = None
        if self._session is not None:
            self._say(Paused(self._run, self._session.weights()))
            # What the last report showed of the sample may be some batches old: views are to show where it stands.
            self._say(self._session.examine(*self._watched))
        self._tell_past()

    def _tell_past(self) -> None:
        past = self._history
        if past is not None:
            self._say(Recorded(self._run, past.begin, past.end, past.bytes))

    def _advance(self) -> None:
        """One report further; stands still where the asked stretch is done."""
        assert self._reports is not None
        self._wait_for_room()
        try:
            report = next(self._reports, None)
        except StudioError as error:
            self._fail(error.template, error.values)
            return
        if report is not None:
            self._say(report)
            if self._history is not None and report.moment is None and not report.stopped:
                self._history.observe(self._session)
        if report is None or report.stopped or self._stretch_done(report):
            self._stand_still()

    def _rest(self) -> None:
        """Wait as long as the pace asks for, or until a request comes."""
        until = time.monotonic() + self._pace
        while self._pace and self._going and time.monotonic() < until and self._inbox.empty():
            time.sleep(0.01)

    def _stretch_done(self, report: Report) -> bool:
        if report.hits:
            return True
        if self._endless:
            return False
        match self._going:
            case "step":
                return True
            case "batch":
                return report.moment is None
            case "epoch":
                return report.moment is None and report.batch_in_epoch == report.batches_per_epoch
        return False


def _raced(request: Race) -> Iterator[Standing]:
    from core.engine.race import race

    yield from race(request.state, _data(request.state), request.optimizers, request.steps, request.weight)


def _data(state: State) -> Dataset:
    if state.data is None:
        raise DataError("No data is chosen. Choose a data set in the training panel.")
    return dataset(state.data)
