"""The unrolled view under real mouse and keys: it selects, walks, edits the one network and says what it shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.edits import SetData
from core.project import Project
from core.reports import Moment, Report
from core.why.numbers import Number
from gui.theme import theme
from gui.unroll.layout import FOOTER, HEADER

Key = Qt.Key


def selected(hands) -> set[str]:
    return {hands.network.layers[key].name for key in hands.view.document.selection if key in hands.network.layers}


def test_columns_are_steps_and_rows_are_layers_from_the_bottom_up(make):
    hands = make()
    layout = hands.view.layout_
    assert [c.kind for c in layout.unrolled.columns] == ["initial", *["step"] * 8, "static"]
    tops = [layout.y(layout.bands[hands.row(n).index].top) for n in ("Input", "Hidden", "Last step", "Output")]
    assert tops == sorted(tops, reverse=True)
    assert layout.sees_all() and layout.x(layout.width) <= hands.view.width()


def test_a_click_on_a_copy_selects_the_one_layer_and_its_step(make, qtbot):
    hands = make()
    with qtbot.waitSignal(hands.view.step_selected) as caught:
        hands.click(hands.cell("Hidden", 4))
    assert caught.args == [4] and hands.view.step == 4
    assert selected(hands) == {"Hidden"}
    hands.click(hands.cell("Output", None))
    assert selected(hands) == {"Output"} and hands.view.step == 4
    hands.click(QPoint(300, 100))
    assert selected(hands) == set()


def test_arrow_keys_walk_through_steps_and_layers(make):
    hands = make()
    hands.click(hands.cell("Hidden", 2))
    hands.key(Key.Key_Right)
    hands.key(Key.Key_Right)
    assert hands.view.step == 4
    hands.key(Key.Key_Left)
    assert hands.view.step == 3
    hands.key(Key.Key_Down)
    assert selected(hands) == {"Input"} and hands.view.step == 3
    hands.key(Key.Key_Up)
    hands.key(Key.Key_End)
    assert selected(hands) == {"Hidden"} and hands.view.step == 7
    hands.key(Key.Key_Home)
    assert hands.view.shown.column == hands.row("Hidden").initial
    hands.key(Key.Key_Right)
    assert hands.view.step == 0
    assert hands.view.accessibleDescription().startswith("Hidden at t = 1 of 8: |h| = ")


def test_dragging_along_the_step_numbers_scrubs(make):
    hands = make()
    seen = []
    hands.view.step_selected.connect(seen.append)
    hands.drag(hands.header("Hidden", 1), hands.header("Hidden", 5))
    assert seen[0] == 1 and seen[-1] == 5 and seen == sorted(seen)


def test_pointing_at_a_recurrent_arrow_lights_all_its_copies(make):
    hands = make()
    copy = hands.copy("recurrent", 3)
    words = hands.words(hands.middle(copy))
    assert words.startswith("Hidden → Hidden, at t = 4 of 8") and "used 8 times" in words
    plain = hands.view.painting.copies[copy.tie]
    lit = hands.view.grab().toImage()
    for other in plain:
        place = hands.middle(other)
        assert lit.pixelColor(place) != theme().color("recurrent"), "every copy is lit"
    hands.click(hands.middle(copy))
    assert hands.view.document.selection == {copy.tie.key}


def test_delete_and_undo_change_the_one_network(make):
    hands = make()
    hands.click(hands.cell("Last step", None))
    hands.key(Key.Key_Delete)
    assert [layer.name for layer in hands.network] == ["Input", "Hidden", "Output"]
    assert len(hands.view.layout_.unrolled.rows) == 3
    hands.view.document.undo()
    assert len(hands.view.layout_.unrolled.rows) == 4


def test_rename_opens_a_field_over_the_name(make):
    hands = make()
    hands.click(hands.cell("Hidden", 0))
    hands.key(Key.Key_F2)
    field = hands.view.editing.field
    assert field is not None and field.text() == "Hidden"
    QTest.keyClicks(field, "State")
    QTest.keyClick(field, Key.Key_Return)
    assert hands.network.layer("State").kind == "dense"
    hands.view.document.undo()
    assert hands.network.layer("Hidden").kind == "dense"


def test_enter_shows_the_units_and_their_numbers(make):
    hands = make()
    hands.click(hands.cell("Hidden", 4))
    hands.key(Key.Key_Return)
    layout, row = hands.view.layout_, hands.row("Hidden")
    assert layout.units == {hands.id("Hidden"): 32}
    rect = layout.cell(row.index, row.column(4))
    pos = QPointF(rect.center().x(), rect.top() + rect.height() * (7.5 / 32))
    value = hands.view.runner.trace.layers[row.layer].value[4, 7]
    assert f"unit 8: h = {value:.4g}"[:16] in hands.words(pos.toPoint())
    shown = hands.color(pos)
    assert max(abs(a - b) for a, b in zip(shown, theme().sign_color(value).getRgb()[:3], strict=True)) <= 40
    hands.key(Key.Key_Return)
    assert not layout.units


def test_the_wheel_zooms_into_time_around_the_pointer(make):
    hands = make()
    before, place = hands.view.layout_.pitch, hands.view.layout_.place(620.0)
    wheel(hands.view, QPointF(620, 300), 240)
    assert hands.view.layout_.pitch > before * 1.3
    assert hands.view.layout_.place(620.0) == pytest.approx(place, abs=0.1)
    assert not hands.view.layout_.sees_all()
    hands.drag(QPoint(600, 90), QPoint(500, 90))
    assert hands.view.layout_.place(620.0) > place
    hands.key(Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert hands.view.layout_.sees_all()


def wheel(view, pos: QPointF, turn: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    event = QWheelEvent(pos, view.mapToGlobal(pos), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, modifiers,
                        Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(view, event)


def test_a_thousand_steps_show_a_lens_and_only_what_is_in_sight(make):
    from core.data.catalogue import DATASETS
    from core.examples import open_example
    from tests.gui.unroll.conftest import in_float64

    project = open_example("adding-rnn")
    project.apply(SetData(DATASETS.choose("adding", length=1000, samples=20)))
    hands = make(in_float64(project))
    layout = hands.view.layout_
    assert layout.unrolled.steps == 1000 and layout.sees_all()
    width = layout.width
    hands.view.grab()
    assert sum(len(copies) for copies in hands.view.painting.copies.values()) < 10
    hands.click(hands.header("RNN", 600))
    column = hands.row("RNN").column(hands.view.step)
    assert abs(hands.view.step - 600) <= 1
    assert layout.column_width(column) > 60 > 5 > layout.column_width(column + 30)
    assert layout.width == pytest.approx(width, rel=0.05)
    hands.view.grab()
    assert 10 < sum(len(copies) for copies in hands.view.painting.copies.values()) < 60
    assert f"RNN at t = {hands.view.step + 1} of 1000" in hands.words(hands.cell("RNN", hands.view.step))
    hands.key(Key.Key_L)
    assert layout.column_width(column) < 2


def test_walking_through_a_batch_switches_to_gradients_on_the_way_back(make):
    hands = make()
    view, runner = hands.view, hands.view.runner

    def at(moment):
        runner.report = Report("r", 1, 1, 1, 1, 0.0, {}, 0.0, moment)
        runner.updated.emit()

    at(Moment("forward", 2, 8))
    assert not view.shown.gradient and view.step == 2 and view.commands["values"].isChecked()
    ahead = hands.color(QPointF(hands.cell("Hidden", 6)))
    at(Moment("forward", 7, 8))
    assert hands.color(QPointF(hands.cell("Hidden", 6))) != ahead, "what is not computed yet steps back"
    at(Moment("backward", 5, 8))
    assert view.shown.gradient and view.step == 5 and view.commands["gradient"].isChecked()


def test_says_what_to_do_where_there_is_nothing_yet(make):
    hands = make(Project(), heard=False)
    assert hands.view.hint.isVisible() and "Nothing to unroll" in hands.view.hint.text()
    other = make(heard=False)
    assert other.view.hint.isVisible() and "first sample" in other.view.hint.text()
    assert other.view.layout_.unrolled.steps == 8, "the data says how long a sequence is"
    other.view.runner.hear()
    assert not other.view.hint.isVisible()


def test_asks_for_a_trace_only_while_it_is_seen(make, qtbot):
    hands = make(heard=False)
    runner = hands.view.runner
    hands.view.hide()
    runner.hear(trace=False)
    assert runner.asked == 0
    hands.view.show()
    qtbot.waitUntil(lambda: runner.asked == 1)
    runner.hear()
    assert hands.view.shown.numbers.trace is runner.trace and runner.asked == 1


def test_leaving_puts_the_bubble_away(make):
    hands = make()
    assert hands.words(hands.cell("Hidden", 1))
    QApplication.sendEvent(hands.view, QEvent(QEvent.Type.Leave))
    assert not hands.view.bubble.isVisible()


def test_both_themes_and_double_scale_paint(make):
    hands = make()
    light = hands.color(QPointF(400, 90))
    theme().set_mode("dark")
    assert hands.color(QPointF(400, 90)) != light
    from PySide6.QtGui import QImage, QPainter

    image = QImage(2200, 1240, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(2.0)
    painter = QPainter(image)
    hands.view.painting.base(painter, 2.0)
    painter.end()
    place = hands.cell("Hidden", 3)
    assert image.pixelColor(place * 2) != theme().color("canvas")


def test_numbers_of_another_network_are_not_shown(make):
    from core.edits import SetParam

    hands = make()
    view = hands.view
    view.runner.trace = None
    view.document.do(SetParam(hands.id("Hidden"), "units", 12))
    assert not view.shown.numbers.known and view.hint.isVisible()
    view.runner.hear()
    assert view.shown.numbers.rows(hands.id("Hidden")).shape == (8, 12)


def test_padding_has_no_arrows_and_is_said(make):
    hands = make("names-gru")
    row = hands.row("GRU")
    assert row.valid < row.steps
    hands.view.grab()
    ends = {c.target for tie, cs in hands.view.painting.copies.items() for c in cs if tie.target.layer == row.layer}
    assert ends == set(range(row.valid))
    assert "padding" in hands.words(hands.cell("GRU", row.steps - 1))
    sample = hands.view.shown.sample.inputs[hands.id("Input")]
    assert "enters: " + sample.words[0] in hands.words(hands.cell("Input", 0))


def test_a_name_says_how_many_copies_are_one(make):
    hands = make()
    card = hands.view.layout_.row_rect(hands.row("Hidden").index).center()
    words = hands.words(QPoint(80, int(card.y())))
    assert "8 copies, which are one layer" in words and "Full colour at −1 and 1" in words


def test_the_context_menu_acts_on_the_layer_under_the_pointer(make):
    from PySide6.QtGui import QContextMenuEvent
    from PySide6.QtWidgets import QMenu

    hands = make()
    pos = hands.cell("Hidden", 2)
    QApplication.sendEvent(
        hands.view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, hands.view.mapToGlobal(pos))
    )
    menu = hands.view.findChild(QMenu, "", Qt.FindChildOption.FindDirectChildrenOnly)
    assert menu is not None and selected(hands) == {"Hidden"}
    assert hands.view.commands["delete"] in menu.actions()
    menu.close()


def test_the_menu_of_a_cell_asks_why(make):
    hands = make()
    view = hands.view
    layer = view.document.project.network.layer("Hidden").id
    asked = []
    view.document.asked.connect(asked.append)
    place = hands.cell("Hidden", 3)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.mapToGlobal(place))
    QApplication.sendEvent(view, event)
    menu = QApplication.activePopupWidget()
    for text in ("Why this value?", "Why this gradient?"):
        next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()
    assert asked == [Number("norm", layer, 0, 3, "value"), Number("norm", layer, 0, 3, "gradient")]


def bands_in_sight(hands, *names):
    """Whether the rows with all that belongs to them lie between the step numbers and the foot."""
    layout = hands.view.layout_
    top, bottom = HEADER + layout.inset, hands.view.height() - FOOTER
    rects = [layout.row_rect(hands.row(name).index) for name in names]
    return all(top <= rect.top() and rect.bottom() <= bottom for rect in rects)


def test_a_low_view_makes_the_values_of_the_sample_smaller_before_it_hides_a_row(make):
    hands = make(size=(720, 350))
    assert bands_in_sight(hands, "Input", "Hidden", "Last step", "Output")
    high = hands.view.layout_.bands[hands.row("Input").index].data
    hands.view.set_inset(80.0)
    low = hands.view.layout_.bands[hands.row("Input").index].data
    assert bands_in_sight(hands, "Input", "Hidden", "Last step", "Output") and 20 < low < high
    hands.view.grab()


def test_expanding_a_row_brings_it_into_sight(make):
    hands = make(size=(720, 350))
    hands.double_click(QPoint(60, hands.cell("Hidden", 0).y()))
    assert hands.id("Hidden") in hands.view.layout_.units
    assert bands_in_sight(hands, "Hidden")
    band = hands.view.layout_.bands[hands.row("Hidden").index]
    assert band.height >= 6 * 32, "each of its 32 units can be told from the next"
    roomy = make(size=(1100, 900))
    roomy.double_click(QPoint(60, roomy.cell("Hidden", 0).y()))
    assert roomy.view.layout_.bands[roomy.row("Hidden").index].height == 11 * 32
    assert bands_in_sight(roomy, "Input", "Hidden", "Last step", "Output")


def test_a_short_sentence_after_a_long_one_has_a_small_bubble(make):
    bubble = make().view.bubble
    bubble.say("one line", QPoint(300, 100))
    small = bubble.height()
    bubble.say("one\ntwo\nthree\nfour", QPoint(300, 100))
    assert bubble.height() > 2 * small
    bubble.say("one line", QPoint(300, 100))
    assert bubble.height() == small


def test_arrows_of_attention_are_strong_where_it_looks_and_a_breath_elsewhere(make):
    hands = make("dates-attention", size=(1400, 700))
    runner, layer = hands.view.runner, hands.id("Attention")
    seen = runner.trace.layers[layer]
    copies = {}
    for tie, found in hands.view.painting.copies.items():
        if tie.kind == "attend":
            copies.update({(copy.source, copy.target): copy for copy in found})

    def ink(source: int, looks_at: int) -> int:
        """How far the arrow to step 1 differs from its ground while all steps look at ``looks_at``."""
        shares = np.zeros_like(np.atleast_2d(seen.attention))
        shares[:, looks_at] = 1.0
        layers = {**runner.trace.layers, layer: replace(seen, attention=shares)}
        runner.trace = replace(runner.trace, layers=layers)
        runner.updated.emit()
        color = hands.color(QPointF(hands.middle(copies[source, 0])))
        ground = theme().color("canvas").getRgb()[:3]
        return sum(abs(one - other) for one, other in zip(color, ground, strict=True))

    for gradient in (False, True):
        hands.view.show_gradient(gradient)
        for source in (2, 9):
            assert ink(source, looks_at=source) > 2 * ink(source, looks_at=14) + 60
