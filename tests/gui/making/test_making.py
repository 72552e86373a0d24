"""Data is made by real events: typed formulas, curves and pictures drawn with the mouse, cells typed and pasted.

What is made is one edit, trains, is saved with the project, and can be changed where it was made.
"""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QMenu, QMessageBox

from core import project_file
from core.catalogue.registry import catalogue
from core.data.dataset import WindowedSeries
from core.data.own import table as own
from core.data.own.generate import Channel, Formulas
from core.data.own.sheet import Sheet
from core.data.own.sketch import ACROSS
from core.examples import open_example
from core.fitting import choose_data
from core.problems import errors
from gui.document import Document
from gui.making import Making
from gui.runner import Runner
from gui.widgets import Column

READY = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def document(qapp):
    return Document(open_example("digits-rows-elman"))


@pytest.fixture
def runner(document, qtbot):
    made = Runner(document)
    made.start()
    qtbot.waitUntil(lambda: made.status != "loading", timeout=READY)
    yield made
    assert made.close()


@pytest.fixture
def making(document, runner, qtbot):
    window = Column()
    qtbot.addWidget(window)
    return Making(document, runner, window)


@pytest.fixture
def start(making, qtbot):
    """Open a maker, and wait until it says what comes of it."""

    def opened(maker):
        dialog = making.start(maker) if maker != "change" else making.change()
        QTest.qWaitForWindowExposed(dialog)
        settled(qtbot, dialog)
        return dialog

    return opened


def settled(qtbot, dialog):
    qtbot.waitUntil(lambda: not dialog.waiting(), timeout=READY)


def click(widget):
    QTest.mouseClick(widget, LEFT)


def write(line: QLineEdit, text: str):
    line.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, text)


def stroke(pad, spots):
    """Draw a line over these pixels with the mouse."""
    first, *rest = [QPoint(round(x), round(y)) for x, y in spots]
    QTest.mousePress(pad, LEFT, pos=first)
    for at in rest:
        QTest.mouseMove(pad, at)
    QTest.mouseRelease(pad, LEFT, pos=rest[-1] if rest else first)


def curve(pad, height, left=0.0, right=1.0):
    """Sketch ``height``, a function of x from 0 to 1."""
    spots = (pad.spot(x, height(x)) for x in np.linspace(left, right, 40))
    stroke(pad, [(spot.x(), spot.y()) for spot in spots])


def use(qtbot, dialog):
    """Press the button, and wait until the data is in the document."""
    settled(qtbot, dialog)
    assert dialog.ok.isEnabled(), dialog.said.text()
    accepted = []
    dialog.accepted.connect(lambda: accepted.append(True))
    click(dialog.ok)
    qtbot.waitUntil(lambda: bool(accepted), timeout=READY)


def one_edit_that_trains_and_comes_back(document, runner, qtbot, folder):
    assert document.undo_stack.count() == 1 and errors(document.state) == []
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=READY)
    runner.step("batch")
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=READY)
    assert np.isfinite(runner.report.loss)
    project_file.save(document.project, folder / "made.unroll")
    opened = project_file.load(folder / "made.unroll")
    assert opened.data == document.project.data
    ours = document.project.dataset()
    assert np.array_equal(opened.dataset().inputs["x"].values, ours.inputs["x"].values)
    return ours


# -- formulas --------------------------------------------------------------------------------------------------------


def test_typed_formulas_become_a_series(start, document, runner, qtbot, tmp_path):
    dialog = start("formulas")
    page = dialog.page
    assert "976 windows of 24 steps × 1 feature → 1 number" in dialog.said.text()
    write(page.channels.rows[0].name, "a")
    write(page.channels.rows[0].formula, "2 sin(2 pi t / 50)")
    QTest.keyClick(page.channels.rows[0].formula, Qt.Key.Key_Return)
    assert dialog.isVisible()  # Return means the line
    write(page.channels.rows[0].noise.lineEdit(), "0")
    QTest.keyClick(page.channels.rows[0].noise, Qt.Key.Key_Return)
    click(page.add)
    write(page.channels.rows[1].formula, "lag(a, 3) + step(t - 500)")
    settled(qtbot, dialog)
    assert "2 features → 2 numbers" in dialog.said.text()
    drop = page.foretell
    drop.setFocus()
    QTest.keyClick(drop, Qt.Key.Key_End)
    settled(qtbot, dialog)
    assert "2 features → 1 number" in dialog.said.text()
    assert page.lines[1].curve.isVisible() and not page.lines[2].curve.isVisible()
    write(page.name_line, "waves")
    use(qtbot, dialog)
    data = one_edit_that_trains_and_comes_back(document, runner, qtbot, tmp_path)
    series = data.info["series"]
    assert isinstance(series, WindowedSeries) and data.title == "waves"
    t = np.arange(1000)
    a = 2 * np.sin(2 * np.pi * t / 50)
    assert series.values[:, 0] == pytest.approx(a, abs=1e-6)
    assert series.values[:, 1] == pytest.approx(np.r_[a[[0, 0, 0]], a[:-3]] + (t >= 500), abs=1e-6)


def test_a_bad_formula_is_told_with_its_place_and_marked(start, qtbot):
    dialog = start("formulas")
    line = dialog.page.channels.rows[0].formula
    write(line, "sin(t) + cosi(t)")
    assert not dialog.ok.isEnabled()  # at once: what stood there is not true any more
    settled(qtbot, dialog)
    assert dialog.said.text() == "“load”, character 10: there is no “cosi”: did you mean “cos”?"
    assert not dialog.ok.isEnabled() and not dialog.page.lines[0].curve.isVisible()
    wrong = line.palette().color(line.foregroundRole())
    write(line, "cos(t)")
    settled(qtbot, dialog)
    assert dialog.ok.isEnabled() and line.palette().color(line.foregroundRole()) != wrong
    write(line, "1 / (t - 7)")
    settled(qtbot, dialog)
    assert "“load”, t = 7: the value is not a finite number" in dialog.said.text()


def test_undo_takes_back_a_line_not_a_letter(start, qtbot):
    dialog = start("formulas")
    page = dialog.page
    before = page.state
    write(page.channels.rows[0].formula, "t / 7")
    click(page.add)
    assert len(page.channels.rows) == 2
    click(page.undo_button)
    assert [channel.formula for channel in page.state.channels] == ["t / 7"]
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.state == before and page.channels.rows[0].formula.text() == before.channels[0].formula
    assert not page.undo_button.isEnabled()
    click(page.redo_button)
    assert page.channels.rows[0].formula.text() == "t / 7"
    click(page.channels.rows[0].remove)
    assert len(page.channels.rows) == 1  # the last one stays


def test_an_example_another_seed_and_cancel(start, document, qtbot):
    dialog = start("formulas")
    page = dialog.page
    page.presets.setFocus()
    QTest.keyClick(page.presets, Qt.Key.Key_End)
    settled(qtbot, dialog)
    assert page.state.channels[0].formula == "100 + walk()"
    first = dialog.source.values[1]
    click(page.dice)
    settled(qtbot, dialog)
    assert page.state.seed == 2 and not np.array_equal(dialog.source.values[1], first)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and document.undo_stack.count() == 0


# -- sketches --------------------------------------------------------------------------------------------------------


def test_a_sketched_curve_becomes_a_series(start, document, runner, qtbot, tmp_path):
    dialog = start("sketch")
    page = dialog.page
    assert dialog.said.text() == "Draw a curve from left to right: it becomes a series." and not dialog.ok.isEnabled()
    curve(page.pad, lambda x: 0.5 + 0.4 * np.sin(15 * x))
    settled(qtbot, dialog)
    assert "176 windows of 24 steps × 1 feature → 1 number" in dialog.said.text()
    use(qtbot, dialog)
    data = one_edit_that_trains_and_comes_back(document, runner, qtbot, tmp_path)
    drawn = data.info["series"].values[:, 0]
    wanted = 0.8 * np.sin(15 * np.linspace(0, 1, 200))
    # The pad runs from -1 to 1; smoothing and the raster of the screen take a little.
    assert np.abs(drawn - wanted).max() < 0.03


def test_several_curves_with_a_class_each(start, document, runner, qtbot, tmp_path):
    dialog = start("sketch")
    page = dialog.page
    page.use.setFocus()
    QTest.keyClick(page.use, Qt.Key.Key_End)
    assert page.state.use == "classes" and not dialog.form.row("window").isVisible()
    for n, (label, way) in enumerate([("up", 1), ("down", -1)] * 3):
        if n:
            click(page.add)
        curve(page.pad, lambda x, way=way, n=n: 0.5 + way * (0.3 + 0.01 * n) * (x - 0.5))
        write(page.label.lineEdit(), label)
        QTest.keyClick(page.label.lineEdit(), Qt.Key.Key_Return)
    settled(qtbot, dialog)
    assert dialog.said.text() == "6 sequences of 200 steps × 1 feature → one of 2 classes"
    assert page.list.item(5).text() == "Curve 6 · down"
    use(qtbot, dialog)
    data = one_edit_that_trains_and_comes_back(document, runner, qtbot, tmp_path)
    rises = data.inputs["x"].values[:, -1, 0] > data.inputs["x"].values[:, 0, 0]
    assert rises.tolist() == [data.target.classes[int(code)] == "up" for code in data.target.values[:, 0]]


def test_strokes_can_be_taken_back_and_drawn_by_keys(start, qtbot):
    dialog = start("sketch")
    page = dialog.page
    curve(page.pad, lambda x: 0.2, 0.1, 0.9)
    curve(page.pad, lambda x: 0.8, 0.4, 0.6)
    heights = page.state.curves[0].heights
    assert heights[ACROSS // 2] == pytest.approx(0.8, abs=0.01)
    click(page.undo_button)
    assert page.state.curves[0].heights[ACROSS // 2] == pytest.approx(0.2, abs=0.01)  # one stroke, one entry
    click(page.undo_button)
    assert page.state.curves[0].empty
    page.pad.setFocus()
    QTest.keyClick(page.pad, Qt.Key.Key_Home)
    for _ in range(10):
        QTest.keyClick(page.pad, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    first, last = page.state.curves[0].span()
    assert (first, last) == (0, 40)
    click(page.clear)
    assert page.state.curves[0].empty
    click(page.add)
    QTest.keyClick(page.pad, Qt.Key.Key_PageUp)
    assert page.current == 0
    click(page.remove)
    assert len(page.state.curves) == 1


def test_the_top_stays_above_the_bottom(start, qtbot):
    dialog = start("sketch")
    page = dialog.page
    write(page.low.lineEdit(), "5")
    QTest.keyClick(page.low, Qt.Key.Key_Return)
    assert page.low.value() == -1 and page.complaint.isVisible()
    write(page.high.lineEdit(), "10")
    QTest.keyClick(page.high, Qt.Key.Key_Return)
    assert page.state.high == 10 and not page.complaint.isVisible()


# -- tables ----------------------------------------------------------------------------------------------------------

PASTED = "روز\tدما\n" + "\n".join(f"۱۴۰۳/۰۱/{day:02}\t{day}٫۵" for day in range(1, 31)).translate(
    str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
)


def key_paste(page):
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_a_pasted_table_is_a_series(start, document, runner, qtbot, tmp_path):
    QGuiApplication.clipboard().setText(PASTED)
    dialog = start("sheet")
    assert dialog.said.text() == "Type or paste numbers: each row is a sample, or a step in time."
    key_paste(dialog.page)
    settled(qtbot, dialog)
    assert dialog.page.roles == ["time", "both"] and dialog.page.state.names == ("روز", "دما")
    assert dialog.said.text() == "25 windows of 5 steps × 1 feature → 1 number"
    use(qtbot, dialog)
    data = one_edit_that_trains_and_comes_back(document, runner, qtbot, tmp_path)
    assert data.info["series"].values[:, 0].tolist() == [day + 0.5 for day in range(1, 31)]
    assert data.info["series"].times[0] == "2024-03-20"


def type_cell(qtbot, page, row, column, text):
    index = page.model.index(row, column)
    page.view.scrollTo(index)
    at = page.view.visualRect(index).center()
    QTest.mouseClick(page.view.viewport(), LEFT, pos=at)
    QTest.mouseDClick(page.view.viewport(), LEFT, pos=at)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit) and editor.parent() is page.view.viewport()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.model.index(row, column).data() == text)


def test_typed_cells_bad_ones_and_undo(start, qtbot):
    dialog = start("sheet")
    page = dialog.page
    dialog.activateWindow()
    for row in range(12):
        type_cell(qtbot, page, row, 0, str(row))
        type_cell(qtbot, page, row, 1, f"{row},5")
    settled(qtbot, dialog)
    assert dialog.said.text() == "12 rows of 1 feature → 1 number"
    assert dialog.source.values[1].tolist() == [row + 0.5 for row in range(12)]
    type_cell(qtbot, page, 4, 0, "oops")
    settled(qtbot, dialog)
    assert dialog.said.text() == "Row 5, column “a”: “oops” is no number. Change the cell, or what the column holds."
    assert page.model.data(page.model.index(4, 0), Qt.ItemDataRole.ToolTipRole) == "This is no number."
    click(page.undo_button)
    settled(qtbot, dialog)
    assert dialog.ok.isEnabled() and page.state.cells[4][0] == "4"
    page.view.setCurrentIndex(page.model.index(2, 1))
    QTest.keyClick(page.view, Qt.Key.Key_Delete)
    assert page.state.cells[2][1] == ""
    page.view.selectRow(0)
    click(page.findChild(type(page.undo_button), "remove_rows"))
    assert page.state.cells[0][0] == "1" and page.state.rows == 11


def header_menu(page, column):
    header = page.view.horizontalHeader()
    QTest.mouseClick(
        header.viewport(), LEFT, pos=QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    )
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu, key):
    action = next(action for action in menu.actions() if action.objectName() == key)
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def test_columns_are_named_given_a_role_and_removed(start, qtbot):
    QGuiApplication.clipboard().setText("1\t2\t3\n" * 6)
    dialog = start("sheet")
    page = dialog.page
    key_paste(page)
    settled(qtbot, dialog)
    choose(header_menu(page, 0), "rename")
    ask = page.findChild(QInputDialog)
    write(ask.findChild(QLineEdit), "height")
    QTest.keyClick(ask, Qt.Key.Key_Return)
    assert page.state.names == ("height", "b", "c")
    choose(header_menu(page, 1), "ignore")
    choose(header_menu(page, 0), "text")
    settled(qtbot, dialog)
    assert page.roles == ["feature", "ignore", "target"] and page.columns()[0].kind == "text"
    choose(header_menu(page, 1), "remove")
    assert page.state.names == ("height", "c") and page.roles == ["feature", "target"]
    click(page.findChild(type(page.undo_button), "add_column"))
    assert page.state.names == ("height", "c", "a") and page.roles[-1] == "ignore"
    page.view.selectAll()
    QTest.keyClick(page.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[0] == "1\t3\t"


# -- pictures --------------------------------------------------------------------------------------------------------


def pad_stroke(page, *spots):
    box = page.pad.boxes()[0]
    stroke(page.pad, [(box.left() + x * box.width(), box.top() + y * box.height()) for x, y in spots])


def test_drawn_pictures_are_a_classification_set(start, document, runner, qtbot, tmp_path):
    dialog = start("pictures")
    page = dialog.page
    assert not page.keep_button.isEnabled() and "Draw a picture" in dialog.said.text()
    for n in range(3):
        for label, spots in (("1", [(0.5, 0.1), (0.5, 0.9)]), ("-", [(0.1, 0.5), (0.9, 0.5 + n / 50)])):
            pad_stroke(page, *spots)
            write(page.label.lineEdit(), label)
            if n:
                QTest.keyClick(page.label.lineEdit(), Qt.Key.Key_Return)
            else:
                click(page.keep_button)
            assert not page.pad.ink.any()
    assert dialog.isVisible() and len(page.state.pictures) == 6
    settled(qtbot, dialog)
    assert dialog.said.text() == "6 samples of 8 steps × 8 features → one of 2 classes"
    use(qtbot, dialog)
    data = one_edit_that_trains_and_comes_back(document, runner, qtbot, tmp_path)
    ink = data.inputs["x"].values
    tall = (ink.max(axis=2) > 0).sum(axis=1) > (ink.max(axis=1) > 0).sum(axis=1)
    assert tall.tolist() == [data.target.classes[int(code)] == "1" for code in data.target.values[:, 0]]


def test_pictures_can_be_drawn_by_keys(start):
    page = start("pictures").page
    page.pad.setFocus()
    for _ in range(8):
        QTest.keyClick(page.pad, Qt.Key.Key_Up)
    assert not page.pad.ink.any()
    for key in [Qt.Key.Key_Down] * 12 + [Qt.Key.Key_Right] * 6:
        QTest.keyClick(page.pad, key, Qt.KeyboardModifier.ShiftModifier)
    assert len(page.pad.strokes) == 1 and len(page.pad.strokes[0]) == 19
    assert (page.pad.ink.max(axis=1) > 0).sum() > (page.pad.ink.max(axis=0) > 0).sum()  # an L is taller than wide
    QTest.keyClick(page.pad, Qt.Key.Key_Delete)
    assert not page.pad.ink.any()


def test_the_digits_of_the_project_can_be_extended_without_those_of_a_shut_test_part(start, document, qtbot):
    data = document.project.dataset()
    shared = np.setdiff1d(np.arange(len(data)), data.samples("test"))
    assert len(shared) == 1797 - 180
    dialog = start("pictures")
    page = dialog.page
    assert "1,617" in page.take_over.text()
    click(page.take_over)
    settled(qtbot, dialog)
    for picture, sample in zip(page.state.pictures, shared, strict=True):
        assert picture.label == str(int(data.target.values[sample, 0]))
        assert np.array_equal(picture.ink, np.rint(255 * data.inputs["x"].values[sample].reshape(8, 8)))
    dialog.reject()
    document.open_test()
    dialog = start("pictures")
    page = dialog.page
    click(page.take_over)
    settled(qtbot, dialog)
    assert "1,797 samples" in dialog.said.text() and not page.size.isEnabled() and not page.take_over.isVisible()
    pad_stroke(page, (0.3, 0.2), (0.7, 0.2), (0.5, 0.9))
    write(page.label.lineEdit(), "7")
    QTest.keyClick(page.label.lineEdit(), Qt.Key.Key_Return)
    settled(qtbot, dialog)
    assert "1,798 samples" in dialog.said.text()
    first = page.model.index(0, 0)
    assert first.data() == "7"
    page.list.setCurrentIndex(first)
    write(page.label.lineEdit(), "8")
    click(page.relabel)
    assert page.state.pictures[-1].label == "8"
    page.list.setCurrentIndex(page.model.index(0, 0))
    page.list.setFocus()
    QTest.keyClick(page.list, Qt.Key.Key_Delete)
    assert len(page.state.pictures) == 1797
    click(page.undo_button)
    assert len(page.state.pictures) == 1798


# -- changed where it was made ---------------------------------------------------------------------------------------


def test_what_was_made_is_changed_where_it_was_made(start, making, document, qtbot):
    assert not making.commands["change"].isEnabled()
    dialog = start("formulas")
    write(dialog.page.channels.rows[0].formula, "sin(t)")
    box = dialog.form.row("window").field.editor
    write(box.lineEdit(), "10")
    QTest.keyClick(box, Qt.Key.Key_Return)
    use(qtbot, dialog)
    assert making.commands["change"].isEnabled()
    again = start("change")
    assert again.page.state.channels == (Channel("load", "sin(t)", 0.1),)
    assert again.choice.values["window"] == 10  # the settings stay as they were chosen
    write(again.page.channels.rows[0].formula, "cos(t)")
    use(qtbot, again)
    assert document.undo_stack.count() == 2
    series = document.project.dataset().info["series"].values[:, 0]
    assert np.corrcoef(series, np.cos(np.arange(1000)))[0, 1] > 0.98
    document.undo()
    series = document.project.dataset().info["series"].values[:, 0]
    assert np.corrcoef(series, np.sin(np.arange(1000)))[0, 1] > 0.98


def test_sketches_tables_and_pictures_too(start, making, document, qtbot):
    dialog = start("sketch")
    curve(dialog.page.pad, lambda x: x)
    drawn = dialog.page.state.curves[0].heights
    use(qtbot, dialog)
    again = start("change")
    assert again.page.state.curves[0].heights == pytest.approx(drawn, abs=1e-4)
    again.reject()
    QGuiApplication.clipboard().setText("1\t2\n" * 8)
    dialog = start("sheet")
    key_paste(dialog.page)
    choose(header_menu(dialog.page, 0), "target")
    choose(header_menu(dialog.page, 1), "feature")
    use(qtbot, dialog)
    again = start("change")
    assert isinstance(again.page.state, Sheet) and again.page.roles == ["target", "feature"]
    again.reject()
    dialog = start("pictures")
    for n in range(4):
        pad_stroke(dialog.page, (0.2, 0.2 + n / 8), (0.8, 0.8))
        write(dialog.page.label.lineEdit(), "ab"[n % 2])
        click(dialog.page.keep_button)
    use(qtbot, dialog)
    again = start("change")
    assert [picture.label for picture in again.page.state.pictures] == ["a", "b", "a", "b"]
    again.reject()


def test_a_strangers_file_that_lies_about_how_it_was_made_is_told(making, document):
    table = Formulas((Channel("a", "sin(t)"),), 60).table()
    for made in ({"by": "formulas", "channels": 3}, {"by": "sketch", "curves": [{"heights": "x"}]}):
        content = own.store(table, "lie", made)
        names = own.columns_text(["a"])
        values = {"content": content, "name": "lie", "features": names, "target": names, "reading": "windows"}
        document.do(choose_data(document.state, catalogue("datasets").choose("own_table", **values)))
        assert making.commands["change"].isEnabled() and making.change() is None
        box = making.parent().findChild(QMessageBox, "error")
        assert box.text() == "What the data was made from is damaged: it can be used, but not changed."
        box.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_long_data_can_be_generated_without_the_window_standing_still(start, qtbot):
    dialog = start("formulas")
    many = tuple(Channel(f"c{n}", "walk() + ar(0.9) + sin(t / 50)") for n in range(8))
    dialog.page.change(Formulas(many, 200_000))
    assert dialog.waiting()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
