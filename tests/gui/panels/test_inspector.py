"""The inspector shows the model's numbers, edits all that is selected, and follows undo."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.catalogue.layers import LAYERS
from core.edits import AddLayer, SetMask, SetParam, SetWeight, new_layer
from core.shapes import infer
from gui.inspect.facts import Statistics
from gui.inspect.layer_page import LayerPage
from gui.inspect.link_page import LinkPage
from gui.panels.inspector import Inspector


@pytest.fixture
def inspector(document, runner, show):
    return show(Inspector(document, runner))


@pytest.fixture
def hidden(document):
    return document.project.network.layer("Hidden")


def own_link(document):
    return next(link for link in document.project.network.links.values() if link.recurrent)


def page(inspector, kind=LayerPage):
    return next(page for page in inspector.pages if isinstance(page, kind))


def numbers_of_layer(document, layer_id):
    """Independent of core.parameters: all tensors whose name begins with the layer or one of its incoming links."""
    owners = {layer_id, *(link.id for link in document.project.network.into(layer_id))}
    return [w for name, w in document.project.weights.items() if name.split(".")[0] in owners]


def test_nothing_selected_shows_the_network_and_what_to_do(document, inspector):
    shown = inspector.pages[0]
    assert shown.facts.value("Layers") == str(len(document.project.network.layers))
    total = sum(w.size for w in document.project.weights.values())
    assert shown.facts.value("Parameters") == f"{total:,}"
    assert "Select a layer or a link" in inspector.findChild(type(shown)).layout().itemAt(2).widget().label.text()


def test_a_layer_shows_its_numbers(document, inspector, hidden):
    document.select({hidden.id})
    shown = page(inspector)
    assert shown.name.text() == "Hidden"
    own = numbers_of_layer(document, hidden.id)
    assert shown.facts.value("Parameters") == f"{sum(w.size for w in own):,}"
    assert shown.facts.value("Gives") == f"{infer(document.project.network)[hidden.id].features} at every step"
    assert shown.facts.value("Reads") == "40 numbers"  # 8 pixels of a row and 32 of its own last state
    flat = np.concatenate([w.ravel() for w in own]).astype(float)
    assert float(shown.weights.facts.value("Mean")) == pytest.approx(flat.mean(), rel=1e-3)
    assert float(shown.weights.facts.value("Standard dev.")) == pytest.approx(flat.std(), rel=1e-3)
    assert shown.weights.histogram._counts.sum() == len(flat)


def test_typing_changes_the_model_and_undo_changes_the_field(document, inspector, hidden, type_into):
    document.select({hidden.id})
    box = page(inspector).form.row("units").field.editor
    type_into(box, "12")
    assert document.project.network.layers[hidden.id].params["units"] == 12
    assert page(inspector).facts.value("Gives") == "12 at every step"
    assert document.undo_stack.undoText() == "Units"
    document.undo()
    assert box.text() == "32" and document.undo_stack.count() == 1


def test_turning_a_knob_is_one_entry_of_the_history(document, inspector, hidden):
    document.select({hidden.id})
    box = page(inspector).form.row("units").field.editor
    box.setFocus()
    for _ in range(3):
        QTest.keyClick(box, Qt.Key.Key_Up)
    assert document.project.network.layers[hidden.id].params["units"] == 35
    assert document.undo_stack.count() == 1


def test_a_nested_setting(document, inspector, hidden, type_into):
    document.select({hidden.id})
    drop = page(inspector).form.row("activation").field.editor
    drop.setFocus()
    QTest.keyClicks(drop, "Leaky")
    assert document.project.network.layers[hidden.id].params["activation"].key == "leaky_relu"
    type_into(page(inspector).form.row("activation.negative_slope").field.editor, "0,2")
    assert document.project.network.layers[hidden.id].params["activation"]["negative_slope"] == 0.2


def test_renaming(document, inspector, hidden, type_into):
    document.select({hidden.id})
    shown = page(inspector)
    type_into(shown.name, "Memory")
    assert document.project.network.layers[hidden.id].name == "Memory"
    type_into(shown.name, "Output")
    assert shown.complaint.text() == "There is a layer called “Output” already." and not shown.complaint.isHidden()
    assert document.project.network.layers[hidden.id].name == "Memory" == shown.name.text()
    type_into(shown.name, "State")
    assert shown.complaint.isHidden() and document.undo_stack.count() == 2


def test_several_layers_are_edited_together(document, inspector, hidden):
    extra = new_layer(document.project.network, "dense", "Extra", units=7)
    document.do(AddLayer(extra))
    count = document.undo_stack.count()
    document.select({hidden.id, extra.id})
    shown = page(inspector)
    box = shown.form.row("units").field.editor
    assert shown.name is None and box.text() == ""
    box.setFocus()
    QTest.keyClicks(box, "9")
    QTest.keyClick(box, Qt.Key.Key_Return)
    QTest.keyClick(box, Qt.Key.Key_Up)
    layers = document.project.network.layers
    assert [layers[key].params["units"] for key in (hidden.id, extra.id)] == [10, 10]
    assert document.undo_stack.count() == count + 1
    document.undo()
    layers = document.project.network.layers
    assert [layers[key].params["units"] for key in (hidden.id, extra.id)] == [32, 7]


def test_layers_of_several_kinds_show_what_they_share(document, inspector, hidden, type_into):
    block = new_layer(document.project.network, "lstm", units=5)
    document.do(AddLayer(block))
    document.select({hidden.id, block.id})
    shown = page(inspector)
    assert "units" in shown.form.rows and "activation" not in shown.form.rows
    type_into(shown.form.row("units").field.editor, "6")
    assert {document.project.network.layers[key].params["units"] for key in (hidden.id, block.id)} == {6}


def test_another_layer_of_the_same_kind_takes_over_the_page(document, inspector, hidden):
    extra = new_layer(document.project.network, "dense", "Extra", units=7)
    document.do(AddLayer(extra))
    document.select({hidden.id})
    shown = page(inspector)
    shown.name.setFocus()
    QTest.keyClicks(shown.name, "half")
    box = shown.form.row("units").field.editor
    document.select({extra.id})
    assert page(inspector) is shown, "no new widgets for a layer of the same kind"
    assert shown.name.text() == "Extra" and box.text() == "7"
    QTest.keyClick(box, Qt.Key.Key_Up)
    layers = document.project.network.layers
    assert (layers[extra.id].params["units"], layers[hidden.id].params["units"]) == (8, 32)
    assert layers[hidden.id].name == "Hidden"


def test_a_hidden_inspector_waits(document, inspector, hidden):
    inspector.hide()
    before = list(inspector.pages)
    document.select({hidden.id})
    assert inspector.pages == before
    inspector.show()
    assert page(inspector).name.text() == "Hidden"


def test_freezing(document, inspector, hidden):
    document.select({hidden.id})
    QTest.mouseClick(page(inspector).freeze.row("frozen").title, Qt.MouseButton.LeftButton)
    assert document.project.network.layers[hidden.id].frozen
    assert page(inspector).facts.value("Parameters").endswith(", frozen")
    assert document.undo_stack.undoText() == "Freeze"


def test_a_link_shows_ends_matrix_and_cut_connections(document, inspector):
    link = own_link(document)
    document.do(SetMask(link.id, {(0, 0): False, (3, 5): False}))
    document.select({link.id})
    shown = page(inspector, LinkPage)
    assert shown.facts.value("From") == shown.facts.value("To") == "Hidden"
    assert shown.facts.value("Matrix") == "32 × 32"
    assert shown.facts.value("Cut connections") == "2 of 1,024"
    weight = document.project.weights[f"{link.id}.weight"].astype(float)
    left = np.delete(weight.ravel(), [0, 3 * 32 + 5])
    assert float(shown.weights.facts.value("Mean")) == pytest.approx(left.mean(), rel=1e-3)
    QTest.mouseClick(shown.restore, Qt.MouseButton.LeftButton)
    assert document.project.network.links[link.id].mask is None and shown.restore.isHidden()
    document.undo()
    assert (~document.project.network.links[link.id].mask).sum() == 2 and not shown.restore.isHidden()


def test_the_delay_of_a_link(document, inspector, type_into):
    link = own_link(document)
    document.select({link.id})
    shown = page(inspector, LinkPage)
    row = shown.form.row("delay")
    type_into(row.field.editor, "3")
    assert document.project.network.links[link.id].delay == 3
    assert "step t − 3" in shown._about.text()
    type_into(row.field.editor, "0")
    assert document.project.network.links[link.id].delay == 3 and row.field.editor.text() == "3"
    assert "loop without delay" in row.note.text() and not row.note.isHidden()


def test_a_link_into_a_block_owns_columns_of_its_matrix(document, inspector, runner):
    from core.edits import AddLink, new_link

    block = new_layer(document.project.network, "lstm", units=3)
    document.do(AddLayer(block))
    for name in ("Input", "Hidden"):
        document.do(AddLink(new_link(document.project.network, name, block.id)))
    second = document.project.network.into(block.id)[1]
    document.select({second.id})
    shown = page(inspector, LinkPage)
    assert shown.facts.value("Matrix") == "12 × 32" and "frozen" not in shown.form.rows
    mine = document.project.weights[f"{block.id}.weight_ih"][:, 8:].astype(float)
    assert float(shown.weights.facts.value("Mean")) == pytest.approx(mine.mean(), rel=1e-3)


def test_live_weights_are_shown_while_training(document, inspector, runner, hidden):
    document.select({hidden.id})
    runner._live = {name: np.full_like(w, 0.25) for name, w in document.project.weights.items()}
    runner.updated.emit()
    assert page(inspector).weights.facts.value("Mean") == "0.25"
    runner._live = None
    runner.updated.emit()
    assert page(inspector).weights.facts.value("Mean") != "0.25"


def test_an_edit_elsewhere_is_shown(document, inspector, hidden):
    document.select({hidden.id})
    document.do(SetParam(hidden.id, "units", 4))
    assert page(inspector).form.row("units").field.editor.text() == "4"
    document.do(SetWeight(f"{hidden.id}.bias", (0,), 50.0))
    assert page(inspector).weights.facts.value("Smallest, largest").endswith(", 50")


def test_a_deleted_layer_leaves_the_inspector(document, inspector, hidden):
    from core.edits import Remove

    document.select({hidden.id})
    document.do(Remove((hidden.id,)))
    assert not any(isinstance(page, LayerPage) for page in inspector.pages)
    document.undo()
    document.select({hidden.id})
    assert page(inspector).name.text() == "Hidden"


def test_statistics_leave_out_what_is_not_finite():
    found = Statistics.of(np.array([1.0, np.nan, 3.0, np.inf]))
    assert (found.count, found.bad, found.mean, found.smallest, found.largest) == (4, 2, 2.0, 1.0, 3.0)
    assert Statistics.of(np.array([np.nan])).bad == 1


def test_the_formula_of_the_kind_is_shown(document, inspector, hidden):
    document.select({hidden.id})
    view = page(inspector).formula
    assert view.lines == (LAYERS["dense"].formula,) and view.height() > 20
    drawn = view.grab().toImage()
    assert len({drawn.pixel(x, y) for x in range(0, 100, 2) for y in range(0, drawn.height(), 2)}) > 2
