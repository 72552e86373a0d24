"""Small widgets that several panels are made of."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
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

from core.edits import Edit, Macro
from core.problems import Problem, Repair
from gui.document import Document
from gui.icons import icon
from gui.text import tr, tr_core
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


class ProblemCard(QFrame):
    """One problem: its sentence, and a button for each repair."""

    pointed = Signal(object)
    """Ids of the layers and links it is about while the pointer or the focus is on it, else nothing."""
    chosen = Signal(object)
    """The same ids on a click or Return."""
    repair = Signal(object)
    """The Repair that was clicked."""

    def __init__(self, problem: Problem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problem = problem
        self.ids = frozenset((*problem.layers, *problem.links))
        text = tr_core(problem.template, **problem.values)
        self.setObjectName(f"problem {problem.key}")
        kind = tr("Error") if problem.severity == "error" else tr("Warning")
        self.setAccessibleName(f"{kind}: {text}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(_Role.Base)
        self.label = words(text)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(Picture(problem.severity), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(5)
        column.addLayout(line)
        self.buttons = [self._button(repair) for repair in problem.repairs]
        for button in self.buttons:
            row = QHBoxLayout()
            row.setContentsMargins(26, 0, 0, 0)
            row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)

    def _button(self, repair: Repair) -> QPushButton:
        button = ElidedButton(tr_core(repair.title), "repair")
        button.clicked.connect(lambda: self.repair.emit(repair))
        return button

    def enterEvent(self, event: object) -> None:
        self.pointed.emit(self.ids)

    def leaveEvent(self, event: object) -> None:
        self.pointed.emit(frozenset())

    def focusInEvent(self, event: object) -> None:
        self.pointed.emit(self.ids)
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.pointed.emit(frozenset())
        self.update()

    def mousePressEvent(self, event: object) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.chosen.emit(self.ids)

    def keyPressEvent(self, event: object) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):  # type: ignore[attr-defined]
            self.chosen.emit(self.ids)
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(self.palette().color(_Role.Accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()


def as_edit(repair: Repair) -> Edit:
    """The edit of a repair as an entry of the history of its own, never joined with what was typed before."""
    return Macro((repair.edit,), label=tr_core(repair.title))


class ProblemCards(QWidget):
    """The cards of several problems, kept where they stay the same, so that the focus does too."""

    pointed = Signal(object)
    chosen = Signal(object)
    repair = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[ProblemCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_problems(self, found: Iterable[Problem]) -> None:
        """Show these problems in this order."""
        wanted = list(found)
        if [card.problem for card in self.cards] == wanted:
            return
        self.pointed.emit(frozenset())
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [ProblemCard(problem) for problem in wanted]
        for card in self.cards:
            card.pointed.connect(self.pointed)
            card.chosen.connect(self.chosen)
            card.repair.connect(self.repair)
            self._column.addWidget(card)
