"""Words with numbers in them that answer: by the mouse, by Tab and Enter, by Alt+W and from the menu."""

import html

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QVBoxLayout, QWidget

from core.describe import Words
from core.why.numbers import Aggregate
from gui.document import Document
from gui.theme import theme
from gui.why.here import Question, ask_here
from gui.why.told import Told, asked

LEFT = Qt.MouseButton.LeftButton
TEXT = (
    f"<b>run &lt;1&gt;</b>: loss {asked('loss', '0.25')}, right {asked('right', '90&nbsp;%')} of {asked('all', '50')}"
)


def question(title, value):
    return Question(Aggregate(Words(title), value, (), (), Words("")), f"Why {title}?")


QUESTIONS = {key: question(key, value) for key, value in (("all", 50.0), ("loss", 0.25), ("right", 0.9))}


@pytest.fixture
def told(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.document = Document()
    window.asked = []
    window.document.asked.connect(lambda one: window.asked.append(str(one.title)))
    window.field, window.words = QLineEdit(), Told(window.document, "words")
    column = QVBoxLayout(window)
    column.addWidget(window.field)
    column.addWidget(window.words)
    window.words.tell(TEXT, lambda: QUESTIONS)
    window.resize(400, 200)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.field.setFocus()
    return window


def place_of(words, key):
    """A pixel on a number, found by looking for it."""
    for y in range(0, words.height(), 3):
        for x in range(0, words.width(), 2):
            if words.number_at(QPoint(x, y)) == key:
                return QPoint(x + 3, y + 3)
    raise AssertionError(key)


def texts(menu):
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def menu_of(words, reason, place):
    QApplication.sendEvent(words, QContextMenuEvent(reason, place, words.mapToGlobal(place)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


@pytest.mark.parametrize("key", QUESTIONS)
def test_a_click_on_a_number_asks_about_it(told, key):
    QTest.mouseClick(told.words, LEFT, pos=place_of(told.words, key))
    assert told.asked == [key]


def test_a_click_beside_the_numbers_asks_nothing(told):
    for x in (2, told.words.width() - 4):
        QTest.mouseClick(told.words, LEFT, pos=QPoint(x, told.words.height() // 2))
    assert not told.asked


def test_a_click_asks_though_the_number_changes_below_the_finger(told):
    place = place_of(told.words, "loss")
    QTest.mousePress(told.words, LEFT, pos=place)
    told.words.tell(TEXT.replace("0.25", "0.24"), lambda: QUESTIONS)
    QTest.mouseRelease(told.words, LEFT, pos=place)
    assert told.asked == ["loss"]


def test_tab_goes_from_number_to_number_and_enter_asks(told):
    for key in ("loss", "right", "all"):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is told.words
        assert told.words.selectedText().replace("\u00a0", " ") == {"loss": "0.25", "right": "90 %", "all": "50"}[key]
        QTest.keyClick(told.words, Qt.Key.Key_Return)
        assert told.asked[-1] == key
    QTest.keyClick(told.words, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is told.field and not told.words.selectedText()
    QTest.keyClick(told.field, Qt.Key.Key_Backtab)
    QTest.keyClick(told.words, Qt.Key.Key_Backtab)
    QTest.keyClick(told.words, Qt.Key.Key_Enter)
    assert told.asked[-1] == "right"


def test_arrow_keys_go_from_number_to_number_too(told):
    QTest.keyClick(told.field, Qt.Key.Key_Tab)
    right, left = Qt.Key.Key_Right, Qt.Key.Key_Left
    for key, wanted in (
        (right, "right"),
        (right, "all"),
        (right, "all"),
        (left, "right"),
        (left, "loss"),
        (left, "loss"),
    ):
        QTest.keyClick(told.words, key)
        QTest.keyClick(told.words, Qt.Key.Key_Return)
        assert told.asked[-1] == wanted


def test_tab_leaves_many_numbers_at_once(told):
    names = [str(n) for n in range(30)]
    told.words.tell(" ".join(asked(name, name) for name in names), lambda: dict.fromkeys(names, QUESTIONS["all"]))
    QTest.keyClick(told.field, Qt.Key.Key_Tab)
    for name in names[:5]:
        assert told.words.selectedText() == name
        QTest.keyClick(told.words, Qt.Key.Key_Right)
    QTest.keyClick(told.words, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is told.field
    QTest.keyClick(told.field, Qt.Key.Key_Backtab)
    assert told.words.selectedText() == names[-1]


def test_what_tab_chose_stays_chosen_while_the_numbers_change(told):
    QTest.keyClick(told.field, Qt.Key.Key_Tab)
    QTest.keyClick(told.words, Qt.Key.Key_Tab)
    told.words.tell(f"right {asked('right', '91')} after {asked('loss', '0.2')}", lambda: QUESTIONS)
    assert told.words.selectedText() == "91"
    QTest.keyClick(told.words, Qt.Key.Key_Return)
    assert told.asked == ["right"]
    told.words.tell(f"only {asked('loss', '0.2')}", lambda: QUESTIONS)
    assert not told.words.selectedText()


def test_alt_w_asks_about_what_tab_chose_or_what_is_pointed_at_or_the_most_important(told):
    QTest.keyClick(told.field, Qt.Key.Key_Tab)
    QTest.keyClick(told.words, Qt.Key.Key_Tab)
    assert ask_here(told, told.document) and told.asked == ["right"]
    told.field.setFocus()
    place = place_of(told.words, "right")
    QCursor.setPos(told.words.mapToGlobal(place))
    QTest.mouseMove(told.words, place)
    assert ask_here(told, told.document) and told.asked[-1] == "right"
    QCursor.setPos(told.words.mapToGlobal(QPoint(1, 1)))
    QTest.mouseMove(told.words, QPoint(1, 1))
    assert ask_here(told, told.document) and told.asked[-1] == "all"


def test_the_menu_begins_with_the_number_under_the_pointer_and_still_copies(told):
    menu = menu_of(told.words, QContextMenuEvent.Reason.Mouse, place_of(told.words, "right"))
    assert texts(menu) == ["Why right?", "Why all?", "Why loss?", "Copy", "Select all"]
    action = next(action for action in menu.actions() if action.text() == "Copy")
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    assert QGuiApplication.clipboard().text() == "run <1>: loss 0.25, right 90 % of 50"
    menu = menu_of(told.words, QContextMenuEvent.Reason.Mouse, place_of(told.words, "loss"))
    action = next(action for action in menu.actions() if action.text() == "Select all")
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    assert told.words.selectedText().replace("\u00a0", " ") == "run <1>: loss 0.25, right 90 % of 50"


def test_the_menu_key_begins_with_the_number_that_tab_chose(told):
    for _ in range(3):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    menu = menu_of(told.words, QContextMenuEvent.Reason.Keyboard, told.words.rect().center())
    assert texts(menu)[0] == "Why all?"
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(menu.actions()[0]).center())
    assert told.asked == ["all"]


def test_text_is_selected_with_the_mouse_and_copied(told):
    middle = told.words.height() // 2
    QTest.mousePress(told.words, LEFT, pos=QPoint(1, middle))
    QTest.mouseMove(told.words, QPoint(60, middle))
    QTest.mouseRelease(told.words, LEFT, pos=QPoint(60, middle))
    assert told.words.selectedText().startswith("run <1>") and not told.asked
    QTest.keyClick(told.words, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == told.words.selectedText()


def test_without_questions_it_is_a_label_that_tab_passes_by(told):
    place = place_of(told.words, "loss")
    told.words.tell(TEXT, None)
    assert told.words.text() == "<b>run &lt;1&gt;</b>: loss 0.25, right 90&nbsp;% of 50"
    QTest.mouseClick(told.words, LEFT, pos=place)
    told.field.setFocus()
    QTest.keyClick(told.field, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is told.field and not told.asked and not told.words.questions_here()
    assert texts(menu_of(told.words, QContextMenuEvent.Reason.Mouse, place)) == ["Copy", "Select all"]
    QApplication.activePopupWidget().close()


def test_questions_are_not_worked_out_before_someone_asks(told):
    calls = []
    told.words.tell(TEXT, lambda: calls.append(1) or QUESTIONS)
    told.words.grab()
    QTest.mouseMove(told.words, place_of(told.words, "loss"))
    assert not calls
    QTest.mouseClick(told.words, LEFT, pos=place_of(told.words, "loss"))
    assert calls and told.asked == ["loss"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_numbers_look_like_the_words_around_them(told, mode):
    """Also where the theme changes after they were told, where they are muted, and where nothing can be changed."""
    theme().set_mode(mode)
    plain = html.unescape("run 1: loss 0.25")
    for role in (told.palette().ColorRole.WindowText, told.palette().ColorRole.PlaceholderText):
        told.words.setForegroundRole(role)
        for enabled in (True, False):
            told.words.setEnabled(enabled)
            told.words.tell(plain, lambda: QUESTIONS)
            as_words = told.words.grab().toImage()
            told.words.tell(asked("loss", plain), lambda: QUESTIONS)
            assert told.words.grab().toImage() == as_words
    told.words.setEnabled(True)
    theme().set_mode("dark" if mode == "light" else "light")
    as_number = told.words.grab().toImage()
    told.words.tell(plain, lambda: QUESTIONS)
    assert told.words.grab().toImage() == as_number


def test_a_hand_shows_where_one_can_ask(qtbot, told):
    QTest.mouseMove(told.words, place_of(told.words, "loss"))
    assert told.words.cursor().shape() == Qt.CursorShape.PointingHandCursor
    QTest.mouseMove(told.words, QPoint(told.words.width() - 3, 3))
    assert told.words.cursor().shape() != Qt.CursorShape.PointingHandCursor
