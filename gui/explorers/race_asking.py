"""What can be asked in the race of optimizers: on its map, at its curves, and about the step that is written out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.catalogue.spec import Choice
from core.explore.race import Race, Standing
from core.why.labs.raced import OnNetwork, OnSurface, Watched, height, slope
from gui.explorers.parts import NEAR
from gui.plots.chart import Chart
from gui.text import tr
from gui.why.here import Question

FLOOR = 1e-8
"""Losses below this are drawn here."""


def racing(race: Race, choices: Mapping[str, Choice], key: str) -> OnSurface:
    """One of those who race on a landscape, so that it can be asked about any step."""
    x, y = (float(one) for one in race.racers[key].path[0])
    return OnSurface(race.surface, choices[key], (x, y))


def at_map(race: Race, choices: Mapping[str, Choice], chart: Chart, x: float, y: float) -> list[Question]:
    """The weights of a path that passes here, then the landscape."""
    found, (across, up) = [], chart.view_places()
    best = NEAR
    for key, racer in race.racers.items():
        path = np.array(racer.path)
        away = np.hypot(
            (path[:, 0] - x) / (across[1] - across[0]) * chart.columns, (path[:, 1] - y) / (up[1] - up[0]) * chart.rows
        )
        step = int(away.argmin())
        if away[step] < best:
            best, one = float(away[step]), racing(race, choices, key)
            found = [
                Question(one.watched(0).weight(step), tr("Why is it here in x?")),
                Question(one.watched(1).weight(step), tr("Why is it here in y?")),
                Question(one.loss(step), tr("Why this loss?")),
            ]
    return [
        *found,
        Question(height(race.surface, x, y), tr("Why this height?")),
        Question(slope(race.surface, x, y, 0), tr("Why this slope along x?")),
        Question(slope(race.surface, x, y, 1), tr("Why this slope along y?")),
    ]


def at_losses(race: Race, choices: Mapping[str, Choice], x: float, y: float) -> list[Question]:
    """The loss of the curve that is nearest, after the step that is nearest."""
    step = max(0, round(x))
    key = _nearest({key: racer.losses for key, racer in race.racers.items()}, step, y)
    return [] if key is None else [Question(racing(race, choices, key).loss(step), tr("Why this loss?"))]


def at_batches(asked: Mapping[str, OnNetwork], x: float, y: float) -> list[Question]:
    """The same on the user's network; the first batch is drawn at 0."""
    step = max(0, round(x))
    key = _nearest({key: one.standing.losses[key] for key, one in asked.items()}, step, y)
    if key is None:
        return []
    found = [Question(asked[key].batch_loss(step + 1), tr("Why this loss?"))]
    if step < len(asked[key].standing.xrays[key]):
        found.append(Question(asked[key].watched.weight(step + 1), tr("Why is the watched weight what it is?")))
    return found


def of_step(watched: Watched, step: int) -> list[Question]:
    """The step that is written out: what it adds, the weight after it, its gradient, and the numbers of the rule."""
    own = [key for key in watched.seen(step).now if key not in ("g", "change")]
    return [
        Question(watched.quantity(step, "change"), tr("Why this step?")),
        Question(watched.weight(step), tr("Why this weight?")),
        Question(watched.quantity(step, "g"), tr("Why this gradient?")),
        *(Question(watched.quantity(step, key), tr("Why this {name}?", name=key.replace("_hat", "̂"))) for key in own),
    ]


def asked_networks(standing: Standing, keys: list[str], training: Choice) -> dict[str, OnNetwork]:
    """Those who race on the user's network."""
    return {key: OnNetwork(standing, key, training) for key in keys if standing.losses.get(key)}


def _nearest(curves: Mapping[str, object], step: int, y: float) -> str | None:
    there = {key: np.asarray(curve, float) for key, curve in curves.items()}
    there = {key: curve for key, curve in there.items() if step < len(curve)}
    if not there:
        return None
    return min(there, key=lambda key: abs(np.log10(max(there[key][step], FLOOR) / max(y, FLOOR))))
