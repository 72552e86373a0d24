"""Why this number? In the data panel and of the batches: statistics, bars, class balance, padding, and every number of a
sample, by the right button, by Alt+W and by click."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.buckets import Padding, batches_of, padded_axes
from core.catalogue.registry import catalogue
from core.edits import SetData
from core.examples import open_example
from core.formula import svg
from gui.panels.data import DataPanel
from gui.panels.training import TrainingPanel
from gui.samples.values import number, raw
from gui.why.here import KEYS, ask_here
from tests.gui.panels.conftest import document, runner, show  # noqa: F401 - fixtures
from tests.gui.test_told import place_of
from tests.gui.test_why_everywhere import choose, opened_menu

DATASETS = catalogue("datasets")
KEY = Qt.Key


@pytest.fixture
def asked(document):  # noqa: F811
    """What was asked, in order."""
    found = []
    document.asked.connect(found.append)
    yield found
    for one in found:
        assert all("<svg" in svg(line) for line in (*one.symbols, *one.numbers))


@pytest.fixture
def panel(document, runner, show):  # noqa: F811
    made = DataPanel(document, runner)
    QShortcut(QKeySequence(KEYS), made).activated.connect(lambda: ask_here(made, document))
    return show(made, height=1600)


def menu_at(part, place, words="Why"):
    """Right-click at a place of a part, and choose."""
    pos = place.toPoint() if isinstance(place, QPointF) else place
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, part.mapToGlobal(pos))
    QApplication.sendEvent(part, event)
    choose(opened_menu(), words)


def by_keys(part, *keys):
    """With the keyboard on a part, some keys and then Alt+W."""
    part.setFocus()
    for key in keys:
        QTest.keyClick(part, key)
    QTest.keySequence(part, "Alt+W")


def use(document, panel, key, **settings):  # noqa: F811
    document.do(SetData(DATASETS.choose(key, **settings)))
    QApplication.processEvents()  # which shows the page of the sample
    panel.grab()
    return document.project.dataset()


def test_moments_by_click_and_the_count_below(document, panel, asked):  # noqa: F811
    data, said = use(document, panel, "iris"), panel.statistics.said
    own = np.array([raw(data.inputs["x"], int(n)) for n in data.split["train"]])[:, 0]
    for key, value in (("mean", own.mean()), ("deviation", own.std()), ("least", own.min()), ("most", own.max())):
        QTest.mouseClick(said, Qt.MouseButton.LeftButton, pos=place_of(said, key))
        assert asked[-1].value == pytest.approx(value, rel=1e-6) and number(asked[-1].value) in said.text()
    note = panel.statistics.note
    QTest.mouseClick(note, Qt.MouseButton.LeftButton, pos=place_of(note, "samples"))
    assert asked[-1].value == len(own)
    # Down to one flower: its number comes back into centimetres.
    term = asked[0].terms[0]
    assert term.about.sample[1] == "train"
    assert term.about.value == pytest.approx(raw(data.inputs["x"], term.about.sample[0])[0], abs=1e-9)


def test_bars_of_the_histogram_by_mouse_and_keys(document, panel, asked):  # noqa: F811
    data, bars = use(document, panel, "iris"), panel.statistics.histogram
    own = np.array([raw(data.inputs["x"], int(n)) for n in data.split["train"]])[:, 0]
    edges = bars._numbers.edges
    third = bars.spots[3]
    menu_at(bars, third.box.center())
    assert asked[-1].value == ((own >= edges[3]) & (own < edges[4])).sum() and third.words.endswith(
        f"{asked[-1].value:.0f}"
    )
    by_keys(bars, KEY.Key_Home, KEY.Key_Right)
    assert asked[-1].value == ((own >= edges[1]) & (own < edges[2])).sum()
    by_keys(bars, KEY.Key_End)
    assert asked[-1].value == ((own >= edges[-2]) & (own <= edges[-1])).sum()
    assert bars.accessibleDescription() == bars.spots[-1].words


def test_symbols_and_their_shares(document, panel, asked):  # noqa: F811
    data = use(document, panel, "names")
    view = panel.statistics
    view.subject.show_key("x.symbols")
    view.subject.activated.emit(view.subject.currentIndex())
    panel.grab()
    field, rows = data.inputs["x"], data.split["train"]
    read = np.concatenate([field.values[n, : data.lengths[n], 0] for n in rows]).astype(int)
    counts = np.bincount(read, minlength=len(field.classes))
    order = np.argsort(-counts, kind="stable")
    for words, value in (("Why this count", counts[order[2]]), ("Why this share", counts[order[2]] / len(read))):
        menu_at(view.symbols, view.symbols.spots[2].box.center(), words)
        assert asked[-1].value == pytest.approx(value)
    by_keys(view.symbols, KEY.Key_Home)
    assert asked[-1].value == counts[order[0]]
    said = view.said
    for key, value in (("different", (counts > 0).sum()), ("total", len(read)), ("share", counts.max() / len(read))):
        QTest.mouseClick(said, Qt.MouseButton.LeftButton, pos=place_of(said, key))
        assert asked[-1].value == pytest.approx(value)


def test_class_balance(document, panel, asked):  # noqa: F811
    data = use(document, panel, "iris")
    balance, codes = panel.balance, data.target.values[:, 0].astype(int)
    menu_at(balance, balance.spots[1].box.center(), "Why this count of the validation part")
    assert asked[-1].value == (codes[data.split["validation"]] == 1).sum()
    by_keys(balance, KEY.Key_Down, KEY.Key_Down)
    assert asked[-1].value == (codes[np.concatenate(list(data.split.values()))] == 2).sum()
    menu_at(balance, balance.spots[2].box.center(), "Why this share")
    assert f"{asked[-1].value:.0%}" == "33%"


CASES = {
    "iris": ({}, lambda data: (None, 2), (KEY.Key_Down, KEY.Key_Down)),
    "sunspots": ({}, lambda data: (3, 0), (KEY.Key_Right,) * 3),
    "copy": ({}, lambda data: (2, 1), (KEY.Key_Right, KEY.Key_Right, KEY.Key_Down)),
    "digits": ({"reading": "rows"}, lambda data: (1, 2), (KEY.Key_Right, KEY.Key_Right, KEY.Key_Down)),
    "circles": ({}, lambda data: (None, 0), ()),
    "names": ({}, lambda data: (1, 0), (KEY.Key_Right,)),
}


@pytest.mark.parametrize("key", CASES)
def test_numbers_of_a_sample_by_keys_and_mouse(key, document, panel, asked):  # noqa: F811
    settings, place, keys = CASES[key]
    data = use(document, panel, key, **settings)
    browser = panel.browser
    page, sample = browser.view.page, browser.shown()
    step, feature = place(data)
    own = raw(data.inputs["x"], sample)
    value = own[feature] if step is None else own[step, feature]
    by_keys(page, *keys)
    assert asked[-1].value == pytest.approx(float(value), rel=1e-9, abs=1e-9)
    assert asked[-1].sample == (sample, browser.part.currentData())
    page.choose((0, 0))
    page.grab()
    cell = (
        page.chosen
        if key == "circles"
        else (len([k for k in keys if k == KEY.Key_Right]), len([k for k in keys if k == KEY.Key_Down]))
    )
    menu_at(page, page.box(cell).center())
    assert asked[-1].value == asked[-2].value and str(asked[-1].title) == str(asked[-2].title)
    if asked[-1].leads:
        (lead,) = asked[-1].leads
        assert (lead.unit, lead.step) == (feature, step)
        assert document.project.network.layers[lead.layer].params["field"] == "x"


def test_other_points_of_a_plane(document, panel, asked):  # noqa: F811
    data = use(document, panel, "circles")
    page = panel.browser.view.page
    train = [n for n in data.split["train"] if n < 60]
    other = int(train[1])
    spot = page.box((other, 0)).center()
    nearest = page.cell_at(spot)[0]
    menu_at(page, spot)
    assert asked[-1].value == pytest.approx(raw(data.inputs["x"], nearest)[0], abs=1e-9)
    assert asked[-1].sample[0] == nearest
    if "test" in data.split:
        page.choose((int(data.split["test"][0]), 0))
        assert page.questions(page.chosen) == [], "the test part stays out of sight"


def test_ends_of_a_curve_and_what_a_strip_asks(document, panel, asked):  # noqa: F811
    data = use(document, panel, "sunspots")
    page, sample = panel.browser.view.page, panel.browser.shown()
    own = raw(data.inputs["x"], sample)[:, 0]
    for words, value in (("Why this smallest", own.min()), ("Why this largest", own.max())):
        menu_at(page, page.box((2, 0)).center(), words)
        assert asked[-1].value == pytest.approx(value)
    data = use(document, panel, "copy")
    page, sample = panel.browser.view.page, panel.browser.shown()
    row = page.grid()[1] - 1
    menu_at(page, page.box((4, row)).center())
    assert asked[-1].value == data.target.values[sample, 4, 0] and "target" in str(asked[-1].title)


def test_letters_say_how_often_they_occur(document, panel, asked):  # noqa: F811
    data = use(document, panel, "names")
    page, sample = panel.browser.view.page, panel.browser.shown()
    menu_at(page, page.box((0, 0)).center(), "How often")
    code, rows = int(data.inputs["x"].values[sample, 0, 0]), data.split["train"]
    read = np.concatenate([data.inputs["x"].values[n, : data.lengths[n], 0] for n in rows])
    assert asked[-1].value == (read == code).sum()


def test_each_batch_of_the_padding_picture(document, runner, show, asked):  # noqa: F811
    project = open_example("names-gru")
    document.open(project)
    shown = TrainingPanel(document, runner)
    QShortcut(QKeySequence(KEYS), shown).activated.connect(lambda: ask_here(shown, document))
    shown = show(shown, height=1400)
    shown.settings.ensureWidgetVisible(shown.padding)
    page = shown.padding.picture
    page.grab()
    data = document.project.dataset()
    (axis,) = axes = padded_axes(document.project.network, data)
    used = [padding for _, padding, _ in page._rows]
    assert [padding.cut for padding in used] == [False, True]
    for row, padding in enumerate(used):
        batch = batches_of(padding.order, padding.size)[1]
        steps = axis.longest(batch) if padding.cut else axis.steps
        share = 1 - axis.needed[batch].sum() / (steps * len(batch))
        spot = page.spots[row * 4 + 1]
        menu_at(page, spot.box.center())
        assert asked[-1].value == pytest.approx(share) and f"{asked[-1].value:.0%} of them padding" in spot.words
        assert sum(term.contribution for term in asked[-1].terms) == pytest.approx(share)
        worst = asked[-1].terms[0].about
        assert worst.value == steps - axis.needed[batch].min() and worst.sample[1] == "train"
    by_keys(page, KEY.Key_End, KEY.Key_Left, KEY.Key_Left)
    assert str(asked[-1].title) == str(asked[-2].title)
    plain = Padding.of(axes, data.split["train"], document.project.training)
    said = shown.padding.said
    QTest.mouseClick(said, Qt.MouseButton.LeftButton, pos=place_of(said, str(document.project.training["buckets"])))
    assert asked[-1].value == pytest.approx(plain.share)


def test_a_page_without_a_document_lets_others_answer(qtbot, document, panel):  # noqa: F811
    from gui.samples import SampleView

    view = SampleView()
    qtbot.addWidget(view)
    view.show_sample(document.project.dataset(), 0)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(4, 4), view.mapToGlobal(QPoint(4, 4)))
    QApplication.sendEvent(view.page, event)
    assert not event.isAccepted() and view.page.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert view.page.questions_here() == []
