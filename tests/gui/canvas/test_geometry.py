"""Routes, layout and the inside of cards: geometry without a window."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from core.network import Layer, Link, Network
from gui.canvas.expansion import arrange
from gui.canvas.layout import layout
from gui.canvas.look import CARD_HEIGHT, CARD_WIDTH
from gui.canvas.matrices import Matrix
from gui.canvas.routing import routes


def network_of(count, links):
    layers = {f"l{n}": Layer(f"l{n}", f"layer {n}", "dense", {}) for n in range(count)}
    made = {f"k{n}": Link(f"k{n}", f"l{a}", f"l{b}", *rest) for n, (a, b, *rest) in enumerate(links)}
    return Network(layers, made)


def cards(places):
    return {
        key: QRectF(x - CARD_WIDTH / 2, y - CARD_HEIGHT / 2, CARD_WIDTH, CARD_HEIGHT) for key, (x, y) in places.items()
    }


ROW = {f"l{n}": (n * 260.0, 0.0) for n in range(4)}


def test_forward_links_run_from_right_edge_to_left_edge():
    rects = cards(ROW)
    route = routes(network_of(4, [(0, 1)]), rects)["k0"]
    assert route.path.elementAt(0).x == rects["l0"].right()
    assert abs(route.end.x() - rects["l1"].left()) <= 1.0
    assert route.direction.x() == 1.0


def test_a_loop_stands_above_its_card():
    rects = cards(ROW)
    route = routes(network_of(4, [(1, 1, 1)]), rects)["k0"]
    assert route.path.boundingRect().bottom() <= rects["l1"].top() + 1
    assert route.badge.y() < rects["l1"].top() - 20


def test_loops_of_different_delay_do_not_cover_each_other():
    found = routes(network_of(2, [(1, 1, 1), (1, 1, 2)]), cards({k: ROW[k] for k in ("l0", "l1")}))
    assert abs(found["k0"].badge.y() - found["k1"].badge.y()) >= 18


@pytest.mark.parametrize("link", [(3, 0, 1), (3, 1, 2), (2, 1, 1)])
def test_feedback_runs_below_the_cards(link):
    rects = cards(ROW)
    path = routes(network_of(4, [link]), rects)["k0"].path
    for key, rect in rects.items():
        if key not in (f"l{link[0]}", f"l{link[1]}"):
            assert not path.intersects(rect)
    assert path.boundingRect().bottom() > max(rect.bottom() for rect in rects.values()) + 10


def test_feedback_arcs_that_share_a_stretch_have_their_own_lanes():
    found = routes(network_of(4, [(3, 0, 1), (2, 1, 1), (3, 2, 1)]), cards(ROW))
    assert found["k0"].badge.y() - found["k1"].badge.y() >= 18


def test_a_skip_link_goes_over_the_cards_between():
    rects = cards(ROW)
    path = routes(network_of(4, [(0, 3)]), rects)["k0"].path
    assert not any(path.intersects(rects[key]) for key in ("l1", "l2"))
    assert path.boundingRect().top() < rects["l1"].top() - 20


def test_several_links_into_one_card_enter_at_different_heights():
    rects = cards({"l0": (0, -100), "l1": (0, 100), "l2": (300, 0)})
    found = routes(network_of(3, [(0, 2), (1, 2)]), rects)
    assert found["k0"].end.y() < found["k1"].end.y()


def overlapping(places):
    rects = cards(places)
    return [(a, b) for a, b in itertools.combinations(rects, 2) if rects[a].intersects(rects[b])]


def test_layout_puts_layers_after_their_sources():
    network = network_of(5, [(0, 1), (1, 2), (0, 2), (2, 3), (1, 1, 1), (3, 1, 1), (4, 3)])
    places = layout(network)
    assert not overlapping(places)
    for link in network.links.values():
        if link.delay == 0:
            assert places[link.source][0] < places[link.target][0]


def test_layout_of_anything_never_fails_or_overlaps():
    rng = np.random.default_rng(1)
    for _ in range(60):
        count = int(rng.integers(0, 14))
        links = {(int(a), int(b), int(d)) for a, b, d in rng.integers(0, [max(count, 1), max(count, 1), 3], (20, 3))}
        network = network_of(count, sorted(links) if count else [])
        places = layout(network)
        assert places.keys() == network.layers.keys()
        assert not overlapping(places)


def test_layout_of_a_long_chain_is_not_recursive():
    network = network_of(300, [(n, n + 1) for n in range(299)] + [(299, 0, 1)])
    places = layout(network)
    xs = [places[f"l{n}"][0] for n in range(300)]
    assert xs == sorted(xs) and len(set(xs)) == 300


def test_layout_leaves_room_for_expanded_cards():
    network = network_of(3, [(0, 1), (0, 2)])
    sizes = {"l0": (CARD_WIDTH, 100.0), "l1": (CARD_WIDTH, 500.0), "l2": (CARD_WIDTH, 500.0)}
    places = layout(network, sizes)
    assert abs(places["l1"][1] - places["l2"][1]) >= 500


def matrix(rows, columns, delay=1):
    return Matrix("k", "l", "l", ("k.weight",), rows, 0, columns, delay, "k", maskable=True)


@pytest.mark.parametrize("units", [1, 2, 8, 9, 20, 36, 37, 64, 145, 700, 4096])
def test_neurons_lie_inside_the_card_and_apart(units):
    expansion = arrange(units, [])
    places, rect = expansion.neurons, expansion.rect
    assert places.shape == (units, 2)
    assert (places[:, 0] - expansion.radius > rect.left()).all() and (
        places[:, 0] + expansion.radius < rect.right()
    ).all()
    assert (places[:, 1] - expansion.radius > rect.top()).all() and (
        places[:, 1] + expansion.radius < rect.bottom()
    ).all()
    for number in {0, units // 2, units - 1}:
        distance = np.hypot(*(places - places[number]).T)
        assert np.sort(distance)[1:2].min(initial=1e9) >= 2 * expansion.radius


@pytest.mark.parametrize(("units", "past"), [(8, True), (12, True), (13, False), (64, False)])
def test_memory_is_lines_while_it_can_be_read(units, past):
    block = arrange(units, [matrix(units, units)]).blocks[0]
    assert (block.past is not None) == past


def test_blocks_do_not_touch_each_other_or_the_neurons():
    expansion = arrange(30, [matrix(30, 30), matrix(30, 8), matrix(120, 30)])
    rects = [block.rect for block in expansion.blocks]
    assert not any(a.intersects(b) for a, b in itertools.combinations(rects, 2))
    top = expansion.neurons[:, 1].min() - expansion.radius
    assert all(rect.bottom() < top and expansion.rect.contains(rect) for rect in rects)
