"""The data panel: every data set can be looked at, its numbers are the data's, and leafing chooses what is examined."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtTest import QTest

from core.catalogue.registry import catalogue
from core.data.cache import dataset as load
from core.edits import SetData
from core.looks import looks_at
from core.project import Project
from gui.document import Document
from gui.panels.data import DataPanel
from gui.runner import Runner
from gui.samples import SampleView
from gui.samples.pages import CurvesPage, PicturePage, PlanePage, StripsPage, TablePage
from gui.samples.text_page import TextPage
from gui.samples.values import as_text, codes_of, raw, right_to_left, target_words
from gui.samples.view import fitting
from gui.theme import theme
from tests.gui.hands_of_why import agrees, numbers_in

DATASETS = catalogue("datasets")


@pytest.fixture
def panel(document, runner, show):
    return show(DataPanel(document, runner))


@pytest.mark.parametrize("key", [key for key, spec in DATASETS.items() if spec.family != "own"])
def test_every_data_set_can_be_looked_at(key, qtbot):
    data = load(DATASETS.choose(key))
    view = SampleView()
    qtbot.addWidget(view)
    view.resize(280, 200)
    for sample in (0, len(data) - 1):
        view.show_sample(data, sample)
        view.show()
        drawn = view.grab().toImage()
        colors = {drawn.pixel(x, y) for x in range(0, drawn.width(), 3) for y in range(0, drawn.height(), 3)}
        assert len(colors) > 2, "the page is blank"
        assert target_words(data, sample) and target_words(data, sample) in view.page.accessibleName()


def test_the_page_fits_the_data():
    pages = {key: fitting(load(DATASETS.choose(key))) for key in ("digits", "sunspots", "copy", "circles", "iris")}
    assert list(pages.values()) == [PicturePage, CurvesPage, StripsPage, PlanePage, TablePage]


def test_numbers_are_in_their_own_unit():
    data = load(DATASETS.choose("iris"))
    assert raw(data.inputs["x"], 0) == pytest.approx(
        [5.1, 3.5, 1.4, 0.2], abs=1e-5
    )  # the first flower of Fisher's table
    spots = load(DATASETS.choose("sunspots"))
    assert raw(spots.inputs["x"], 0)[:3, 0] == pytest.approx([5, 11, 16], abs=1e-4)  # 1700, 1701, 1702


def test_facts_and_balance_are_those_of_the_data(document, panel):
    data = document.project.dataset()
    assert panel.facts.value("Samples") == "1,797"
    assert panel.facts.value("Input x") == "8 steps of 8"
    assert panel.facts.value("Split") == "1,258 training, 359 validation, 180 test"
    expected = [int((data.target.values[:, 0] == digit).sum()) for digit in range(10)]
    assert panel.balance.counts().tolist() == expected and not panel.balance.isHidden()


def test_masked_steps_do_not_count_in_the_balance(document, panel):
    document.do(SetData(DATASETS.choose("copy")))
    data = document.project.dataset()
    assert panel.balance.counts().sum() == data.mask.sum() < data.target.values.size


def test_the_balance_shows_the_parts_beside_one_another(document, panel):
    document.do(SetData(DATASETS.choose("wine", validation=0.5)))
    data, shown = document.project.dataset(), panel.balance.grab().toImage()
    colors = {shown.pixelColor(x, y).name() for x in range(shown.width()) for y in range(0, shown.height(), 2)}
    assert {theme().color("series1").name(), theme().color("series2").name()} <= colors
    held, away = ((data.target.values[data.samples(part), 0] == 1).sum() for part in ("validation", "test"))
    said = panel.balance.said_at(QPointF(40, panel.balance.fontMetrics().height() * 1.5 + 2))
    assert said == f"grower 2: {71 - held - away} training, {held} validation, {away} test"
    assert "grower 3: 48" in panel.balance.accessibleName()


def test_a_feature_is_chosen_and_its_numbers_are_shown(document, panel, qtbot):
    document.do(SetData(DATASETS.choose("wine")))
    data, view = document.project.dataset(), panel.statistics
    titles = [view.subject.itemText(n) for n in range(view.subject.count())]
    assert titles[0] == "Input: alcohol" and titles[-1] == "Input: proline" and len(titles) == 13
    view.subject.setFocus()
    qtbot.keyClick(view.subject, Qt.Key.Key_End)
    own = np.array([raw(data.inputs["x"], n)[12] for n in data.samples("train")])
    assert f"mean {own.mean():.4g}" in view.said.text() and f"to {own.max():.4g}" in view.said.text()
    assert view.histogram.isVisible() and not view.symbols.isVisible()
    assert "124 samples" in view.note.text()
    view.histogram.grab()
    said = view.histogram.said_at(QPointF(1, 40))
    assert said.endswith(f": {np.histogram(own, 40)[0][0]}")
    document.do(SetData(DATASETS.choose("iris")))
    assert view.subject.currentText() == "Input: sepal length"


def test_symbols_and_lengths_of_a_text_are_counted(document, panel, qtbot):
    document.do(SetData(DATASETS.choose("pronunciation", language="persian")))
    view = panel.statistics
    titles = [view.subject.itemText(n) for n in range(view.subject.count())]
    assert titles == ["Symbols of the input", "Symbols of the answer", "Length of the input", "Length of the answer"]
    assert panel.balance.isHidden(), "phones are no classes of samples"
    data = document.project.dataset()
    rows, length = data.samples("train"), data.lengths
    read = np.concatenate([data.inputs["x"].values[n, : length[n], 0] for n in rows]).astype(int)
    most = np.bincount(read).argmax()
    assert f"{len(read):,} in all; the commonest is \u2068{data.inputs['x'].classes[most]}\u2069" in view.said.text()
    view.symbols.grab()
    assert view.symbols.said_at(QPointF(4, 4)).startswith(
        f"{data.inputs['x'].classes[most]}: {np.bincount(read).max():,}"
    )
    view.subject.setFocus()
    qtbot.keyClick(view.subject, Qt.Key.Key_Down)
    qtbot.keyClick(view.subject, Qt.Key.Key_Down)
    assert f"mean {length[rows].mean():.4g} steps" in view.said.text()


def ink(view, box):
    """Where something is drawn: (left, right) in pixels of a part of the sample's page."""
    image = view.page.grab(box).toImage()
    ground = image.pixelColor(0, 0)
    columns = [x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) != ground]
    return min(columns), max(columns)


def test_a_persian_text_is_shown_from_right_to_left(document, panel, qtbot):
    document.do(SetData(DATASETS.choose("pronunciation", language="persian")))
    view = panel.browser.view
    qtbot.waitUntil(lambda: view.page.width() <= panel.width())
    assert isinstance(view.page, TextPage) and panel.browser.target.isHidden()
    line = view.page.fontMetrics().height()
    wide = view.page.width()
    left, _ = ink(view, QRect(0, line + 2, wide, line))
    assert left > wide / 2, "the word stands on the right"
    _, right = ink(view, QRect(0, 3 * line + 12, wide, line))
    assert right < wide / 2, "its phones on the left"
    data, sample = document.project.dataset(), panel.browser.shown()
    word = as_text(data.inputs["x"], codes_of(data, "x", sample))
    assert right_to_left(word) and "·" not in word and len(word) == data.lengths[sample]
    assert (
        target_words(data, sample).split()
        == [data.target.classes[int(c)] for c in data.target.values[sample, :, 0][data.mask[sample]]][:-1]
    )


def test_labels_of_letters_are_told_by_colours(document, panel):
    document.do(SetData(DATASETS.choose("declaration", question="spaces", text="persian")))
    data, view = document.project.dataset(), panel.browser.view
    sample = next(n for n in data.samples("validation") if (data.target.values[n] == 2).any())
    view.show_sample(data, sample)
    image = view.page.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {theme().color("series1").name(), theme().color("series2").name()} <= colors, "a space and a half-space"
    assert view.page.height() == view.page.wanted_height(), "nothing is cut off"


def test_a_given_class_is_named(document, panel):
    document.do(SetData(DATASETS.choose("hafez", question="rhyme")))
    data, view = document.project.dataset(), panel.statistics
    assert view.subject.currentText() == "Classes that are given"
    assert "12 different, 2,828 in all" in view.said.text()
    sample = panel.browser.shown()
    assert target_words(data, sample)[-1] == data.inputs["x"].names[int(data.inputs["x"].values[sample].argmax())]


def test_regression_has_no_classes(document, panel):
    document.do(SetData(DATASETS.choose("sunspots")))
    assert panel.balance.isHidden() and panel.facts.value("Target") == "1 number"


def test_leafing_chooses_the_sample_that_is_examined(document, runner, panel, type_into):
    browser, data = panel.browser, document.project.dataset()
    samples = data.samples(browser.part.currentData())
    first = browser.shown()
    place = list(samples).index(first)
    QTest.mouseClick(browser.on, Qt.MouseButton.LeftButton)
    assert browser.shown() == samples[place + 1] == runner.sample[0]
    type_into(browser.number, "40")
    assert runner.sample == (samples[39], browser.part.currentData())
    assert browser.target.text() == f"Target: {int(data.target.values[samples[39], 0])}"
    type_into(browser.number, "9999")
    assert browser.shown() == samples[39], "there is no such sample"
    browser.part.setFocus()
    other = "validation" if browser.part.currentData() == "train" else "train"
    QTest.keyClick(browser.part, Qt.Key.Key_Down if other == "validation" else Qt.Key.Key_Up)
    assert browser.part.currentData() == other and runner.sample == (data.samples(other)[0], other)
    assert not browser.back.isEnabled() and browser.on.isEnabled()


def test_a_sample_chosen_elsewhere_is_shown(document, runner, panel):
    samples = document.project.dataset().samples("train")
    runner.sample = (int(samples[5]), "train")
    runner.updated.emit()
    assert panel.browser.shown() == samples[5] and panel.browser.number.text() == "6"


def test_choosing_data_is_one_entry_and_undo_brings_it_back(document, panel):
    drop = panel.form.form.row("set").field.editor
    drop.setFocus()
    QTest.keyClicks(drop, "Iris")
    assert document.project.data.key == "iris" and panel.facts.value("Samples") == "150"
    assert document.undo_stack.count() == 1
    document.undo()
    assert document.project.data.key == "digits" and drop.currentData() == "digits"
    assert panel.facts.value("Samples") == "1,797"


def test_a_setting_of_the_data(document, panel, type_into):
    type_into(panel.form.form.row("set.validation").field.editor, "0,5")
    assert document.project.data["validation"] == 0.5
    assert len(document.project.dataset().samples("validation")) == pytest.approx(1797 / 2, abs=6)
    assert panel.facts.value("Split") == "{:,} training, {:,} validation, {:,} test".format(
        *(len(document.project.dataset().samples(part)) for part in ("train", "validation", "test"))
    )


def test_data_that_can_not_be_made_is_answered(document, panel, type_into):
    document.do(SetData(DATASETS.choose("adding")))
    type_into(panel.form.form.row("set.samples").field.editor, "100000")
    type_into(panel.form.form.row("set.length").field.editor, "2000")
    assert panel.browser.isHidden() and "ask for fewer or shorter ones" in panel.complaint.text()
    document.undo()
    assert not panel.browser.isHidden()


def test_no_data_says_what_to_do(qapp, show, request):
    document = Document(Project())
    runner = Runner(document)
    request.addfinalizer(runner.close)
    panel = show(DataPanel(document, runner))
    assert "Choose a data set" in panel.about.text() and panel.browser.isHidden()
    drop = panel.form.form.row("set").field.editor
    assert drop.currentIndex() == -1
    drop.setFocus()
    QTest.keyClicks(drop, "Disc")
    assert document.project.data.key == "circles" and not panel.browser.isHidden()


def test_a_picture_is_drawn_from_its_pixels(document, panel):
    data = document.project.dataset()
    view = panel.browser.view
    image = view.page.grab().toImage()
    cell = min(view.page.height() // 8, view.page.width() // 8)
    ink = data.inputs["x"].values[panel.browser.shown()].reshape(8, 8)
    seen = np.array(
        [
            [255 - image.pixelColor(int((c + 0.5) * cell), int((r + 0.5) * cell)).red() for c in range(8)]
            for r in range(8)
        ]
    )
    assert np.corrcoef(seen.ravel(), ink.ravel())[0, 1] > 0.999


def test_the_test_part_is_shut_until_it_is_asked_for(document, runner, panel):
    document.do(SetData(DATASETS.choose("digits", test=0.2)))
    browser, data = panel.browser, document.project.dataset()
    before = runner.sample
    browser.part.setFocus()
    QTest.keyClick(browser.part, Qt.Key.Key_End)
    assert browser.part.currentData() == "test" and browser.shut.isVisible() and not browser.view.isVisible()
    assert runner.sample == before and looks_at(document.state.looks, document.state.data) == 0
    runner.watch(int(data.samples("test")[3]), "test")
    assert runner.sample == before, "nor from elsewhere"
    QTest.mouseClick(browser.shut.button, Qt.MouseButton.LeftButton)
    assert looks_at(document.state.looks, document.state.data) == 1
    assert browser.view.isVisible() and not browser.shut.isVisible()
    assert browser.part.currentData() == "test" and browser.shown() == data.samples("test")[0] == runner.sample[0]
    document.undo()
    document.redo()
    assert looks_at(document.state.looks, document.state.data) == 1 and not document.shut, "what was seen stays seen"


def test_points_of_the_test_part_are_not_drawn_in_the_plane(qtbot):
    data = load(DATASETS.choose("spirals", test=0.3))
    view = SampleView()
    qtbot.addWidget(view)
    view.resize(280, 240)
    pictures = []
    moved = data.inputs["x"].values.copy()
    away = data.samples("test")[1:]
    moved[away] = moved[data.samples("train")[0]]
    for values in (data.inputs["x"].values, moved):
        view.show_sample(replace(data, inputs={"x": replace(data.inputs["x"], values=values)}), 0)
        view.show()
        pictures.append(view.grab().toImage())
    assert isinstance(view.page, PlanePage) and pictures[0] == pictures[1]


def test_a_target_whose_names_have_commas_tells_each_number(document, panel):
    data = load(DATASETS.choose("iris"))
    flower = data.inputs["x"]
    many = replace(data, target=replace(flower, names=("length, cm", "width: cm", "c", "d")))
    panel.browser.show_data(many)
    sample = panel.browser.shown()
    assert panel.browser.target.text() == f"Target: {target_words(many, sample)}"
    found = numbers_in(panel.browser.target, document)
    assert [one.value for _, one in found] == pytest.approx(raw(flower, sample))
    assert all(agrees(text.removesuffix(f" {flower.unit}"), one.value) for text, one in found)
