"""A canvas on a small network, and hands to drive it with: real events on its viewport."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from core.edits import AddLayer, AddLink, Macro, new_layer, new_link
from core.project import Project
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.runner import Runner

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Hands:
    """Mouse and keys at points of the canvas."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view

    @property
    def document(self) -> Document:
        return self.view.document

    @property
    def network(self):
        return self.document.project.network

    def pixel(self, pos: QPointF) -> QPoint:
        return self.view.mapFromScene(pos)

    def item(self, name: str):
        return self.view.canvas.layers[self.network.layer(name).id]

    def body(self, name: str) -> QPointF:
        item = self.item(name)
        return item.mapToScene(QPointF(0, item.rect().bottom() - 14))

    def title(self, name: str) -> QPointF:
        item = self.item(name)
        return item.mapToScene(item.title_rect().center())

    def port(self, name: str) -> QPointF:
        item = self.item(name)
        return item.mapToScene(item.port())

    def neuron(self, name: str, number: int) -> QPointF:
        return QPointF(*self.item(name).neuron_points()[number].tolist())

    def link_middle(self, key: str) -> QPointF:
        return self.view.canvas.links[key].route.path.pointAtPercent(0.5)

    def move(self, pos: QPointF) -> None:
        QTest.mouseMove(self.view.viewport(), self.pixel(pos))

    def press(self, pos: QPointF, modifiers=NONE, button=LEFT) -> None:
        QTest.mousePress(self.view.viewport(), button, modifiers, self.pixel(pos))

    def release(self, pos: QPointF, modifiers=NONE, button=LEFT) -> None:
        QTest.mouseRelease(self.view.viewport(), button, modifiers, self.pixel(pos))

    def click(self, pos: QPointF, modifiers=NONE) -> None:
        self.move(pos)
        QTest.mouseClick(self.view.viewport(), LEFT, modifiers, self.pixel(pos))

    def double_click(self, pos: QPointF) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, NONE, self.pixel(pos))
        QTest.mouseDClick(self.view.viewport(), LEFT, NONE, self.pixel(pos))

    def drag(self, *places: QPointF, modifiers=NONE, button=LEFT, drop: bool = True) -> None:
        self.move(places[0])
        self.press(places[0], modifiers, button)
        for one, other in itertools.pairwise(places):
            for share in (0.3, 0.7, 1.0):
                self.move(one + (other - one) * share)
        if drop:
            self.release(places[-1], modifiers, button)

    def key(self, key: Qt.Key, modifiers=NONE) -> None:
        QTest.keyClick(self.view, key, modifiers)

    def type(self, text: str) -> None:
        """Write into the field that is open, and press Enter."""
        field = self.view.editing.field
        assert field is not None, "no field is open"
        if text.isascii():
            QTest.keyClicks(field, text)
        else:  # QTest aborts on keys beyond ASCII.
            field.insert(text)
        QTest.keyClick(field, Qt.Key.Key_Return)


def draw(document: Document, layers, links=()) -> None:
    """Put layers (kind, name, x, y, params) and links (source, target, ...) into a document as one entry."""
    network, edits = document.project.network, []
    for kind, name, x, y, params in layers:
        layer = new_layer(network, kind, name, x, y, **params)
        network = network.with_layer(layer)
        edits.append(AddLayer(layer))
    for link in links:
        made = new_link(network, *link)
        network = network.with_link(made)
        edits.append(AddLink(made))
    document.do(Macro(tuple(edits)))
    document.undo_stack.clear()


SMALL = (
    ("input", "x", 0, 0, {"units": 3, "sequence": True}),
    ("dense", "hidden", 280, 0, {"units": 4}),
    ("output", "y", 560, 0, {"units": 2}),
)


@pytest.fixture
def make(qtbot):
    """A function that opens a canvas on layers and links and gives Hands."""
    runners = []

    def opened(layers=SMALL, links=(("x", "hidden"), ("hidden", "y"))) -> Hands:
        document = Document(Project())
        if layers:
            draw(document, layers, links)
        runner = Runner(document)
        runners.append(runner)
        view = CanvasView(document, runner)
        qtbot.addWidget(view)
        view.resize(1100, 700)
        view.show()
        qtbot.waitExposed(view)
        view.activateWindow()
        with qtbot.waitActive(view):
            pass
        view.setFocus()
        view.zooming.fit()
        return Hands(view)

    yield opened
    for runner in runners:
        runner.close()


@pytest.fixture
def hands(make) -> Hands:
    """A canvas on x -> hidden -> y."""
    return make()
