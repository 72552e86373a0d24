"""Small widgets that several panels are made of."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyleOptionButton,
    QStyleOptionToolButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.document import Document
from gui.icons import icon
from gui.theme import theme
from gui.why.told import Told

MARGIN = 10
_Role = QPalette.ColorRole


class Column(QScrollArea):
    """Widgets one under the other that scroll up and down, never sideways."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.column.setSpacing(6)
        self.column.addStretch(1)
        self.setWidget(content)
        content.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def add(self, widget: QWidget) -> None:
        """Put a widget under the others."""
        self.column.insertWidget(self.column.count() - 1, widget)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 60)


def words(text: str = "", role: QPalette.ColorRole = _Role.WindowText) -> QLabel:
    """Plain text that wraps; its role gives its colour (PlaceholderText is muted, BrightText is an error)."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setForegroundRole(role)
    return narrow(label)


def narrow(label: QLabel) -> QLabel:
    """A label that wraps in whatever room there is, instead of asking for more."""
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def muted(text: str = "") -> QLabel:
    """Text of less weight."""
    return words(text, _Role.PlaceholderText)


def told(document: Document, role: QPalette.ColorRole = _Role.WindowText) -> Told:
    """``words`` whose numbers can be asked about."""
    label = Told(document)
    label.setForegroundRole(role)
    narrow(label)
    return label


def bold(text: str, scale: float = 1.0) -> QLabel:
    """A heading."""
    label = words(text)
    font = QFont(label.font())
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * scale)
    label.setFont(font)
    return label


class Picture(QWidget):
    """An icon as a widget; it follows the theme."""

    def __init__(self, name: str, side: int = 18, color: str = "") -> None:
        super().__init__()
        self.setFixedSize(side, side)
        self.show_icon(name, color)

    def show_icon(self, name: str, color: str = "") -> None:
        """Show another icon."""
        self._icon = icon(name, color)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._icon.paint(painter, self.rect())
        painter.end()


class EmptyState(QWidget):
    """What a panel shows while it has nothing to show: an icon and what to do."""

    def __init__(self, picture: str, text: str) -> None:
        super().__init__()
        self.label = muted(text)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * MARGIN, 2 * MARGIN, 2 * MARGIN, 2 * MARGIN)
        column.addStretch(1)
        column.addWidget(Picture(picture, 36, "muted"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        column.addWidget(self.label)
        column.addStretch(2)


class ElidedButton(QPushButton):
    """A button whose text is shortened where there is no room for it; the tooltip has all of it."""

    def __init__(self, text: str, picture: str = "") -> None:
        super().__init__(text)
        self._shortened = ""
        self.setToolTip(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if picture:
            self.setIcon(icon(picture))
            self.setIconSize(QSize(14, 14))

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        if self._shortened:
            option.text = self._shortened  # type: ignore[attr-defined]

    def resizeEvent(self, event: object) -> None:
        missing = self.sizeHint().width() - self.width()
        room = self.fontMetrics().horizontalAdvance(self.text()) - missing
        elided = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        self._shortened = elided if missing > 0 else ""

    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())


class MenuButton(QToolButton):
    """A button that opens its menu at once. Its picture or text says enough: it has no arrow in the corner."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        super().initStyleOption(option)
        option.features &= ~QStyleOptionToolButton.ToolButtonFeature.HasMenu  # type: ignore[attr-defined]


class PrimaryButton(QToolButton):
    """The button that the eye is to find first; the data of its action is the name of its picture."""

    def __init__(self) -> None:
        super().__init__()
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(12, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.isEnabled():
            super().paintEvent(event)
            return
        ground, ink = theme().color("highlight"), theme().color("highlighted_text")
        ground = ground.darker(118) if self.isDown() else ground.lighter(112) if self.underMouse() else ground
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 5, 5)
        side, gap = self.iconSize().height(), 6
        text = QRect(0, 0, self.fontMetrics().horizontalAdvance(self.text()), self.fontMetrics().height())
        whole = QRect(0, 0, side + gap + text.width(), max(side, text.height()))
        whole.moveCenter(self.rect().center())
        text.setSize(QSize(text.width() + 2, self.height()))
        text.moveTopLeft(QPoint(whole.left() + side + gap, 0))
        picture = QRect(whole.left(), whole.center().y() - side // 2 + 1, side, side)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            picture.moveLeft(self.width() - 1 - picture.right())
            text.moveLeft(self.width() - 1 - text.right())
        icon(self.defaultAction().data(), "highlighted_text").paint(painter, picture)
        painter.setPen(ink)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


class ElidedLabel(QLabel):
    """A line that is shortened where there is no room for it; the tooltip has all of it."""

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def clear(self) -> None:
        self.setText("")

    def paintEvent(self, event: object) -> None:
        painter, room = QPainter(self), self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        alignment = int(self.alignment())
        self.style().drawItemText(
            painter, room, alignment, self.palette(), self.isEnabled(), text, self.foregroundRole()
        )
        painter.end()

    def minimumSizeHint(self) -> QSize:
        return QSize(20, super().minimumSizeHint().height())
