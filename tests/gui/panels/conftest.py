"""A document with the Elman digits network and its runner, engine not loaded; panels are shown 300 pixels wide."""

import pytest
from PySide6.QtTest import QTest

from core.examples import open_example
from gui.document import Document
from gui.runner import Runner


@pytest.fixture
def document(qapp):
    return Document(open_example("digits-rows-elman"))


@pytest.fixture
def runner(document):
    made = Runner(document)
    yield made
    assert made.close()


@pytest.fixture
def show(qtbot):
    """Show a panel as the active window."""

    def shown(panel, width=300, height=900):
        qtbot.addWidget(panel)
        panel.resize(width, height)
        with qtbot.waitActive(panel):
            panel.show()
            panel.activateWindow()
        return panel

    return shown


@pytest.fixture
def type_into():
    """Replace what a field holds, key by key, and press Return."""

    def typed(editor, text):
        from PySide6.QtCore import Qt

        editor.setFocus()
        getattr(editor, "lineEdit", lambda: editor)().selectAll()
        QTest.keyClicks(editor, text)
        QTest.keyClick(editor, Qt.Key.Key_Return)

    return typed
