"""What menus are made of: commands, submenus, and their words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu
from shiboken6 import isValid

from gui.icons import icon
from gui.text import tr
from gui.theme import Mode, theme
from gui.undoing import Undoing


def edit_actions(undoing: Undoing, parent: QMainWindow) -> dict[str, QAction]:
    """Undo and redo; their texts name what they take back."""
    made = {}
    for key, text, keys, slot in (
        ("undo", tr("Undo"), QKeySequence.StandardKey.Undo, undoing.undo),
        ("redo", tr("Redo"), QKeySequence("Ctrl+Shift+Z"), undoing.redo),
    ):
        action = QAction(icon(key), text, parent)
        action.setShortcut(keys)
        action.triggered.connect(lambda _=False, run=slot: run())
        made[key] = action

    def tell() -> None:
        for key, text, able, what in (
            ("undo", tr("Undo"), undoing.can_undo, undoing.undoes),
            ("redo", tr("Redo"), undoing.can_redo, undoing.redoes),
        ):
            if not isValid(made[key]):
                return  # the window is gone, and the history is emptied after it
            made[key].setEnabled(able)
            made[key].setText(f"{text}: {what}" if what else text)

    undoing.changed.connect(tell)
    tell()
    return made


def command(parent: QMainWindow, text: str, slot: Callable[[], object], keys: str = "", picture: str = "") -> QAction:
    """A plain command."""
    action = QAction(text, parent)
    if keys:
        action.setShortcut(QKeySequence(keys))
    if picture:
        action.setIcon(icon(picture))
    action.triggered.connect(lambda: slot())
    return action


def in_words(action: QAction) -> tuple[str, str]:
    """What a command is called outside of menus, and its keys as the system writes them; "" where it has none.

    Keys that a view listens to by itself stand behind a tab in the text.
    """
    text, _, own = action.text().replace("&", "").partition("\t")
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return text.removesuffix(" …").removesuffix("…"), keys or own


def fill(menu: QMenu, actions: Iterable[QAction | QMenu | None]) -> None:
    """Put actions and submenus into a menu; None is a separator."""
    for action in actions:
        if action is None:
            menu.addSeparator()
        elif isinstance(action, QMenu):
            menu.addMenu(action)
        else:
            action.setMenuRole(QAction.MenuRole.NoRole)
            menu.addAction(action)


def theme_menu(parent: QMainWindow, chosen: Callable[[Mode], None]) -> QMenu:
    """Light, dark, or as the system says."""
    menu, group = QMenu(tr("&Theme"), parent), QActionGroup(parent)
    for mode, text in (("system", tr("As the system")), ("light", tr("Light")), ("dark", tr("Dark"))):
        action = QAction(text, group, checkable=True, checked=theme().mode == mode)
        action.triggered.connect(lambda _, m=mode: chosen(m))
        menu.addAction(action)
    return menu


def panels_menu(parent: QMainWindow, docks: Iterable[QDockWidget], reset: Callable[[], None]) -> QMenu:
    """Every panel can be shown and hidden."""
    menu = QMenu(tr("&Panels"), parent)
    for dock in docks:
        menu.addAction(dock.toggleViewAction())
    menu.addSeparator()
    menu.addAction(tr("Reset layout")).triggered.connect(lambda: reset())
    return menu
