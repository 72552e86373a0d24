"""The outline mirrors the network whatever is done to it, and can be used without a mouse."""

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from core.edits import AddLayer, AddLink, Remove, Rename, SetParam, new_layer, new_link
from core.errors import StudioError
from core.project import Project
from gui.document import Document
from gui.panels.outline import ID, OutlinePanel
from gui.runner import Runner


@pytest.fixture
def panel(document, runner, show):
    return show(OutlinePanel(document, runner), 260, 400)


def rows(panel):
    """What the tree says: {layer id: (name, parameters, [link ids])} in order."""
    model = panel.model
    said = {}
    for row in range(model.rowCount()):
        top = model.item(row)
        links = [top.child(n).data(ID) for n in range(top.rowCount())]
        said[top.data(ID)] = (top.text(), model.item(row, 2).text(), links)
    return said


def model_rows(document):
    """The same from the network and its weights."""
    network, weights = document.project.network, document.project.weights
    expected = {}
    for layer in network:
        links = [
            k.id
            for role in ("data", "initial")
            for k in network.links.values()
            if k.target == layer.id and k.role == role
        ]
        owners = {layer.id, *links}
        size = sum(w.size for name, w in weights.items() if name.split(".")[0] in owners)
        expected[layer.id] = (layer.name, f"{size:,}" if size else "", links)
    return expected


def test_it_mirrors_the_network(document, panel):
    assert rows(panel) == model_rows(document)
    hidden = document.project.network.layer("Hidden")
    assert panel._items[hidden.id].parent() is None
    own = next(link for link in document.project.network.links.values() if link.recurrent)
    assert panel._items[own.id].text() == "← Hidden, t−1"
    assert panel._items[own.id].toolTip() == "reads “Hidden” 1 step ago, 1,024 parameters"


def random_edit(dice, network):
    """Some edit, which may be refused."""
    ids = list(network.layers)
    match dice.randrange(6):
        case 0:
            return AddLayer(new_layer(network, dice.choice(["dense", "lstm", "dropout", "add"])))
        case 1:
            return AddLink(new_link(network, dice.choice(ids), dice.choice(ids), dice.randint(0, 2)))
        case 2:
            return Remove((dice.choice(ids),))
        case 3:
            return Remove(links=(dice.choice(list(network.links)),))
        case 4:
            return Rename(dice.choice(ids), f"name {dice.random()}")
    return SetParam(dice.choice(ids), "units", dice.randint(1, 9))


def test_it_mirrors_the_network_after_random_edits_undo_and_redo(document, panel):
    dice = random.Random(5)
    for _ in range(60):
        try:
            act = dice.random()
            if act < 0.2:
                document.undo()
            elif act < 0.3:
                document.redo()
            else:
                document.do(random_edit(dice, document.project.network))
        except (StudioError, IndexError):
            continue
        assert rows(panel) == model_rows(document)


def test_selecting_here_selects_there_and_back(document, panel):
    first, second = list(document.project.network.layers)[:2]
    tree = panel.tree
    spot = tree.visualRect(panel._items[first].index()).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert document.selection == {first}
    QTest.keyClick(tree, Qt.Key.Key_Down)
    assert document.selection == {second}
    link = document.project.network.into(second)[0].id
    document.select({first, link})
    assert set(panel._selected()) == {first, link}
    document.select(())
    assert not list(panel._selected())


def test_the_keyboard_renames_and_deletes(document, panel, qtbot):
    tree = panel.tree
    tree.setFocus()
    hidden = document.project.network.layer("Hidden").id
    document.select({hidden})
    QTest.keyClick(tree, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: tree.findChild(QLineEdit) is not None)
    editor = tree.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "Memory")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.project.network.layers[hidden].name == "Memory")
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Delete)
    assert hidden not in document.project.network.layers
    document.undo()
    assert rows(panel) == model_rows(document)


def test_a_refused_name_is_answered_and_taken_back(document, panel, qtbot):
    from PySide6.QtWidgets import QMessageBox

    hidden = document.project.network.layer("Hidden").id
    panel._items[hidden].setText("Output")
    box = panel.findChild(QMessageBox)
    assert box.text() == "There is a layer called “Output” already."
    assert panel._items[hidden].text() == "Hidden"
    box.close()


def test_what_is_closed_stays_closed(document, panel):
    hidden = document.project.network.layer("Hidden").id
    panel.tree.setExpanded(panel._items[hidden].index(), False)
    document.do(AddLayer(new_layer(document.project.network, "dense")))
    assert not panel.tree.isExpanded(panel._items[hidden].index())
    output = document.project.network.layer("Output").id
    assert panel.tree.isExpanded(panel._items[output].index())


def test_a_screen_reader_hears_the_layers(document, panel):
    tree = QAccessible.queryAccessibleInterface(panel.tree)
    assert tree.text(QAccessible.Text.Name) == "Outline of the network"
    hidden = document.project.network.layer("Hidden").id
    spoken = panel._items[hidden].data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Dense “Hidden”, gives 32 × t, 1,312 parameters"


def test_an_empty_network_says_what_to_do(qapp, show):
    document = Document(Project())
    runner = Runner(document)
    panel = show(OutlinePanel(document, runner), 260, 300)
    assert panel.empty.isVisible() and not panel.tree.isVisible()
    document.do(AddLayer(new_layer(document.project.network, "input")))
    assert panel.tree.isVisible() and not panel.empty.isVisible()
    assert runner.close()
