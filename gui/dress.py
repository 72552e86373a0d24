"""Flat tabs and thin scroll bars, for every panel, window and dialog.

Each bar has a style sheet of its own: one for a whole window, or for the application, would keep the theme's palette from
the widgets below it (``gui.theme``).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar, QTabBar, QTabWidget, QWidget

from gui.theme import theme


def dress(root: QWidget) -> None:
    """Dress all bars in ``root`` and itself, if it is one; those that were dressed before stay as they are."""
    for tabs in _kind(root, QTabBar):
        if not isinstance(tabs.parent(), QTabWidget):  # its pages would not hear of another theme
            _Sheet.put_on(tabs, _tabs)
    for bar in _kind(root, QScrollBar):
        if _can_be_seen(bar):
            _Sheet.put_on(bar, _scroll_bar)


class _Sheet(QObject):
    """Keeps the style sheet of a bar in the colours of the theme in force."""

    def __init__(self, bar: QWidget, text: Callable[[], str]) -> None:
        super().__init__(bar)
        self._bar, self._text = bar, text
        theme().changed.connect(self._apply)
        self._apply()

    @classmethod
    def put_on(cls, bar: QWidget, text: Callable[[], str]) -> None:
        """Give a bar a sheet, once."""
        if not any(isinstance(child, cls) for child in bar.children()):
            cls(bar, text)

    def _apply(self) -> None:
        self._bar.setStyleSheet(self._text())


def _kind(root: QWidget, kind: type[QWidget]) -> list[QWidget]:
    return [*([root] if isinstance(root, kind) else []), *root.findChildren(kind)]


def _can_be_seen(bar: QWidget) -> bool:
    """False for the bars of charts, which are never shown."""
    area = bar.parent()
    while area is not None and not isinstance(area, QAbstractScrollArea):
        area = area.parent()
    if area is None:
        return True
    upright = isinstance(bar, QScrollBar) and bar.orientation() == Qt.Orientation.Vertical
    policy = area.verticalScrollBarPolicy() if upright else area.horizontalScrollBarPolicy()
    return policy != Qt.ScrollBarPolicy.ScrollBarAlwaysOff


def _tabs() -> str:
    color = {name: theme().color(name).name() for name in ("text", "muted", "accent", "midlight")}
    return """
        QTabBar::tab {{ background: transparent; border: none; padding: 5px 11px; color: {muted}; }}
        QTabBar::tab:right {{ padding: 11px 6px; }}
        QTabBar::tab:hover {{ color: {text}; background: {midlight}; }}
        QTabBar::tab:selected {{ color: {text}; background: transparent; }}
        QTabBar::tab:top:selected, QTabBar::tab:bottom:selected {{ border-bottom: 2px solid {accent}; }}
        QTabBar::tab:right:selected {{ border-left: 2px solid {accent}; }}
        QTabBar::tab:focus {{ color: {accent}; }}
    """.format(**color)


def _scroll_bar() -> str:
    color = {name: theme().color(name).name() for name in ("scroll", "muted")}
    return """
        QScrollBar {{ background: transparent; margin: 0; }}
        QScrollBar:vertical {{ width: 11px; }}
        QScrollBar:horizontal {{ height: 11px; }}
        QScrollBar::handle {{ background: {scroll}; border-radius: 3px; margin: 2px; }}
        QScrollBar::handle:vertical {{ min-height: 24px; }}
        QScrollBar::handle:horizontal {{ min-width: 24px; }}
        QScrollBar::handle:hover {{ background: {muted}; }}
        QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
        QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """.format(**color)
