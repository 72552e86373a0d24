"""Explorer 6: the optimizer race. Several optimizers from one start, their paths drawn live, and one weight's x-ray."""

from __future__ import annotations

import html

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.catalogue.optimizers import OPTIMIZERS
from core.catalogue.spec import Choice
from core.describe import number
from core.explore import xray
from core.explore.race import Race
from core.explore.surfaces import SURFACES, Surface
from core.why.labs.raced import Watched
from gui.document import Document
from gui.explorers import race_asking
from gui.explorers.asked import AskedFormula
from gui.explorers.parts import Curves, EntryCard, EntryList, Explorer, drop
from gui.explorers.weight_choice import WeightChoice
from gui.forms import SpecForm
from gui.icons import icon
from gui.plots.chart import Chart
from gui.plots.scales import Linear, Log
from gui.runner import Runner
from gui.text import tr, tr_core
from gui.theme import theme
from gui.ticker import Ticker
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import bold, muted

STEPS = 400
BATCHES = 200
"""Length of a race on the user's network."""
_RATES = {"sgd": 0.05, "adam": 0.1, "adamw": 0.1, "nadam": 0.1, "radam": 0.1, "adamax": 0.1, "rmsprop": 0.05,
          "adagrad": 0.5, "adadelta": 20.0, "rprop": 0.05, "lbfgs": 0.3, "lion": 0.03}  # fmt: skip
"""Learning rates that suit landscapes a few units wide; the catalogue's defaults are for networks."""


class OptimizerRace(Explorer):
    """Paths over a landscape, losses over steps, and the numbers of one step of one weight."""

    key = "optimizer_race"
    title = "Optimizer race"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, parent)
        self._on_surface = {key: OPTIMIZERS.choose(key, lr=_RATES[key]) for key in OPTIMIZERS}
        self._on_network = {key: OPTIMIZERS.choose(key) for key in OPTIMIZERS}
        self.surface_box = QComboBox()
        self.surface_box.setAccessibleName(tr("Landscape"))
        for surface in SURFACES.values():
            self.surface_box.addItem(tr_core(surface.title), surface.key)
        self.surface_box.addItem(tr("My network"), "mine")
        self.surface_box.setCurrentIndex(list(SURFACES).index("ravine"))
        self.line = muted()
        self.list = EntryList(OPTIMIZERS, OPTIMIZERS, ("sgd", "adam", "rmsprop"))
        self.chosen = drop(OPTIMIZERS, OPTIMIZERS, "adam", tr("Optimizer"))
        self.form: SpecForm | None = None
        self.card = EntryCard()
        self.add(bold(tr("Landscape")), self.surface_box, self.line, bold(tr("Who races")), self.list)
        self.add(bold(tr("Look at")), self.chosen, self.card)
        self._start = self.surface.start
        self.ticker = Ticker(self)
        self.ticker.tick.connect(self._advance)
        self._make_view()
        self.surface_box.currentIndexChanged.connect(self._new_surface)
        self.list.changed.connect(self.restart)
        self.chosen.currentIndexChanged.connect(self._choose)
        self.race = Race(self.surface, {}, self._start)
        runner.updated.connect(self._live)
        document.replaced.connect(self._new_surface)
        self._choose()

    def _make_view(self) -> None:
        self.map = self.chart("race_map", "x", "y")
        self.map.set_scales(x=Linear())
        self.heat = pg.ImageItem(axisOrder="row-major")
        self.map.addItem(self.heat)
        self.goal = pg.ScatterPlotItem(size=16, symbol="star")
        self.heads = pg.ScatterPlotItem(size=11)
        # Each path twice: a white one below, so that it stands out from any ground.
        self.halos = {key: pg.PlotCurveItem(pen=pg.mkPen("w", width=4)) for key in OPTIMIZERS}
        self.paths = {key: pg.PlotCurveItem() for key in OPTIMIZERS}
        for path in (*self.halos.values(), *self.paths.values()):
            path.setSegmentedLineMode("on")
        for item in (*self.halos.values(), *self.paths.values(), self.goal, self.heads):
            self.map.addItem(item)
        self.map.clicked.connect(self._start_at)
        self.losses = self.chart("race_losses", tr("steps"), tr("loss"), steps=True)
        self._lines = Curves(self.losses, len(OPTIMIZERS))
        top = QHBoxLayout()
        top.addWidget(self.map, 5)
        top.addWidget(self.losses, 4)
        self.play = QPushButton(icon("play"), tr("Play"))
        self.one = QPushButton(icon("step-batch"), tr("One step"))
        self.again = QPushButton(icon("reset"), tr("Again"))
        self.where = self.said()
        buttons = QHBoxLayout()
        for button, answer in ((self.play, self._toggle), (self.one, self._step), (self.again, self.restart)):
            button.clicked.connect(answer)
            buttons.addWidget(button)
        buttons.addWidget(self.where, 1)
        self.weight = QComboBox()
        self.weight.setAccessibleName(tr("Weight"))
        self.weight.addItem(tr("weight x"), 0)
        self.weight.addItem(tr("weight y"), 1)
        self.weight.currentIndexChanged.connect(self._draw_xray)
        self.xray_title = bold(tr("The last step of one weight, in numbers (while it stands still)"))
        heading = QHBoxLayout()
        heading.addWidget(self.xray_title, 1)
        self.my_weight = WeightChoice()
        self.my_weight.changed.connect(self.restart)
        heading.addWidget(self.weight)
        self.formula = AskedFormula(self.document, 15)
        self.hint = muted(tr("Click the map to start from there. The star is the lowest point."))
        self.view.addWidget(self.hint)
        self.view.addLayout(top, 1)
        self.view.addLayout(buttons)
        self.view.addLayout(heading)
        self.view.addWidget(self.my_weight)
        box = QVBoxLayout()
        box.addWidget(self.formula)
        self.view.addLayout(box)

    @property
    def mine(self) -> bool:
        """True where the race is on the user's own network."""
        return bool(self.surface_box.currentData() == "mine")

    @property
    def surface(self) -> Surface:
        """The landscape that is raced on."""
        return SURFACES["bowl" if self.mine else self.surface_box.currentData()]

    @property
    def _choices(self) -> dict[str, Choice]:
        return self._on_network if self.mine else self._on_surface

    def show_entry(self, key: str) -> None:
        self.chosen.show_key(key)

    def restart(self) -> None:
        """Everyone back to the start."""
        self.ticker.stop()
        self.runner.race.end()
        self.runner.race.standing = None
        self.race = Race(self.surface, {key: self._choices[key] for key in self.list.ticked()}, self._start)
        self.refresh()

    def refresh(self) -> None:
        for widget in (self.map, self.one, self.weight):
            widget.setVisible(not self.mine)
        self.my_weight.setVisible(self.mine)
        self._show_play()
        if self.mine:
            self.line.setText(tr("Your network, copied for each: same first weights, same batches, same dropout."))
            self.hint.setText(tr("Press Play: {n} batches with each. Your own weights stay as they are.", n=BATCHES))
            self._draw_standing()
            return
        self.hint.setText(tr("Click the map to start from there. The star is the lowest point."))
        surface = self.surface
        self.line.setText(tr_core(surface.line))
        left, right, bottom, top = surface.reach
        xs, ys = np.meshgrid(np.linspace(left, right, 160), np.linspace(bottom, top, 160))
        heights = surface.height(xs, ys)
        shade = np.log1p(20 * (heights - heights.min()) / np.ptp(heights))
        # Bands of equal height read like the lines of a map.
        self.heat.setLookupTable(theme().sequential_table())
        self.heat.setImage(np.floor(shade / shade.max() * 16), levels=(0, 16))
        self.heat.setRect(QRectF(left, bottom, right - left, top - bottom))
        self.map.show_places((left, right), (bottom, top), padding=0)
        lowest = [surface.lowest] if surface.lowest else []
        self.goal.setData([p[0] for p in lowest], [p[1] for p in lowest], brush="w", pen=pg.mkPen("k"))
        self._draw()

    def _draw(self) -> None:
        colors = {key: theme().color(self.list.color(key)) for key in self.race.racers}
        for key in OPTIMIZERS:
            racer = self.race.racers.get(key)
            path = np.array(racer.path) if racer else np.zeros((0, 2))
            self.halos[key].setData(path[:, 0], path[:, 1])
            self.paths[key].setData(path[:, 0], path[:, 1])
            if racer:
                self.paths[key].setPen(pg.mkPen(colors[key], width=2))
        racers = self.race.racers
        self.heads.setData(
            [r.here[0] for r in racers.values()],
            [r.here[1] for r in racers.values()],
            brush=[colors[key] for key in racers],
            pen=pg.mkPen("w", width=2),
        )
        self._draw_losses()
        # Half a dozen formulas take a tenth of a second, and nobody reads them while they change.
        if not self.ticker.active:
            self._draw_xray()
        self._say()

    def _draw_losses(self) -> None:
        floor = race_asking.FLOOR
        self._draw_curves({key: np.maximum(np.array(r.losses), floor) for key, r in self.race.racers.items()})

    def _draw_curves(self, curves: dict[str, np.ndarray]) -> None:
        every = np.concatenate([*curves.values(), np.ones(1)])
        scale = Log()
        self.losses.set_scales(y=scale)
        longest = max((len(curve) for curve in curves.values()), default=0)
        self.losses.show_places((0, max(10.0, longest - 1.0)), (np.log10(every.min()), np.log10(every.max())))
        self._lines.show((np.arange(len(curve), dtype=float), curve) for curve in curves.values())

    def _say(self) -> None:
        order = self.race.order()
        if not order:
            self.where.tell(tr("Tick at least one optimizer."), None)
            return
        first = self.race.racers[order[0]]
        lost = [tr_core(OPTIMIZERS[key].title) for key in order if self.race.racers[key].lost]
        text = tr(
            "Step {step}: {name} leads with a loss of {loss}.",
            step=self.race.taken,
            name=tr_core(OPTIMIZERS[order[0]].title),
            loss=asked("loss", number(first.losses[-1])),
        )
        if lost:
            text += " " + tr("Ran away: {names}.", names=", ".join(lost))
        racing, step = race_asking.racing(self.race, self._choices, order[0]), len(first.losses) - 1
        self.where.tell(text, lambda: {"loss": Question(racing.loss(step), tr("Why this loss?"))})

    def _draw_xray(self) -> None:
        key = self.chosen.currentData()
        racer = self.race.racers.get(key)
        if racer is None or not racer.quantities or len(racer.path) < 2:
            self.formula.tell([OPTIMIZERS[key].formula], None)
            return
        place = self.weight.currentData()
        now = {name: float(value[place]) for name, value in racer.quantities.items()}
        before = {name: float(value[place]) for name, value in racer.before.items()}
        weight = float(racer.path[-2][place])
        watched, step = race_asking.racing(self.race, self._choices, key).watched(place), racer.descent.taken
        self._tell_step(xray.lines(racer.descent.choice, now, before, weight, step), watched, step)

    def _tell_step(self, lines: list[str], watched: Watched, step: int) -> None:
        """The lines of a step: the first tells its gradient, the others lead to what it adds."""

        def questions(line: int) -> list[Question]:
            found = race_asking.of_step(watched, step)
            return sorted(found, key=lambda one: one is not found[2]) if line == 0 else found

        self.formula.tell(lines, questions)

    def _choose(self) -> None:
        key = self.chosen.currentData()
        self.card.show_entry(OPTIMIZERS[key])
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
        self.form = SpecForm(OPTIMIZERS[key], self._choices[key])
        self.form.edited.connect(self._edit)
        column = self.controls.column
        column.insertWidget(column.indexOf(self.chosen) + 1, self.form)
        self.list.tick(key)
        self.restart()

    def _edit(self, path: str, new: object) -> None:
        key = self.chosen.currentData()
        self._choices[key] = Choice(key, {**self._choices[key].values, path: new})
        assert self.form is not None
        self.form.show_choice(self._choices[key])
        self.restart()

    def _draw_standing(self) -> None:
        """The race on the network, as far as it has come."""
        standing = self.runner.race.standing
        if standing is None:
            self._draw_curves({})
            self.formula.tell([OPTIMIZERS[self.chosen.currentData()].formula], None)
            trouble = html.escape(self.runner.race.trouble)
            self.where.tell(trouble or tr("Ready. The curves are the loss of each batch."), None)
            return
        curves = {key: np.array(standing.losses[key]) for key in self.list.ticked() if key in standing.losses}
        self._draw_curves({key: np.where(curve > 0, curve, np.nan) for key, curve in curves.items()})
        known = race_asking.asked_networks(standing, list(curves), self.document.project.training)
        seen = standing.xrays.get(self.chosen.currentData())
        if seen and self.chosen.currentData() in known and not self.runner.race.running:
            last = seen[-1]
            lines = xray.lines(last.choice, last.now, last.before, last.weight, last.step)
            self._tell_step(lines, known[self.chosen.currentData()].watched, len(seen))
        best, ends = "", {key: float(np.mean(curve[-10:])) for key, curve in curves.items() if key not in standing.lost}
        text = tr("Batch {taken} of {steps}.", taken=standing.taken, steps=standing.steps)
        if ends:
            best = min(ends, key=lambda key: ends[key])
            name = tr_core(OPTIMIZERS[best].title)
            text += " " + tr(
                "{name} leads with a mean loss of {loss}.", name=name, loss=asked("loss", number(ends[best]))
            )
        if standing.lost:
            text += " " + tr("Ran away: {names}.", names=", ".join(tr_core(OPTIMIZERS[k].title) for k in standing.lost))
        self.where.tell(text, lambda: {"loss": Question(known[best].mean_loss(), tr("Why this mean loss?"))})

    def _live(self) -> None:
        if self.mine and self.isVisible():
            self._draw_standing()
            self._show_play()

    def _new_surface(self) -> None:
        if self.mine:
            own = self.document.project.training["optimizer"]
            self._on_network[own.key] = OPTIMIZERS.complete(own)
            self.my_weight.show_network(self.document.project.network)
        assert self.form is not None
        self.form.show_choice(self._choices[self.chosen.currentData()])
        self._start = self.surface.start
        self.map.following = True
        self.restart()

    def _start_at(self, x: float, y: float) -> None:
        self._start = (x, y)
        self.restart()

    def _toggle(self) -> None:
        if self.mine:
            self._toggle_mine()
        elif self.ticker.active:
            self.ticker.stop()
            self._draw_xray()
        elif self.race.racers:
            if self.race.taken >= STEPS:
                self.restart()
            self.ticker.start()
        self._show_play()

    def _toggle_mine(self) -> None:
        if self.runner.race.running:
            self.runner.race.end()
            self._draw_standing()
            return
        weight = self.my_weight.weight
        if weight is None or not self.list.ticked():
            nothing = tr("There is nothing to race with: draw a network and tick at least one optimizer.")
            self.where.tell(nothing, None)
            return
        self.runner.race.start({key: self._choices[key] for key in self.list.ticked()}, BATCHES, weight)

    def _show_play(self) -> None:
        moves = self.runner.race.running if self.mine else self.ticker.active
        moving = tr("Stop") if self.mine else tr("Pause")
        self.play.setText(moving if moves else tr("Play"))
        self.play.setIcon(icon("pause" if moves else "play"))

    def _step(self) -> None:
        self.race.step()
        self._draw()

    def _advance(self) -> None:
        self.race.step()
        self._draw()
        if self.race.taken >= STEPS:
            self.ticker.stop()
            self._draw_xray()
            self._show_play()

    def questions_at(self, chart: Chart, x: float, y: float) -> list[Question]:
        if chart is self.map:
            return race_asking.at_map(self.race, self._choices, chart, x, y)
        if not self.mine:
            return race_asking.at_losses(self.race, self._choices, x, y)
        standing = self.runner.race.standing
        if standing is None:
            return []
        ticked = self.list.ticked()
        return race_asking.at_batches(
            race_asking.asked_networks(standing, ticked, self.document.project.training), x, y
        )

    def hideEvent(self, event: QHideEvent) -> None:
        self.ticker.stop()
        self.runner.race.end()
        self._show_play()
