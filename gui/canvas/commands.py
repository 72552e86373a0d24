"""The commands of the canvas as QActions, for menus, toolbars and keys; what each one does is a method of the view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from gui.icons import icon
from gui.text import tr


@dataclass(frozen=True)
class Entry:
    """One command."""

    key: str
    title: str
    icon: str = ""
    shortcuts: tuple[str, ...] = ()
    shown_key: str = ""
    """Key that the canvas reads itself; the menu only shows it."""
    needs: str = ""
    """"layers", "two layers", "one layer", "any", or "" for always."""


ENTRIES = (
    Entry("quick_menu", "Add layer …", "add", shown_key="Space"),
    Entry("cut", "Cut", "cut", ("Ctrl+X",), needs="layers"),
    Entry("copy", "Copy", "copy", ("Ctrl+C",), needs="layers"),
    Entry("paste", "Paste", "paste", ("Ctrl+V",)),
    Entry("duplicate", "Duplicate", "duplicate", ("Ctrl+D",), needs="layers"),
    Entry("delete", "Delete", "delete", ("Del", "Backspace"), needs="any"),
    Entry("select_all", "Select all", "", ("Ctrl+A",)),
    Entry("rename", "Rename", "", ("F2",), needs="one layer"),
    Entry("expand", "Show or hide neurons", "expand", shown_key="Enter", needs="layers"),
    Entry("fold_all", "Fold all layers", "collapse"),
    Entry("link", "Link to …", "link", shown_key="L", needs="one layer"),
    Entry("hand_over", "Hand last state to …", "link", needs="one layer"),
    Entry("freeze", "Freeze or unfreeze", "lock", needs="any"),
    Entry("more", "More units, longer delay", "plus", shown_key="+", needs="any"),
    Entry("less", "Fewer units, shorter delay", "minus", shown_key="−", needs="any"),
    Entry("align_left", "Align left", "align-left", needs="two layers"),
    Entry("align_center", "Align centres", "align-center-h", needs="two layers"),
    Entry("align_top", "Align top", "align-top", needs="two layers"),
    Entry("align_middle", "Align middles", "align-center-v", needs="two layers"),
    Entry("distribute_columns", "Distribute across", "distribute-h", needs="two layers"),
    Entry("distribute_rows", "Distribute down", "distribute-v", needs="two layers"),
    Entry("auto_layout", "Tidy up", "layout", ("Ctrl+L",)),
    Entry("zoom_in", "Zoom in", "zoom-in", ("Ctrl+=", "Ctrl++")),
    Entry("zoom_out", "Zoom out", "zoom-out", ("Ctrl+-",)),
    Entry("fit", "Fit to window", "fit", ("Ctrl+0",)),
    Entry("actual_size", "Actual size", "", ("Ctrl+1",)),
    Entry("minimap", "Map in the corner", "eye"),
    Entry("export", "Export picture …", "image"),
)
CHECKABLE = ("minimap",)


def make_commands(parent: QObject, act: Mapping[str, Callable[[], None]]) -> dict[str, QAction]:
    """All commands by key; ``act`` says what each one does."""
    made = {}
    for entry in ENTRIES:
        title = tr(entry.title)
        action = QAction(f"{title}\t{entry.shown_key}" if entry.shown_key else title, parent)
        action.setObjectName(f"canvas.{entry.key}")
        if entry.icon:
            action.setIcon(icon(entry.icon))
        action.setShortcuts([QKeySequence(keys) for keys in entry.shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setCheckable(entry.key in CHECKABLE)
        action.triggered.connect(_without_argument(act[entry.key]))
        made[entry.key] = action
    return made


def _without_argument(function: Callable[[], None]) -> Callable[..., None]:
    return lambda *_: function()


def enable(commands: Mapping[str, QAction], layers: int, links: int) -> None:
    """Grey out what the selection does not allow."""
    allowed = {
        "": True, "layers": layers > 0, "two layers": layers > 1, "one layer": layers == 1, "any": layers + links > 0
    }  # fmt: skip
    for entry in ENTRIES:
        commands[entry.key].setEnabled(allowed[entry.needs])
