"""Any walk through the past of a training, of any network, is bitwise the straight training.

Steps (of batches and of moments inside one), steps back, scrubbing, branches with another setting, and questions what if:
random sequences of them over random networks of every kind, against sessions that simply train.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.catalogue.spec import Choice
from core.data.dataset import Dataset, Field
from core.engine.axes import find_axes, groups
from core.engine.history import History
from core.engine.session import Session
from core.engine.state import SessionState
from core.errors import StudioError
from core.network import Network
from core.parameters import initial
from core.project import State
from core.shapes import infer
from core.training import default_training
from core.whatif import Cut, Put, WhatIf
from tests.core.engine.random_networks import Case, random_case

SAMPLES = 8
Changes = tuple[tuple[int, Choice], ...]
"""Settings, each with the number of training steps after which they were asked for."""


def told_apart(case: Case) -> Network:
    """The network of a case; each input reads a field of its own name."""
    layers = {
        key: replace(layer, params={**layer.params, "field": key}) if layer.kind == "input" else layer
        for key, layer in case.network.layers.items()
    }
    return Network(layers, case.network.links)


def drawn(seed: int) -> tuple[State, Dataset]:
    """A random network, random data that fits it, random settings."""
    case, rng = random_case(seed), np.random.default_rng(seed)
    network = told_apart(case)
    inputs = {}
    for layer in network.of_kind("input"):
        steps = case.inputs[layer.id].shape[:1] if layer.params["sequence"] else ()
        codes = case.network.layers[layer.id].params["field"] == "codes"
        size = (SAMPLES, *steps, int(layer.params["units"]))
        values = rng.integers(0, 5, size) if codes else rng.normal(size=size)
        symbols = tuple("abcde") if codes else ()
        inputs[layer.id] = Field(values.astype(np.float32), classes=symbols, codes=codes)
    tensors = {k: torch.tensor(f.values[:1]).transpose(0, 1) if f.sequence else torch.tensor(f.values[:1]) for k, f in inputs.items()}  # fmt: skip
    axes = find_axes(network, groups(network), tensors, case.steps, None)
    (output,) = network.of_kind("output")
    asked = (axes.steps[output.id],) if output.id in axes.steps else ()
    target = Field(rng.normal(size=(SAMPLES, *asked, infer(network)[output.id].features)).astype(np.float32))
    order = rng.permutation(SAMPLES)
    data = Dataset("toy", "Toy", "regression", inputs, target, {"train": order[:6], "validation": order[6:]})
    training = default_training(
        loss="mse", batch_size=int(rng.integers(2, 5)), epochs=50, seed=int(rng.integers(100)),
        optimizer=str(rng.choice(["sgd", "adam", "rmsprop", "adagrad"])), clip_norm=float(rng.choice([0.0, 0.5])),
        schedule=str(rng.choice(["constant", "cosine", "exponential"])), early_stopping=bool(rng.random() < 0.3),
        precision=str(rng.choice(["float32", "float64"])),
    )  # fmt: skip
    return State(network, initial(network, seed), training), data


def another(training: Choice, rate: float) -> Choice:
    """The same settings with another learning rate and other clipping."""
    optimizer = replace(training["optimizer"], values={**training["optimizer"].values, "lr": rate})
    return replace(training, values={**training.values, "optimizer": optimizer, "clip_norm": rate * 10})


def alike(one: SessionState, other: SessionState) -> None:
    """All that decides how a session goes on, bit for bit; only the clock on the wall may differ."""
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name], err_msg=name)
    facts = [{key: value for key, value in state.meta.items() if key != "seconds"} for state in (one, other)]
    assert repr(facts[0]) == repr(facts[1])


def straight(state: State, data: Dataset, changes: Changes, batches: int) -> list[SessionState]:
    """What a session is after 0, 1, 2 ... training steps where nobody walks, looks or asks."""
    session = Session(state, data)
    session.gradient_every = 0
    seen, reports = [session.snapshot()], session.run()
    for batch in range(batches):
        for _, training in [change for change in changes if change[0] == batch]:
            session.change(training)
        if next(reports, None) is None:
            break
        seen.append(session.snapshot())
    return seen


def learns(state: State, data: Dataset) -> bool:
    """Whether it can be trained: some are refused, since all is frozen, or since nothing tells the length of a sequence."""
    try:
        straight(state, data, (), 1)
    except StudioError:
        return False
    return True


class Walk:
    """What the window does with a session and its history, and where it has stood."""

    def __init__(self, state: State, data: Dataset, budget: int) -> None:
        self.state, self.data, self.changes = state, data, ()
        self.session = Session(state, data)
        self.history = History(self.session, state, data, budget, share=np.inf)
        self.reports = self.session.run()
        self.stood: list[tuple[Changes, int, SessionState]] = []
        self.look()

    def look(self) -> None:
        """Note where it stands."""
        self.stood.append((self.changes, self.session.batch, self.session.snapshot()))

    def step(self, count: int) -> None:
        """So many training steps on; those that were recorded are the same once more, with the settings of then."""
        for _ in range(count):
            self.session.granularity = "batch"
            for at, training in self.changes:
                if at == self.session.batch < self.history.end and not self.session.inside_batch:
                    self.session.change(training)
            if next(self.reports, None) is None:
                return
            while self.session.inside_batch and next(self.reports, None) is not None:
                pass
            self.history.observe(self.session)
            self.look()

    def moments(self, count: int) -> None:
        """Some moments of a batch; it may be left in the middle."""
        self.session.granularity = "step"
        for _ in range(count):
            report = next(self.reports, None)
            if report is None:
                return
            if report.moment is None:
                self.history.observe(self.session)
        self.look()

    def go_to(self, batch: int) -> None:
        """Back, or forward again, to a recorded batch."""
        batch = max(self.history.begin, min(self.history.end, batch))
        self.session = self.history.session_at(batch)
        self.reports = self.session.run()
        self.look()

    def branch(self, rate: float) -> None:
        """Another future from here."""
        if self.session.inside_batch:
            self.go_to(self.session.batch)
        training, here = another(self.state.training, rate), self.session.batch
        self.history.forget_after(here)
        self.session.change(training)
        self.history.note_change(self.session.settled, training)
        self.changes = (*(change for change in self.changes if change[0] < here), (here, training))
        self.step(1)

    def imagine(self, place: int) -> None:
        """Ask what if of some unit and some link; nobody may notice."""
        network = self.state.network
        layer = list(network)[place % len(network.layers)]
        sequence = infer(network)[layer.id].sequence
        asked = [Put(layer.id, place % 2 if sequence else None, 0, 0.25)]
        links = [link for link in network.links.values() if link.role == "data"]
        if links:
            asked.append(Cut(links[place % len(links)].id, 1))
        for one in asked:
            try:
                self.session.what_if(place % SAMPLES, "train", WhatIf((one,)))
            except StudioError:
                continue  # there is no such place in this network: it is refused in words
        self.session.trace(place % SAMPLES, "train")
        self.look()


moves = st.one_of(
    st.tuples(st.just("step"), st.integers(1, 3)),
    st.tuples(st.just("moments"), st.integers(1, 9)),
    st.tuples(st.just("back"), st.integers(1, 4)),
    st.tuples(st.just("scrub"), st.integers(0, 12)),
    st.tuples(st.just("branch"), st.sampled_from([0.001, 0.02, 0.3])),
    st.tuples(st.just("imagine"), st.integers(0, 20)),
)
walks = st.lists(moves, min_size=3, max_size=9)


def walk_through(seed: int, walk: list[tuple[str, float]], budget: int) -> None:
    """Walk, and compare every place that it has stood at with the straight training."""
    state, data = drawn(seed)
    assume(learns(state, data))
    walked = Walk(state, data, budget)
    for move, by in walk:
        match move:
            case "step":
                walked.step(int(by))
            case "moments":
                walked.moments(int(by))
            case "back":
                walked.go_to(walked.session.batch - int(by))
            case "scrub":
                walked.go_to(int(by))
            case "branch":
                walked.branch(by)
            case _:
                walked.imagine(int(by))
    wanted = {}
    for changes, batch, found in walked.stood:
        if changes not in wanted:
            most = max(b for c, b, _ in walked.stood if c == changes)
            wanted[changes] = straight(state, data, changes, most)
        alike(found, wanted[changes][batch])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 5_000), walks, st.sampled_from([2**26, 20_000, 1]))
def test_every_state_of_a_walk_is_that_of_the_straight_training(seed, walk, budget):
    walk_through(seed, walk, budget)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1_000_000), walks, st.sampled_from([2**26, 20_000, 1]))
def test_very_many_walks_are_the_straight_training(seed, walk, budget):
    walk_through(seed, walk, budget)
