"""Numbers in the words above states, activations and free running answer, and the answers are what is shown."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.edits import SetParam
from core.examples import open_example
from core.states import FixedPoint
from core.why.numbers import Aggregate, Number
from gui.document import Document
from gui.plots.activations import ActivationPlot
from gui.plots.free_running import FreeRunPlot
from gui.plots.states import StatesPlot
from gui.runner import Runner
from tests.core.engine.generating_toys import drawn, written
from tests.gui.hands_of_why import agrees, numbers_in
from tests.gui.plots.conftest import pixel


@pytest.fixture
def elman(qtbot):
    document = Document(open_example("digits-rows-elman"))
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", 5))
    runner = Runner(document)
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=60000)
    yield runner
    assert runner.close()


def told(plot):
    """Values by what is shown; those of an Aggregate have to agree."""
    found = numbers_in(plot.words, plot.document)
    for text, asked in found:
        assert not isinstance(asked, Aggregate) or agrees(text, asked.value), (text, asked.value)
    return found


def point(chart, x, y):
    chart.pointer = (float(chart.x_scale.place(np.array(x))), float(chart.y_scale.place(np.array(y))))
    chart.repeat_hover()


@pytest.fixture
def states(qtbot, elman, show):
    plot = show(StatesPlot(elman.document, elman), 1300, 380)
    qtbot.waitUntil(lambda: plot.asking.trajectories is not None and plot.asking.transition is not None, timeout=60000)
    plot.draw()
    return plot


def test_states(states):
    found, circled = states.placed.found, states.circled
    asked = dict(told(states))
    radius = next(one for one in asked.values() if "spectral radius" in str(one.title))
    sizes = np.sort(np.abs(circled.eigenvalues))[::-1]
    assert radius.value == pytest.approx(sizes[0])
    assert [term.about.value for term in radius.terms] == pytest.approx(sizes)
    assert asked[str(len(found.samples))].value == len(found.samples)
    states.circle.setFocus()
    states.circle.pointer = states.chart.pointer = None
    place = states.placed.places[3, 2]
    point(states.chart, *place)
    nearest = states._nearest()
    values = [one.value for text, one in told(states)[-2:]]
    assert values == pytest.approx(states.placed.places[nearest], rel=1e-5, abs=1e-6)


def test_the_titles_of_the_axes_answer_to_the_right_button_and_to_the_keyboard(states):
    heard = []
    states.document.asked.connect(heard.append)
    flat = states.placed.found.states.reshape(-1, 5).astype(float)
    flat = flat[np.isfinite(flat).all(1)]
    shares = np.linalg.eigvalsh(np.cov(flat.T))[::-1] / np.trace(np.cov(flat.T))
    for chart, expected in ((states.chart, shares[:2]), (states.circle, [states.circled.radius])):
        title = chart.getPlotItem().getAxis("bottom").label
        middle = title.mapRectToScene(title.boundingRect()).center()
        QTest.mouseClick(chart.viewport(), Qt.MouseButton.RightButton, pos=chart.mapFromScene(middle))
        menu = QApplication.activePopupWidget()
        asked = [action for action in menu.actions() if "Why" in action.text()]
        assert len(asked) == len(expected)
        for n, action in enumerate(asked):
            action.trigger()
            assert heard[-1].value == pytest.approx(expected[n], rel=1e-4)
            shown = title.toPlainText().strip()
            assert n or agrees(shown.split("radius ")[-1].split("(")[-1], heard[-1].value)
        menu.close()
    states.chart.setFocus()
    QTest.keyClick(states.chart, Qt.Key.Key_Right)
    assert [one.asked.value for one in states.questions_here()[-2:]] == pytest.approx(shares[:2], rel=1e-4)


def test_fixed_points(states):
    state = states.placed.found.states[3, 2].astype(float)
    steady = FixedPoint(state, 1e-9, np.array([0.5 + 0.1j, 0.2]))
    other = FixedPoint(state + 1.0, 1e-8, np.array([1.5, 0.2]))
    states.points._hear("somewhere", [steady, other, steady])
    states.draw()
    asked = {text: one for text, one in told(states) if "fixed points" in str(one.title)}
    assert {text: one.value for text, one in asked.items()} == {"2": 2, "1": 1}
    assert asked["1"].terms[0].about.value == pytest.approx(1.5)
    point(states.chart, *states._plane_of([other.state], states.placed.found)[0])
    assert states.questions_here()[0].asked.value == pytest.approx(1.5)


def test_states_that_are_no_numbers_are_counted(states):
    broken = states.asking.trajectories.states.copy()
    broken[:3, 4:] = np.nan
    states.asking.trajectories = replace(states.asking.trajectories, states=broken)
    states.draw()
    lost = next(one for text, one in numbers_in(states.words, states.document) if "not finite" in text)
    assert lost.value == 3 and len(lost.terms) == 3


@pytest.fixture
def activations(qtbot, elman, show):
    plot = show(ActivationPlot(elman.document, elman), 1000, 480)
    elman.watch(int(elman.document.project.dataset().samples("train")[0]), "train")
    qtbot.waitUntil(lambda: elman.examination is not None, timeout=60000)
    plot.draw()
    plot.grab()
    plot.draw()
    return plot


def test_activations(activations, elman):
    network, examination = elman.document.project.network, elman.examination
    output, hidden = network.of_kind("output")[0].id, network.layer("Hidden").id
    shown = dict(told(activations))
    said = elman.document.project.dataset().target.classes[int(examination.output.argmax())]
    assert shown[said] == Number("value", output, int(examination.output.argmax()), None)
    assert Number("loss") in shown.values()
    point(activations.units, 3, 2)
    (text, value), (steps, count) = sorted(told(activations), key=lambda pair: isinstance(pair[1], Aggregate))
    assert value == Number("value", hidden, 1, 2) and agrees(text, float(examination.activations[hidden][2, 1]))
    assert count.value == 8 == int(steps)
    activations.units.pointer = None
    point(activations.input, 5, 3)
    text, value = next(pair for pair in told(activations) if isinstance(pair[1], Number))
    source = network.of_kind("input")[0].id
    assert value == Number("value", source, 2, 4) and agrees(text, float(examination.activations[source][4, 2]))


@pytest.mark.parametrize("project", [written, drawn])
def test_free_running(qtbot, project):
    document = Document(project())
    runner = Runner(document)
    plot = FreeRunPlot(document, runner)
    qtbot.addWidget(plot)
    plot.resize(900, 300)
    plot.show()
    runner.start()

    def there():
        plot.turn.catch_up()
        return plot.found is not None

    qtbot.waitUntil(there, timeout=60000)
    found = plot.found
    counts = found.counted
    good = counts > 0
    means = [float((v[good] * counts[good]).sum() / counts[good].sum()) for v in (found.taught, found.free)]
    asked = [one for _, one in told(plot)]
    assert [one.value for one in asked] == pytest.approx([*means, len(found.samples)])
    assert sum(term.contribution for term in asked[0].terms) == pytest.approx(means[0])
    step = int(np.flatnonzero(good)[-1])
    for values, key in ((found.taught, "true past"), (found.free, "own answers")):
        point(plot.chart, step + 1, float(values[step]))
        assert [one.value for _, one in told(plot)] == pytest.approx(
            [found.taught[step], found.free[step], counts[step]]
        )
        if found.taught[step] != found.free[step]:
            assert key in plot.questions_here()[0].text
        assert plot.questions_here()[0].asked.value == pytest.approx(values[step])
    spot = pixel(plot.chart, step + 1, float(found.free[step]))
    assert plot.chart.rect().contains(spot)
    assert runner.close()
