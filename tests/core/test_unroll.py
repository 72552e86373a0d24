"""The unrolled picture has exactly the copies and arrows that the meaning of the network says."""

from __future__ import annotations

import itertools

import pytest

from core.network import Network
from core.project import Project
from core.unroll import Unrolled, unroll
from tests.core.builders import add, elman, join


def cells(found: Unrolled) -> set[tuple[str, int | None]]:
    return {(node.layer, node.step) for node in found.nodes}


def arrows(found: Unrolled, network: Network) -> set[tuple[str, str, int | None, str, int | None]]:
    name = {layer.id: layer.name for layer in network}
    return {
        (a.tie.kind, name[a.source.layer], a.source.step, name[a.target.layer], a.target.step) for a in found.arrows
    }


def test_an_elman_network_many_to_one() -> None:
    network = elman().network
    found = unroll(network, 3)
    assert [network.layers[row.layer].name for row in found.rows] == ["Pixels", "Hidden", "Last", "Digit"]
    assert [(c.kind, c.step) for c in found.columns] == [
        ("initial", -1), ("step", 0), ("step", 1), ("step", 2), ("static", 0)
    ]  # fmt: skip
    assert arrows(found, network) == {
        ("forward", "Pixels", 0, "Hidden", 0), ("forward", "Pixels", 1, "Hidden", 1),
        ("forward", "Pixels", 2, "Hidden", 2), ("recurrent", "Hidden", -1, "Hidden", 0),
        ("recurrent", "Hidden", 0, "Hidden", 1), ("recurrent", "Hidden", 1, "Hidden", 2),
        ("last", "Hidden", 2, "Last", None), ("forward", "Last", None, "Digit", None),
    }  # fmt: skip
    assert found.by_layer[network.layer("Hidden").id].start == "zeros"
    assert found.by_layer[network.layer("Pixels").id].start == ""


@pytest.mark.parametrize("delay", [1, 3, 7])
def test_a_delay_spans_as_many_columns_and_begins_in_the_initial_state(delay: int) -> None:
    project = Project()
    x, h = add(project, "input", "x", units=1, sequence=True), add(project, "dense", "h")
    y = add(project, "output", "y", units=1)
    for source, target, k in ((x, h, 0), (h, y, 0), (y, h, delay)):
        join(project, source, target, k)
    found = unroll(project.network, 5)
    back = [a for a in found.arrows if a.tie.kind == "recurrent"]
    assert [(a.source.step, a.target.step) for a in back] == [(t - delay, t) for t in range(5)]
    for arrow in back:
        inside = arrow.source.step is not None and arrow.source.step >= 0
        assert arrow.target.column - arrow.source.column == delay if inside else arrow.source.column == 0
    assert {n.layer for n in found.nodes if n.step == -1} == {y}


def test_an_encoder_hands_over_to_a_decoder_that_runs_after_it() -> None:
    project = Project()
    x = add(project, "input", "x", units=2, sequence=True)
    encoder = add(project, "lstm", "encoder", units=3)
    z = add(project, "input", "z", units=2, sequence=True, field="z")
    decoder = add(project, "lstm", "decoder", units=3)
    y = add(project, "output", "y", units=2)
    for source, target in ((x, encoder), (z, decoder), (decoder, y)):
        join(project, source, target)
    join(project, encoder, decoder, role="initial")
    found = unroll(project.network, {x: 4, encoder: 4, z: 2, decoder: 2, y: 2}, {encoder: 3})
    row = found.by_layer
    assert [c.kind for c in found.columns] == ["initial", *["step"] * 4, "initial", "step", "step"]
    assert row[decoder].first == row[z].first == 6 and row[encoder].first == 1
    (handed,) = [a for a in found.arrows if a.tie.kind == "initial"]
    assert (handed.source.layer, handed.source.step, handed.target.layer, handed.target.step) == (
        encoder,
        2,
        decoder,
        -1,
    )
    assert row[decoder].start == "handed" and row[encoder].start == "zeros"
    memory = [(a.tie.key, a.source.step, a.target.step) for a in found.arrows if a.tie.kind == "memory"]
    assert memory == [(encoder, t - 1, t) for t in range(4)] + [(decoder, t - 1, t) for t in range(2)]


def test_static_values_stand_before_between_and_after_sequences() -> None:
    project = Project()
    names = [("input", "x", {"units": 2, "sequence": True}), ("mean_time", "mean", {}), ("dense", "code", {"units": 2}),
             ("repeat", "repeat", {"steps": 3}), ("gru", "gru", {"units": 2, "bidirectional": True}),
             ("output", "y", {"units": 1})]  # fmt: skip
    ids = [add(project, kind, name, **params) for kind, name, params in names]
    for source, target in itertools.pairwise(ids):
        join(project, source, target)
    found = unroll(project.network, 5)
    assert [c.kind for c in found.columns] == [*["step"] * 5, "static", "initial", *["step"] * 3]
    kinds = {a.tie.kind: [] for a in found.arrows}
    for a in found.arrows:
        kinds[a.tie.kind].append((a.source.step, a.target.step))
    assert kinds["reduce"] == [(t, None) for t in range(5)]
    assert kinds["spread"] == [(None, t) for t in range(3)]
    assert kinds["reverse"] == [(1, 0), (2, 1)]
    assert kinds["memory"] == [(-1, 0), (0, 1), (1, 2)]


def test_a_network_without_time_is_one_column() -> None:
    project = Project()
    x, h = add(project, "input", "x", units=4), add(project, "dense", "h")
    y = add(project, "output", "y", units=2)
    join(project, x, h), join(project, h, y), join(project, x, y)
    found = unroll(project.network, 9)
    assert [c.kind for c in found.columns] == ["static"] and found.steps == 0
    assert len(found.arrows) == 3 and cells(found) == {(x, None), (h, None), (y, None)}


def test_arrows_of_a_window_are_those_of_the_whole_that_pass_it() -> None:
    project = Project()
    x, h = add(project, "input", "x", units=1, sequence=True), add(project, "rnn", "h", bidirectional=True)
    g, m = add(project, "dense", "g"), add(project, "max_time", "m")
    y = add(project, "output", "y", units=1)
    s = add(project, "input", "s", units=1)
    for source, target, k in ((x, h, 0), (h, g, 0), (g, g, 4), (g, m, 0), (m, y, 0), (s, g, 0), (x, g, 2)):
        join(project, source, target, k)
    found = unroll(project.network, 30)
    for first, end in ((0, 3), (5, 9), (20, 21), (28, 33), (0, len(found.columns))):
        window = list(found.arrows_between(first, end))
        expected = [
            a
            for a in found.arrows
            if min(a.source.column, a.target.column) < end and max(a.source.column, a.target.column) >= first
        ]
        passing = [a for a in expected if a.tie.kind not in ("reduce", "spread")]
        assert [a for a in window if a.tie.kind not in ("reduce", "spread")] == passing
        rails = [a for a in expected if a.tie.kind in ("reduce", "spread")]
        assert set(window) <= set(expected) and len(rails) >= len(window) - len(passing)


def test_a_memory_is_tied_to_every_step_that_looks_through_it() -> None:
    project = Project()
    x, e = add(project, "input", "x", units=2, sequence=True), add(project, "gru", "e", units=3)
    last, again = add(project, "last_step", "last"), add(project, "repeat", "again", steps=3)
    d, a = add(project, "gru", "d", units=3), add(project, "attention", "a")
    for source, target in ((x, e), (e, last), (last, again), (again, d), (d, a)):
        join(project, source, target)
    join(project, e, a, role="memory")
    found = unroll(project.network, {x: 5, e: 5, again: 3, d: 3, a: 3}, {x: 4, e: 4})
    arrows = [arrow for arrow in found.arrows if arrow.tie.kind == "attend"]
    assert {(k.source.step, k.target.step) for k in arrows} == {(s, t) for s in range(4) for t in range(3)}
    assert {k.source.layer for k in arrows} == {e} and {k.target.layer for k in arrows} == {a}
    assert all(k.source.column < k.target.column for k in arrows)
    for first, end in ((0, 3), (4, 6), (8, 10), (0, len(found.columns))):
        passing = [k for k in arrows if k.source.column < end and k.target.column >= first]
        assert [k for k in found.arrows_between(first, end) if k.tie.kind == "attend"] == passing


def test_an_unlinked_or_empty_network_is_drawn_too() -> None:
    project = Project()
    assert unroll(project.network, 4).rows == ()
    add(project, "concatenate", "alone")
    assert len(unroll(project.network, 4).nodes) == 1
