"""A race of optimizers on copies of the open network, run by the worker while no training moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.catalogue.spec import Choice
from core.explore.race import Standing
from core.problems import errors
from gui.messages import RaceFailed
from gui.text import tr, tr_core

if TYPE_CHECKING:
    from gui.runner import Runner
    from gui.trainer import Trainer


class OptimizerRace(QObject):
    """Views read ``standing`` on the runner's ``updated``."""

    def __init__(self, runner: Runner, trainer: Trainer) -> None:
        super().__init__(runner)
        self._runner, self._trainer = runner, trainer
        self.standing: Standing | None = None
        """Of the last race on this network."""
        self.running = False
        self.trouble = ""
        """One sentence on why the race could not go on."""
        runner.heard.connect(self._hear)

    def start(self, optimizers: Mapping[str, Choice], steps: int, weight: tuple[str, tuple[int, ...]]) -> None:
        """Race ``optimizers`` for ``steps`` batches; the one weight at ``weight`` is watched closely."""
        self.standing, self.trouble, self.running = None, "", True
        problems = errors(self._runner.document.state)
        if problems or self._runner.status == "loading":
            first = tr_core(problems[0].template, **problems[0].values) if problems else tr("The engine is loading.")
            self.trouble, self.running = first, False
            self._runner.updated.emit()
            return
        self._runner.ticker.start()
        self._trainer.race(self._runner.document.state, optimizers, steps, weight)

    def end(self) -> None:
        """End the race; its standing stays."""
        if self.running:
            self.running = False
            self._trainer.end_race()

    def _hear(self, event: object) -> None:
        match event:
            case Standing() if self.running:
                self.standing = event
                self.running = event.taken < event.steps
            case RaceFailed():
                self.trouble, self.running = tr_core(event.template, **event.values), False
