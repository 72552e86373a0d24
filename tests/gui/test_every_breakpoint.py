"""Every kind of breakpoint, set by mouse and keys, stops a training before the update of the batch that a plain session names.

What each batch shows is worked out beside the program: by numpy from the weights before the batch, or by a session without
breakpoints. A bound lies half way between the first batch that is beyond all batches before it and those.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest

from core.catalogue.breakpoints import BREAKPOINTS
from core.catalogue.spec import Choice
from core.edits import SetData, SetParam, SetTraining, SetWeights
from core.engine.session import Session
from core.examples import open_example
from core.formula import svg
from core.why.numbers import Aggregate
from gui.places import about_place
from gui.why.here import ask_here
from gui.why.told import Told
from tests.gui.hands_of_why import agrees, asked_of, choose, give_keyboard, menu_of, numbers_in, questions_in
from tests.gui.test_breakpoints import add, enter, opened

BATCHES = 12
SIZE = 32


def project_of(activation: str, rate: float, **settings: object):
    """Rows of digits through a recurrent layer, with plain gradient steps of this length."""
    project = open_example("digits-rows-elman")
    # With these very samples every kind has a batch that goes beyond all before it.
    project.apply(SetData(Choice(project.data.key, {**project.data.values, "test": 0.0})))
    hidden = project.network.layer("Hidden").id
    wanted = {"optimizer": "sgd", "optimizer.lr": rate, "epochs": 2, "batch_size": SIZE, "clip_norm": 0.0, **settings}
    for edit in (
        SetParam(hidden, "activation", activation),
        *(SetTraining(key, value) for key, value in wanted.items()),
    ):
        project.apply(edit)
    return project


@dataclass
class Seen:
    """What each batch of a training shows, and the weights before it."""

    weights: list[dict[str, np.ndarray]] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    total: list[np.ndarray] = field(default_factory=list)
    """|dL/dh_t| of the hidden layer, (steps,)."""
    clipped: list[bool] = field(default_factory=list)
    sums: list[np.ndarray] = field(default_factory=list)
    """Of the hidden layer before its activation, (batch, steps, units)."""
    broken: int | None = None
    """The batch, counted from 0, at which the training ends because a number is not finite."""


def walk(project) -> Seen:
    """Train without breakpoints."""
    network, data = project.network, project.dataset()
    hidden, seen = network.layer("Hidden").id, Seen()
    session = Session(project.state, data)
    run = session.run()
    for batch in range(BATCHES):
        weights = session.weights()
        rows = np.random.default_rng([int(project.training["seed"]), 1]).permutation(data.split["train"])
        x = next(iter(data.inputs.values())).values[rows[batch * SIZE :][:SIZE]]
        seen.weights.append(weights)
        seen.sums.append(sums_of(network, weights, x))
        report = next(run)
        if report.stopped == "diverged":
            seen.broken = batch
            break
        seen.loss.append(report.loss)
        seen.accuracy.append(next(iter(report.metrics.values())))
        seen.total.append(report.gradients[hidden].total)
        seen.clipped.append(bool(report.clipped))
    else:
        seen.weights.append(session.weights())
    return seen


def sums_of(network, weights: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Forward by hand, in float64."""
    hidden = network.layer("Hidden")
    links = {bool(link.delay): weights[f"{link.id}.weight"].astype(float) for link in network.into(hidden.id)}
    bias = weights[f"{hidden.id}.bias"].astype(float)
    squash = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0.0), "identity": lambda a: a}[
        hidden.params["activation"].key
    ]
    state, found = np.zeros((len(x), len(bias))), []
    with np.errstate(all="ignore"):
        for step in range(x.shape[1]):
            found.append(x[:, step] @ links[False].T + state @ links[True].T + bias)
            state = squash(found[-1])
    return np.stack(found, 1)


def first_beyond(values: list[float], below: bool = False) -> tuple[int, float]:
    """(the batch that goes furthest beyond all before it, a bound that it is the first to pass)."""
    signed = -np.array(values) if below else np.array(values)
    records = np.maximum.accumulate(signed)[:-1]
    batch = int(np.argmax(signed[1:] - records)) + 1
    assert signed[batch] > records[batch - 1], "no batch goes beyond the first one"
    bound = (signed[batch] + records[batch - 1]) / 2
    return batch, float(-bound if below else bound)


@dataclass
class Case:
    """A breakpoint that is to be set, and where it has to stop the training."""

    key: str
    project: object
    seen: Seen
    batch: int
    """Counted from 0."""
    enter: dict[str, object] = field(default_factory=dict)
    """Numbers to type; True for a choice whose second entry is wanted."""
    layer: str | None = None
    step: int | None = None


def case(key: str, activation: str, rate: float, **settings: object) -> Case:
    project = project_of(activation, rate, **settings)
    return Case(key, project, walk(project), -1)


def gradient_below() -> Case:
    made = case("gradient_below", "tanh", 1.0)
    made.batch, bound = first_beyond([total[2] for total in made.seen.total], below=True)
    made.enter, made.layer, made.step = {"step": 3, "bound": bound}, "Hidden", 2
    return made


def gradient_above() -> Case:
    made = case("gradient_above", "identity", 1.0)
    made.batch, bound = first_beyond([total[5] for total in made.seen.total])
    made.enter, made.layer, made.step = {"step": 6, "bound": bound}, "Hidden", 5
    return made


def ratio_below() -> Case:
    made = case("ratio_below", "tanh", 1.0)
    made.batch, bound = first_beyond([total[0] / total[-1] for total in made.seen.total], below=True)
    made.enter, made.layer, made.step = {"bound": bound}, "Hidden", 0
    return made


def ratio_above() -> Case:
    made = case("ratio_above", "identity", 1.0)
    made.batch, bound = first_beyond([total[0] / total[-1] for total in made.seen.total])
    made.enter, made.layer, made.step = {"bound": bound}, "Hidden", 0
    return made


def not_finite() -> Case:
    project = project_of("identity", 100.0)
    (loop,) = [f"{link.id}.weight" for link in project.network.links.values() if link.delay]
    project.apply(SetWeights({loop: 3 * project.weights[loop]}))
    made = Case("not_finite", project, walk(project), -1)
    assert made.seen.broken, "it does not break, or at once"
    made.batch, made.layer = made.seen.broken, "Hidden"
    # What a 32-bit number cannot hold any more.
    gone = np.abs(made.seen.sums[made.batch]).max((0, 2)) > np.finfo(np.float32).max
    made.step = int(np.argmax(gone))
    return made


def loss_jumps() -> Case:
    made = case("loss_jumps", "tanh", 1.0)
    loss = made.seen.loss
    made.batch, factor = first_beyond([loss[n] / np.mean(loss[n - 3 : n]) if n >= 3 else 0.5 for n in range(BATCHES)])
    made.enter = {"factor": factor, "window": 3}
    return made


def metric_reaches() -> Case:
    made = case("metric_reaches", "tanh", 1.0)
    made.batch, bound = first_beyond(made.seen.accuracy)
    made.enter = {"bound": bound}
    return made


def loss_reaches() -> Case:
    made = case("metric_reaches", "tanh", 1.0)
    made.batch, bound = first_beyond(made.seen.loss, below=True)
    made.enter = {"quantity": True, "side": True, "bound": bound}
    return made


def clipping() -> Case:
    free = case("clipping", "tanh", 1.0).seen
    # A plain step of length 1 moves the weights by the gradient itself.
    norms = [norm([after[key] - before[key] for key in before]) for before, after in pairwise(free.weights)]
    batch, bound = first_beyond(norms)
    made = case("clipping", "tanh", 1.0, clip_norm=bound)
    assert made.seen.clipped.index(True) == batch
    made.batch = batch
    return made


def saturated() -> Case:
    made = case("saturated", "tanh", 1.0)
    flat = [1 - np.tanh(sums) ** 2 < 0.1 for sums in made.seen.sums]
    made.batch, share = first_beyond([float(found.mean()) for found in flat])
    made.enter, made.layer = {"share": share}, "Hidden"
    made.step = int(np.argmax(flat[made.batch].mean((0, 2))))
    return made


def dead() -> Case:
    made = case("dead", "relu", 1.0)
    made.batch, share = first_beyond([float((sums <= 0).all((0, 1)).mean()) for sums in made.seen.sums])
    made.enter, made.layer = {"share": share}, "Hidden"
    return made


def weight_norm() -> Case:
    made = case("weight_norm", "identity", 1.0)
    made.batch, bound = first_beyond([norm(list(weights.values())) for weights in made.seen.weights[:BATCHES]])
    made.enter = {"bound": bound}
    return made


def norm(arrays: list[np.ndarray]) -> float:
    return float(np.sqrt(sum((array.astype(float) ** 2).sum() for array in arrays)))


CASES = (
    gradient_below, gradient_above, ratio_below, ratio_above, not_finite, loss_jumps, metric_reaches, loss_reaches,
    clipping, saturated, dead, weight_norm,
)  # fmt: skip


def test_every_kind_has_its_case():
    assert {made.__name__ for made in CASES} - {"loss_reaches"} == set(BREAKPOINTS)


@pytest.mark.parametrize("make", CASES)
def test_it_stops_before_the_update_with_layer_and_step_selected(qtbot, make):
    wanted = make()
    with opened(qtbot, wanted.project) as parts:
        check(qtbot, wanted, *parts)


def check(qtbot, wanted, document, runner, panel):
    """Set the breakpoint, train, and see where it stops."""
    card = add(qtbot, panel, BREAKPOINTS[wanted.key].title)
    for key, value in wanted.enter.items():
        if value is True:
            editor = card.form.row(key).field.editor
            editor.setFocus()
            QTest.keyClick(editor, Qt.Key.Key_Down)
        else:
            enter(card, key, f"{value:.6g}")
    runner.play()
    qtbot.waitUntil(lambda: runner.status in ("paused", "failed", "stopped"), timeout=60000)
    assert runner.status == "paused" and runner.report.moment.phase == "update"
    assert runner.report.batch == wanted.batch + 1
    (hit,) = runner.report.hits
    assert runner.status_text == f"Stopped before the update of batch {wanted.batch + 1}: {hit.text}"
    before = wanted.seen.weights[wanted.batch]
    assert all(np.array_equal(document.project.weights[key], array) for key, array in before.items())
    chosen = set() if wanted.layer is None else {document.project.network.layer(wanted.layer).id}
    assert document.selection == chosen
    if wanted.step is not None:
        assert hit.step == wanted.step and runner.clock.step == wanted.step
    assert panel.log.list.count() == 1 and hit.text in panel.log.list.item(0).text()
    answers = answers_in(qtbot, panel.log.list, document)
    assert answers.pop("batch").value == wanted.batch + 1
    (set_,) = runner.breakpoints.all
    known = said(wanted, set_.choice.values)
    assert answers.keys() == known.keys()
    for field_, value in known.items():
        assert answers[field_].value == pytest.approx(value, rel=1e-4), field_
        assert agrees(str(hit.values[field_]), answers[field_].value), "it is the number that the log shows"
    status = Told(document)
    qtbot.addWidget(status)
    status.tell(runner.status_words, partial(about_place, runner))
    told = [(text, about.value) for text, about in numbers_in(status, document)]
    assert told[0] == (f"{wanted.batch + 1:,}", wanted.batch + 1)
    assert sorted(value for _, value in told[1:]) == pytest.approx(sorted(known.values()), rel=1e-4)


def said(wanted, limits) -> dict[str, float]:
    """What the numbers of the log have to be, from what the batch has shown and the limits that were set."""
    seen, at, enter_ = wanted.seen, wanted.batch, wanted.enter
    bound = {"bound": limits["bound"]} if "bound" in limits else {}
    match wanted.key:
        case "gradient_below" | "gradient_above":
            return {"value": seen.total[at][wanted.step], **bound}
        case "ratio_below" | "ratio_above":
            return {"value": seen.total[at][0] / seen.total[at][-1], **bound}
        case "loss_jumps":
            return {"value": seen.loss[at], "times": seen.loss[at] / np.mean(seen.loss[at - 3 : at]), "count": 3}
        case "metric_reaches":
            return {"value": (seen.loss if "quantity" in enter_ else seen.accuracy)[at], **bound}
        case "saturated":
            flat = 1 - np.tanh(seen.sums[at]) ** 2 < 0.1
            return {"percent": 100 * flat.mean(), "share": 100 * limits["share"]}
        case "dead":
            return {"percent": 100 * (seen.sums[at] <= 0).all((0, 1)).mean(), "share": 100 * limits["share"]}
        case "weight_norm":
            return {"value": norm(list(seen.weights[at].values())), **bound}
    return {}


def answers_in(qtbot, entries, document) -> dict[str, Aggregate]:
    """What the menu of the first entry of the log answers, by the field of the sentence; the menu key opens the same one."""
    pos = entries.visualItemRect(entries.item(0)).center()
    hit = entries._runner.breakpoints.log[0].hit
    offered = questions_in(menu := menu_of(entries.viewport(), pos))
    menu.close()
    entries.setCurrentRow(0)
    by_key = menu_of(entries, QPoint(1, 1), QContextMenuEvent.Reason.Keyboard)
    assert questions_in(by_key) == offered
    by_key.close()
    fields = [key for key in hit.values if f"Why {hit.values[key]}?" in offered]
    found = {}
    for key, text in zip([*fields, "batch"], offered, strict=True):
        with asked_of(document) as asked:
            choose(menu_of(entries.viewport(), pos), text)
        (found[key],) = asked
        assert all("<svg" in svg(line) for line in (*found[key].symbols, *found[key].numbers))
    give_keyboard(qtbot, entries)
    with asked_of(document) as asked:
        assert ask_here(entries.window(), document)
    assert asked[0].value == next(iter(found.values())).value
    return found
