"""The commands of the unrolled view as QActions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from gui.icons import icon
from gui.text import tr

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView


def make_commands(view: UnrollView) -> dict[str, QAction]:
    """All commands by key."""
    made: dict[str, QAction] = {}

    def add(key: str, title: str, picture: str, keys: str, act: object, checkable: bool = False) -> QAction:
        action = QAction(title, view)
        action.setObjectName(f"unroll.{key}")
        if picture:
            action.setIcon(icon(picture))
        if keys:
            action.setShortcuts([QKeySequence(k) for k in keys.split()])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setCheckable(checkable)
        action.triggered.connect(act)
        made[key] = action
        return action

    modes, parts = QActionGroup(view), QActionGroup(view)
    modes.addAction(add("values", tr("Show activations"), "live", "A", lambda: view.show_gradient(False), True))
    modes.addAction(add("gradient", tr("Show gradients"), "gradient", "G", lambda: view.show_gradient(True), True))
    parts.addAction(add("total", tr("Whole gradient"), "", "1", lambda: view.show_part("total"), True))
    parts.addAction(add("direct", tr("Gradient that comes directly"), "", "2", lambda: view.show_part("direct"), True))
    parts.addAction(add("through", tr("Gradient that comes through time"), "", "3",
                        lambda: view.show_part("through"), True))  # fmt: skip
    add("lens", tr("Lens at the selected step"), "search", "L", lambda on: view.looking.set_lens(on), True)
    add(
        "units",
        tr("Show or hide units"),
        "expand",
        "",
        lambda: view.looking.toggle_units(view.document.selected_layers()),
    )
    add("diagram", tr("Inside of the cell"), "lstm", "D", lambda: _open(view))
    add("zoom_in", tr("Zoom in"), "zoom-in", "Ctrl+= Ctrl++", lambda: view.looking.zoom(1.25))
    add("zoom_out", tr("Zoom out"), "zoom-out", "Ctrl+-", lambda: view.looking.zoom(0.8))
    add("fit", tr("Fit to window"), "fit", "Ctrl+0", lambda: view.looking.fit())
    imagining = view.runner.imagining
    add("whatif", tr("What if, at the selected cell …"), "branch", "I", lambda: view.changing.open_at_selection())
    add("line", tr("Truncation line"), "cut", "T", lambda: view.changing.toggle_line())
    add("line_left", tr("Truncation line to the left"), "", "[", lambda: view.changing.move_line(-1))
    add("line_right", tr("Truncation line to the right"), "", "]", lambda: view.changing.move_line(1))
    add("original", tr("Show the original"), "", "O", lambda: imagining.show_side("original"))
    add("changed", tr("Show the what-if"), "", "W", lambda: imagining.show_side("whatif"))
    add("difference", tr("Show the difference"), "", "X", lambda: imagining.show_side("difference"))
    add("delete", tr("Delete"), "delete", "Del Backspace", lambda: view.editing.delete())
    add("rename", tr("Rename"), "", "F2", lambda: view.editing.rename())
    for key in ("values", "total", "lens"):
        made[key].setChecked(True)
    return made


def _open(view: UnrollView) -> None:
    for key in view.document.selected_layers():
        view.open_diagram(key)
