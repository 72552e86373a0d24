"""What the unrolled view says where there is nothing to show yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen

from core.problems import errors
from gui.canvas import look
from gui.problem_cards import about_problem, problem_words
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import Told

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView


class Hint(Told):
    """A sentence on a card over the view."""

    def __init__(self, view: UnrollView) -> None:
        super().__init__(view.document, "unroll_hint")
        self.setParent(view)
        self._view = view
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setContentsMargins(20, 12, 20, 12)
        self.setFont(look.font(13))
        self.hide()

    def words(self) -> str:
        """What is to be done, rich text; empty where all is there."""
        view = self._view
        network = view.document.project.network
        if not network.layers:
            return tr("Nothing to unroll yet. Fold the view and add layers, or open an example.")
        if view.shown.numbers.known:
            return ""
        if view.document.state.data is None:
            return tr("Choose a data set in the training panel: its values then enter here step by step.")
        found = errors(view.document.state)
        if found:
            return tr("Numbers appear as soon as the network can run. {problem}", problem=problem_words(found[0]))
        if view.runner.status == "loading":
            return tr("Loading the engine …")
        return tr("Looking at the first sample …")

    def _about_it(self) -> dict[str, Question]:
        found = errors(self._view.document.state)
        return about_problem(found[0], self._view.document) if found else {}

    def refresh(self) -> None:
        """Say what is to be said."""
        words = self.words()
        self.setVisible(bool(words))
        if words:
            self.tell(words, self._about_it)
        self.place()

    def place(self) -> None:
        """In the middle of the lower part."""
        room = self.parentWidget().rect()
        width = min(440, max(200, room.width() - 60))
        self.setFixedWidth(width)
        height = max(40, self.heightForWidth(width))
        self.setFixedHeight(height)
        low = room.center().y() if not self._view.layout_.unrolled.rows else int(room.height() * 0.72)
        self.move(room.center().x() - width // 2, min(low, room.height() - height - 56))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(look.mixed(theme().color("layer"), theme().color("accent"), 0.06))
        painter.setPen(QPen(look.with_alpha(theme().color("accent"), 0.6), 1.2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        painter.end()
        super().paintEvent(event)
