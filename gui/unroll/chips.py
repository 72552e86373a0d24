"""The changes of a what-if as chips: a click goes there, the cross takes it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from core.whatif import Cut, Intervention
from gui.canvas import look
from gui.icons import icon
from gui.text import tr
from gui.theme import theme
from gui.unroll import marks

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
LINE = 26
"""Height of a line of the card that they are on."""


class Go(QToolButton):
    """Keeps Delete from the view, which would delete the selected layer."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in DELETES:
            event.accept()
            return True
        return super().event(event)


class Chip(QWidget):
    """One change: a click goes there, the cross takes it away."""

    def __init__(self, card: QWidget, view: UnrollView, one: Intervention) -> None:
        super().__init__(card)
        self.intervention = one
        self.go, self.cross = Go(self), Go(self)
        words = view.changing.words(one)
        for button, name, tip in (
            (self.go, "whatif.go", tr("Go to this change; Delete takes it away")),
            (self.cross, "whatif.remove", tr("Take this change away")),
        ):
            button.setObjectName(name)
            button.setAutoRaise(True)
            button.setFont(look.font(12))
            button.setToolTip(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.go.setText(words)
        self.cross.setIcon(icon("close"))
        self.cross.setIconSize(QSize(11, 11))
        self.cross.setAccessibleName(tr("Remove: {change}", change=words))
        self.go.clicked.connect(lambda: _go_to(view, one))
        self.cross.clicked.connect(lambda: view.changing.remove(one))
        self._remove = lambda: view.changing.remove(one)

    def sizeHint(self) -> QSize:
        return QSize(self.go.sizeHint().width() + 24, LINE - 3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.go.setGeometry(2, 0, self.width() - 24, self.height())
        self.cross.setGeometry(self.width() - 22, 2, 19, self.height() - 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in DELETES:
            self._remove()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.with_alpha(marks.color(), 0.8), 1))
        painter.setBrush(look.with_alpha(theme().color("layer"), 0.9))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()


def _go_to(view: UnrollView, one: Intervention) -> None:
    """Select the place of a change."""
    rows, network = view.layout_.unrolled.by_layer, view.document.project.network
    if isinstance(one, Cut):
        link = network.links.get(one.key)
        layer = one.key if link is None else link.target
    else:
        layer = one.layer
    if layer not in rows:
        return
    step = one.step if rows[layer].steps is not None else None
    view.choosing.select(layer, rows[layer].column(step))
    view.setFocus()
