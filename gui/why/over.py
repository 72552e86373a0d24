"""The answer over a dialog that keeps the window behind it from being used: the same panel in a window of its own."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget

from gui.document import Document
from gui.panels.why import WhyPanel
from gui.runner import Runner
from gui.text import tr

WIDTH, HEIGHT = 380, 520


class WhyOver(QDialog):
    """Belongs to a modal dialog, can be used beside it, and closes with it."""

    def __init__(self, document: Document, runner: Runner, dialog: QWidget) -> None:
        super().__init__(dialog)
        self.setObjectName("why_over")
        self.setWindowTitle(tr("Why this number?"))
        self.setModal(False)
        self.resize(WIDTH, HEIGHT)
        self.panel = WhyPanel(document, runner)
        self.panel.question.hide()  # which asks about the network, not about what the dialog shows
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)

    def beside(self, dialog: QWidget) -> None:
        """Stand at the right of a dialog where the screen has room, else over its right side."""
        frame, screen = dialog.frameGeometry(), dialog.screen().availableGeometry()
        left = min(frame.right() + 8, screen.right() - self.width())
        if left < frame.right():
            left = min(left, frame.right() - self.width() - 16)
        spot = QPoint(max(screen.left(), left), max(screen.top(), frame.top() + 24))
        self.setGeometry(QRect(spot, self.size()))


def answer_over(document: Document, runner: Runner) -> bool:
    """Show what was asked last over the modal dialog that is open; False where there is none."""
    dialog = QApplication.activeModalWidget()
    if dialog is None or dialog.windowModality() == Qt.WindowModality.NonModal:
        return False
    shown = dialog.findChild(WhyOver)
    if shown is None:
        shown = WhyOver(document, runner, dialog)
        shown.beside(dialog)
    shown.show()
    shown.raise_()
    return True
