"""Folded and unrolled: one command, a short flight that a click ends, one document behind both."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from core.examples import open_example
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.runner import Runner
from gui.theme import theme
from gui.unroll.flight import MILLISECONDS, Flyer, place
from gui.unroll.picture import SCALE
from gui.unroll.switch import FoldSwitch
from gui.unroll.view import UnrollView


@pytest.fixture
def switch(qtbot):
    document = Document(open_example("digits-rows-elman"))
    runner = Runner(document)
    made = FoldSwitch(CanvasView(document, runner), lambda: UnrollView(document, runner))
    qtbot.addWidget(made)
    made.resize(1100, 620)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    with qtbot.waitActive(made):
        pass
    yield made
    runner.close()


def test_control_u_unrolls_and_folds_within_600_ms(switch, qtbot):
    assert not switch.unrolled and MILLISECONDS < 600
    switch.canvas.setFocus()
    QTest.keyClick(switch.canvas, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert switch.unrolled and switch.flight.flying and switch.flight.isVisible()
    switch.flight.grab()
    qtbot.waitUntil(lambda: not switch.flight.flying)
    assert switch.commands["unrolled"].isChecked() and switch.unroll.hasFocus()
    switch.commands["unrolled"].trigger()
    assert not switch.unrolled
    qtbot.waitUntil(lambda: not switch.flight.flying)
    assert not switch.flight.isVisible()


@pytest.mark.parametrize("how", ["click", "key", "again"])
def test_the_flight_can_be_skipped(switch, how):
    switch.commands["unrolled"].trigger()
    assert switch.flight.flying
    if how == "click":
        QTest.mouseClick(switch.flight, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    elif how == "key":
        QTest.keyClick(switch.flight, Qt.Key.Key_Escape)
    else:
        switch.commands["unrolled"].trigger()
        switch.flight.skip()
    assert not switch.flight.flying and not switch.flight.isVisible()
    assert switch.unrolled == (how != "again")


def test_without_animation_it_switches_at_once(switch):
    switch.animated = False
    switch.show_unrolled(True)
    assert switch.unrolled and not switch.flight.flying


def test_what_is_selected_in_one_view_is_selected_in_the_other(switch):
    switch.animated = False
    switch.show_unrolled(True)
    key = switch.unroll.document.project.network.layer("Hidden").id
    row = switch.unroll.layout_.unrolled.by_layer[key]
    QTest.mouseClick(switch.unroll, Qt.MouseButton.LeftButton,
                     pos=switch.unroll.layout_.cell(row.index, row.column(2)).center().toPoint())  # fmt: skip
    assert switch.canvas.canvas.layers[key].marked
    QTest.keyClick(switch.unroll, Qt.Key.Key_Delete)
    assert key not in switch.canvas.canvas.layers
    switch.show_unrolled(False)
    switch.unroll.document.undo()
    assert key in switch.canvas.canvas.layers and key in switch.unroll.document.project.network.layers


def test_copies_leave_the_card_and_arrive_in_their_cells(qapp):
    cells = tuple(QRectF(300 + 100 * n, 200, 50, 80) for n in range(4))
    flyer = Flyer(QRectF(10, 20, 190, 104), QPixmap(), cells)
    for copy in range(4):
        assert place(flyer, copy, 0.0) == flyer.card
        assert place(flyer, copy, 0.42).center().x() == pytest.approx(325, abs=1)
        end = place(flyer, copy, 1.0)
        assert (end.left(), end.width()) == pytest.approx((cells[copy].left(), 50))


def test_the_runner_traces_when_the_view_is_seen(switch, qtbot):
    runner = switch.unroll.runner
    runner.start()
    switch.animated = False
    switch.show_unrolled(True)
    qtbot.waitUntil(lambda: runner.trace is not None, timeout=30000)
    qtbot.waitUntil(lambda: switch.unroll.shown.numbers.trace is runner.trace)
    assert (runner.trace.sample, runner.trace.part) == runner.sample
    switch.unroll.commands["gradient"].trigger()
    runner.play()
    first = runner.trace
    qtbot.waitUntil(
        lambda: runner.trace is not None and runner.trace is not first and runner.trace.batch > 0, timeout=30000
    )
    runner.pause()
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=30000)
    qtbot.waitUntil(lambda: runner.trace is not None and runner.trace.batch == runner.report.batch, timeout=30000)


def test_a_picture_is_saved_of_what_is_shown(switch, qtbot, tmp_path, monkeypatch):
    asked = []

    def choose(_parent, _title, name, kinds):
        asked.append((name, kinds))
        return str(tmp_path / name), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    switch.animated = False
    switch.commands["export"].trigger()
    switch.commands["unrolled"].trigger()
    before = switch.unroll.grab().toImage()
    switch.commands["export"].trigger()
    assert [name for name, _ in asked] == ["network.png", "network over time.png"]
    folded, unrolled = (QImage(str(tmp_path / name)) for name, _ in asked)
    assert not folded.isNull()
    assert unrolled.size() == switch.unroll.size() * SCALE
    names = switch.unroll.layout_.row_rect(0)
    small = unrolled.scaled(switch.unroll.size(), mode=Qt.TransformationMode.SmoothTransformation)
    ground = theme().color("canvas").lightnessF()
    inked = [
        abs(small.pixelColor(x, int(names.center().y())).lightnessF() - ground) > 0.02 for x in range(small.width())
    ]
    assert any(inked[:140]) and any(inked[170:]), "the names and the cells are in it"
    qtbot.waitUntil(lambda: switch.unroll.grab().toImage() == before)


def test_only_a_png_can_be_made_of_the_network_over_time(switch, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a.svg"), ""))
    switch.animated = False
    switch.commands["unrolled"].trigger()
    switch.commands["export"].trigger()
    box = switch.unroll.findChild(QMessageBox, "error")
    assert "a.svg" in box.text() and not list(tmp_path.iterdir())
    QTest.keyClick(box, Qt.Key.Key_Escape)
