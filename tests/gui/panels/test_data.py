"""The data panel: every data set can be looked at, its numbers are the data's, and leafing chooses what is examined."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.catalogue.registry import catalogue
from core.data.cache import dataset as load
from core.edits import SetData
from core.project import Project
from gui.document import Document
from gui.panels.data import DataPanel
from gui.runner import Runner
from gui.samples import SampleView
from gui.samples.pages import CurvesPage, PicturePage, PlanePage, StripsPage, TablePage
from gui.samples.values import raw, target_words
from gui.samples.view import fitting

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
    assert panel.facts.value("Split") == "1,438 training, 359 validation"
    expected = [int((data.target.values[:, 0] == digit).sum()) for digit in range(10)]
    assert panel.balance.counts().tolist() == expected and not panel.balance.isHidden()


def test_masked_steps_do_not_count_in_the_balance(document, panel):
    document.do(SetData(DATASETS.choose("copy")))
    data = document.project.dataset()
    assert panel.balance.counts().sum() == data.mask.sum() < data.target.values.size


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
    assert panel.facts.value("Split") == "{:,} training, {:,} validation".format(
        *(len(document.project.dataset().samples(part)) for part in ("train", "validation"))
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
