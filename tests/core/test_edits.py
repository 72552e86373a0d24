"""Every edit changes what it says, keeps what it promises, and is taken back exactly."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.catalogue.layers import LAYERS
from core.edits import (
    AddLayer,
    AddLink,
    InsertLayer,
    Macro,
    MoveLayers,
    Remove,
    RemoveUnit,
    Rename,
    ResetWeights,
    SetDelay,
    SetFrozen,
    SetMask,
    SetParam,
    SetRole,
    SetTraining,
    SetWeight,
    SetWeights,
    TakeOut,
    new_layer,
    new_link,
)
from core.errors import BadValue, InstantaneousLoop, Refused, StudioError, UnknownName
from core.graph import loops
from core.parameters import parameters
from core.project import Project, same
from tests.core.builders import add, elman, join


def weight(project, source, target):
    link = next(k for k in project.network.links.values() if (k.source, k.target) == (source, target))
    return project.weights[f"{link.id}.weight"]


def test_a_new_layer_starts_with_weights_of_its_own():
    project = elman()
    assert weight(project, "l1", "l2").shape == (4, 8)
    assert weight(project, "l2", "l2").shape == (4, 4)
    assert weight(project, "l3", "l4").shape == (10, 4)
    recurrent = weight(project, "l2", "l2").astype(float)
    assert np.allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-6), "recurrent weights start orthogonal"


def test_adding_a_layer_does_not_change_how_the_others_start():
    small, large = elman(), elman()
    extra = add(large, "dense", "Extra", units=3)
    join(large, "l1", extra)
    assert all(np.array_equal(small.weights[name], large.weights[name]) for name in small.weights)


def test_growing_a_layer_keeps_the_weights_of_its_neurons():
    project = elman()
    into, around, out = (weight(project, *ends) for ends in (("l1", "l2"), ("l2", "l2"), ("l3", "l4")))
    project.apply(SetParam("l2", "units", 6))
    assert np.array_equal(weight(project, "l1", "l2")[:4], into)
    assert np.array_equal(weight(project, "l2", "l2")[:4, :4], around)
    assert np.array_equal(weight(project, "l3", "l4")[:, :4], out)
    assert weight(project, "l3", "l4").shape == (10, 6)


def test_removing_a_neuron_in_the_middle_keeps_the_others():
    project = elman()
    into, around, out = (weight(project, *ends) for ends in (("l1", "l2"), ("l2", "l2"), ("l3", "l4")))
    project.apply(RemoveUnit("l2", 1))
    rest = [0, 2, 3]
    assert np.array_equal(weight(project, "l1", "l2"), into[rest])
    assert np.array_equal(weight(project, "l2", "l2"), around[np.ix_(rest, rest)])
    assert np.array_equal(weight(project, "l3", "l4"), out[:, rest]), "seen through the layer that takes the last step"


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_removing_a_neuron_of_a_block_keeps_the_others_in_every_gate(kind):
    project = Project()
    x, h = add(project, "input", units=3, sequence=True), add(project, kind, units=4)
    join(project, x, h)
    y = add(project, "output", units=2)
    join(project, h, y)
    before = dict(project.weights)
    project.apply(RemoveUnit(h, 2))
    gates, rest = len(before[f"{h}.bias_ih"]) // 4, [0, 1, 3]
    for name in ("weight_ih", "weight_hh"):
        old = before[f"{h}.{name}"].reshape(gates, 4, -1)[:, rest]
        new = project.weights[f"{h}.{name}"].reshape(gates, 3, -1)
        assert np.array_equal(new, old[..., rest] if name == "weight_hh" else old)
    assert np.array_equal(weight(project, h, y), before["k2.weight"][:, rest])


def test_cut_connections_stay_cut_when_a_layer_grows_or_shrinks():
    project = elman()
    project.apply(SetMask("k1", {(2, 5): False, (3, 0): False}))
    project.apply(SetParam("l2", "units", 5))
    mask = project.network.links["k1"].mask
    assert mask.shape == (5, 8) and not mask[2, 5] and not mask[3, 0] and mask.sum() == 38
    project.apply(RemoveUnit("l2", 2))
    mask = project.network.links["k1"].mask
    assert mask.shape == (4, 8) and not mask[2, 0] and mask.sum() == 31


def test_restoring_the_last_cut_connection_leaves_no_mask():
    project = elman()
    project.apply(SetMask("k1", {(0, 0): False}))
    project.apply(SetMask("k1", {(0, 0): True}))
    assert project.network.links["k1"].mask is None


def test_inserting_a_layer_that_passes_values_keeps_the_matrix_behind_it():
    project = elman()
    old = weight(project, "l1", "l2")
    project.apply(InsertLayer(new_layer(project.network, "dropout"), "k1"))
    assert project.weights["k1.weight"] is old
    assert next((k.source, k.target) for k in project.network.links.values()) == ("l5", "l2")


def test_inserting_into_a_recurrent_link_keeps_the_delay_once():
    project = elman()
    project.apply(InsertLayer(new_layer(project.network, "dense", units=3), "k2"))
    links = project.network.links
    assert (links["k2"].source, links["k2"].target, links["k2"].delay) == ("l5", "l2", 0)
    assert (links["k5"].source, links["k5"].target, links["k5"].delay) == ("l2", "l5", 1)


def test_taking_a_layer_out_joins_its_neighbours():
    project = elman()
    project.apply(TakeOut("l3"))
    assert [k.source for k in project.network.into("l4")] == ["l2"]
    assert "l3" not in project.network.layers


def test_a_loop_without_delay_is_refused_with_the_names_on_it():
    project = Project()
    a, b, c = (add(project, "dense", name) for name in "ABC")
    join(project, a, b)
    join(project, b, c)
    with pytest.raises(InstantaneousLoop, match="“A” → “B” → “C” → “A”"):
        join(project, c, a)
    join(project, c, a, delay=1)
    with pytest.raises(InstantaneousLoop):
        project.apply(SetDelay("k3", 0))
    with pytest.raises(InstantaneousLoop):
        join(project, a, a)


@pytest.mark.parametrize(
    ("edit", "error", "words"),
    [
        (lambda p: Rename("l2", "  "), BadValue, "needs a name"),
        (lambda p: Rename("l2", "Pixels"), Refused, "called “Pixels” already"),
        (lambda p: Rename("Hiden", "x"), UnknownName, "did you mean “Hidden”"),
        (lambda p: SetParam("l2", "unit", 3), UnknownName, "did you mean “units”"),
        (lambda p: SetParam("l2", "units", 0), BadValue, "at least 1"),
        (lambda p: SetParam("l2", "units", 2.5), BadValue, "whole number"),
        (lambda p: SetParam("l2", "activation", "tahn"), UnknownName, "did you mean “tanh”"),
        (lambda p: SetTraining("optimizer.lr", "fast"), BadValue, "needs a number"),
        (lambda p: SetTraining("optimiser", "sgd"), UnknownName, "did you mean “optimizer”"),
        (lambda p: SetWeight("k1.weight", (4, 0), 1.0), BadValue, "no number at"),
        (lambda p: SetWeight("k1.weight", (0, 0), float("nan")), BadValue, "finite"),
        (lambda p: SetWeights({"k1.weight": np.zeros((2, 2))}), BadValue, "shape"),
        (lambda p: SetMask("k3", {(0, 0): False}), Refused, "carries values"),
        (lambda p: AddLink(new_link(p.network, "l2", "l1")), Refused, "is an input"),
        (lambda p: AddLink(new_link(p.network, "l1", "l2")), Refused, "joined already"),
        (lambda p: AddLink(new_link(p.network, "l4", "l2", delay=1)), Refused, "needs the whole sequence"),
        (lambda p: SetDelay("k2", -1), BadValue, "whole number"),
        (lambda p: RemoveUnit("l2", 9), BadValue, "no neuron 9"),
    ],
)
def test_a_refused_edit_says_why_and_changes_nothing(edit, error, words):
    project = elman()
    before = project.state
    with pytest.raises(error, match=words):
        project.apply(edit(project))
    assert project.state is before


def attending():
    """Encoder and decoder with an attention layer that asks with the decoder."""
    project = Project()
    for kind, name in (("input", "x"), ("gru", "Encoder"), ("last_step", ""), ("repeat", ""), ("gru", "Decoder")):
        add(project, kind, name, units=3, sequence=True) if kind == "input" else add(project, kind, name)
    add(project, "attention", "Look")
    for source, target in (("l1", "l2"), ("l2", "l3"), ("l3", "l4"), ("l4", "l5"), ("l5", "l6")):
        join(project, source, target)
    join(project, "l2", "l6", role="memory")
    return project


def test_memory_and_query_change_places_in_one_edit():
    project = attending()
    before = project.state
    inverse = project.apply(SetRole("k5", "memory"))
    assert [k.source for k in project.network.into("l6", "memory")] == ["l5"]
    assert [k.source for k in project.network.into("l6")] == ["l2"]
    assert list(project.network.links) == list(before.network.links)
    project.apply(inverse)
    assert same(project.state, before)
    project.apply(SetRole("k6", "data"))
    assert [k.source for k in project.network.into("l6", "memory")] == ["l5"], "it works from either end"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda n: AddLink(new_link(n, "l2", "l5", role="memory")), "“Decoder” looks through no memory"),
        (lambda n: AddLink(new_link(n, "l2", "l6", 2, "memory")), "no delay"),
        (lambda n: AddLink(new_link(n, "l1", "l6", role="memory")), "looks through one memory only"),
        (lambda n: SetDelay("k6", 1), "A memory link has no delay"),
        (lambda n: SetRole("k1", "memory"), "in one way only"),
    ],
)
def test_what_a_memory_can_not_be_is_refused(edit, words):
    project = attending()
    before = project.state
    with pytest.raises(Refused, match=words):
        project.apply(edit(project.network))
    assert project.state is before


def test_a_memory_must_not_depend_on_what_looks_through_it():
    project = attending()
    project.apply(Remove(links=("k6",)))
    join(project, "l6", "l5", 1)
    with pytest.raises(Refused, match="“Decoder” depends on “Look”, so it can not be its memory"):
        join(project, "l5", "l6", role="memory")
    join(project, "l2", "l6", role="memory")
    project.apply(Remove(("l3",)))
    with pytest.raises(Refused, match="A loop can not pass through the memory of “Look”"):
        join(project, "l6", "l2", 1)


def test_a_layer_put_into_a_memory_link_becomes_the_memory():
    project = attending()
    project.apply(InsertLayer(new_layer(project.network, "dense", units=5), "k6"))
    assert [k.source for k in project.network.into("l6", "memory")] == ["l7"]
    assert [(k.source, k.role) for k in project.network.into("l7")] == [("l2", "data")]


def test_what_compares_query_and_memory_survives_as_far_as_it_can():
    project = attending()
    project.apply(SetWeight("l6.score", (0, 1), 7.0))
    project.apply(SetParam("l5", "units", 40))
    project.apply(SetParam("l2", "units", 20))
    assert project.weights["l6.score"].shape == (40, 20) and project.weights["l6.score"][0, 1] == 7.0
    project.apply(SetParam("l6", "score", "additive"))
    assert {k: v.shape for k, v in project.weights.items() if k.startswith("l6.")} == {
        "l6.query": (32, 40), "l6.memory": (32, 20), "l6.energy": (32,)
    }  # fmt: skip
    project.apply(SetParam("l6", "score", "scaled"))
    assert not [k for k in project.weights if k.startswith("l6.")]


def test_a_macro_is_all_or_nothing():
    project = elman()
    before = project.state
    with pytest.raises(StudioError):
        project.apply(Macro((Rename("l2", "Memory"), Rename("l2", ""))))
    assert project.state is before


def test_reset_draws_the_same_weights_from_the_same_seed():
    project = elman()
    first = dict(project.weights)
    project.apply(SetWeight("k1.weight", (0, 0), 5.0))
    project.apply(ResetWeights())
    assert all(np.array_equal(first[name], value) for name, value in project.weights.items())
    project.apply(SetTraining("seed", 1))
    project.apply(ResetWeights())
    assert not np.array_equal(first["k1.weight"], project.weights["k1.weight"])


def test_changes_tell_what_changed():
    project, heard = elman(), []
    project.changed.connect(heard.append)
    project.apply(MoveLayers({"l2": (5.0, 6.0)}))
    project.apply(SetWeight("l2.bias", (0,), 1.0))
    project.apply(SetTraining("epochs", 7))
    assert heard[0].layers == {"l2"} and not heard[0].links and not heard[0].weights
    assert heard[1].weights == {"l2.bias"} and not heard[1].network
    assert heard[2].training and not heard[2].network


class RandomEdits(RuleBasedStateMachine):
    """Random edits, undo and redo: every state is reached again bit for bit, and none breaks a promise."""

    def __init__(self):
        super().__init__()
        self.project = elman()
        self.done, self.undone = [], []

    def do(self, edit):
        before = self.project.state
        try:
            inverse = self.project.apply(edit)
        except StudioError as error:
            assert str(error) and self.project.state is before
            return
        self.done.append((before, inverse))
        self.undone.clear()

    def layer(self, data):
        return data.draw(st.sampled_from(sorted(self.project.network.layers)))

    def link(self, data):
        return data.draw(st.sampled_from(sorted(self.project.network.links)))

    @rule(kind=st.sampled_from(sorted(LAYERS)), units=st.integers(1, 5))
    def add_layer(self, kind, units):
        spec = LAYERS[kind]
        params = {"units": units} if any(p.key == "units" for p in spec.parameters) else {}
        self.do(AddLayer(new_layer(self.project.network, kind, **params)))

    @precondition(lambda self: self.project.network.layers)
    @rule(data=st.data(), delay=st.integers(0, 3), role=st.sampled_from(["data", "data", "data", "initial", "memory"]))
    def add_link(self, data, delay, role):
        ends = self.layer(data), self.layer(data)
        self.do(AddLink(new_link(self.project.network, *ends, delay if role == "data" else 0, role)))

    @precondition(lambda self: self.project.network.layers)
    @rule(data=st.data())
    def remove_layer(self, data):
        self.do(Remove((self.layer(data),)))

    @precondition(lambda self: self.project.network.links)
    @rule(data=st.data(), delay=st.integers(0, 4))
    def change_link(self, data, delay):
        self.do(SetDelay(self.link(data), delay))

    @precondition(lambda self: self.project.network.links)
    @rule(data=st.data(), role=st.sampled_from(["data", "memory"]))
    def change_role(self, data, role):
        self.do(SetRole(self.link(data), role))

    @precondition(lambda self: self.project.network.links)
    @rule(data=st.data())
    def remove_link(self, data):
        self.do(Remove(links=(self.link(data),)))

    @precondition(lambda self: self.project.network.layers)
    @rule(data=st.data(), units=st.integers(1, 6))
    def change_units(self, data, units):
        self.do(SetParam(self.layer(data), "units", units))

    @precondition(lambda self: self.project.network.layers)
    @rule(data=st.data(), unit=st.integers(0, 5))
    def remove_unit(self, data, unit):
        self.do(RemoveUnit(self.layer(data), unit))

    @precondition(lambda self: self.project.network.layers)
    @rule(data=st.data(), x=st.floats(-1e3, 1e3), y=st.floats(-1e3, 1e3))
    def move(self, data, x, y):
        self.do(MoveLayers({self.layer(data): (x, y)}))

    @precondition(lambda self: self.project.network.links)
    @rule(data=st.data(), row=st.integers(0, 5), column=st.integers(0, 5), there=st.booleans())
    def cut(self, data, row, column, there):
        self.do(SetMask(self.link(data), {(row, column): there}))

    @precondition(lambda self: self.project.weights)
    @rule(data=st.data(), value=st.floats(-10, 10))
    def set_weight(self, data, value):
        name = data.draw(st.sampled_from(sorted(self.project.weights)))
        self.do(SetWeight(name, (0,) * self.project.weights[name].ndim, value))

    @precondition(lambda self: self.project.network.links)
    @rule(data=st.data(), kind=st.sampled_from(["dropout", "dense", "lstm", "last_step"]))
    def insert(self, data, kind):
        self.do(InsertLayer(new_layer(self.project.network, kind), self.link(data)))

    @precondition(lambda self: self.project.network.layers)
    @rule(data=st.data(), frozen=st.booleans())
    def freeze(self, data, frozen):
        self.do(SetFrozen((self.layer(data),), frozen))

    @precondition(lambda self: self.done)
    @rule()
    def undo(self):
        before, inverse = self.done.pop()
        self.undone.append((self.project.state, self.project.apply(inverse)))
        assert same(self.project.state, before)

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self):
        after, inverse = self.undone.pop()
        before = self.project.state
        self.done.append((before, self.project.apply(inverse)))
        assert same(self.project.state, after)

    @invariant()
    def weights_fit_the_network(self):
        wanted = {name: p.shape for name, p in parameters(self.project.network).items()}
        assert {name: value.shape for name, value in self.project.weights.items()} == wanted

    @invariant()
    def masks_fit_their_matrices(self):
        for link in self.project.network.links.values():
            if link.mask is not None:
                assert link.mask.shape == self.project.weights[f"{link.id}.weight"].shape and not link.mask.all()

    @invariant()
    def no_loop_without_delay(self):
        assert loops(self.project.network) == []


TestRandomEdits = RandomEdits.TestCase
TestRandomEdits.settings = settings(max_examples=200, stateful_step_count=50)
