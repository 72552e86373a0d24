"""The window of the gym: what is tried and by whom on the left, the curves and how far each one remembers on the right."""

from __future__ import annotations

import html
import json
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS
from core.errors import StudioError
from core.gym import results as files
from core.gym.models import AS_IS, KINDS, MINE, Entrant, entrant, mine
from core.gym.plans import GYM, default_settings, places_of, plan_of
from core.gym.sweep import reason_against
from core.gym.tasks import settings_for
from core.why.labs import gym as why
from gui import settings
from gui.document import Document
from gui.errors import tell
from gui.forms import SpecForm
from gui.gym.chart import GymChart
from gui.gym.sweeps import Sweeps
from gui.gym.table import ResultsTable
from gui.gym.unfit import show_error
from gui.icons import icon
from gui.runner import Runner
from gui.text import sentence, tr, tr_core
from gui.theme import theme
from gui.why.here import KEYS, Question, ask_here, open_menu
from gui.why.told import asked
from gui.widgets import Column, EmptyState, bold, muted, told

_USUAL = ("elman", "lstm", "gru")
_WIDTH = 310
_SETTINGS = "gym/settings"


class GymWindow(QDialog):
    """Opens beside the main window and stays usable with it; a sweep goes on while it is closed."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("gym_window")
        self.setWindowTitle(tr("Memory gym"))
        self.setModal(False)
        self.resize(1120, 740)
        self._document, self._runner = document, runner
        self.sweeps = Sweeps(runner, self)
        self.chosen = _remembered()
        data = document.project.data
        if data is not None and data.key in dict(GYM.param("task").choices):
            self.chosen = Choice(GYM.key, {**self.chosen.values, "task": data.key})
        self._make_controls()
        self._make_view()
        self._lay_out()
        self.sweeps.changed.connect(self.refresh)
        document.changed.connect(self._network_changed)
        document.replaced.connect(self._network_changed)
        runner.status_changed.connect(self.refresh)
        theme().changed.connect(self.refresh)
        self._show_form()

    # -- what is shown -----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring the buttons, the curves and the words up to date."""
        sweeps, loading = self.sweeps, self._runner.status == "loading"
        moving = sweeps.running or sweeps.paused
        self.start.setText(tr("Pause") if sweeps.running else tr("Go on") if sweeps.paused else tr("Start"))
        self.start.setIcon(icon("pause" if sweeps.running else "play"))
        self.start.setEnabled(moving or (bool(self._who()) and not loading))
        self.cancel.setEnabled(moving)
        self.ask.setEnabled(not moving and not loading and self.boxes[AS_IS].isEnabledTo(self.crew))
        self.form.setEnabled(not moving)
        self.crew.setEnabled(not moving)
        self.bar.setValue(round(1000 * sweeps.standing.done) if sweeps.standing is not None else 0)
        self.bar.setVisible(moving)
        self.where.tell(self._where(), self._on_where)
        if sweeps.trouble is not None:
            show_error(self.trouble, sweeps.trouble)
        self.trouble.setVisible(sweeps.trouble is not None)
        results = sweeps.results
        self.pages.setCurrentIndex(1 if results is not None and results.values else 0)
        self.save.setEnabled(results is not None and bool(results.points))
        self.clear.setEnabled(results is not None and not moving)
        self.open.setEnabled(not moving)
        self.chart.show_results(results)
        self.table.show_results(results)

    def _open_menu(self, at: QPoint) -> None:
        open_menu(self.chart, self.chart.questions_here(), self._document, at, ())

    def _where(self) -> str:
        sweeps = self.sweeps
        standing = sweeps.standing
        if self._runner.status == "loading":
            return tr("Loading the engine …")
        if standing is None or standing.results is None:
            return tr("Ready.") if not sweeps.running else tr("Beginning …")
        who = tr_core(standing.results.model(standing.model).title)
        if standing.results.over == "lag":
            place = tr("{n} steps", n=f"{standing.value:g}")
        else:
            place = tr("noise {n}", n=f"{standing.value:g}")
        epoch = asked("epoch", str(max(1, standing.epoch)))
        text = tr("{who} at {place}, epoch {epoch}", who=html.escape(who), place=place, epoch=epoch)
        text += f" ({asked('done', f'{100 * standing.done:.0f} %')})"
        return tr("Paused: {where}.", where=text) if sweeps.paused else f"{text} …"

    def _on_where(self) -> dict[str, Question]:
        standing = self.sweeps.standing
        if standing is None or standing.results is None:
            return {}
        return {
            "epoch": Question(why.epoch(standing.results, standing), tr("Why this epoch?")),
            "done": Question(why.progress(standing.results, standing), tr("Why so much of the sweep?")),
        }

    # -- what is done ------------------------------------------------------------------------------------------------

    def _press(self) -> None:
        if self.sweeps.running:
            self.sweeps.pause()
        elif self.sweeps.paused:
            self.sweeps.go_on()
        else:
            self._start(self._who())

    def _ask_as_it_is(self) -> None:
        self._start([mine(self._document.state, as_it_is=True)])

    def _start(self, models: list[Entrant]) -> None:
        try:
            plan = plan_of(self.chosen, models, self._document.project.data)
        except StudioError as error:
            self.sweeps.trouble = error
            self.refresh()
            return
        self.sweeps.start(plan)

    def _who(self) -> list[Entrant]:
        found = []
        for key, box in self.boxes.items():
            if not box.isChecked() or not box.isEnabledTo(self.crew):
                continue
            if key in (MINE, AS_IS):
                found.append(mine(self._document.state, as_it_is=key == AS_IS))
            else:
                found.append(entrant(key, int(self.chosen["units"])))
        return found

    def _edit(self, path: str, new: object) -> None:
        values = {**self.chosen.values, path: new}
        settings.settings().setValue(_SETTINGS, json.dumps(values))
        self.choose(Choice(GYM.key, values))

    def choose(self, chosen: Choice) -> None:
        """Take these settings for the next sweep."""
        self.chosen = chosen
        self._show_form()

    def _show_form(self) -> None:
        self.form.show_choice(self.chosen)
        over_noise = self.chosen["over"] == "noise"
        self.form.rows["last"].setVisible(not over_noise)
        self.form.rows["noise"].setVisible(over_noise)
        self.about.setText(tr_core(DATASETS[self.chosen["task"]].help))
        places = ", ".join(asked(str(at), f"{value:g}") for at, value in enumerate(places_of(self.chosen)))
        self.places.tell(tr("Tried: {places}.", places=places), self._on_places)
        self._judge_mine()
        self.refresh()

    def _on_places(self) -> dict[str, Question]:
        """Why each place is tried."""
        found = why.places(self.chosen)
        return {str(at): Question(one, tr("Why this place?")) for at, one in enumerate(found)}

    def _judge_mine(self) -> None:
        """Whether the open network can try this task, and why not."""
        project = self._document.project
        usual = settings_for(self.chosen["task"], project.data)
        small = Choice(usual.key, {**usual.values, "samples": 20})
        error = reason_against(mine(project.state), self.chosen["task"], small)
        for key in (MINE, AS_IS):
            self.boxes[key].setEnabled(error is None)
            self.boxes[key].setToolTip(f"<qt>{sentence(error) if error is not None else _tips()[key]}</qt>")
        if error is not None:
            show_error(self.reason, error)
        self.reason.setVisible(error is not None)

    def _network_changed(self, *_: object) -> None:
        if self.isVisible():
            self._judge_mine()
            self.refresh()

    def _ask_save(self) -> None:
        kinds = tr("Results") + " (*.json);;" + tr("Tables") + " (*.csv)"
        path, _ = QFileDialog.getSaveFileName(self, tr("Save results"), "memory-gym.json", kinds)
        if path and self.sweeps.results is not None:
            try:
                files.save(self.sweeps.results, path)
                self.sweeps.saved = True
            except StudioError as error:
                tell(self, error)

    def _ask_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Open results"), "", tr("Results") + " (*.json)")
        if not path:
            return
        try:
            self.sweeps.show(files.load(Path(path)))
        except StudioError as error:
            tell(self, error)

    # -- parts -------------------------------------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.form = SpecForm(GYM, self.chosen)
        self.form.edited.connect(self._edit)
        faint = self.palette().ColorRole.PlaceholderText
        self.about, self.reason, self.places = muted(), told(self._document, faint), told(self._document, faint)
        self.crew = QWidget()
        column = QVBoxLayout(self.crew)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.boxes: dict[str, QCheckBox] = {}
        titles = {MINE: tr("My network, trained afresh"), AS_IS: tr("My network as it is")}
        for key in (MINE, AS_IS, *KINDS):
            box = QCheckBox(titles.get(key) or tr_core(KINDS[key].title))
            box.setObjectName(f"gym {key}")
            box.setToolTip(f"<qt>{_tips()[key]}</qt>")
            box.setChecked(key in _USUAL)
            box.toggled.connect(self.refresh)
            self.boxes[key] = box
            column.addWidget(box)
        column.insertWidget(2, self.reason)

    def _make_view(self) -> None:
        self.start = QPushButton(icon("play"), tr("Start"))
        self.start.setObjectName("gym_start")
        self.cancel = QPushButton(icon("stop"), tr("End"))
        self.cancel.setToolTip(tr("End this sweep; what it has found stays."))
        self.ask = QPushButton(icon("search"), tr("Ask my network as it is"))
        self.ask.setObjectName("gym_ask")
        self.ask.setToolTip(tr("Try the weights that it has now at every place, without training: takes a moment."))
        self.save = QPushButton(icon("save"), tr("Save …"))
        self.open = QPushButton(icon("open"), tr("Open …"))
        self.clear = QPushButton(icon("delete"), tr("Clear"))
        for button, slot in (
            (self.start, self._press),
            (self.cancel, self.sweeps.end),
            (self.ask, self._ask_as_it_is),
            (self.save, self._ask_save),
            (self.open, self._ask_open),
            (self.clear, lambda: self.sweeps.show(None)),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, slot=slot: slot())
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.where = told(self._document)
        self.where.setObjectName("gym_where")
        self.trouble = told(self._document, self.palette().ColorRole.BrightText)
        self.trouble.setObjectName("gym_trouble")
        self.chart = GymChart(self._document)
        self.chart.chart.asked.connect(self._open_menu)
        QShortcut(QKeySequence(KEYS), self).activated.connect(lambda: ask_here(self, self._document))
        self.table = ResultsTable(self._document)
        self.pages = QStackedWidget()
        self.pages.addWidget(
            EmptyState(
                "repeat",
                tr(
                    "Choose a task and who tries, and press Start: a curve for each model shows what share of its answers "
                    "is right the further back it has to remember."
                ),
            )
        )
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.chart, 1)
        column.addWidget(self.table)
        self.pages.addWidget(shown)

    def _lay_out(self) -> None:
        left = Column()
        left.setFixedWidth(_WIDTH)
        for widget in (bold(tr("How far back does it remember?")), self.form, self.places, self.about,
                       bold(tr("Who tries")), self.crew):  # fmt: skip
            left.add(widget)
        first, second = QHBoxLayout(), QHBoxLayout()
        for button in (self.start, self.cancel, self.ask):
            first.addWidget(button)
        first.addStretch(1)
        for button in (self.open, self.save, self.clear):
            first.addWidget(button)
        second.addWidget(self.where, 1)
        right = QVBoxLayout()
        right.setContentsMargins(6, 10, 10, 10)
        right.setSpacing(6)
        right.addLayout(first)
        right.addWidget(self.bar)
        right.addLayout(second)
        right.addWidget(self.trouble)
        right.addWidget(self.pages, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(left)
        row.addLayout(right, 1)

    def showEvent(self, event: object) -> None:
        self._judge_mine()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self.chart.chart.pointer = None


def _remembered() -> Choice:
    """The settings of the last time, where they still mean something."""
    try:
        values = json.loads(str(settings.settings().value(_SETTINGS, "{}")))
        return Choice(GYM.key, GYM.complete(values))
    except (ValueError, TypeError, AttributeError, StudioError):
        return default_settings()


def _tips() -> dict[str, str]:
    return {
        MINE: tr("The open network with fresh weights, trained at every place with the settings of the project."),
        AS_IS: tr("The open network with the weights that it has, at places that it was never trained on."),
        **{key: tr_core(kind.line) for key, kind in KINDS.items()},
    }
