"""Small widgets that float over the canvas: the sentence at the pointer, the field for a number or a name, the hint."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from core.errors import BadValue
from gui.canvas import look
from gui.text import tr
from gui.theme import theme

TONES = {"plain": "muted", "allowed": "allowed", "refused": "refused", "recurrent": "recurrent", "accent": "accent"}


HOLD_PIXELS = 70
"""How far the pointer goes before an answer disappears."""


class Bubble(QLabel):
    """A sentence beside the pointer that never takes the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("canvasBubble")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setContentsMargins(12, 7, 12, 7)
        self._tone = "plain"
        self._held: QPoint | None = None
        self.hide()

    def holds(self, where: QPoint) -> bool:
        """True while a sentence that answers a deed is to stay, because the pointer is still near."""
        return self.isVisible() and self._held is not None and (where - self._held).manhattanLength() < HOLD_PIXELS

    def say(self, text: str, where: QPoint, tone: str = "plain", hold: bool = False) -> None:
        """Show ``text`` near a point of the viewport; an empty text hides it. ``hold`` keeps it for a while."""
        self._held = where if hold else None
        if not text:
            self.hide()
            return
        self._tone = tone
        self.setFont(look.font(12.5))
        self.setStyleSheet(f"color: {theme().color('text').name()}; background: transparent;")
        self.setText(text)
        width = min(340, max(self.fontMetrics().horizontalAdvance(line) for line in text.splitlines()) + 30)
        self.setMinimumHeight(0)  # the height that a label asks for is never less than this one
        self.setFixedSize(width, self.heightForWidth(width))
        room = self.parentWidget().rect()
        x = min(max(6, where.x() + 16), max(6, room.width() - width - 6))
        y = where.y() + 20
        if y + self.height() > room.height() - 6:
            y = max(6, where.y() - self.height() - 14)
        self.move(x, y)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = theme().color(TONES[self._tone])
        painter.setBrush(look.mixed(theme().color("layer"), color, 0.1))
        painter.setPen(QPen(look.with_alpha(color, 0.8), 1.2))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 8, 8)
        painter.end()
        super().paintEvent(event)


class Field(QLineEdit):
    """A line of text or a number on the canvas itself: Enter takes it, Escape leaves everything as it was."""

    def __init__(self, parent: QWidget, take: Callable[[str], None], *, take_on_leave: bool) -> None:
        super().__init__(parent)
        self.setObjectName("canvasField")
        self._take = take
        self._take_on_leave = take_on_leave
        self._done = False
        self.returnPressed.connect(self.accept)

    @property
    def is_open(self) -> bool:
        """False once it was accepted or left."""
        return not self._done

    def open_at(self, rect: QRect, text: str, name: str) -> None:
        """Show it over ``rect`` of the viewport with ``text`` selected."""
        room = self.parentWidget().rect()
        rect = QRect(rect)
        rect.moveLeft(min(max(4, rect.left()), max(4, room.width() - rect.width() - 4)))
        rect.moveTop(min(max(4, rect.top()), max(4, room.height() - rect.height() - 4)))
        self.setGeometry(rect)
        self.setText(text)
        self.setAccessibleName(name)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.selectAll()

    def accept(self) -> None:
        """Take what was written; where it is refused the field stays open."""
        if not self._done:
            self._done = True
            self._take(self.text())
            self.close_field()

    def close_field(self) -> None:
        """Go away and give the focus back to the canvas."""
        self._done = True
        parent = self.parentWidget()
        if parent is not None and self.hasFocus():
            parent.setFocus()
        self.hide()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_field()
            return
        super().keyPressEvent(event)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._done:
            return
        if self._take_on_leave and event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.accept()
        elif event.reason() != Qt.FocusReason.PopupFocusReason:
            self.close_field()


def number(text: str) -> float:
    """A number as people write it, Persian and Arabic digits among it. Raises BadValue."""
    plain = "".join(str(int(c)) if c.isdigit() and not c.isascii() else c for c in text.strip())
    plain = plain.replace("٫", ".").replace("−", "-")
    if "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        raise BadValue("“{value}” is not a number.", value=text) from None


class EmptyHint(QWidget):
    """What an empty canvas says."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("canvasHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("The canvas is empty"))
        parent.installEventFilter(self)
        self.setGeometry(parent.rect())

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self.parentWidget().rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.rect().center()
        muted, text = theme().color("muted"), theme().color("text")
        self._sketch(painter, middle.x(), middle.y() - 74, muted)
        painter.setFont(look.font(19, bold=True))
        painter.setPen(text)
        painter.drawText(
            self.rect().adjusted(0, -12, 0, -12), Qt.AlignmentFlag.AlignCenter, tr("Draw your network here")
        )
        painter.setFont(look.font(13.5))
        painter.setPen(muted)
        painter.drawText(
            self.rect().adjusted(20, 21, -20, 21), Qt.AlignmentFlag.AlignCenter,
            tr("Press Space or drag a layer from the palette."),
        )  # fmt: skip
        painter.drawText(
            self.rect().adjusted(20, 45, -20, 45), Qt.AlignmentFlag.AlignCenter,
            tr("Drag from a layer’s edge to link it; back to itself makes it recurrent."),
        )  # fmt: skip
        painter.drawText(
            self.rect().adjusted(20, 69, -20, 69), Qt.AlignmentFlag.AlignCenter,
            tr("Or open an example (Ctrl+E), or bring data of your own (Ctrl+I)."),
        )  # fmt: skip

    @staticmethod
    def _sketch(painter: QPainter, x: int, y: int, color: QColor) -> None:
        painter.setPen(QPen(look.with_alpha(color, 0.75), 1.8, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for shift in (-92, -22, 48):
            painter.drawRoundedRect(x + shift, y - 16, 44, 32, 8, 8)
        painter.setPen(QPen(look.with_alpha(color, 0.75), 1.8))
        painter.drawLine(x - 46, y, x - 24, y)
        painter.drawLine(x + 24, y, x + 46, y)
        painter.setPen(QPen(look.with_alpha(theme().color("recurrent"), 0.9), 1.8))
        painter.drawArc(QRect(x - 15, y - 44, 30, 40), 0, 180 * 16)
        painter.drawLine(x - 15, y - 24, x - 15, y - 18)
        painter.drawLine(x + 15, y - 24, x + 15, y - 18)
