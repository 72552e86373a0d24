"""Counts are the sums of what their explanations name: rows times columns of the arrays that there are, sizes that follow."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from core.describe import Words
from core.edits import AddLayer, AddLink, Macro, SetMask, SetParam, new_layer, new_link
from core.examples import EXAMPLES, open_example
from core.formula import svg
from core.network import Network
from core.parameters import initial, parameters
from core.project import Project
from core.shapes import infer, input_features
from core.why.network.counted import Counting
from core.why.numbers import Aggregate, Number


def all_of(found: Aggregate) -> list[Aggregate]:
    """An answer and everything that it leads to."""
    inside = [one for term in found.terms for one in (term.about, term.factor_number) if isinstance(one, Aggregate)]
    return [found, *(deeper for one in inside for deeper in all_of(one))]


def holds(found: Aggregate, value: int) -> None:
    assert found.value == value
    for one in all_of(found):
        assert not one.terms or sum(term.contribution for term in one.terms) == one.value, one.title
        assert str(one.title) and str(one.note), "all fields are filled"
        for line in (*one.symbols, *one.numbers):
            assert "<svg" in svg(line)
        assert one.numbers[-1].endswith(f"= {one.value}"), "told in full"


def network_of(*layers: tuple[str, str, dict], links: tuple[tuple, ...] = ()) -> Network:
    project = Project()
    network, edits = project.network, []
    for kind, name, params in layers:
        layer = new_layer(network, kind, name, **params)
        network = network.with_layer(layer)
        edits.append(AddLayer(layer))
    for link in links:
        made = new_link(network, *link)
        network = network.with_link(made)
        edits.append(AddLink(made))
    project.apply(Macro(tuple(edits)))
    return project.network


@pytest.mark.parametrize("example", sorted(EXAMPLES))
def test_an_example_counts_the_numbers_of_its_arrays(example):
    network = open_example(example).network
    arrays, found = initial(network, 0), list(parameters(network).values())
    counting = Counting(network)
    holds(counting.parameters(found, Words("All")), sum(array.size for array in arrays.values()))
    for one in found:
        holds(counting.tensor(one), arrays[one.name].size)
    shapes = infer(network)
    for key in network.layers:
        holds(counting.size(key), shapes[key].features)
        size = input_features(network, key, shapes)
        if size is not None:
            holds(counting.reads(key), size)
    holds(counting.layers(network.layers), len(network.layers))
    holds(counting.links(network.links), len(network.links))


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("both", [False, True])
def test_blocks_have_as_many_as_those_of_torch(kind, both):
    network = network_of(
        ("input", "a", {"units": 3, "sequence": True}), ("input", "b", {"units": 2, "sequence": True}),
        (kind, "block", {"units": 5, "bidirectional": both}), links=(("a", "block"), ("b", "block")),
    )  # fmt: skip
    block = network.layer("block").id
    own = [one for one in parameters(network).values() if one.layer == block]
    module = getattr(torch.nn, kind.upper())(5, 5, bidirectional=both)
    counting = Counting(network)
    holds(counting.parameters(own, Words("Block")), sum(one.numel() for one in module.parameters()))
    holds(counting.size(block), 10 if both else 5)
    first = next(one for one in own if one.name.endswith("weight_ih"))
    made = counting.tensor(first)
    assert [term.value for term in made.terms] == [3, 2] and made.terms[0].factor == len(first.rows)
    assert str(made.terms[1].about.title) == "How many units “b” has"


def test_kinds_that_no_example_has():
    network = network_of(
        ("input", "x", {"units": 1, "sequence": True}), ("embedding", "e", {"vocabulary": 7, "units": 4}),
        ("attention", "additive", {"score": "additive", "score_units": 6}),
        ("attention", "general", {"score": "general"}), ("layer_norm", "norm", {}),
        ("dense", "learned", {"units": 3, "initial_state": "learned", "activation": "prelu"}),
        ("lstm", "memory", {"units": 2, "initial_state": "learned"}), ("concatenate", "side", {}),
        links=(
            ("x", "e"), ("e", "memory"), ("e", "additive"), ("memory", "additive", 0, "memory"), ("e", "general"),
            ("memory", "general", 0, "memory"), ("e", "norm"), ("norm", "learned"), ("learned", "learned", 2),
            ("memory", "side"), ("learned", "side"), ("norm", "side"),
        ),
    )  # fmt: skip
    counting, arrays = Counting(network), initial(network, 0)
    found = parameters(network)
    assert {name.rpartition(".")[2] for name in found} >= {
        "table", "query", "memory", "energy", "score", "gain", "slope", "initial", "initial_cell", "weight_hh",
    }  # fmt: skip
    for name, one in found.items():
        holds(counting.tensor(one), arrays[name].size)
    holds(counting.size(network.layer("side").id), 2 + 3 + 4)
    later = next(one for one in found.values() if one.link and network.links[one.link].delay)
    assert str(counting.tensor(later).title).endswith("with a delay of 2")


def test_layers_that_read_each_other_take_their_size_from_outside():
    network = network_of(
        ("input", "x", {"units": 3, "sequence": True}), ("add", "a", {}), ("add", "b", {}),
        links=(("b", "a", 1), ("a", "b"), ("x", "a")),
    )  # fmt: skip
    counting = Counting(network)
    names = {key: network.layer(key).id for key in "xab"}
    holds(counting.size(names["a"]), 3)
    holds(counting.size(names["b"]), 3)
    assert [term.about.title.values["layer"] for term in counting.size(names["a"]).terms] == ["x"]
    assert [term.about.title.values["layer"] for term in counting.size(names["b"]).terms] == ["a"]


def test_long_lists_and_large_counts_are_told_in_full():
    layers = [("input", "x", {"units": 300}), *(("dense", f"d{n}", {"units": 333}) for n in range(30))]
    links = [(one[1], other[1]) for one, other in pairwise(layers)]
    network = network_of(*layers, links=tuple(links))
    value = 300 * 333 + 29 * 333 * 333 + 30 * 333
    found = Counting(network).parameters(list(parameters(network).values()), Words("All"))
    holds(found, value)
    assert len(found.terms) == 41 and type(found.value) is int
    assert found.explained().text("All").endswith(f"= {value:,}")


def test_cut_connections_are_counted_one_by_one():
    project = open_example("digits-rows-elman")
    link = next(one for one in project.network.links.values() if one.recurrent)
    other = next(one for one in project.network.links.values() if not one.recurrent)
    project.apply(SetMask(link.id, {(0, 1): False, (2, 0): False}))
    counting = Counting(project.network)
    holds(counting.cut([other.id, link.id]), 2)
    assert [term.number for term in counting.cut([link.id]).terms] == [
        Number("weight", link.target, 0, None, f"{link.id}.weight", 1),
        Number("weight", link.target, 2, None, f"{link.id}.weight", 0),
    ]
    project.apply(SetMask(other.id, {(0, 0): False}))
    counting = Counting(project.network)
    both = counting.cut([other.id, link.id])
    holds(both, 3)
    assert sorted(term.value for term in both.terms) == [1, 2]
    holds(counting.cut([]), 0)


def test_delay_and_what_follows_from_a_changed_setting():
    project = open_example("digits-rows-elman")
    link = next(one for one in project.network.links.values() if one.recurrent)
    found = Counting(project.network).delay(link.id)
    assert found.value == link.delay == 1 and found.numbers == ("x_t = h_{t - 1}",)
    before = sum(a.size for a in initial(project.network, 0).values())
    project.apply(SetParam(link.target, "units", 7))
    after = Counting(project.network).parameters(list(parameters(project.network).values()), Words("All"))
    holds(after, sum(a.size for a in initial(project.network, 0).values()))
    assert after.value != before and np.isfinite(after.value)
