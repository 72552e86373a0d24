"""What data holds, counted anew from its arrays; and the sizes in the sentences of problems."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.data.cache import dataset as load
from core.edits import Replace, SetParam
from core.examples import open_example
from core.formula import svg
from core.problems import problems
from core.project import Project
from core.why.data import held, stored
from core.why.network.fits import numbers_of
from core.why.numbers import Aggregate
from tests.core.why.network.test_counted import network_of

DATASETS = catalogue("datasets")
KEYS = [key for key, spec in DATASETS.items() if spec.family != "own"]


def drawn(found: Aggregate) -> Aggregate:
    assert str(found.title) and str(found.note)
    assert all("<svg" in svg(line) for line in (*found.symbols, *found.numbers))
    return found


@pytest.mark.parametrize("key", KEYS)
def test_every_data_set(key):
    data = load(DATASETS.choose(key))
    asked = drawn(held.samples(data))
    assert asked.value == len(data.target.values) == sum(term.contribution for term in asked.terms)
    for part in data.parts:
        assert drawn(held.part(data, part)).value == len(data.split[part])
    for name in (*data.inputs, "target"):
        field = data.target if name == "target" else data.inputs[name]
        assert drawn(held.features(data, name)).value == field.values.shape[-1]
        if field.values.ndim == 3:
            asked = drawn(held.steps(data, name))
            assert asked.value == field.values.shape[1]
            assert not asked.terms or asked.terms[0].value == asked.value
        if field.codes and field.classes:
            asked = drawn(held.classes(data, name))
            assert asked.value == len(field.classes) == sum(term.contribution for term in asked.terms)
    assert drawn(held.outputs(data)).value == data.outputs


def test_classes_tell_how_often_they_occur():
    data = load(DATASETS.choose("digits"))
    codes = data.target.values[data.split["train"], 0].astype(int)
    asked = held.classes(data)
    for term in asked.terms:
        assert term.about.value == (codes == int(term.about.title.values["name"])).sum()
    counts = [term.about.value for term in asked.terms]
    assert counts == sorted(counts, reverse=True) and sum(counts) == len(codes)


def test_steps_of_padded_samples():
    data = load(open_example("names-gru").state.data)
    assert data.lengths is not None
    name = next(iter(data.inputs))
    for sample in (0, 5, int(np.argmin(data.lengths))):
        assert stored.steps_of(data, name, sample).value == data.lengths[sample]


@pytest.mark.parametrize(
    ("key", "name"), [("iris", "x"), ("sunspots", "x"), ("diabetes", "target"), ("digits", "target")]
)
def test_numbers_in_their_own_unit(key, name):
    data = load(DATASETS.choose(key))
    field = data.field(name)
    kept = np.asarray(field.values[3], float)
    own = kept if field.normalisation is None else kept * field.normalisation.scale + field.normalisation.mean
    places = [(None, n) for n in range(field.features)] if own.ndim == 1 else [(t, 0) for t in range(3)]
    for step, feature in places:
        asked = drawn(stored.value(data, name, (3, step, feature)))
        assert asked.value == pytest.approx(float(own[feature] if step is None else own[step, feature]))


def found_in(project: Project, key: str) -> dict[str, Aggregate]:
    (problem,) = [one for one in problems(project.state) if one.key == key]
    data = project.dataset() if project.state.data is not None else None
    numbers = numbers_of(problem, project.network, data)
    for name, one in numbers.items():
        drawn(one)
        if name in problem.values:
            assert str(one.value) in str(problem.values[name]), (name, one.value, problem.text)
    return numbers


def test_sizes_in_the_sentences_of_problems():
    project = open_example("digits-rows-elman")
    names = {layer.kind: layer.id for layer in project.network}
    project.apply(SetParam(names["input"], "units", 5))
    numbers = found_in(project, "input does not fit")
    assert {key: one.value for key, one in numbers.items()} == {"wanted": 8, "has": 5}
    project.apply(SetParam(names["output"], "units", 4))
    assert {key: one.value for key, one in found_in(project, "output does not fit").items()} == {"n": 10, "m": 4}


def test_symbols_that_a_table_does_not_know():
    project = open_example("names-gru")
    table = project.network.of_kind("embedding")[0]
    project.apply(SetParam(table.id, "vocabulary", 2))
    numbers = found_in(project, "too few symbols")
    assert numbers["has"].value == 2 < numbers["needed"].value


def test_sources_that_differ_in_size():
    project = Project()
    network = network_of(
        ("input", "x", {"units": 3, "sequence": True}), ("dense", "a", {"units": 2}), ("add", "sum", {}),
        ("lstm", "block", {"units": 4}), ("attention", "look", {"score": "dot"}), ("output", "y", {}),
        links=(
            ("x", "a"), ("x", "sum"), ("a", "sum"), ("x", "block"), ("a", "block", 0, "initial"), ("x", "look"),
            ("a", "look", 0, "memory"), ("look", "y"), ("sum", "y"), ("block", "y"),
        ),
    )  # fmt: skip
    project.apply(Replace(replace(project.state, network=network)))
    by_template = {}
    for problem in problems(project.state):
        if problem.key == "sizes differ":
            by_template[problem.template] = {k: v.value for k, v in numbers_of(problem, network, None).items()}
    assert sorted(map(str, by_template.values())) == sorted(
        map(str, ({"sizes0": 3, "sizes1": 2}, {"m": 2, "n": 4}, {"m": 3, "n": 2}))
    )
