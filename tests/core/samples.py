"""Projects that use everything a file can hold, for tests of files and recovery."""

from __future__ import annotations

import numpy as np

from core.data.catalogue import DATASETS
from core.edits import (
    AddLayer,
    AddLink,
    MoveLayers,
    SetData,
    SetFrozen,
    SetMask,
    SetParam,
    SetTraining,
    SetWeight,
    new_layer,
    new_link,
)
from core.project import Project
from core.reports import Evaluation, GradientProfile, Report
from core.runs import Run

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def small(units: int = 4) -> Project:
    """Input, Elman layer, output."""
    project = Project()
    project.apply(AddLayer(new_layer(project.network, "input", units=3, sequence=True)))
    project.apply(AddLayer(new_layer(project.network, "dense", "Hidden", units=units)))
    project.apply(AddLayer(new_layer(project.network, "output", units=2)))
    for source, target, delay in (("l1", "l2", 0), ("l2", "l2", 1), ("l2", "l3", 0)):
        project.apply(AddLink(new_link(project.network, source, target, delay)))
    return project


def full() -> Project:
    """One of everything: names in many scripts, masks, frozen parts, all kinds of blocks, runs with NaN."""
    project = small()
    kinds = ("lstm", "gru", "rnn", "embedding", "dropout", "layer_norm", "concatenate", "last_step", "repeat")
    for number, kind in enumerate(kinds):
        project.apply(
            AddLayer(new_layer(project.network, kind, f"{kind} لایه 🙂 «{number}»", x=0.1 * number, y=-1e-17))
        )
    ids = list(project.network.layers)
    for source, target in (("l2", "l4"), ("l4", "l5"), ("l5", "l6"), ("l4", "l9"), ("l6", "l10"), ("l4", "l10")):
        project.apply(AddLink(new_link(project.network, source, target)))
    project.apply(AddLink(new_link(project.network, "l3", "l2", 3)))
    project.apply(AddLink(new_link(project.network, "l7", "l6", role="initial")))
    project.apply(
        AddLayer(new_layer(project.network, "attention", "attention لایه 🙂", score="additive", score_units=3))
    )
    project.apply(AddLink(new_link(project.network, "l4", "l13")))
    project.apply(AddLink(new_link(project.network, "l6", "l13", role="memory")))
    project.apply(SetParam("l2", "activation", "prelu"))
    project.apply(SetParam("l4", "initial_state", "learned"))
    project.apply(SetParam("l4", "bidirectional", True))
    project.apply(SetMask("k2", {(0, 1): False, (2, 2): False}))
    project.apply(SetFrozen(("l5", "k1"), True))
    project.apply(SetWeight("k1.weight", (0, 0), 0.1))
    project.apply(MoveLayers({ids[0]: (-1234.5678901234567, 1e-300)}))
    project.apply(SetTraining("optimizer", "rmsprop"))
    project.apply(SetTraining("optimizer.lr", 0.1 + 0.2))
    project.apply(SetData(DATASETS.choose("adding", length=17, samples=50)))
    project.runs.append(run_of(project, 130))
    project.runs.append(run_of(project, 0))
    return project


def run_of(project: Project, steps: int) -> Run:
    """A run with ``steps`` made-up reports."""
    run = Run(state=project.state)
    rng = np.random.default_rng(steps)
    for batch in range(1, steps + 1):
        profile = GradientProfile(*(rng.random(6) for _ in range(4)))
        at_end = batch % 10 == 0
        run.add(
            Report(
                run.id, batch, 1 + batch // 10, batch % 10, 10, float("nan") if batch == 7 else float(rng.random()),
                {"accuracy": 0.5}, batch / 3, learning_rate=0.1, gradient_norm=1.5, gradients={"l2": profile},
                layer_gradient={"l2": 0.25}, update_ratio={"l2": 1e-3},
                evaluation=Evaluation("validation", 0.1, {"accuracy": 0.9}, np.arange(2), np.zeros((2, 2))) if at_end else None,
                notes=("Learning rate is now 0.01.",) if batch == 20 else (),
                stopped="finished" if batch == steps else None, stopped_because="All epochs are done." if batch == steps else "",
            )
        )  # fmt: skip
    return run
