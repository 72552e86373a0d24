"""What if with the real worker: numbers follow the weights, and "Why this number?" explains what is shown."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.edits import SetParam
from core.engine.session import Session
from core.examples import open_example
from core.whatif import Put, WhatIf
from core.why.numbers import Number
from gui.document import Document
from gui.panels.why import WhyPanel
from gui.runner import Runner
from gui.unroll.view import UnrollView

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def studio(qtbot):
    document = Document(open_example("digits-rows-elman"))
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", 6))
    runner = Runner(document)
    runner.start()
    panel, view = WhyPanel(document, runner), UnrollView(document, runner)
    for widget, size in ((panel, (340, 700)), (view, (900, 560))):
        qtbot.addWidget(widget)
        widget.resize(*size)
        with qtbot.waitExposed(widget):
            widget.show()
    qtbot.waitUntil(lambda: runner.trace is not None, timeout=30000)
    yield document, runner, panel, view
    assert runner.close()


def imagined(document, runner, one):
    """What a session of its own says."""
    return Session(document.state, document.project.dataset()).what_if(*runner.sample, WhatIf((one,)))


def test_why_explains_what_is_shown_and_training_goes_on_as_ever(studio, qtbot):
    document, runner, panel, view = studio
    hidden = document.project.network.layer("Hidden").id
    row = view.layout_.unrolled.by_layer[hidden]
    QTest.mouseClick(view, LEFT, Qt.KeyboardModifier.NoModifier, _middle(view, row, 4))
    press(view, Key.Key_I)
    menu = QApplication.activePopupWidget()
    while menu.activeAction() is None or "Set to 0" not in menu.activeAction().text():
        QTest.keyClick(menu, Key.Key_Down)
    QTest.keyClick(menu, Key.Key_Return)
    imagining, one = runner.imagining, Put(hidden, 4, None, 0.0)
    qtbot.waitUntil(lambda: imagining.outcome is not None)
    before = runner.trace
    assert imagining.outcome.trace.loss == pytest.approx(imagined(document, runner, one).trace.loss, rel=1e-5)
    document.ask(Number("value", hidden, 2, 4))
    qtbot.waitUntil(lambda: panel.asking.answer is not None)
    assert panel.asking.answer.value == 0.0 and "by hand" in panel.note.text()
    assert "what-if" in panel.place.text()
    document.ask(Number("gradient", hidden, 2, 3))
    assert panel.asking.answer.value == 0.0, "nothing passes what was put at t = 5"
    press(view, Key.Key_O)
    assert panel.asking.answer.value == pytest.approx(float(before.layers[hidden].total[3, 2]), rel=1e-4)
    press(view, Key.Key_W)
    assert panel.asking.answer.value == 0.0
    runner.step("batch")
    assert imagining.waits and view.card.isVisible()
    qtbot.waitUntil(lambda: runner.status == "paused" and imagining.outcome is not None, timeout=20000)
    after = imagining.outcome.trace
    assert after.batch == 1 and after.loss == pytest.approx(imagined(document, runner, one).trace.loss, rel=1e-4)
    session = Session(document.project.runs[0].state, document.project.dataset())
    next(session.run())
    assert all((session.weights()[key] == value).all() for key, value in document.project.weights.items())


def press(view, key) -> None:
    view.activateWindow()
    view.setFocus()
    QApplication.processEvents()
    QTest.keyClick(view, key)


def _middle(view, row, step) -> QPoint:
    return view.layout_.cell(row.index, row.column(step)).center().toPoint()
