"""Random edits, undo and redo: after each step the canvas shows exactly the document, and nothing else."""

import contextlib

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from PySide6.QtCore import QPointF

from core.edits import (
    AddLayer,
    AddLink,
    InsertLayer,
    MoveLayers,
    Remove,
    RemoveUnit,
    Rename,
    SetDelay,
    SetFrozen,
    SetMask,
    SetParam,
    new_layer,
    new_link,
)  # fmt: skip
from core.errors import StudioError
from core.parameters import count
from core.project import Project
from core.shapes import infer
from gui.canvas import matrices
from gui.canvas.card import shape_words
from gui.canvas.scene import CanvasScene
from gui.document import Document
from gui.runner import Runner

KINDS = ("input", "dense", "output", "rnn", "lstm", "dropout", "concatenate", "add", "last_step", "layer_norm")
pick = st.integers(0, 99)


def same_as_document(scene: CanvasScene, document: Document) -> None:
    """What the canvas shows, compared with the document thing by thing."""
    network = document.project.network
    assert list(scene.layers) == [key for key in scene.layers if key in network.layers]
    assert set(scene.layers) == set(network.layers)
    assert set(scene.links) == set(network.links)
    shapes, numbers = infer(network), count(network)
    for key, layer in network.layers.items():
        item = scene.layers[key]
        assert item.scene() is item.ground.scene() is item.live.scene() is scene
        assert item.pos() == item.ground.pos() == QPointF(layer.x, layer.y)
        assert (item.card.name, item.card.kind, item.card.frozen) == (layer.name, layer.kind, layer.frozen)
        assert item.card.shape == shape_words(shapes.get(key))
        assert bool(item.card.count) == bool(numbers[key])
        assert item.marked == (key in document.selection)
        assert (item.expansion is not None) == (key in scene.expanded)
        if item.expansion is not None:
            assert len(item.expansion.neurons) == shapes[key].features
    for key, link in network.links.items():
        item = scene.links[key]
        assert item.scene() is scene and item.link == link and item.route is not None
        assert item.marked == (key in document.selection)
    for item in scene.weights.values():
        values = item.matrix.values(document.project.weights)
        assert item.scene() is scene
        assert (item.values is None) == (values is None)
        assert values is None or (item.values == values).all()
    extra = {scene.draft, scene.guides, scene._weights.bundle}
    shown = len(scene.layers) * 3 + len(scene.links) + len(scene.weights) + len(extra)
    assert len(scene.items()) == shown


class Machine(RuleBasedStateMachine):
    """Does what a person might do, allowed or not."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(Project())
        self.runner = Runner(self.document)
        self.scene = CanvasScene(self.document, self.runner)

    def layer(self, number):
        keys = list(self.document.project.network.layers)
        return keys[number % len(keys)] if keys else ""

    def link(self, number):
        keys = list(self.document.project.network.links)
        return keys[number % len(keys)] if keys else ""

    def attempt(self, edit) -> None:
        with contextlib.suppress(StudioError):
            self.document.do(edit)

    def has_layers(self):
        return bool(self.document.project.network.layers)

    def has_links(self):
        return bool(self.document.project.network.links)

    @rule(kind=st.sampled_from(KINDS), x=st.integers(-300, 300), y=st.integers(-300, 300))
    def add(self, kind, x, y):
        self.attempt(AddLayer(new_layer(self.document.project.network, kind, "", x, y)))

    @precondition(has_layers)
    @rule(one=pick, other=pick, delay=st.integers(0, 3), role=st.sampled_from(("data", "data", "initial")))
    def connect(self, one, other, delay, role):
        network = self.document.project.network
        self.attempt(AddLink(new_link(network, self.layer(one), self.layer(other), delay, role)))

    @precondition(has_layers)
    @rule(number=pick, x=st.integers(-300, 300), y=st.integers(-300, 300))
    def move(self, number, x, y):
        self.attempt(MoveLayers({self.layer(number): (x, y)}))

    @precondition(has_layers)
    @rule(number=pick, name=st.sampled_from(("a", "b", "c", "")))
    def rename(self, number, name):
        self.attempt(Rename(self.layer(number), name))

    @precondition(has_layers)
    @rule(number=pick, units=st.integers(1, 40))
    def resize(self, number, units):
        self.attempt(SetParam(self.layer(number), "units", units))

    @precondition(has_layers)
    @rule(number=pick, unit=st.integers(0, 5))
    def remove_unit(self, number, unit):
        self.attempt(RemoveUnit(self.layer(number), unit))

    @precondition(has_links)
    @rule(number=pick, delay=st.integers(0, 4))
    def delay(self, number, delay):
        self.attempt(SetDelay(self.link(number), delay))

    @precondition(has_links)
    @rule(number=pick, row=st.integers(0, 2), column=st.integers(0, 2), there=st.booleans())
    def cut(self, number, row, column, there):
        self.attempt(SetMask(self.link(number), {(row, column): there}))

    @precondition(has_links)
    @rule(number=pick, kind=st.sampled_from(KINDS))
    def insert(self, number, kind):
        network = self.document.project.network
        self.attempt(InsertLayer(new_layer(network, kind), self.link(number)))

    @precondition(has_layers)
    @rule(number=pick, frozen=st.booleans())
    def freeze(self, number, frozen):
        self.attempt(SetFrozen((self.layer(number),), frozen))

    @precondition(has_layers)
    @rule(numbers=st.lists(pick, max_size=3))
    def select(self, numbers):
        self.document.select([self.layer(n) for n in numbers] + [self.link(n) for n in numbers])

    @precondition(has_layers)
    @rule(number=pick)
    def remove(self, number):
        self.attempt(Remove((self.layer(number),)))

    @precondition(has_layers)
    @rule(number=pick, expanded=st.booleans())
    def expand(self, number, expanded):
        self.scene.set_expanded([self.layer(number)], expanded)

    @rule(steps=st.integers(1, 4))
    def undo(self, steps):
        for _ in range(steps):
            self.document.undo()

    @rule(steps=st.integers(1, 4))
    def redo(self, steps):
        for _ in range(steps):
            self.document.redo()

    @invariant()
    def shows_the_document(self):
        same_as_document(self.scene, self.document)

    def teardown(self):
        self.runner.close()
        self.scene.deleteLater()


def test_random_edits_are_shown_exactly(qapp):
    run_state_machine_as_test(Machine, settings=settings(max_examples=60, stateful_step_count=40, deadline=None))


@pytest.mark.long
def test_many_random_edits_are_shown_exactly(qapp):
    run_state_machine_as_test(Machine, settings=settings(max_examples=200, stateful_step_count=60, deadline=None))


def test_every_number_of_a_matrix_is_where_the_canvas_says(qapp):
    document = Document(Project())
    from tests.gui.canvas.conftest import draw

    draw(
        document,
        (("input", "a", 0, 0, {"units": 2, "sequence": True}), ("input", "b", 0, 0, {"units": 3, "sequence": True}),
         ("gru", "g", 0, 0, {"units": 4, "bidirectional": True}), ("dense", "d", 0, 0, {"units": 5})),
        (("a", "g"), ("b", "g"), ("g", "d"), ("d", "d", 2)),
    )  # fmt: skip
    network, weights = document.project.network, document.project.weights
    found = [matrices.of_link(network, infer(network), link) for link in network.links.values()]
    found.append(matrices.of_memory(network.layer("g")))
    for matrix in found:
        values = matrix.values(weights)
        assert values.shape == matrix.shape
        for row in range(values.shape[0]):
            for column in range(values.shape[1]):
                name, index = matrix.place(row, column)
                assert weights[name][index] == values[row, column]
