"""The bar under everything: back and forth through the training, like a player for a film, and how fast Play moves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QComboBox, QLabel, QSlider, QToolBar, QWidget

from gui.icons import icon
from gui.runner import Runner, Speed
from gui.text import tr

_FAR = 10**9


class Transport(QToolBar):
    """First, -10, -1, +1, +10, last, a scrubber over all batches, branch, and the speed of Play."""

    def __init__(self, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(tr("Time travel"), parent)
        self.setObjectName("transport")
        self._runner, self._past = runner, runner.past
        self.commands: dict[str, QAction] = {}
        past = self._past
        self._add("first", tr("To the start"), "first", "Ctrl+Home", lambda: past.go_to(past.begin))
        self._add("back_ten", tr("10 batches back"), "back-ten", "Ctrl+Shift+Left", lambda: past.go(-10))
        self._add("back", tr("1 batch back"), "back", "Ctrl+Left", lambda: past.go(-1))
        self._add("forward", tr("1 batch forward"), "forward", "Ctrl+Right", lambda: past.go(1))
        self._add("forward_ten", tr("10 batches forward"), "forward-ten", "Ctrl+Shift+Right", lambda: past.go(10))
        self._add("last", tr("To the latest batch"), "last", "Ctrl+End", lambda: past.go_to(_FAR))
        self.slider = QSlider(Qt.Orientation.Horizontal, objectName="scrubber", accessibleName=tr("Batch"))
        self.slider.setMinimumWidth(160)
        self.slider.setTracking(True)
        self.addWidget(self.slider)
        self.place = QLabel(objectName="place")
        self.place.setContentsMargins(8, 0, 8, 0)
        self.addWidget(self.place)
        tip = tr("Go on from here as a new run beside the old one. Changing a setting in the past does so by itself.")
        self._add("branch", tr("Branch"), "branch", "Ctrl+B", past.branch, tip)
        self.addSeparator()
        self._add_speeds()
        self.slider.valueChanged.connect(self._past.go_to)
        past.changed.connect(self._show)
        runner.updated.connect(self._show)
        runner.status_changed.connect(self._show)
        self._show()

    def _add(self, key: str, text: str, picture: str, keys: str, slot: Callable[[], object], tip: str = "") -> None:
        action = QAction(icon(picture), text, self)
        action.setShortcut(QKeySequence(keys))
        action.setToolTip(f"{tip or text} ({keys})")
        action.triggered.connect(lambda: slot())
        self.commands[key] = action
        self.addAction(action)

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
        self.speeds.currentIndexChanged.connect(lambda: self._runner.set_speed(self.speeds.currentData()))
        self.addWidget(self.speeds)

    def _show(self) -> None:
        past, report = self._past, self._runner.report
        there = past.reachable
        for key in ("first", "back_ten", "back"):
            self.commands[key].setEnabled(there and past.position > past.begin)
        for key in ("forward_ten", "last", "branch"):
            self.commands[key].setEnabled(there and past.rewound)
        self.commands["forward"].setEnabled(not self._runner.busy)
        self.slider.blockSignals(True)
        self.slider.setEnabled(there)
        self.slider.setRange(past.begin, max(past.end, 1))
        moving = self._runner.busy and report is not None
        self.slider.setValue(max(past.end, report.batch) if moving and report else past.position)
        self.slider.blockSignals(False)
        self.place.setText(self._words())

    def _words(self) -> str:
        past, report = self._past, self._runner.report
        if self._runner.busy and report is not None:
            return tr("live · batch {batch}", batch=report.batch)
        if past.end <= past.begin:
            return tr("Press Play: every batch can be visited again.")
        kept = tr("{size:.1f} MB kept", size=past.bytes / 2**20)
        return tr("batch {batch} of {end} · {kept}", batch=past.position, end=past.end, kept=kept)
