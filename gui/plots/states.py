"""The state space of a recurrent layer: where many samples lead it, how a step moves it, and where it would rest."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np

from core.data.dataset import Dataset, Part
from core.data.looking import part_of
from core.describe import number
from core.graph import recurrent_layers
from core.project import Change
from core.shapes import infer
from core.states import Projection, Search, Trajectories, Transition, principal_plane, shown_samples
from core.why.training.space import fixed_point, lost_states, shown_states
from gui.plots.base import LivePlot
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.splitter import TurningSplitter
from gui.plots.state_asking import StateAsking
from gui.plots.state_chart import GROUPS, EigenChart, Shown, StateChart, group_color
from gui.plots.state_controls import StateControls
from gui.plots.state_search import PointSearch
from gui.plots.state_why import Placed, about_axes, about_eigenvalue, about_radius, about_state, about_steps
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.document import Document
    from gui.runner import Runner

_NEAR = 12
"""Pixels from a point within which the pointer reads it."""
_NAMED = 12
"""Classes up to which the colours are named."""


class StatesPlot(LivePlot):
    """h_t of many samples in the plane of their principal components, or of any two units."""

    name = "states_plot"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, tr("States"), parent)
        self.asking = StateAsking(runner)
        runner.questions.answered.connect(self.mark)
        self._plane: Projection | None = None
        self._planned: Trajectories | None = None
        self.placed: Placed | None = None
        """What is drawn of the trajectories."""
        self.circled: Transition | None = None
        """The one whose eigenvalues are drawn."""
        self._drawn: tuple[object, ...] = ()
        self.controls = StateControls()
        for widget in self.controls.widgets:
            self.bar.addWidget(widget)
        self.controls.changed.connect(self._follow)
        self.controls.layer.currentIndexChanged.connect(self._another_layer)
        self.controls.step.valueChanged.connect(self.mark)
        self.controls.search.clicked.connect(self._search_or_cancel)
        self.points = PointSearch(document, runner, self.controls.search, self.mark)
        self.add_corner_menu()
        self.chart = StateChart()
        self.circle = EigenChart()
        split = TurningSplitter(self.chart, self.circle, parent=self.picture)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        self.body.addWidget(split)
        self.chart.hovered.connect(self._hovered)
        self.chart.clicked.connect(self._watch)
        for chart in (self.chart, self.circle):
            chart.moved.connect(self.mark)

    # What LivePlot asks.

    def empty_text(self) -> str:
        layers = self._layers()
        if not layers:
            return tr("No layer of this network has a state. Draw a recurrent link or add an RNN.")
        data = self.data()
        if data is None:
            return tr("No data can be read: choose a data set in the training panel.")
        self._ask(layers, data)
        found = self.asking.trajectories
        if found is None or found.layer not in self.document.project.network.layers:
            return self.asking.trouble or tr("The states of the network appear here as soon as it can be asked.")
        return ""

    def redraw(self) -> None:
        found, data = self.asking.trajectories, self.data()
        assert found is not None and data is not None
        # Answers come less often than other news; drawing the same once more would cost as much as drawing it.
        shown = self._what_is_shown(found)
        if self._planned is not None and found is not self._planned and self.turn.in_frame:
            # Finding the plane takes as long as drawing on it: together they would hold up the next tick.
            self._plan(found)
            self.turn.again()
            return
        if len(shown) != len(self._drawn) or any(a is not b and a != b for a, b in zip(shown, self._drawn)):
            self._draw_states(found, data)
            self._drawn = shown
        transition = self.circled = self.asking.transition
        self.circle.show_eigenvalues(transition.eigenvalues if transition else np.zeros(0, complex))
        radius = number(transition.radius) if transition else ""
        titles = (tr("spectral radius {radius}", radius=radius), tr("radius {radius}", radius=radius), f"ρ = {radius}")
        self.circle.set_titles(x=titles if transition else "")
        self._say_all(found, data)
        self.chart.repeat_hover()

    def _what_is_shown(self, found: Trajectories) -> tuple[object, ...]:
        controls = self.controls
        plane = (controls.two_units, controls.units, controls.by_time, self._step(found))
        return (found, self.points.found, self.runner.sample, *plane, self.chart.following, theme().dark)

    def _draw_states(self, found: Trajectories, data: Dataset) -> None:
        placed = self.placed = self._place(found)
        rows = np.flatnonzero(found.samples == self.runner.sample[0])
        points = self._plane_of([point.state for point in self.points.found], found)
        steady = np.array([point.stable for point in self.points.found], bool)
        self.chart.show_states(
            Shown(
                placed.places,
                self._classes(found, data),
                len(data.target.classes),
                int(rows[0]) if len(rows) else None,
                self._step(found),
                points[steady],
                points[~steady],
            )
        )

    def table(self) -> Table:
        placed = self.placed
        assert placed is not None
        n, steps = placed.places.shape[:2]
        x, y = placed.places.reshape(-1, 2).T
        return [
            ("sample", np.repeat(placed.found.samples, steps)),
            ("t", np.tile(np.arange(1, steps + 1), n)),
            ("x", x),
            ("y", y),
        ]

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        placed, circled = self.placed, self.circled
        if chart is self.circle:
            return about_eigenvalue(self.layer_name(circled.layer), circled, chart) if circled is not None else []
        near, data = self._nearest(), self.data()
        if placed is None or data is None:
            return []
        found = self._about_fixed_point(placed)
        if near is not None:
            sample = int(placed.found.samples[near[0]])
            found += about_state(placed, *near, (sample, _part(data, sample)))
        return found

    def _about_fixed_point(self, placed: Placed) -> list[Question]:
        """The one that is pointed at."""
        points = self.points.found
        near = self._at(self._plane_of([point.state for point in points], placed.found)) if points else None
        return [] if near is None else [Question(fixed_point(points[near[0]]), tr("Why this fixed point?"))]

    def questions_beside(self, chart: Chart) -> list[Question]:
        placed, circled = self.placed, self.circled
        if chart is self.circle:
            return [] if circled is None else [about_radius(self.layer_name(circled.layer), circled)]
        return [] if placed is None else about_axes(placed)

    def start_afresh(self) -> None:
        if not self._layers():
            self._forget_states()
        self.points.forget()

    def _document_changed(self, change: object) -> None:
        assert isinstance(change, Change)
        if change.network or change.data:
            self._forget_states()
            self.points.forget()
        super()._document_changed(change)

    def _document_replaced(self) -> None:
        self._forget_states()  # layers of two projects may have the same id
        super()._document_replaced()

    # What is asked.

    def _layers(self) -> list[str]:
        network = self.document.project.network
        state = recurrent_layers(network) | {layer.id for layer in network.of_kind("rnn", "lstm", "gru")}
        shapes = infer(network)
        return [layer.id for layer in network if layer.id in state and layer.id in shapes and shapes[layer.id].sequence]

    def _ask(self, layers: list[str], data: Dataset) -> None:
        self.controls.layer.show_layers([(self.layer_name(key), key) for key in layers])
        watched = self.runner.sample[0]
        samples = shown_samples(data)
        if watched < len(data) and watched not in samples:
            samples = np.append(samples, watched)
        found = self.asking.trajectories
        step = 1 if found is None else self._leads_to(found)
        self.asking.want(self.controls.chosen_layer, samples, min(watched, len(data) - 1), step)

    def _step(self, found: Trajectories) -> int:
        """The step of the play head, 0-based."""
        return self.controls.at(found.states.shape[1]) - 1

    def _leads_to(self, found: Trajectories) -> int:
        """The step that the Jacobian at the play head leads to; at the last one it is the step before that is told."""
        return min(self._step(found) + 1, found.states.shape[1] - 1)

    # How it is placed.

    def _plan(self, found: Trajectories) -> None:
        units = found.states.shape[2]
        known = self._plane if self._planned is not None and self._planned.layer == found.layer else None
        self._plane = principal_plane(found.states.reshape(-1, units), known)
        self._planned = found
        self.controls.show_units(units)

    def _place(self, found: Trajectories) -> Placed:
        if found is not self._planned:
            self._plan(found)
        self.controls.show_steps(found.states.shape[1])
        units = self.controls.units if self.controls.two_units else None
        if units is not None:
            a, b = units
            self.chart.set_titles(x=tr("unit {unit}", unit=a + 1), y=tr("unit {unit}", unit=b + 1))
        else:
            assert self._plane is not None
            shares = [f"{100 * share:.0f}" for share in self._plane.shares]
            titles = [
                (tr("component {n} ({share} %)", n=n, share=share), f"PC {n} · {share} %", f"PC {n}")
                for n, share in enumerate(shares, 1)
            ]
            self.chart.set_titles(x=titles[0], y=titles[1])
        return Placed(found, self._plane_of(found.states, found), self._plane, units)

    def _plane_of(self, states: object, found: Trajectories) -> np.ndarray:
        """(..., 2) coordinates of (..., units) states as they are shown now."""
        values = np.asarray(states, float)
        if not values.size:
            return np.zeros((0, 2))
        if self.controls.two_units:
            return values[..., list(self.controls.units)]
        assert self._plane is not None
        with np.errstate(invalid="ignore", over="ignore"):
            return self._plane.of(values)

    def _classes(self, found: Trajectories, data: Dataset) -> np.ndarray | None:
        known = data.target.codes and not data.target.sequence and bool(len(data.target.classes))
        self.controls.offer_classes(known)
        if not known or self.controls.by_time:
            return None
        return data.target.values[found.samples, 0].astype(int)

    # What is said.

    def _say_all(self, found: Trajectories, data: Dataset) -> None:
        circled, lost = self.circled, self._lost(found, data)

        def questions() -> dict[str, Question]:
            made = {} if circled is None else {"radius": about_radius(self.layer_name(circled.layer), circled)}
            made |= {"samples": Question(shown_states(found), tr("Why so many samples?")), "steps": about_steps(found)}
            return {**made, "lost": Question(lost_states(found, lost), tr("Why so many?")), **self.points.questions()}

        self.say(self._sentence(found, data, int(lost.sum())), questions)

    def _sentence(self, found: Trajectories, data: Dataset, lost: int) -> str:
        steps, transition = found.states.shape[1], self.circled
        count = asked("steps", str(steps))
        parts = [self._legend(data), tr("t = {step} of {steps}", step=self._step(found) + 1, steps=count)]
        if transition is not None and transition.layer == found.layer:
            name = f"dh<sub>{transition.step + 1}</sub>/dh<sub>{transition.step}</sub>"
            parts.append(tr("spectral radius of {jacobian}: {radius}", jacobian=name, radius=f"<b>{asked('radius', number(transition.radius))}</b>"))  # fmt: skip
        parts.append(tr("{count} samples", count=asked("samples", str(len(found.samples)))))
        if lost:
            color = theme().color("refused").name()
            text = f'<span style="color:{color}">{tr("{count} not finite (NaN)", count=lost)}</span>'
            parts.append(asked("lost", text))
        parts.append(self.points.words)
        return " · ".join(part for part in parts if part)

    def _lost(self, found: Trajectories, data: Dataset) -> np.ndarray:
        """(n,) which samples have a state that is not finite before their sequence is over."""
        gone = ~np.isfinite(found.states).all(-1)
        if data.lengths is not None:
            gone &= np.arange(gone.shape[1]) < data.lengths[found.samples][:, None]
        return np.asarray(gone.any(1))

    def _legend(self, data: Dataset) -> str:
        if self.controls.by_time or not self.controls.classes_offered:
            ends = [
                f'<span style="color:{group_color(g, GROUPS).name()}">━</span>' for g in (0, GROUPS // 2, GROUPS - 1)
            ]
            return tr("first step") + "&nbsp;" + "".join(ends) + "&nbsp;" + tr("last step")
        names = data.target.classes
        if len(names) > _NAMED:
            return ""
        marks = (f'<span style="color:{group_color(i, len(names)).name()}">■</span>&nbsp;{html.escape(n)}' for i, n in enumerate(names))  # fmt: skip
        return " ".join(marks)

    def _nearest(self) -> tuple[int, int] | None:
        """(row, step) of the point that is nearest to the pointer, within its reach."""
        at = None if self.placed is None else self._at(self.placed.places)
        return None if at is None else (at[0], at[1])

    def _at(self, places: np.ndarray) -> tuple[int, ...] | None:
        """Which of (..., 2) places the pointer is at."""
        (left, right), (bottom, top) = self.chart.view_places()
        pointer, scale = self.chart.pointer, self.chart.x_scale
        if not places.size or pointer is None:
            return None
        dx = (scale.place(places[..., 0]) - pointer[0]) / max(1e-300, right - left) * self.chart.columns
        dy = (scale.place(places[..., 1]) - pointer[1]) / max(1e-300, top - bottom) * self.chart.rows
        apart = np.where(np.isfinite(dx + dy), np.hypot(dx, dy), np.inf)
        found = np.unravel_index(int(apart.argmin()), apart.shape)
        return tuple(int(n) for n in found) if apart[found] <= _NEAR else None

    def _hovered(self, at: tuple[float, float] | None) -> None:
        placed, data = self.placed, self.data()
        if placed is None or data is None:
            return
        found, near = placed.found, self._nearest() if at is not None else None
        if near is None:
            self._say_all(found, data)
            return
        row, step = near
        sample = int(found.samples[row])
        steps = asked("steps", str(found.states.shape[1]))
        text = tr("sample {sample}, t = {step} of {steps}", sample=sample, step=step + 1, steps=steps)
        if self.controls.classes_offered:
            text += " · " + html.escape(data.target.classes[int(data.target.values[sample, 0])])
        x, y = placed.places[row, step]

        def questions() -> dict[str, Question]:
            both = zip(("x", "y"), about_state(placed, row, step, (sample, _part(data, sample))), strict=True)
            return {**dict(both), "steps": about_steps(found)}

        self.say(text + f" · ({asked('x', number(x))}, {asked('y', number(y))})", questions)

    def _watch(self, x: float, y: float) -> None:
        placed, near, data = self.placed, self._nearest(), self.data()
        if placed is None or near is None or data is None:
            return
        sample = int(placed.found.samples[near[0]])
        self.controls.step.setValue(near[1] + 1)
        self.runner.watch(sample, _part(data, sample))
        self.mark()

    def _search_or_cancel(self) -> None:
        found = self.asking.trajectories
        if found is not None:
            self.points.toggle(Search(found.layer, self.runner.sample[0], self._step(found), found.samples[:64]))

    def _another_layer(self) -> None:
        self._forget_states()
        self.points.forget()
        self._follow()

    def _forget_states(self) -> None:
        self.asking.forget()
        self.placed, self.circled, self._drawn = None, None, ()

    def _follow(self) -> None:
        for chart in self.charts():
            chart.following = True
        self.mark()


def _part(data: Dataset, sample: int) -> Part:
    """The part of the data that a sample is in."""
    return part_of(data, sample) or "train"
