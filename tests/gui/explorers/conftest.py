"""Explorers on an empty project, and how to read the numbers of a formula."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.document import Document
from gui.runner import Runner


@pytest.fixture
def show(qtbot):
    """Shows an explorer on a project."""

    def shown(kind, document=None):
        document = document or Document()
        explorer = kind(document, Runner(document))
        qtbot.addWidget(explorer)
        explorer.resize(1000, 760)
        with qtbot.waitExposed(explorer):
            explorer.show()
        return explorer

    return shown


@pytest.fixture
def type_in():
    """Types a number into the box of a slider, as a user does."""

    def typed(slider, value):
        slider.box.setFocus()
        slider.box.selectAll()
        QTest.keyClicks(slider.box, str(value))
        QTest.keyClick(slider.box, Qt.Key.Key_Return)

    return typed


@pytest.fixture
def results():
    """The numbers behind the last equals sign of each part of a formula."""

    def read(line):
        plain = line.replace("{-}", "-").replace(r" \cdot 10^", "e").replace("{", "").replace("}", "")
        return [float(found) for found in re.findall(r"= (-?[\d.]+(?:e-?\d+)?)(?=\s*(?:\\qquad|$))", plain)]

    return read
