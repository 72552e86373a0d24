"""What the menu bar offers: the commands of all parts of the window, menu by menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gui.menus import fill, panels_menu, theme_menu
from gui.text import tr

if TYPE_CHECKING:
    from gui.main_window import MainWindow

Entries = list[QAction | QMenu | None]
"""None is a separator."""
_SHOWN = ("zoom_in", "zoom_out", "fit", "actual_size", "minimap")
"""Commands of the canvas that change what is seen, not what is."""


def fill_menu_bar(window: MainWindow) -> None:
    """Put the commands of the window and of its parts into its menus."""
    for title, entries in (
        (tr("&File"), _file(window)),
        (tr("&Edit"), _edit(window)),
        (tr("&View"), _view(window)),
        (tr("&Train"), _train(window)),
        (tr("E&xplore"), [*window.explorers.commands.values(), None, window.gym.command]),
        (tr("&Help"), [window.commands[key] for key in ("find", "shortcuts", "about")]),
    ):
        menu = window.menuBar().addMenu(title)
        menu.setToolTipsVisible(True)
        fill(menu, entries)
    window.commands["quit"].setMenuRole(QAction.MenuRole.QuitRole)
    window.commands["about"].setMenuRole(QAction.MenuRole.AboutRole)


def _file(window: MainWindow) -> Entries:
    file = window.files.commands
    return [
        file["new"],
        file["open"],
        window.files.recent_menu,
        file["gallery"],
        *window.imports.commands.values(),
        window.making.menu(window),
        None,
        file["save"],
        file["save_as"],
        None,
        window.fold_switch.commands["export"],
        None,
        window.commands["quit"],
    ]


def _edit(window: MainWindow) -> Entries:
    rest = [action for key, action in window.canvas.commands.items() if key not in (*_SHOWN, "export")]
    return [window.edit["undo"], window.edit["redo"], None, window.shapes.commands["shape"], None, *rest]


def _view(window: MainWindow) -> Entries:
    return [
        window.fold_switch.commands["unrolled"],
        window.looking.command,
        window.commands["why"],
        None,
        *(window.canvas.commands[key] for key in _SHOWN),
        None,
        panels_menu(window, window.docks.all.values(), window.reset_layout),
        theme_menu(window, window.set_theme),
        window.commands["full_screen"],
    ]


def _train(window: MainWindow) -> Entries:
    train = window.training.commands
    return [
        train["play"],
        None,
        train["step step"],
        train["step batch"],
        train["step epoch"],
        None,
        train["stop"],
        train["reset"],
        None,
        *window.transport.commands.values(),
    ]
