"""Each explorer through real events: a number on the screen against an independent computation."""

import math

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from core.data.cache import dataset
from core.describe import number
from core.examples import open_example
from core.reports import Evaluation, Examination
from gui.document import Document
from gui.explorers.activation import ActivationExplorer
from gui.explorers.backprop import BackpropExplorer
from gui.explorers.feed_forward import FeedForwardExplorer
from gui.explorers.loss_lab import LossLab
from gui.explorers.names import TITLES
from gui.explorers.neuron import NeuronExplorer
from gui.explorers.opening import Explorers
from gui.explorers.optimizer_race import OptimizerRace
from gui.explorers.recurrent_step import RecurrentStepExplorer, _to_one
from gui.explorers.window import EXPLORERS, ExplorerWindow
from gui.runner import Runner
from gui.theme import theme

LEFT = Qt.MouseButton.LeftButton


def click_chart(chart, x, y):
    """Click a chart at values."""
    box = chart.getPlotItem().getViewBox()
    at = QPointF(float(chart.x_scale.place(np.array(x))), float(chart.y_scale.place(np.array(y))))
    place = box.mapViewToScene(at)
    QTest.mouseClick(chart.viewport(), LEFT, pos=chart.mapFromScene(place))


def choose(box, key, qtbot):
    """Choose an entry of a combo box with the keyboard."""
    box.setFocus()
    wanted = box.findData(key)
    while box.currentIndex() != wanted:
        QTest.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < wanted else Qt.Key.Key_Up)


def test_the_neuron_says_its_sum_and_output(show, type_in, results):
    explorer = show(NeuronExplorer)
    for slider, value in zip((*explorer.inputs[:2], *explorer.weights[:2], explorer.bias), (0.5, -1.5, 1.2, 0.4, -0.1)):
        type_in(slider, value)
    z = 0.5 * 1.2 - 1.5 * 0.4 - 0.1
    assert results(explorer.formula.lines[0])[-1] == pytest.approx(z, abs=1e-4)
    assert results(explorer.formula.lines[1])[-1] == pytest.approx(math.tanh(z), abs=1e-4)


def test_a_click_on_the_plane_moves_the_inputs(show, results):
    explorer = show(NeuronExplorer)
    click_chart(explorer.plane, 2.0, -1.0)
    x = [slider.value for slider in explorer.inputs[:2]]
    assert x == pytest.approx([2.0, -1.0], abs=0.05)
    w = [slider.value for slider in explorer.weights[:2]]
    assert results(explorer.formula.lines[0])[-1] == pytest.approx(np.dot(w, x) + explorer.bias.value, abs=1e-3)
    border_x, border_y = explorer._border(np.array(w))
    assert w[0] * border_x + w[1] * border_y + explorer.bias.value == pytest.approx([0, 0])


def test_a_neuron_of_three_inputs_has_no_plane(show, type_in):
    explorer = show(NeuronExplorer)
    type_in(explorer.count, 3)
    assert explorer.inputs[2].isVisible()
    assert not explorer.plane.isVisible()


def test_the_activation_explorer_says_value_slope_and_chain(show, type_in, results, qtbot):
    explorer = show(ActivationExplorer)
    choose(explorer.chosen, "sigmoid", qtbot)
    type_in(explorer.at, 2.0)
    s = 1 / (1 + math.exp(-2))
    assert results(explorer.formula.lines[0]) == pytest.approx([s, s * (1 - s)], abs=1e-4)
    type_in(explorer.length, 3)
    left, state = 1.0, 2.0
    for _ in range(3):
        state = 1 / (1 + math.exp(-state))
        left *= state * (1 - state)
    assert f"multiplied by {left:.4g} (Sigmoid)" in explorer.words.text()


def test_ticking_an_activation_adds_its_curve(show, qtbot):
    explorer = show(ActivationExplorer)
    before = len(explorer.list.ticked())
    box = explorer.list.boxes["softplus"]
    QTest.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    assert explorer.list.ticked().count("softplus") == 1
    drawn = [
        line
        for line in explorer._lines[explorer.curve]._lines
        if line.curve.xData is not None and len(line.curve.xData)
    ]
    assert len(drawn) == before + 1


def test_a_parameter_of_an_activation_changes_its_curve(show, results, qtbot, type_in):
    explorer = show(ActivationExplorer)
    choose(explorer.chosen, "leaky_relu", qtbot)
    type_in(explorer.at, -2.0)
    assert results(explorer.formula.lines[0])[0] == pytest.approx(-0.02)
    field = explorer.form.rows["negative_slope"].field.editor
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert results(explorer.formula.lines[0])[0] == pytest.approx(-0.6)


def test_a_sample_walks_through_layer_by_layer(show, type_in, results):
    explorer = show(FeedForwardExplorer)
    type_in(explorer.inputs[0], 1.0)
    type_in(explorer.inputs[1], 0.5)
    network = explorer.network
    hidden = np.tanh(network.weights[0] @ [1.0, 0.5] + network.biases[0])
    QTest.mouseClick(explorer.next, LEFT)
    assert results(explorer.formula.lines[1])[-1] == pytest.approx(hidden[0], abs=1e-4)
    QTest.mouseClick(explorer.picture, LEFT, pos=explorer.picture.place(1, 2).toPoint())
    assert results(explorer.formula.lines[1])[-1] == pytest.approx(hidden[2], abs=1e-4)
    QTest.mouseClick(explorer.next, LEFT)
    z = network.weights[1] @ hidden + network.biases[1]
    assert results(explorer.formula.lines[1])[-1] == pytest.approx(1 / (1 + math.exp(-z[0])), abs=1e-4)
    assert not explorer.next.isEnabled()
    QTest.mouseClick(explorer.back, LEFT)
    assert explorer.reached == 0


def test_the_loss_lab_says_the_loss_of_its_points_and_the_outliers_share(show, type_in, results, qtbot):
    explorer = show(LossLab)
    choose(explorer.chosen, "mse", qtbot)
    toy = explorer.places()
    assert results(explorer.formula.lines[0])[-1] == pytest.approx(np.mean(toy**2), rel=1e-3)
    type_in(explorer.outlier, 10)
    share = 100 / (100 + np.sum(toy**2)) * 100
    pull = 10 / (10 + np.abs(toy).sum()) * 100
    assert f"{share:.1f} % of the loss and {pull:.1f} % of all pull" in explorer.words.text()
    choose(explorer.chosen, "mae", qtbot)
    assert f"{100 / 8:.1f} % of all pull" in explorer.words.text()


def test_the_loss_lab_looks_at_my_models_residuals(show, results, qtbot):
    document = Document(open_example("digits-rows-elman"))
    explorer = show(LossLab, document)
    choose(explorer.chosen, "cross_entropy", qtbot)
    choose(explorer.points, "model", qtbot)
    assert explorer.empty.isVisible()
    data = dataset(document.project.data)
    samples = data.samples("validation")[:20]
    outputs = np.random.default_rng(0).dirichlet(np.ones(10), 20)
    explorer.runner.evaluation = Evaluation("validation", 0.0, {}, samples, outputs)
    explorer.runner.updated.emit()
    p = outputs[np.arange(20), data.target.values[samples][:, 0].astype(int)]
    # Two-class form of the cross-entropy of each sample: right class against the rest.
    assert results(explorer.formula.lines[0])[-1] == pytest.approx(-np.log(p).mean(), rel=1e-3)
    assert not explorer.empty.isVisible()


def autograd(explorer):
    """Gradient of both weight matrices by torch."""
    network = explorer.network
    weights = [torch.tensor(w, requires_grad=True) for w in network.weights]
    biases = [torch.tensor(b) for b in network.biases]
    x = torch.tensor([slider.value for slider in explorer.inputs], dtype=torch.float64)
    y = torch.tensor([slider.value for slider in explorer.targets], dtype=torch.float64)
    hidden = torch.tanh(weights[0] @ x + biases[0])
    loss = (torch.sigmoid(weights[1] @ hidden + biases[1]) - y).square().mean()
    loss.backward()
    return loss.item(), [w.grad.numpy() for w in weights]


def test_every_weight_can_be_clicked_and_shows_autograds_gradient(show, results):
    explorer = show(BackpropExplorer)
    _, gradients = autograd(explorer)
    for layer, matrix in enumerate(explorer.network.weights):
        for unit, source in np.ndindex(*matrix.shape):
            place = explorer.picture.weight_place((layer, unit, source)).toPoint()
            QTest.mouseClick(explorer.picture, LEFT, pos=place)
            assert explorer.chosen == (layer, unit, source)
            shown = results(explorer.formula.lines[-2])[-1]
            wanted = gradients[layer][unit, source]
            assert shown == pytest.approx(wanted, rel=1e-4)
            update = results(explorer.formula.lines[-1].replace(r"\leftarrow", "="))[-1]
            assert update == pytest.approx(matrix[unit, source] - explorer.rate.value * wanted, rel=1e-4)


def test_one_update_lowers_the_loss_as_autograd_says(show):
    explorer = show(BackpropExplorer)
    before, gradients = autograd(explorer)
    weight = explorer.network.weights[0].copy()
    QTest.mouseClick(explorer.update_button, LEFT)
    np.testing.assert_allclose(explorer.network.weights[0], weight - explorer.rate.value * gradients[0])
    after, _ = autograd(explorer)
    assert after < before
    assert explorer.words.text().startswith(f"Loss {number(after, 5)},")
    QTest.mouseClick(explorer.again, LEFT)
    np.testing.assert_allclose(explorer.network.weights[0], weight)


def test_the_race_steps_like_torch_and_shows_the_numbers_of_adam(show, results, qtbot):
    explorer = show(OptimizerRace)
    choose(explorer.surface_box, "bowl", qtbot)
    theta = torch.tensor(explorer.surface.start, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([theta], lr=0.1)
    for _ in range(3):
        adam.zero_grad()
        (theta.square().sum() / 2).backward()
        adam.step()
        QTest.mouseClick(explorer.one, LEFT)
    np.testing.assert_allclose(explorer.race.racers["adam"].here, theta.detach().numpy())
    lines = explorer.formula.lines
    assert results(lines[1])[-1] == pytest.approx(adam.state[theta]["exp_avg"][0].item(), rel=1e-3)
    assert results(lines[2])[-1] == pytest.approx(adam.state[theta]["exp_avg_sq"][0].item(), rel=1e-3)
    assert results(lines[5])[-1] == pytest.approx(theta[0].item(), rel=1e-4)
    choose(explorer.weight, 1, qtbot)
    assert results(explorer.formula.lines[5])[-1] == pytest.approx(theta[1].item(), rel=1e-4)


def test_the_race_is_drawn_live_and_can_be_paused(show, qtbot):
    explorer = show(OptimizerRace)
    QTest.mouseClick(explorer.play, LEFT)
    qtbot.waitUntil(lambda: explorer.race.taken > 5)
    QTest.mouseClick(explorer.play, LEFT)
    taken = explorer.race.taken
    assert not explorer.ticker.active
    path = explorer.paths["adam"].xData
    assert len(path) == taken + 1
    click_chart(explorer.map, -3.0, 1.0)
    assert explorer.race.taken == 0
    assert explorer.race.racers["sgd"].here == pytest.approx([-3.0, 1.0], abs=0.1)


def test_a_runaway_is_named(show, qtbot):
    explorer = show(OptimizerRace)
    choose(explorer.chosen, "sgd", qtbot)
    field = explorer.form.rows["lr"].field.editor
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    for _ in range(12):
        QTest.mouseClick(explorer.one, LEFT)
    assert "Ran away: SGD" in explorer.where.text()


def test_every_optimizer_writes_out_its_step(show, qtbot, results):
    explorer = show(OptimizerRace)
    for key in explorer.list.boxes:
        choose(explorer.chosen, key, qtbot)
        for _ in range(2):
            QTest.mouseClick(explorer.one, LEFT)
        moved = next(line for line in explorer.formula.lines if r"\theta = " in line and r"\qquad \theta" in line)
        assert results(moved)[-1] == pytest.approx(explorer.race.racers[key].here[0], rel=1e-4)


@pytest.mark.parametrize("kind", ["elman", "lstm", "gru"])
def test_a_cell_shows_the_states_of_torch(show, type_in, results, qtbot, kind):
    explorer = show(RecurrentStepExplorer)
    choose(explorer.kind, kind, qtbot)
    type_in(explorer.step, 7)
    cell = explorer.cell()
    step = {"elman": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[kind](1, 4).double()
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(step, name).copy_(torch.tensor(getattr(cell, name)))
        state = None
        for t in range(7):
            state = step(torch.tensor([[math.sin(0.6 * t)]], dtype=torch.float64), state)
    h = state[0] if kind == "lstm" else state
    assert results(explorer.formula.lines[-1])[-1] == pytest.approx(h[0, 0].item(), rel=1e-3)


def test_the_size_of_the_weights_makes_the_gradient_vanish_or_explode(show, type_in, qtbot):
    explorer = show(RecurrentStepExplorer)
    type_in(explorer.length, 11)
    type_in(explorer.strength, 0.01)
    type_in(explorer.size, 2.0)
    assert explorer.measured.curve.yData[0] > explorer.measured.curve.yData[-1]
    type_in(explorer.size, 0.5)
    drawn = explorer.measured.curve.yData
    assert drawn[0] - drawn[-1] == pytest.approx(10 * math.log10(0.5), abs=0.02)
    text = explorer.words.text()
    assert f"Dashed: {number(0.5**10)}," in text


def test_a_click_on_the_bars_looks_at_that_step(show):
    explorer = show(RecurrentStepExplorer)
    QTest.mouseClick(explorer.bars, LEFT, pos=explorer.bars.area((1, 11, 2)).center().toPoint())
    assert explorer.step.value == 12
    assert "h_{12,3}" in explorer.formula.lines[-1]
    QTest.mouseClick(explorer.forth, LEFT)
    assert explorer.step.value == 13
    assert "h_{13,3}" in explorer.formula.lines[-1]


def test_my_network_is_walked_through_too(show, qtbot):
    document = Document(open_example("digits-rows-elman"))
    explorer = show(RecurrentStepExplorer, document)
    choose(explorer.kind, "mine", qtbot)
    assert explorer.empty.isVisible()
    network = document.project.network
    hidden = network.layer("Hidden").id
    units = network.layers[hidden].params["units"]
    states = np.random.default_rng(0).uniform(-1, 1, (8, units))
    gradients = states * 0.5 ** np.arange(8)[::-1, None]
    explorer.runner.examination = Examination(0, "train", {hidden: states}, states, 0.1, {hidden: gradients})
    explorer.runner.updated.emit()
    assert not explorer.empty.isVisible()
    assert explorer.layer.currentText() == "Hidden"
    drawn = explorer.measured.curve.yData
    np.testing.assert_allclose(drawn, np.log10(np.linalg.norm(gradients, axis=1)))
    loop = next(link for link in network.links.values() if link.recurrent)
    size = np.linalg.norm(document.project.weights[f"{loop.id}.weight"], 2)
    assert f"{size:.3g}" in explorer.words.text()


def test_the_window_offers_all_seven_and_opens_an_entry(qtbot):
    document = Document()
    window = ExplorerWindow(document, Runner(document))
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    assert window.list.count() == 7 == len(EXPLORERS)
    for row in range(7):
        item = window.list.visualItemRect(window.list.item(row)).center()
        QTest.mouseClick(window.list.viewport(), LEFT, pos=item)
        assert window.explorer.key == list(EXPLORERS)[row]
        assert window.explorer.isVisible()
    theme().set_mode("dark")
    theme().set_mode("light")
    window.show_entry("losses", "focal")
    assert window.explorer.chosen.currentData() == "focal"
    window.show_entry("optimizers", "lion")
    assert window.explorer.chosen.currentData() == "lion"
    window.show_entry("activations", "mish")
    assert window.explorer.chosen.currentData() == "mish"
    window.close()


def test_the_race_on_my_own_network_leaves_its_weights_alone(show, qtbot, results):
    document = Document(open_example("digits-rows-elman"))
    explorer = show(OptimizerRace, document)
    runner = explorer.runner
    runner.start()
    try:
        qtbot.waitUntil(lambda: runner.status == "idle", timeout=30000)
        before = dict(document.project.weights)
        choose(explorer.surface_box, "mine", qtbot)
        assert not explorer.map.isVisible()
        QTest.mouseClick(explorer.play, LEFT)
        qtbot.waitUntil(lambda: runner.race.standing is not None and runner.race.standing.taken >= 5, timeout=30000)
        QTest.mouseClick(explorer.play, LEFT)
        assert not runner.race.running
        explorer.refresh()
        standing = runner.race.standing
        first = {round(losses[0], 6) for losses in standing.losses.values()}
        assert len(first) == 1, "all start from the same weights with the same batch"
        adam = standing.xrays["adam"][-1]
        line = next(line for line in explorer.formula.lines if r"\qquad \theta" in line)
        assert results(line)[-1] == pytest.approx(adam.weight + adam.now["change"], rel=1e-4)
        assert all(document.project.weights[name] is value for name, value in before.items())
    finally:
        assert runner.close()


def test_explorers_open_by_command_and_by_entry(qtbot):
    document = Document()
    explorers = Explorers(document, Runner(document))
    assert list(explorers.commands) == list(EXPLORERS)
    assert {key: explorer.title for key, explorer in EXPLORERS.items()} == TITLES
    explorers.commands["backprop"].trigger()
    window = explorers.show_entry("losses", "hinge")
    qtbot.addWidget(window)
    assert window.isVisible()
    assert window.explorer.chosen.currentData() == "hinge"
    assert explorers.show("neuron") is window
    assert explorers.explains("optimizers") and not explorers.explains("datasets")
    window.close()


def test_the_small_network_can_be_walked_with_the_keyboard(show):
    explorer = show(BackpropExplorer)
    explorer.picture.setFocus()
    QTest.keyClick(explorer.picture, Qt.Key.Key_Right)
    assert explorer.chosen == (0, 0, 1)
    QTest.keyClick(explorer.picture, Qt.Key.Key_Left)
    QTest.keyClick(explorer.picture, Qt.Key.Key_Left)
    assert explorer.chosen == (1, 1, 2)
    assert "from 3 to 2 of layer 2" in explorer.picture.accessibleName()
    feed = show(FeedForwardExplorer)
    QTest.mouseClick(feed.next, LEFT)
    feed.picture.setFocus()
    QTest.keyClick(feed.picture, Qt.Key.Key_Right)
    assert feed.neuron == (1, 1)


def test_a_unit_of_my_network_is_written_out_with_its_numbers(qtbot, type_in):
    document = Document(open_example("jordan"))
    runner = Runner(document)
    explorer = RecurrentStepExplorer(document, runner)
    qtbot.addWidget(explorer)
    explorer.resize(1000, 760)
    with qtbot.waitExposed(explorer):
        explorer.show()
    runner.start()
    qtbot.waitUntil(lambda: runner.examination is not None, timeout=30000)
    choose(explorer.kind, "mine", qtbot)
    choose(explorer.layer, document.project.network.layer("Hidden").id, qtbot)
    type_in(explorer.step, 4)
    type_in(explorer.unit, 3)
    layer = document.project.network.layer("Hidden").id
    wanted = runner.examination.activations[layer][3, 2]
    qtbot.waitUntil(lambda: explorer.asking.answer is not None and bool(explorer.formula.lines))
    assert explorer.asking.answer.value == pytest.approx(float(wanted), abs=1e-5)
    shown = explorer.formula.lines[-1].replace("{-}", "-")
    assert r"\tanh" in shown and float(shown.rpartition("= ")[2]) == pytest.approx(float(wanted), abs=1e-4)
    assert runner.close()


def test_gradients_are_scaled_whatever_they_are():
    scaled = _to_one(np.array([0.5, -2.0], dtype=np.float32))
    assert scaled.tolist() == [0.25, -1.0]
    for values in ([0.0, 0.0], [np.nan, 1.0], [np.inf, -1.0], []):
        same = np.array(values, dtype=np.float32)
        assert _to_one(same) is same
