"""The examples open complete, can train at once, lie tidily on the canvas, and the default one learns what it promises."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS
from core.errors import UnknownName
from core.examples import COLUMN, DEFAULT, EXAMPLES, open_example
from core.problems import problems
from core.project import Project, same

PROMISED = {
    "digits-rows-elman",
    "digits-pixels-rnn",
    "digits-pixels-lstm",
    "digits-pixels-gru",
    "digits-mlp",
    "sunspots-forecast",
    "adding-rnn",
    "adding-lstm",
    "jordan",
    "spirals-mlp",
}


def data_of(project: Project) -> Choice:
    assert project.data is not None
    return project.data


def recurrent(project: Project) -> set[tuple[str, str, int]]:
    layers = project.network.layers
    return {
        (layers[k.source].name, layers[k.target].name, k.delay) for k in project.network.links.values() if k.recurrent
    }


def test_all_that_was_promised_is_there_and_the_default_comes_first() -> None:
    assert EXAMPLES.keys() >= PROMISED
    assert next(iter(EXAMPLES)) == DEFAULT


@pytest.mark.parametrize("key", EXAMPLES)
def test_is_ready_for_play(key: str) -> None:
    project = open_example(key)
    assert problems(project.state) == []
    assert project.weights
    assert all(np.isfinite(value).all() for value in project.weights.values())
    assert not project.runs


@pytest.mark.parametrize("key", EXAMPLES)
def test_opens_fresh_and_the_same_every_time(key: str) -> None:
    one, other = open_example(key), open_example(key)
    assert one is not other
    assert same(one.state, other.state)


@pytest.mark.parametrize("key", EXAMPLES)
def test_says_what_it_is_in_one_sentence(key: str) -> None:
    example = EXAMPLES[key]
    assert example.key == key
    assert example.title
    assert example.line.endswith(".")
    assert ". " not in example.line
    assert len(example.line) < 120


@pytest.mark.parametrize("key", EXAMPLES)
def test_flows_left_to_right_on_the_canvas(key: str) -> None:
    network = open_example(key).network
    assert [layer.x for layer in network] == [COLUMN * n for n in range(len(network.layers))]
    assert all(layer.y == 0 for layer in network)
    for link in network.links.values():
        if not link.recurrent:
            assert network.layers[link.source].x < network.layers[link.target].x


def test_titles_differ() -> None:
    assert len({example.title for example in EXAMPLES.values()}) == len(EXAMPLES)


def test_the_default_is_an_elman_network_out_of_a_dense_layer_and_a_recurrent_link() -> None:
    project = open_example(DEFAULT)
    assert [layer.kind for layer in project.network] == ["input", "dense", "last_step", "output"]
    assert recurrent(project) == {("Hidden", "Hidden", 1)}
    assert data_of(project) == DATASETS.choose("digits", reading="rows")


def test_the_jordan_network_remembers_its_answer_alone() -> None:
    assert recurrent(open_example("jordan")) == {("Output", "Hidden", 1)}


@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_the_adding_problem_is_a_hundred_steps_long(kind: str) -> None:
    project = open_example(f"adding-{kind}")
    assert data_of(project)["length"] == 100
    assert len(project.network.of_kind(kind)) == 1


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_digits_are_read_pixel_by_pixel(kind: str) -> None:
    project = open_example(f"digits-pixels-{kind}")
    assert data_of(project)["reading"] == "pixels"
    assert len(project.network.of_kind(kind)) == 1


def test_an_unknown_example_gets_an_offer() -> None:
    with pytest.raises(UnknownName, match="did you mean “digits-mlp”"):
        open_example("digit-mlp")


def test_the_default_reads_digits_well_within_a_minute() -> None:
    from core.script import evaluate, train

    project = open_example(DEFAULT)
    started = time.perf_counter()
    train(project)
    assert time.perf_counter() - started < 60
    answers = evaluate(project).outputs.argmax(axis=1)
    right = project.dataset().target.values[project.dataset().samples("validation"), 0]
    assert (answers == right).mean() >= 0.93
