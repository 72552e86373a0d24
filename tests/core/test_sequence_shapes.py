"""Every network finds its shape, and gets from each shape to each other and back, trainable and with one undo each."""

import itertools

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.data.cache import dataset as load
from core.edits import AddLayer, AddLink, Remove, SetParam, SetTraining, new_layer, new_link
from core.engine.session import Session
from core.errors import Refused
from core.examples import EXAMPLES, open_example
from core.fitting import choose_data
from core.generation import inputs_of, way_of
from core.problems import errors, problems
from core.project import Project, same
from core.sequence_shapes import SHAPES, change_shape, fits, shape_in, shape_of
from tests.core.builders import elman

EXPECTED = {
    "digits-mlp": "one-to-one", "iris-mlp": "one-to-one", "spirals-mlp": "one-to-one", "drawing-gru": "one-to-many",
    "digits-rows-elman": "many-to-one", "names-gru": "many-to-one", "vowels-gru": "many-to-one",
    "sunspots-forecast": "many-to-one", "co2-every-step": "in-step", "parity": "in-step", "jordan": "in-step",
    "echo-delay": "in-step", "copy-gru": "in-step", "reverse-encoder-decoder": "encoder-decoder",
    "reverse-attention": "encoder-decoder",
}  # fmt: skip


def train_a_little(project):
    project.apply(SetTraining("batch_size", 8))
    project.apply(SetTraining("epochs", 1))
    session = Session(project.state, project.dataset())
    reports = [report for report, _ in zip(session.run(), range(2), strict=False)]
    assert all(np.isfinite(report.loss) for report in reports)
    return session


@pytest.mark.parametrize("key", EXPECTED)
def test_the_shape_of_an_example(key):
    project = open_example(key)
    assert shape_in(project.state) == EXPECTED[key]
    assert fits(project.dataset(), SHAPES[EXPECTED[key]])


def test_the_past_of_the_answer_is_no_input():
    project = open_example("reverse-encoder-decoder")
    before = Choice("reverse", {**project.data.values, "feedback": "previous"})
    project.apply(choose_data(project.state, before))
    given = new_layer(project.network, "input", "Told", units=1, sequence=True, field="previous")
    project.apply(AddLayer(given))
    project.apply(AddLink(new_link(project.network, given.id, project.network.layer("Decoder").id)))
    assert shape_of(project.network) == "in-step", "which it would be if it were one"
    assert shape_of(project.network, "previous") == shape_in(project.state) == "encoder-decoder"
    assert fits(project.dataset(), SHAPES["encoder-decoder"]) and not fits(project.dataset(), SHAPES["in-step"])

    project = open_example("names-gru")
    next_letter = Choice("names", {**project.data.values, "question": "next"})
    project.apply(change_shape(project.state, "in-step").edit)
    assert project.data == next_letter and shape_in(project.state) == "in-step", "there is no other input"


def test_a_drawn_row_that_is_read_again_leaves_it_one_to_many():
    project = open_example("drawing-gru")
    project.apply(choose_data(project.state, Choice("drawing", {**project.data.values, "feedback": "previous"})))
    given = new_layer(project.network, "input", "Row before", units=8, sequence=True, field="previous")
    project.apply(AddLayer(given))
    project.apply(AddLink(new_link(project.network, given.id, project.network.of_kind("gru")[0].id)))
    assert errors(project.state) == [] and shape_in(project.state) == "one-to-many"
    train_a_little(project)


READINGS = {
    "drawing": Choice("drawing", {"feedback": "previous"}), "reverse": Choice("reverse", {"feedback": "previous"}),
    "written": Choice("names", {"question": "write"}), "next": Choice("names", {"question": "next"}),
    "spoken": Choice("pronunciation"),
}  # fmt: skip


def reading(name):
    """A network that reads its own answers, made by the guided change and the repair of the problems list."""
    choice = catalogue("datasets").complete(READINGS[name])
    shape = next(shape.key for shape in SHAPES.values() if fits(load(choice), shape))
    project = open_example({"one-to-many": "drawing-gru", "in-step": "jordan"}.get(shape, "reverse-encoder-decoder"))
    project.apply(choose_data(project.state, choice))
    for problem in problems(project.state):
        if problem.key == "past not read":
            project.apply(problem.repairs[0].edit)
    data = project.dataset()
    assert data.feedback in {layer.params["field"] for layer in project.network.of_kind("input")}
    assert shape_in(project.state) == shape and not problems(project.state)
    return project, shape


@pytest.mark.parametrize("name", READINGS)
def test_networks_that_read_their_answers_get_to_every_shape_and_back(name):
    first, shape = reading(name)
    for wanted in SHAPES:
        if wanted == shape:
            continue
        project, states, undos = Project(first.state), [first.state], []
        for goal in (wanted, shape):
            undos.append(project.apply(change_shape(project.state, goal).edit))
            assert shape_in(project.state) == goal and not errors(project.state)
            train_a_little(Project(project.state))
            states.append(project.state)
        data = project.dataset()
        fields = [layer.params["field"] for layer in project.network.of_kind("input")]
        assert not data.feedback or fields.count(data.feedback) == 1
        for undo, state in zip(reversed(undos), reversed(states[:-1]), strict=True):
            project.apply(undo)
            assert project.state is state, "one undo each"


def test_the_way_to_a_network_that_writes_tells_of_the_answer_s_past():
    project = open_example("names-gru")
    change = change_shape(project.state, "one-to-many")
    project.apply(change.edit)
    assert project.data["question"] == "write"
    assert "reads what was answered one step before" in " ".join(map(str, change.sentences))
    made = Session(project.state, project.dataset()).generate(inputs_of(project.dataset(), 0), way_of("greedy"))
    assert made[0].text or made[0].ended
    change = change_shape(project.state, "many-to-one")
    assert "nobody reads what was answered before" in " ".join(map(str, change.sentences))


@pytest.mark.parametrize("key", sorted(EXAMPLES))
def test_from_every_example_to_every_shape(key):
    for wanted in SHAPES:
        project = open_example(key)
        before = project.state
        change = change_shape(before, wanted)
        undo = project.apply(change.edit)
        assert errors(project.state) == [] and shape_in(project.state) == wanted
        assert fits(project.dataset(), SHAPES[wanted])
        assert change.sentences and all("{" not in str(words) for words in change.sentences)
        project.apply(undo)
        assert project.state is before, "one undo"


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(SHAPES, 2)))
def test_from_each_shape_to_each_other_and_back_it_trains(first, second):
    start = {"one-to-one": "digits-mlp", "one-to-many": "drawing-gru", "many-to-one": "digits-rows-elman",
             "in-step": "jordan", "encoder-decoder": "reverse-encoder-decoder"}[first]  # fmt: skip
    project = open_example(start)
    states, undos = [project.state], []
    for wanted in (second, first):
        undos.append(project.apply(change_shape(project.state, wanted).edit))
        assert shape_in(project.state) == wanted and errors(project.state) == []
        train_a_little(Project(project.state))
        states.append(project.state)
    for undo, state in zip(reversed(undos), reversed(states[:-1]), strict=True):
        project.apply(undo)
        assert project.state is state


def test_a_long_way_does_not_let_a_network_grow():
    project = open_example("digits-rows-elman")
    sizes = []
    for _ in range(4):
        for wanted in SHAPES:
            project.apply(change_shape(project.state, wanted).edit)
            assert errors(project.state) == []
        sizes.append(len(project.network.layers))
    assert sizes[0] == sizes[1] == sizes[2] == sizes[3]


def test_an_encoder_and_decoder_pass_nothing_but_a_state():
    project = open_example("digits-rows-elman")
    project.apply(change_shape(project.state, "encoder-decoder").edit)
    session = Session(project.state, project.dataset())
    x = project.dataset().inputs["x"].values[0]
    reading = session.read(x, 0, 0)
    assert np.linalg.norm(reading.gradient, axis=1).all(), "already the first answer hangs on the last input"
    kinds = [layer.kind for layer in project.network]
    assert kinds.count("last_step") == kinds.count("repeat") == 1
    handed = [k for k in project.network.links.values() if k.role == "initial"]
    assert [(project.network.layers[k.source].name, project.network.layers[k.target].name) for k in handed] == [
        ("Hidden", "Decoder")
    ]


def test_the_same_data_is_read_in_another_way():
    project = open_example("sunspots-forecast")
    project.apply(change_shape(project.state, "in-step").edit)
    assert project.data.key == "sunspots" and project.data["target"] == "every"
    project = open_example("digits-pixels-lstm")
    change = change_shape(project.state, "one-to-one")
    project.apply(change.edit)
    assert project.data.key == "digits" and project.data["reading"] == "image"
    text = " ".join(map(str, change.sentences))
    assert "“LSTM” becomes the dense layer “Hidden”" in text and "One picture (64 values)" in text


def test_weights_that_can_stay_do():
    project = open_example("sunspots-forecast")
    hidden = project.network.layer("Hidden")
    loop = next(k for k in project.network.into(hidden.id) if k.source == hidden.id)
    before = project.weights[f"{loop.id}.weight"]
    project.apply(change_shape(project.state, "in-step").edit)
    assert project.weights[f"{loop.id}.weight"] is before


def test_steps_count_alike_in_the_new_shape():
    project = open_example("co2-every-step")
    project.apply(SetTraining("loss.over_time", "last"))
    project.apply(change_shape(project.state, "encoder-decoder").edit)
    assert project.training["loss"]["over_time"] == "all"


def test_no_two_layers_stand_on_one_another():
    for key, wanted in itertools.product(("digits-rows-elman", "names-gru", "jordan", "spirals-mlp"), SHAPES):
        project = open_example(key)
        project.apply(change_shape(project.state, wanted).edit)
        places = [(layer.x, layer.y) for layer in project.network]
        assert all(max(abs(a[0] - b[0]), abs(a[1] - b[1])) > 100 for a, b in itertools.combinations(places, 2))


def test_what_it_has_already_stays():
    project = open_example("digits-rows-elman")
    before = project.state
    project.apply(change_shape(before, "many-to-one").edit)
    assert same(before, project.state)


def test_networks_of_one_s_own():
    project = elman(features=3, outputs=2)
    project.apply(SetParam("l1", "sequence", True))
    for wanted in [*SHAPES, *reversed(SHAPES)]:
        project.apply(change_shape(project.state, wanted).edit)
        assert shape_in(project.state) == wanted and errors(project.state) == []


def test_what_has_no_shape_is_refused():
    project = open_example("iris-mlp")
    project.apply(Remove((project.network.layer("Output").id,)))
    assert shape_of(project.network) is None
    with pytest.raises(Refused, match="needs an input that leads to one output"):
        change_shape(project.state, "many-to-one")
    assert shape_of(Project().network) is None


def test_another_task_gets_the_loss_that_is_usual_for_it():
    project = open_example("drawing-gru")
    project.apply(change_shape(project.state, "many-to-one").edit)
    assert project.training["loss"].key == "cross_entropy"
    assert project.network.of_kind("output")[0].params["activation"].key == "softmax"
    change = change_shape(project.state, "one-to-many")
    project.apply(change.edit)
    assert project.training["loss"].key == "mse"
    assert any("Mean squared error" in str(words) for words in change.sentences)


@pytest.mark.parametrize("wanted", [key for key in SHAPES if key != "encoder-decoder"])
def test_what_looks_back_is_taken_out_with_a_sentence_and_comes_back_with_one_undo(wanted):
    project = open_example("reverse-attention")
    before = project.state
    change = change_shape(project.state, wanted)
    undo = project.apply(change.edit)
    assert shape_of(project.network) == wanted and not errors(project.state)
    assert not project.network.of_kind("attention")
    assert not [link for link in project.network.links.values() if link.role == "memory"]
    assert any("“Attention” is taken out" in str(words) for words in change.sentences)
    project.apply(undo)
    assert same(project.state, before)
