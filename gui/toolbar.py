"""The bar over the canvas: play, step, reset, seed. It shows what the runner does and holds no state."""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QSpinBox, QToolBar, QToolButton, QWidget

from core.edits import SetTraining
from gui.document import Document
from gui.icons import icon
from gui.runner import Runner, Stretch
from gui.text import tr


class TrainingBar(QToolBar):
    """Play/Pause, Step [time step|batch|epoch], Stop, Reset and the seed."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(tr("Training"), parent)
        self.setObjectName("training_bar")
        self._document, self._runner = document, runner
        self.stretch: Stretch = "batch"
        self.commands: dict[str, QAction] = {}
        self._add("play", tr("Play"), "play", "F5", runner.toggle)
        self._add_step()
        self._add("stop", tr("Stop"), "stop", "Shift+F5", runner.stop, tr("End this training and keep the weights"))
        self._add("reset", tr("Reset"), "reset", "Ctrl+F5", runner.reset, tr("Draw fresh weights from the seed"))
        self.addSeparator()
        self._add_seed()
        self.setToolButtonStyle(self.toolButtonStyle().ToolButtonTextBesideIcon)
        runner.status_changed.connect(self._show)
        document.changed.connect(self._show)
        document.replaced.connect(self._show)
        self._show()

    def _add(self, key: str, text: str, picture: str, keys: str, slot: object, tip: str = "") -> QAction:
        action = QAction(icon(picture), text, self)
        action.setShortcut(QKeySequence(keys))
        action.setToolTip(f"{tip or text} ({keys})")
        action.triggered.connect(lambda: slot())  # type: ignore[operator]
        self.commands[key] = action
        self.addAction(action)
        return action

    def _add_step(self) -> None:
        step = self._add("step", tr("Step"), "step", "F6", lambda: self._runner.step(self.stretch))
        menu, group = QMenu(self), QActionGroup(self)
        for stretch, text in (("step", tr("Time step")), ("batch", tr("Batch")), ("epoch", tr("Epoch"))):
            choice = QAction(text, group, checkable=True, checked=stretch == self.stretch)
            choice.triggered.connect(lambda _, chosen=stretch: self._choose(chosen))
            self.commands[f"stretch_{stretch}"] = choice
            menu.addAction(choice)
        button = self.widgetForAction(step)
        assert isinstance(button, QToolButton)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._choose(self.stretch)

    def _choose(self, stretch: Stretch) -> None:
        self.stretch = stretch
        words = {"step": tr("Step: time step"), "batch": tr("Step: batch"), "epoch": tr("Step: epoch")}
        tips = {
            "step": tr("Walk one time step further, forward and then backward through the batch"),
            "batch": tr("Train on one batch"),
            "epoch": tr("Train on all batches once"),
        }
        self.commands["step"].setText(words[stretch])
        self.commands["step"].setToolTip(f"{tips[stretch]} (F6)")

    def _add_seed(self) -> None:
        label = QLabel(tr("Seed"))
        self.seed = QSpinBox(objectName="seed", maximum=2**31 - 1, accessibleName=tr("Seed"))
        self.seed.setToolTip(
            tr("Start of all random numbers. New weights at the next reset, a new order of the data too.")
        )
        self.seed.setKeyboardTracking(False)
        self.seed.valueChanged.connect(lambda value: self._document.do(SetTraining("seed", value)))
        label.setBuddy(self.seed)
        label.setContentsMargins(6, 0, 6, 0)
        self.addWidget(label)
        self.addWidget(self.seed)

    def _show(self, *_: object) -> None:
        runner, busy = self._runner, self._runner.busy
        play = self.commands["play"]
        play.setText(tr("Pause") if busy else tr("Play"))
        play.setIcon(icon("pause" if busy else "play"))
        play.setToolTip(tr("Pause after this batch (F5)") if busy else tr("Train the network (F5)"))
        self.commands["step"].setEnabled(not busy)
        self.commands["stop"].setEnabled(busy or (runner.run is not None and runner.run.stopped is None))
        self.seed.blockSignals(True)
        self.seed.setValue(int(self._document.project.training["seed"]))
        self.seed.blockSignals(False)
