"""All keys at a glance, by the menu or the view that they belong to, and what the mouse does on the canvas."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDockWidget,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.menus import in_words
from gui.text import tr
from gui.theme import theme
from gui.widgets import bold

Rows = list[tuple[str, str]]
"""What is done, and by which keys."""
_COLUMNS = 3
_PAD = 6


class ShortcutsDialog(QDialog):
    """Three columns that scroll where the screen is low."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.setObjectName("shortcuts")
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(18, 14, 18, 6)
        columns.setSpacing(34)
        for groups in _dealt(list(_groups(window))):
            column = QVBoxLayout()
            column.setSpacing(14)
            for title, rows in groups:
                column.addLayout(_group(title, rows))
            column.addStretch(1)
            columns.addLayout(column, 1)
        area = QScrollArea()
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(content)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 10)
        outer.addWidget(area)
        foot = QHBoxLayout()
        foot.setContentsMargins(18, 0, 18, 0)
        foot.addWidget(buttons)
        outer.addLayout(foot)
        wanted, room = content.sizeHint() + QSize(24, 70), window.screen().availableSize() * 0.9
        self.resize(wanted.boundedTo(room))


class _Keys(QWidget):
    """Keys in a frame, as on a keyboard."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.setFont(font)
        metrics = self.fontMetrics()
        self.setFixedSize(max(24, metrics.horizontalAdvance(text) + 2 * _PAD + 2), metrics.height() + 5)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("field_edge"), 1))
        painter.setBrush(theme().color("base"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(theme().color("text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


def _group(title: str, rows: Rows) -> QVBoxLayout:
    """A heading and its rows."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(0, 1)
    for number, (text, keys) in enumerate(rows):
        grid.addWidget(QLabel(text), number, 0)
        grid.addWidget(_Keys(keys), number, 1, Qt.AlignmentFlag.AlignRight)
    box = QVBoxLayout()
    box.setSpacing(4)
    box.addWidget(bold(title))
    box.addLayout(grid)
    return box


def _groups(window: QMainWindow) -> Iterator[tuple[str, Rows]]:
    """Headings and what stands under them: the menus, then what only a view knows, then the mouse."""
    seen: set[int] = set()
    for top in window.menuBar().actions():
        if top.menu() is not None:
            rows = [_row(action) for action in _with_keys(top.menu(), seen)]
            if rows:
                yield in_words(top)[0], rows
    rest: dict[str, Rows] = {}
    for action in window.findChildren(QAction):
        row = _row(action)
        if id(action) not in seen and all(row) and row not in rest.setdefault(_place(action), []):
            rest[_place(action)].append(row)
    yield from ((title, rows) for title, rows in rest.items() if title and rows)
    yield (
        tr("With the mouse"),
        [
            (tr("Menu of layers on the canvas"), tr("Double click")),
            (tr("Link two layers"), tr("Drag from an edge")),
            (tr("Zoom, or wider time steps"), tr("Wheel")),
            (tr("Move what is seen"), tr("Middle button")),
            (tr("Why this number?"), tr("Right button")),
        ],
    )


def _with_keys(menu: QMenu, seen: set[int]) -> Iterator[QAction]:
    for action in menu.actions():
        if action.menu() is not None:
            yield from _with_keys(action.menu(), seen)
        elif all(in_words(action)):
            seen.add(id(action))
            yield action


def _row(action: QAction) -> tuple[str, str]:
    text, keys = in_words(action)
    return text.partition(": ")[0], keys  # an undo names what it takes back


def _place(action: QAction) -> str:
    """The panel or view that an action belongs to; nothing for those of the window itself."""
    part = action.parent()
    while isinstance(part, QWidget) and not isinstance(part, QMainWindow):
        if isinstance(part, QDockWidget):
            return part.windowTitle()
        if part.accessibleName():
            return part.accessibleName()
        part = part.parentWidget()
    return ""


def _dealt(groups: list[tuple[str, Rows]]) -> list[list[tuple[str, Rows]]]:
    """The groups in columns that are about equally long, in the order of reading."""
    total = sum(len(rows) + 2 for _, rows in groups)
    columns: list[list[tuple[str, Rows]]] = [[] for _ in range(_COLUMNS)]
    passed = 0
    for title, rows in groups:
        half = passed + (len(rows) + 2) / 2
        columns[min(_COLUMNS - 1, int(half / total * _COLUMNS))].append((title, rows))
        passed += len(rows) + 2
    return columns
