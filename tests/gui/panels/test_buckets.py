"""Length buckets in the training panel: offered where sequences differ in length, with what they spare; and undone."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.buckets import Padding, batches_of, padded_axes
from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS
from core.edits import SetData, SetTraining
from core.examples import open_example
from core.formula import svg
from gui.panels.training import TrainingPanel
from gui.theme import theme
from tests.gui.test_why_everywhere import choose, opened_menu


@pytest.fixture
def panel(document, runner, show):
    project = open_example("names-gru")
    project.apply(SetTraining("buckets", 0))
    document.open(project)
    shown = show(TrainingPanel(document, runner), height=1400)
    shown.settings.ensureWidgetVisible(shown.padding)
    return shown


def shares(document, *pools):
    project = document.project
    axes, samples = padded_axes(project.network, project.dataset()), project.dataset().samples("train")
    values = project.training.values
    found = [Padding.of(axes, samples, Choice("training", {**values, "buckets": pool})).share for pool in pools]
    return [f"{share:.0%}" for share in found]


def test_the_setting_is_typed_shows_what_it_spares_and_is_undone(document, panel, type_into):
    row = panel.form.row("buckets")
    assert row.isVisible() and panel.padding.isVisible()
    before, after = shares(document, 0, 8)
    assert panel.padding.said.text() == (
        f"{before} of the time steps of an epoch are padding; with buckets of 8 batches {after}."
    )
    type_into(row.field.editor, "4")
    assert document.project.training["buckets"] == 4 and document.undo_stack.undoText() == "Length buckets"
    before, after = shares(document, 0, 4)
    assert panel.padding.said.text() == (
        f"{after} of the time steps of an epoch are padding; without buckets {before}."
    )
    document.undo()
    assert document.project.training["buckets"] == 0 and row.field.editor.typed() == 0
    assert "with buckets of 8" in panel.padding.said.text()
    document.redo()
    assert row.field.editor.typed() == 4


def test_it_is_offered_only_for_data_with_lengths(document, panel):
    row = panel.form.row("buckets")
    document.do(SetData(DATASETS.choose("digits", reading="rows")))
    assert not row.isVisible()
    document.undo()
    assert row.isVisible()
    document.do(SetTraining("buckets", 8))
    document.do(SetData(DATASETS.choose("digits", reading="rows")))
    assert row.isVisible() and not panel.padding.isVisible(), "what is set is never hidden"
    (card,) = [card for card in panel.problems.cards if "Length buckets have no effect" in card.label.text()]
    QTest.mouseClick(card.buttons[0], Qt.MouseButton.LeftButton)
    assert document.project.training["buckets"] == 0 and not row.isVisible()


def test_a_project_without_data_has_nothing_to_offer(document, panel):
    document.open(open_example("digits-rows-elman"))
    assert not panel.form.row("buckets").isVisible()
    document.do(SetData(None))
    assert not panel.form.row("buckets").isVisible()


def test_the_picture_is_the_batches_of_the_first_epoch(document, panel):
    page = panel.padding.picture
    page.grab()
    project = document.project
    (axis,) = axes = padded_axes(project.network, project.dataset())
    samples = project.dataset().samples("train")
    spots = iter(page.spots)
    for pool in (0, 8):
        training = Choice("training", {**project.training.values, "buckets": pool})
        padding = Padding.of(axes, samples, training)
        for number, batch in enumerate(batches_of(padding.order, 64)[:4], start=1):
            box, said = (spot := next(spots)).box, spot.words
            steps = axis.longest(batch) if pool else axis.steps
            assert said.startswith(f"Batch {number}: 64 samples of {steps} steps, ")
            share = 1 - axis.needed[batch].sum() / (64 * steps)
            assert said.endswith(f"{share:.0%} of them padding")
            assert box.width() == pytest.approx((page.width() - 3 * 8) / (4 * axis.steps) * steps, abs=0.01)
    assert next(spots, None) is None


def test_every_sample_is_drawn_as_long_as_it_is(document, panel):
    page = panel.padding.picture
    picture = page.grab().toImage()
    project = document.project
    (axis,) = axes = padded_axes(project.network, project.dataset())
    padding = Padding.of(axes, project.dataset().samples("train"), project.training)
    batch = padding.order[: padding.size]
    box = page.spots[0].box
    needed, blue = axis.needed[batch], theme().color("series1")
    rows = needed[np.linspace(0, len(needed) - 1, int(box.height())).astype(int)]
    wide = box.width() / axis.steps
    for row, steps in enumerate(rows.tolist()):
        y = int(box.top()) + row
        assert picture.pixelColor(int(box.left() + wide * (steps - 0.5)), y) == blue
        if steps < axis.steps:
            assert picture.pixelColor(int(box.left() + wide * (steps + 0.5)), y) != blue
    assert page.said_at(box.center()) != "" and page.said_at(QPoint(-5, -5)) == ""


def test_both_time_axes_of_encoder_and_decoder_are_drawn(document, panel):
    document.open(open_example("pronunciation-english"))
    page = panel.padding.picture
    page.grab()
    assert " + " in page.spots[0].words and page.accessibleName() == panel.padding.said.text()


def test_a_new_batch_size_counts_anew(document, panel):
    before = panel.padding.said.text()
    document.do(SetTraining("batch_size", 2))
    assert panel.padding.said.text() != before
    document.do(SetTraining("optimizer.lr", 0.1))
    one, other = shares(document, 0, 8)
    assert one in panel.padding.said.text() and other in panel.padding.said.text()


def test_the_padding_can_be_asked_about(document, panel):
    project = document.project
    data = project.dataset()
    (axis,), samples = padded_axes(project.network, data), data.samples("train")
    needed = axis.needed[samples]
    asked = []
    document.asked.connect(asked.append)
    said = panel.padding.said
    for words in ("Why this padding?", "Why this padding with buckets"):
        place = said.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, said.mapToGlobal(place))
        QApplication.sendEvent(said, event)
        choose(opened_menu(), words)
    plain, spared = asked
    assert plain.value == pytest.approx(1 - float(np.mean(needed)) / axis.steps)
    assert 0 <= spared.value < plain.value and f"{spared.value:.0%}" == shares(document, 8)[0]
    for one in asked:
        assert sum(term.contribution for term in one.terms) == pytest.approx(one.value)
        assert all("<svg" in svg(line) for line in (*one.symbols, *one.numbers))
