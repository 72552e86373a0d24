"""The training of the open document, as the window sees it: what it does, what it has said, and the buttons for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from core.data.dataset import Part
from core.edits import ResetWeights, SetWeights
from core.errors import StudioError
from core.problems import Problem, errors
from core.project import Change, State, computes_alike
from core.reports import Evaluation, Examination, Report
from core.runs import Run
from core.traces import Trace
from gui.breakpoints import BreakpointList
from gui.clock import StepClock
from gui.document import Document
from gui.imagining import Imagining
from gui.jobs import Jobs
from gui.messages import Event, Failed, Outputs, Paused, Ready
from gui.past import Past
from gui.places import paused_at
from gui.questions import Questions
from gui.race import OptimizerRace
from gui.speed import FULL_SPEED, Speed
from gui.text import sentence, tr, tr_core
from gui.ticker import Ticker
from gui.tracing import Tracing
from gui.trainer import Trainer
from gui.why.told import numbered, plain

Status = Literal["loading", "idle", "starting", "running", "pausing", "paused", "stopped", "failed"]
Stretch = Literal["step", "batch", "epoch"]

HAND_OVER_SECONDS = 1.0
TICKS_PER_UPDATE = 3
"""While training runs, views are told on every third tick: drawing and the worker share one interpreter, and what is
drawn at ten pictures a second looks as live as at thirty."""
PEEK_DELAY_MS = 250


class Runner(QObject):
    """Drives the trainer for one document. Views read its attributes and redraw on ``updated``."""

    status_changed = Signal()
    run_started = Signal(object)
    """core.runs.Run: a new training begins."""
    updated = Signal()
    """Something new has been said; at most ten times a second while training runs."""
    heard = Signal(object)
    """What the worker says beyond the training itself, see gui.messages."""
    refused = Signal(object)
    """list[Problem]: why Play did not start."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.ticker = Ticker(self)
        self.status: Status = "loading"
        self.status_text = self.status_words = tr("Loading the engine …")
        self.run: Run | None = None
        self.report: Report | None = None
        self.examination: Examination | None = None
        self.evaluation: Evaluation | None = None
        self.outputs: Outputs | None = None
        self.speed = FULL_SPEED
        """How Play moves; takes effect at once through ``set_speed``."""
        self.sample: tuple[int, Part] = (0, "train")
        """Number in the data set, and part, of the sample that is examined."""
        self._trainer = Trainer()
        self._ticks, self._news = 0, False
        self._live: Mapping[str, np.ndarray] | None = None
        self._loaded: State | None = None
        """The state that the trainer's session continues from; None where it has no session."""
        self._training = False
        """True where that session is the one of ``run``; False where it only shows what the network says."""
        self.playing = False  # True where what moves was started by Play, not by a step
        self._wanted: Stretch | Literal["run"] | None = None
        self._peek = QTimer(self, singleShot=True, interval=PEEK_DELAY_MS)
        self._peek.timeout.connect(self._look)
        self.ticker.tick.connect(self._drain)
        self.ticker.painted.connect(self._trainer.go_ahead)
        self.past, self.tracing = Past(self, self._trainer), Tracing(self)
        self.clock, self.questions = StepClock(self), Questions(self, self._trainer)
        self.race, self.imagining = OptimizerRace(self, self._trainer), Imagining(self)
        self.breakpoints, self.jobs = BreakpointList(self, self._trainer), Jobs(self, self._trainer)
        document.before_change = self.hand_over
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)

    # -- what views read ---------------------------------------------------------------------------------------------

    @property
    def weights(self) -> Mapping[str, np.ndarray]:
        """The latest weights: live ones while training, else the project's."""
        return self.document.project.weights if self._live is None else self._live

    @property
    def trace(self) -> Trace | None:
        """The last answer to ``request_trace``; None where it holds no longer."""
        return self.tracing.trace

    @property
    def continues(self) -> bool:
        """True where Play would go on with the training that stands still."""
        return self._training and not self._stale()

    @property
    def busy(self) -> bool:
        """True while training moves."""
        return self.status in ("starting", "running", "pausing")

    # -- buttons -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Load the engine behind the window."""
        self._trainer.start()
        self.ticker.start()

    def play(self) -> None:
        """Train until paused or done."""
        self._go("run")

    def toggle(self) -> None:
        """Play where it stands still, pause where it moves."""
        if self.busy:
            self.pause()
        else:
            self.play()

    def pause(self) -> None:
        """Stand still after the current batch."""
        if self.busy and self.status != "pausing":
            self._set_status("pausing", tr("Pausing …"))
            self._trainer.pause()

    def set_speed(self, speed: Speed) -> None:
        """Play faster or slower, batch by batch or time step by time step, from now on."""
        self.speed = speed
        if self.status == "running":
            self._trainer.go(speed.granularity, endless=True, pace=speed.pace)

    def step(self, stretch: Stretch) -> None:
        """Train one time step, batch or epoch."""
        if not self.busy:
            self._go(stretch)

    def stop(self) -> None:
        """End this training; the weights stay as they are, and the next Play begins a new run."""
        self.hand_over()
        self._forget()
        if self.run is not None and self.run.stopped is None:
            self.run.stopped, self.run.stopped_because = "stopped", "Stopped."
        self._set_status("stopped", tr("Stopped. Play begins a new run from these weights."))
        self.updated.emit()

    def reset(self) -> None:
        """End this training and draw fresh weights from the seed."""
        self.hand_over()
        self._forget()
        self.run, self.report, self.evaluation = None, None, None
        self.document.do(ResetWeights())
        self._set_status("idle", tr("Ready. The weights are fresh from the seed."))
        self.updated.emit()

    def watch(self, sample: int, part: Part) -> None:
        """Examine this sample, now and while training; none of the test part while that is shut."""
        if part == "test" and self.document.shut:
            return
        self.sample = (sample, part)
        self.tracing.forget()
        if self._loaded is not None:
            self.ticker.start()
            self._trainer.watch(sample, part)
        else:
            self._peek.start()

    def request_outputs(self, inputs: np.ndarray) -> None:
        """Ask what the network answers to these inputs; ``outputs`` follows with an ``updated``."""
        if self._loaded is not None:
            self.ticker.start()
            self._trainer.ask(inputs)

    def arrive(self, weights: Mapping[str, np.ndarray], words: str) -> None:
        """The worker stands at another batch, with these weights; where Play was pressed meanwhile, it goes on from there."""
        self.report = None
        if self.busy:
            self._live = weights
            return
        self._adopt(weights)
        if self.run is not None:
            self.run.stopped, self.run.stopped_because = None, ""  # it stands in the middle again
        self._set_status("paused", marked=words)

    def branch_to(self, run: Run) -> None:
        """From where it stands, go on as another run."""
        self.run = run
        self.document.project.runs.append(run)
        self._trainer.branch(run.id)
        self.run_started.emit(run)

    def request_trace(self) -> None:
        """Ask for everything about the sample that is examined; ``trace`` follows with an ``updated``."""
        self.tracing.wanted = not self.busy and self._stale()
        if self.tracing.wanted:
            self._peek.start()
        else:
            self.ticker.start()
            self._trainer.trace(*self.sample, self.tracing.ticket)

    def hand_over(self) -> None:
        """Bring a training that moves to a stand, and put its weights into the document."""
        if not self.busy:
            return
        in_time = self._trainer.wait_for(self._trainer.pause(), HAND_OVER_SECONDS)
        self._drain()
        if not in_time and self.busy:  # in the middle of a long batch: what was learned before it is kept
            self._adopt(self.weights)
            self._set_status("pausing", tr("Pausing after a long batch …"))

    def close(self) -> bool:
        """End the worker; False if it did not end in time. The weights of a training that moves are kept."""
        self.hand_over()
        self.ticker.stop()
        self._peek.stop()
        return self._trainer.close(0.5 if self.busy else 2.5)

    # -- the session -------------------------------------------------------------------------------------------------

    def _go(self, wanted: Stretch | Literal["run"]) -> None:
        if self.status == "loading":
            self._wanted = wanted
            return
        problems = errors(self.document.state)
        if problems:
            self._refuse(problems)
            return
        if self._stale() or self.run is None or not self._training or self.run.stopped is not None:
            self._begin()
        self.ticker.start()
        self.past.settle()
        self.playing = wanted == "run"
        self._set_status("running", tr("Training …") if wanted == "run" else tr("Stepping …"))
        if wanted == "run":
            self._trainer.go(self.speed.granularity, endless=True, pace=self.speed.pace)
        else:
            self._trainer.go(wanted)

    def _refuse(self, problems: list[Problem]) -> None:
        self._set_status("failed", tr_core(problems[0].template, **problems[0].values))
        self.refused.emit(problems)

    def _stale(self) -> bool:
        return self._loaded is None or not computes_alike(self._loaded, self.document.state)

    def _begin(self) -> None:
        """A new run from the document's state."""
        state = self.document.state
        self.run = Run(state=state)
        self.document.project.runs.append(self.run)
        self.report = self.evaluation = None
        self._loaded, self._training = state, True
        self._trainer.load(state, self.run.id, *self.sample)
        self.run_started.emit(self.run)

    def _forget(self) -> None:
        self._loaded = self._live = None
        self._training = False
        self._trainer.drop()

    def _look(self) -> None:
        """Show what the network says before it is trained, where it can say anything."""
        if self.status == "loading" or self.busy or not self._stale() or errors(self.document.state):
            return
        self._loaded, self._training = self.document.state, False
        self.ticker.start()
        self._trainer.load(self.document.state, "", *self.sample)
        if self.tracing.wanted:
            self.request_trace()

    def _on_changed(self, change: Change) -> None:
        if change.training and self._training:
            self._trainer.change(self.document.project.training)
        if change.data:
            self._first_sample()
        if change.network or change.weights or change.data:
            self._live = None
            self._peek.start()
        self.updated.emit()

    def _first_sample(self) -> None:
        """Watch the first validation sample of new data."""
        try:
            data = self.document.project.dataset()
        except StudioError:
            return
        part: Part = "validation" if len(data.split.get("validation", ())) else "train"
        self.sample = (int(data.samples(part)[0]), part)
        self.examination = self.outputs = None

    def _on_replaced(self) -> None:
        self._forget()
        self._first_sample()
        self.report = self.examination = self.evaluation = self.outputs = None
        self.run = next(reversed(self.document.project.runs), None)
        if self.status != "loading":
            self._set_status("idle", tr("Ready."))
        self._peek.start()
        self.updated.emit()

    # -- what the trainer says ---------------------------------------------------------------------------------------

    def _drain(self) -> None:
        self._trainer.step_aside()
        quiet, events = self._trainer.quiet, self._trainer.drain()
        for event in events:
            self._hear(event)
        self._ticks, self._news = (self._ticks + 1) % TICKS_PER_UPDATE, self._news or bool(events)
        if self._news and (self._ticks == 0 or not self.busy):
            self._news = False
            self.updated.emit()
            return
        moves = self.busy or self.status == "loading" or self.race.running or self.jobs.running or self._peek.isActive()
        if quiet and not events and not moves:
            self.ticker.stop()

    def _hear(self, event: Event) -> None:
        match event:
            case Report():
                self._hear_report(event)
            case Paused():
                self._hear_pause(event)
            case Failed():
                self._set_status("failed", tr_core(event.template, **event.values))
                self._forget()
            case Examination():
                self.examination = event
            case Evaluation():
                self.evaluation = event
            case Outputs():
                self.outputs = event
            case Ready():
                self._hear_ready()
            case _:
                self.heard.emit(event)

    def _hear_ready(self) -> None:
        self._set_status("idle", tr("Ready."))
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self._go(wanted)
        else:
            self._look()

    def _hear_report(self, report: Report) -> None:
        if self.run is None or report.run != self.run.id:
            return
        self.run.add(report)
        self.report = report
        if report.weights is not None:
            self._live = report.weights
        self.examination = report.examination or self.examination
        self.evaluation = report.evaluation or self.evaluation

    def _hear_pause(self, event: Paused) -> None:
        if self.run is None or event.run != self.run.id:
            return
        self._adopt(event.weights)
        report = self.report
        if report is not None and report.stopped:
            failed = report.stopped in ("diverged", "error")
            self._set_status("failed" if failed else "stopped", tr_core(report.stopped_because))
        else:
            self._set_status("paused", marked=paused_at(report))

    def _adopt(self, weights: Mapping[str, np.ndarray]) -> None:
        """Put what training came to into the document, as one entry of the history."""
        self._live = None
        current = self.document.project.weights
        new = {name: value for name, value in weights.items() if not np.array_equal(value, current.get(name))}
        if not new:
            return
        edit = SetWeights(new, trained=True, label=tr("Train"))
        try:
            # What the session goes on from is known before anyone is told, so that nobody takes it for another training.
            self._loaded = edit.apply(self.document.state)
            self.document.record(edit, self._loaded)
        except StudioError as error:
            self._set_status("failed", sentence(error))
        self._loaded = self.document.state

    def _set_status(self, status: Status, text: str = "", marked: str = "") -> None:
        """``text`` is plain; ``marked`` is rich text whose numbers can be asked about, see gui.places."""
        self.status, self.status_words = status, marked or numbered(text, {})
        self.status_text = plain(self.status_words)
        self.status_changed.emit()
