"""Why this number? In the dialogs that import and make data, which keep the window behind them from being used: the answer
stands over the dialog, with the same panel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.formula import svg
from gui.why.over import WhyOver
from tests.gui.importing.test_import import settled, sine
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture
from tests.gui.test_told import place_of
from tests.gui.test_why_everywhere import choose, open_menu_over, opened_menu

LEFT = Qt.MouseButton.LeftButton


def opened(qtbot, window, path):  # noqa: F811
    """The import of a file over the real window."""
    dialog = window.imports.start(path)
    qtbot.waitUntil(lambda: dialog.isVisible() and QApplication.activeModalWidget() is dialog, timeout=20000)
    settled(qtbot, dialog)
    return dialog


def closed(qtbot, dialog):
    dialog.reject()
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None, timeout=20000)


def answer(dialog):
    """What stands over the dialog."""
    over = dialog.findChild(WhyOver)
    assert over is not None and over.isVisible() and over.panel.value.text()
    found = over.panel.asking.answer
    assert all("<svg" in svg(line) for line in (*found.symbols, *found.numbers))
    return found


def test_the_answer_stands_over_the_dialog(qtbot, window, tmp_path):  # noqa: F811
    sample = window.runner.sample
    dialog = opened(qtbot, window, sine(tmp_path))
    numbers = {"samples": 276, "steps": 24, "seen": 2, "told": 1}
    assert dialog.said.text() == "276 windows of 24 steps × 2 features → 1 number"
    for key, value in numbers.items():
        QTest.mouseClick(dialog.said, LEFT, pos=place_of(dialog.said, key))
        assert answer(dialog).value == value
    for key, value in (("train", 221), ("validation", 55)):
        QTest.mouseClick(dialog.more, LEFT, pos=place_of(dialog.more, key))
        assert answer(dialog).value == value
    over = dialog.findChild(WhyOver)
    assert not over.isModal() and over.parentWidget() is dialog and over.isEnabled()
    QTest.mouseClick(over.panel.findChild(type(over.panel._button("back")), "why_back"), LEFT)
    assert answer(dialog).value == 221
    # The whole: down to a part by a click on its term, without anything being examined in the window behind.
    QTest.mouseClick(dialog.said, LEFT, pos=place_of(dialog.said, "samples"))
    row = over.panel.terms.rows[0]
    QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 20, 8))
    assert answer(dialog).value == 221
    assert window.runner.sample == sample
    closed(qtbot, dialog)


def test_alt_w_by_keyboard_alone(qtbot, window, tmp_path):  # noqa: F811
    dialog = opened(qtbot, window, sine(tmp_path, bad=50))
    QTest.mouseClick(dialog.page.tolerance, LEFT)
    settled(qtbot, dialog)
    dialog.said.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keySequence(dialog.said, "Alt+W")
    assert answer(dialog).value == len(dialog.found)
    dialog.activateWindow()
    assert "1 cell does not fit" in dialog.more.text()
    QTest.mouseClick(dialog.more, LEFT, pos=place_of(dialog.more, "bad"))
    found = answer(dialog)
    assert found.value == 1 and "value" in str(found.terms[0].about.title)
    assert found.terms[0].about.note.values["rows"] == "52"  # the header is the first row, and rows count from 1
    closed(qtbot, dialog)


def test_symbols_of_a_text(qtbot, window, tmp_path):  # noqa: F811
    text = "the cat sat on the mat " * 30
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    dialog = opened(qtbot, window, path)
    codes = dialog.source.codes
    counts = np.bincount(codes)
    most = int(counts.argmax())
    QTest.mouseClick(dialog.page.vocabulary, LEFT, pos=place_of(dialog.page.vocabulary, str(most)))
    assert answer(dialog).value == counts[most]
    for key, value in (("all", len(codes)), ("different", len(counts))):
        QTest.mouseClick(dialog.more, LEFT, pos=place_of(dialog.more, key))
        assert answer(dialog).value == value == sum(term.contribution for term in answer(dialog).terms)
    closed(qtbot, dialog)


def test_files_of_pictures_and_their_pixels(qtbot, window, tmp_path):  # noqa: F811
    arrays = {"x": np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32), "y": np.arange(30) % 3}
    path = tmp_path / "some.npz"
    np.savez(path, **arrays)
    dialog = opened(qtbot, window, path)
    label = dialog.page.facts.label("x")
    QTest.mouseClick(label, LEFT, pos=place_of(label, "size"))
    assert answer(dialog).value == 150
    _, target = dialog.page.shown[1]
    qtbot.waitUntil(lambda: target.isVisible() and target.height() >= target.fontMetrics().height(), timeout=5000)
    QTest.mouseClick(target, LEFT, pos=place_of(target, "target"))
    assert str(answer(dialog).title).startswith("The target of sample")
    view, _ = dialog.page.shown[0]
    page = view.page
    pos = page.box((0, 2)).center().toPoint()
    QApplication.sendEvent(page, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, page.mapToGlobal(pos)))
    choose(opened_menu())
    found = answer(dialog)
    assert found.value == pytest.approx(float(arrays["x"][0, 2]), rel=1e-5, abs=1e-6)
    assert dialog.findChild(WhyOver).panel.asking.number.sample is None
    closed(qtbot, dialog)


def test_generated_and_sketched_values(qtbot, window):  # noqa: F811
    dialog = window.making.start("formulas")
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is dialog, timeout=20000)
    settled(qtbot, dialog)
    page = dialog.page
    value = float(page._table.values[1][300])
    choose(open_menu_over(page.chart, 300, value))
    found = answer(dialog)
    step = found.title.values["step"]
    assert found.value == pytest.approx(float(page._table.values[1][step]))
    clean = np.sin(2 * np.pi * step / 24) + 0.5 * np.sin(2 * np.pi * step / 168)
    assert found.terms[0].contribution == pytest.approx(clean)
    assert sum(term.contribution for term in found.terms) == pytest.approx(found.value)
    closed(qtbot, dialog)

    dialog = window.making.start("sketch")
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is dialog, timeout=20000)
    settled(qtbot, dialog)
    pad = dialog.page.pad
    pad.setFocus()
    for _ in range(20):
        QTest.keyClick(pad, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    for _ in range(6):
        QTest.keyClick(pad, Qt.Key.Key_Left)
    QTest.keySequence(pad, "Alt+W")
    sketch = dialog.page.state
    assert answer(dialog).value == pytest.approx(sketch.low + 0.5 * (sketch.high - sketch.low))
    closed(qtbot, dialog)


def test_pixels_of_a_drawing_and_what_is_kept(qtbot, window):  # noqa: F811
    dialog = window.making.start("pictures")
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is dialog, timeout=20000)
    settled(qtbot, dialog)
    page, pad = dialog.page, dialog.page.pad
    pad.setFocus()
    for key in (Qt.Key.Key_Up,) * 6 + (Qt.Key.Key_Left,) * 4:
        QTest.keyClick(pad, key, Qt.KeyboardModifier.ShiftModifier)
    row, column = (int(v) for v in np.unravel_index(pad.ink.argmax(), pad.ink.shape))
    box = pad.boxes()[1]
    wide, tall = box.width() / pad.shape[1], box.height() / pad.shape[0]
    pos = QPointF(box.left() + (column + 0.5) * wide, box.top() + (row + 0.5) * tall).toPoint()
    QApplication.sendEvent(pad, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, pad.mapToGlobal(pos)))
    choose(opened_menu())
    assert answer(dialog).value == pytest.approx(float(pad.ink[row, column])) and pad.ink[row, column] > 0
    dialog.activateWindow()
    pad.setFocus()
    QTest.keySequence(pad, "Alt+W")
    at_pen = pad.ink[int(pad.pen_at.y() // 4), int(pad.pen_at.x() // 4)]
    assert answer(dialog).value == pytest.approx(float(at_pen))
    page.label.setEditText("seven")
    QTest.mouseClick(page.keep_button, LEFT)
    qtbot.waitUntil(lambda: "seven" in page.counts.text(), timeout=5000)
    QTest.mouseClick(page.counts, LEFT, pos=place_of(page.counts, "0"))
    assert answer(dialog).value == 1
    closed(qtbot, dialog)
