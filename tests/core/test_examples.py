"""The examples open complete, can train at once, lie tidily on the canvas, and the default one learns what it promises."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS
from core.engine.session import Session
from core.errors import UnknownName
from core.examples import BY_SHAPE, COLUMN, DEFAULT, EXAMPLES, ROW, open_example
from core.examples.quality import alone, baseline, middle, quality, reached
from core.problems import problems
from core.project import Project, same
from core.script import evaluate, set_value, train
from core.sequence_shapes import SHAPES, shape_in

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
    places = {(layer.x, layer.y) for layer in network}
    assert len(places) == len(network.layers)
    columns = {x / COLUMN for x, _ in places}
    assert columns == set(range(len(columns)))
    assert {y / ROW for _, y in places} in ({0}, {-0.5, 0, 0.5})
    for link in network.links.values():
        if not link.recurrent:
            assert network.layers[link.source].x < network.layers[link.target].x


@pytest.mark.parametrize("key", EXAMPLES)
def test_stands_where_its_shape_belongs(key: str) -> None:
    shape = next(shape for shape, examples in BY_SHAPE.items() if EXAMPLES[key] in examples)
    assert shape_in(open_example(key).state) == shape


def test_each_shape_has_two_examples_on_real_data() -> None:
    assert BY_SHAPE.keys() == SHAPES.keys()
    for examples in BY_SHAPE.values():
        families = [catalogue("datasets")[data_of(example.build()).key].family for example in examples]
        assert sum(family in ("images", "table", "series", "speech", "text") for family in families) >= 2


@pytest.mark.parametrize("key", EXAMPLES)
def test_the_stated_baseline_is_the_real_one_and_is_to_be_beaten(key: str) -> None:
    goal, data = EXAMPLES[key].goal, open_example(key).dataset()
    assert goal.baseline == pytest.approx(baseline(data)[1], rel=0.01)
    better = goal.quality > goal.baseline if data.target.codes else goal.quality < goal.baseline
    assert better
    assert goal.seconds <= 120


def test_the_commonest_answer_after_the_one_before_is_counted_by_hand() -> None:
    data = open_example("names-write").dataset()
    follows: dict[float, Counter[float]] = {}
    for part in ("train", "validation"):
        right = total = 0
        for sample in data.samples(part):
            steps = int(data.mask[sample].sum())  # type: ignore[index]
            for before, now in zip(
                [0.0, *data.target.values[sample, : steps - 1, 0]], data.target.values[sample, :steps, 0], strict=True
            ):
                if part == "train":
                    follows.setdefault(before, Counter())[now] += 1
                else:
                    total += 1
                    right += follows[before].most_common(1)[0][0] == now
    assert baseline(data) == ("commonest next", pytest.approx(right / total, abs=0.002))


def trained(key: str) -> None:
    example, project = EXAMPLES[key], open_example(key)
    train(project, seed=0)
    found = evaluate(project)
    value = quality(project.dataset(), found.samples, found.outputs)
    assert reached(example.goal, value, project.dataset()), f"{key} reached {value:.3f}, {example.goal}"
    if example.goal.alone is not None:
        run = Session(project.state, project.dataset()).free_run("validation", middle(project.dataset()))
        assert alone(run) <= example.goal.alone


def test_who_learned_to_read_its_own_answers_does_better_alone() -> None:
    """Scheduled sampling (Bengio et al. 2015) against teacher forcing: the same example, the same seed."""
    reached_alone = {}
    for way in ("linear", "constant"):
        project = open_example("weather-freely")
        if way == "constant":
            set_value(project, "teaching", way)
        train(project, seed=0)
        data = project.dataset()
        reached_alone[way] = alone(Session(project.state, data).free_run("validation", middle(data)))
    assert reached_alone["linear"] < 0.95 * reached_alone["constant"]


@pytest.mark.parametrize("key", ["iris-mlp", "declaration-next", "declaration-spaces"])
def test_an_example_that_learns_in_a_few_seconds_reaches_what_it_promises(key: str) -> None:
    trained(key)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("key", EXAMPLES)
def test_every_example_reaches_what_it_promises(key: str) -> None:
    trained(key)


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
    project = open_example(DEFAULT)
    started = time.perf_counter()
    train(project)
    assert time.perf_counter() - started < 60
    answers = evaluate(project).outputs.argmax(axis=1)
    right = project.dataset().target.values[project.dataset().samples("validation"), 0]
    assert (answers == right).mean() >= 0.93
