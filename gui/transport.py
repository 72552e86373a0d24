"""The bar under everything: back and forth through the training, like a player for a film, and how fast Play moves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QComboBox, QMenu, QSlider, QToolBar, QWidget

from core.why.training.clocks import budget, memory
from gui.icons import icon
from gui.past import BUDGETS
from gui.runner import Runner
from gui.scrubbers import Scrubbers
from gui.speed import Speed
from gui.text import tr
from gui.why.button import AskedButton
from gui.why.here import Question
from gui.why.told import Told

_FAR = 10**9
_MB = 2**20


class Transport(QToolBar):
    """First, -10, -1, play, +1, +10, last, live, a scrubber for each clock, branch, the speed of Play, and the memory."""

    def __init__(self, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(tr("Time travel"), parent)
        self.setObjectName("transport")
        self._runner, self._past = runner, runner.past
        self.commands: dict[str, QAction] = {}
        self._moves = False
        past, clock = self._past, runner.clock
        self._add("first", tr("To the start"), "first", "Ctrl+Home", lambda: past.go_to(past.begin))
        self._add("back_ten", tr("10 batches back"), "back-ten", "Ctrl+Shift+Left", lambda: past.go(-10))
        self._add("back", tr("1 batch back"), "back", "Ctrl+Left", lambda: past.go(-1))
        self._add("play", tr("Play or pause"), "play", "Ctrl+Space", runner.toggle)
        self._add("forward", tr("1 batch forward"), "forward", "Ctrl+Right", lambda: past.go(1))
        self._add("forward_ten", tr("10 batches forward"), "forward-ten", "Ctrl+Shift+Right", lambda: past.go(10))
        self._add("last", tr("To the latest batch"), "last", "Ctrl+End", lambda: past.go_to(_FAR))
        tip = tr("To the latest batch, and train on at full speed")
        self._add("live", tr("Live"), "live", "Ctrl+Shift+End", self._go_live, tip)
        self.scrubbers = Scrubbers(runner)
        self.addWidget(self.scrubbers)
        tip = tr("Go on from here as a new run beside the old one. Changing a setting in the past does so by itself.")
        self._add("branch", tr("Branch"), "branch", "Ctrl+B", past.branch, tip)
        for key, text, keys, moments in (
            ("moment_back", tr("Previous moment of the batch"), "Ctrl+,", -1),
            ("moment_on", tr("Next moment of the batch"), "Ctrl+.", 1),
        ):
            self._offer(key, text, keys, lambda by=moments: clock.go(by))
        self._offer("moment_leave", tr("Leave the walk through the batch"), "Ctrl+/", clock.leave)
        self._add_speeds()
        self._add_memory()
        for signal in (past.changed, runner.updated, runner.status_changed):
            signal.connect(self._show)
        self._show()

    @property
    def slider(self) -> QSlider:
        """The scrubber over all batches."""
        return self.scrubbers.batch.slider

    @property
    def place(self) -> Told:
        """Where it stands, in words."""
        return self.scrubbers.batch.words

    def _add(self, key: str, text: str, picture: str, keys: str, slot: Callable[[], object], tip: str = "") -> None:
        action = self._offer(key, text, keys, slot, tip)
        action.setIcon(icon(picture))
        self.addAction(action)

    def _offer(self, key: str, text: str, keys: str, slot: Callable[[], object], tip: str = "") -> QAction:
        """A command that has keys, and a place in a menu."""
        action = QAction(text, self)
        action.setShortcut(QKeySequence(keys))
        action.setToolTip(f"{tip or text} ({keys})")
        action.triggered.connect(lambda: slot())
        self.commands[key] = action
        return action

    def _add_speeds(self) -> None:
        self.speeds = QComboBox(objectName="speed", accessibleName=tr("Speed of Play"))
        self.speeds.setToolTip(tr("How fast Play moves"))
        for text, speed in (
            (tr("Full speed"), Speed()),
            (tr("10 batches a second"), Speed("run", 0.1)),
            (tr("2 batches a second"), Speed("run", 0.5)),
            (tr("20 time steps a second"), Speed("step", 0.05)),
            (tr("5 time steps a second"), Speed("step", 0.2)),
            (tr("1 time step a second"), Speed("step", 1.0)),
        ):
            self.speeds.addItem(text, speed)
        self.speeds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.speeds.setMinimumContentsLength(10)
        self.speeds.currentIndexChanged.connect(lambda: self._runner.set_speed(self.speeds.currentData()))
        self.addWidget(self.speeds)

    def _add_memory(self) -> None:
        """How much the recording takes of what it may take; its menu changes that."""
        self.memory = AskedButton(self._runner.document, "history_memory", self._about_memory)
        self.memory.setAccessibleName(tr("Memory for the recorded past"))
        self.memory.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu, group = QMenu(self.memory), QActionGroup(self)
        menu.addSection(tr("Memory for the recorded past"))
        self.budgets: dict[int, QAction] = {}
        for size in BUDGETS:
            action = QAction(tr("{size} MB", size=size), group, checkable=True)
            action.triggered.connect(lambda _=False, wanted=size: self._past.keep_within(wanted * _MB))
            menu.addAction(action)
            self.budgets[size] = action
        self.memory.setMenu(menu)
        self.addWidget(self.memory)

    def _about_memory(self) -> list[Question]:
        used, most = self._past.bytes, self._past.budget
        of_most = Question(budget(most), tr("Why may it take so much?"))
        return [Question(memory(used, most), tr("Why so much memory?")), of_most]

    def _go_live(self) -> None:
        self._past.go_to(_FAR)
        self.speeds.setCurrentIndex(0)
        if not self._runner.busy:
            self._runner.play()

    def _show(self) -> None:
        past, busy = self._past, self._runner.busy
        there = past.reachable
        for key in ("first", "back_ten", "back"):
            self.commands[key].setEnabled(there and past.goal > past.begin)
        for key in ("forward_ten", "last", "branch"):
            self.commands[key].setEnabled(there and past.rewound)
        self.commands["forward"].setEnabled(not busy)
        play = self.commands["play"]
        if busy != self._moves:
            self._moves = busy
            play.setIcon(icon("pause" if busy else "play"))
        play.setEnabled(self._runner.status != "pausing")
        self._show_memory()

    def _show_memory(self) -> None:
        past = self._past
        limit = past.budget / _MB
        self.memory.setText(tr("{used:.1f} of {limit:.0f} MB", used=past.bytes / _MB, limit=limit))
        self.memory.setToolTip(
            tr(
                "The recorded past takes {used:.1f} MB of the {limit:.0f} MB that it may take. With less, going back takes "
                "longer; nothing is lost.",
                used=past.bytes / _MB,
                limit=limit,
            )
        )
        for size, action in self.budgets.items():
            action.setChecked(size == round(limit))
