"""The window: it makes the parts, puts them in their places and joins their commands. It knows them; they do not know it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QChildEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QDockWidget,
    QMainWindow,
    QMessageBox,
    QTabBar,
    QTabWidget,
    QToolBar,
    QToolButton,
    QWidget,
)

from gui import settings
from gui.canvas.palette import Palette
from gui.canvas.view import CanvasView
from gui.command_palette import CommandPalette
from gui.contents import PLOTS, make_panel
from gui.docks import Docks
from gui.document import Document
from gui.dress import dress
from gui.errors import show_box
from gui.explorers.opening import Explorers
from gui.files import SUFFIX, Files
from gui.gym.opening import GymOpening
from gui.icons import icon
from gui.idle import Idle
from gui.importing import Imports, accepts
from gui.looking import Looking
from gui.making import Making
from gui.menu_bar import fill_menu_bar
from gui.menus import command, edit_actions
from gui.recovery import Recovery
from gui.runner import Runner
from gui.shapes.badge import ShapeBadge
from gui.standing import hold
from gui.status import StatusBar
from gui.text import tr
from gui.theme import Mode, theme
from gui.toolbar import TrainingBar
from gui.transport import Transport
from gui.undoing import Undoing
from gui.unroll.switch import FoldSwitch
from gui.why.here import KEYS, ask_here

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

WIDE = 1400
LEAST_MIDDLE = 210
"""Pixels of height that the network keeps where the window is low; the plots below it give way first."""

_Area = Qt.DockWidgetArea


class MainWindow(QMainWindow):
    """One document and everything around it."""

    def __init__(self, document: Document | None = None) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        # Without AnimatedDocks: Qt would start an animation for every dock at every new text in one of them.
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.document = document or Document(parent=self)
        self.ended_in_time = True
        """False where the worker was still busy when the window closed."""
        self.runner = Runner(self.document, self)
        self.idle = Idle(self.runner, self)
        self.canvas = CanvasView(self.document, self.runner)
        self.shapes = ShapeBadge(self.document, self.canvas)
        self.fold_switch = FoldSwitch(self.canvas, self._make_unroll)
        self.fold_switch.setMinimumHeight(LEAST_MIDDLE)
        self.setCentralWidget(self.fold_switch)
        self.explorers = Explorers(self.document, self.runner, self)
        self.gym = GymOpening(self.document, self.runner, self)
        self.files = Files(self.document, self, lambda: hold(self.runner))
        self.imports = Imports(self.document, self.runner, self)
        self.making = Making(self.document, self.runner, self)
        self.looking = Looking(self.document, self.runner, self)
        self.recovery = Recovery(self.document, settings.state_folder() / "autosave")
        self.docks = Docks(self)
        self._make_docks()
        self._make_bars()
        self._make_commands()
        fill_menu_bar(self)
        self._first_layout = self.saveState()
        self.resize(1440, 900)
        self._place()
        self.docks.restore()
        self._connect()

    # -- parts -------------------------------------------------------------------------------------------------------

    def _make_docks(self) -> None:
        docks = self.docks
        self.setCorner(Qt.Corner.BottomRightCorner, _Area.RightDockWidgetArea)
        self.setTabPosition(_Area.RightDockWidgetArea, QTabWidget.TabPosition.East)
        left, right, bottom = _Area.LeftDockWidgetArea, _Area.RightDockWidgetArea, _Area.BottomDockWidgetArea
        docks.add("palette", tr("Layers"), self._make_palette, left)
        docks.add("outline", tr("Outline"), self._maker("outline"), left, onto="palette")
        docks.add("history", tr("History"), self._maker("history"), left, onto="palette")
        docks.add("training", tr("Training"), self._maker("training"), right)
        self.training = docks.all["training"].widget()
        docks.add("inspector", tr("Inspector"), self._make_inspector, right, onto="training")
        own = (self.looking.command, self.making.commands["change"])
        docks.add("data", tr("Data"), self._maker("data", own), right, onto="training")
        docks.add("problems", tr("Problems"), self._maker("problems"), right, onto="training")
        docks.add("use", tr("Try it"), self._maker("use"), right, onto="training")
        docks.add("evaluation", tr("Evaluation"), self._maker("evaluation"), right, onto="training")
        docks.add("breakpoints", tr("Breakpoints"), self._maker("breakpoints"), right, onto="training")
        docks.add("why", tr("Why"), self._maker("why"), right, onto="training")
        docks.add("loss", tr("Loss"), self._maker("loss"), bottom)
        docks.beside("gradient", tr("Gradient through time"), self._maker("gradient"), left_of="loss")
        docks.beside("output", tr("Output"), self._maker("output"), left_of="gradient")
        docks.add("activations", tr("Activations"), self._maker("activations"), bottom, onto="output")
        docks.add("norms", tr("Norms"), self._maker("norms"), bottom, onto="loss")
        docks.add("states", tr("States"), self._maker("states"), bottom, onto="output")
        docks.add("free_run", tr("Free running"), self._maker("free_run"), bottom, onto="loss")
        docks.add("probe", tr("Probe"), self._maker("probe"), bottom, onto="gradient")
        for key in ("palette", "training", "loss", "gradient", "output"):
            docks.show(key)
        for dock in docks.all.values():
            self.idle.add(dock.widget)
        self.idle.add(lambda: self.unroll)

    def _maker(self, key: str, *more: object) -> Callable[[], QWidget]:
        return lambda: make_panel(key, self.document, self.runner, *more)

    def _make_palette(self) -> QWidget:
        palette = Palette(self.document)
        palette.chosen.connect(self.canvas.add_layer)
        return palette

    def _make_inspector(self) -> QWidget:
        inspector = make_panel("inspector", self.document, self.runner)
        inspector.explore.connect(self.explorers.show_entry)
        return inspector

    def _make_unroll(self) -> UnrollView:
        from gui.unroll.view import UnrollView

        return UnrollView(self.document, self.runner)

    @property
    def unroll(self) -> UnrollView:
        """The network over time."""
        return self.fold_switch.unroll

    @property
    def inspector(self) -> QWidget:
        """The panel about what is selected."""
        return self.docks.all["inspector"].widget()

    @property
    def plots(self) -> dict[str, QWidget]:
        """All plots by the key of their dock."""
        return {key: self.docks.all[key].widget() for key in PLOTS}

    def _make_bars(self) -> None:
        self.bar = TrainingBar(self.document, self.training.commands, self)
        self.addToolBar(self.bar)
        self.undoing = Undoing(self.document, self.runner.imagining, self)
        self.edit = edit_actions(self.undoing, self)
        tools = QToolBar(tr("Project"), self, objectName="project_bar")
        for action in (
            self.files.commands["gallery"],
            self.files.commands["open"],
            self.files.commands["save"],
            self.edit["undo"],
            self.edit["redo"],
        ):
            tools.addAction(action)
        self._dark = command(self, tr("Switch light and dark"), self._switch_theme, picture="moon")
        tools.addAction(self._dark)
        self.addToolBar(tools)
        tools.addSeparator()
        unrolled = self.fold_switch.commands["unrolled"]
        tools.addAction(unrolled)
        button = tools.widgetForAction(unrolled)
        assert isinstance(button, QToolButton)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.transport = Transport(self.runner, self)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self.transport)
        self.status = StatusBar(self.document, self.runner)
        self.setStatusBar(self.status)

    def _make_commands(self) -> None:
        self.palette_of_commands = CommandPalette(self, self.docks)
        find = self.palette_of_commands.open
        self.commands = {
            "quit": command(self, tr("&Quit"), self.close, "Ctrl+Q"),
            "why": command(self, tr("Why this number?"), self._ask_here, KEYS, picture="help"),
            "full_screen": command(self, tr("Full screen"), self._full_screen, "F11"),
            "find": command(self, tr("Find a command …"), find, "Ctrl+Shift+P", picture="search"),
            "shortcuts": command(self, tr("Keyboard shortcuts"), self._shortcuts, "F1"),
            "about": command(self, tr("About Unroll Studio"), self._about),
        }
        """What the window itself can do."""

    def _connect(self) -> None:
        document = self.document
        document.path_changed.connect(self._show_title)
        document.replaced.connect(self._show_title)
        document.undo_stack.cleanChanged.connect(self._show_title)
        document.selection_changed.connect(self._show_inspector)
        self.status.problems_clicked.connect(lambda: self.docks.show("problems"))
        self.training.explore.connect(self.explorers.show_entry)
        self.runner.refused.connect(lambda _: self.docks.show("problems"))
        self.runner.breakpoints.pointed.connect(lambda: self.docks.show("breakpoints"))
        document.asked.connect(lambda _: self._show_answer())
        self.files.saved.connect(lambda _: self.recovery.mark_saved())
        self.files.discarded.connect(self.recovery.mark_discarded)
        self.imports.imported.connect(lambda: self.docks.show("data"))
        self.making.made.connect(lambda: self.docks.show("data"))
        self.recovery.failed.connect(lambda text: self.statusBar().showMessage(text, 15000))
        theme().changed.connect(self._show_theme)
        self._show_title()
        self._show_theme()

    # -- layout ------------------------------------------------------------------------------------------------------

    def _place(self) -> None:
        docks = self.docks.all
        horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.resizeDocks([docks["palette"], docks["training"]], [215, 335], horizontal)
        # A wide window has room for the gradient's controls in one row, a narrow one for the numbers of the output first.
        widths = [272, 440, 283] if self.width() >= WIDE else [285, 370, 310]
        self.resizeDocks([docks["loss"], docks["gradient"], docks["output"]], widths, horizontal)
        self.resizeDocks([docks["loss"]], [300], vertical)

    def reset_layout(self) -> None:
        """Every panel back to where it was at the first start."""
        self.restoreState(self._first_layout)
        self.docks.hide_lost_tab_bars()
        self._place()

    def _show_inspector(self) -> None:
        inspector = self.docks.all["inspector"]
        if self.document.selection and not inspector.isHidden():
            inspector.raise_()

    def _show_title(self, *_: object) -> None:
        self.setWindowTitle(f"{self.files.name()}[*] — Unroll Studio")
        self.setWindowModified(not self.document.undo_stack.isClean())

    def _show_answer(self) -> None:
        """Show the panel that answers; over a dialog that keeps it from being seen, the same one more time."""
        from gui.why.over import answer_over

        if not answer_over(self.document, self.runner):
            self.docks.show("why")

    def _ask_here(self) -> None:
        """Without a number here, the panel says how to ask."""
        if not ask_here(self, self.document):
            self.docks.show("why")

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # -- theme and help ----------------------------------------------------------------------------------------------

    def set_theme(self, mode: Mode) -> None:
        """Take a theme, and remember it."""
        settings.settings().setValue("theme", mode)
        theme().set_mode(mode)

    def _switch_theme(self) -> None:
        self.set_theme("light" if theme().dark else "dark")

    def _show_theme(self) -> None:
        self._dark.setIcon(icon("sun" if theme().dark else "moon"))

    def _about(self) -> None:
        text = tr(
            "<b>Unroll Studio</b><p>Draw a recurrent neural network, press Play, and see the gradient of every time "
            "step.</p><p>Free software under the MIT licence. Data sets and fonts carry their own licences in the "
            "folder “resources”.</p>"
        )
        box = show_box(QMessageBox(QMessageBox.Icon.NoIcon, tr("About Unroll Studio"), text, parent=self))
        box.setIconPixmap(self.windowIcon().pixmap(64))

    def _shortcuts(self) -> None:
        self.idle.finish()
        from gui.shortcuts import ShortcutsDialog

        ShortcutsDialog(self).open()

    # -- Qt ----------------------------------------------------------------------------------------------------------

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab passes by the panels behind others, which Qt takes for visible."""
        passed: list[QWidget] = []
        while super().focusNextPrevChild(next):
            now = self.focusWidget()
            if now in passed or not self.docks.covers(now):
                return True
            passed.append(now)
        return False

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        # The bars of tabbed docks, and windows and dialogs when they are shown for the first time.
        if event.polished() and isinstance(event.child(), QTabBar | QDialog):
            dress(event.child())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            (self.files.open if path.suffix == SUFFIX else self.imports.start)(path)

    def _close_windows(self) -> None:
        """Close what opened beside this window: it would be hidden while it is destroyed, when what it uses is gone."""
        for part in self.findChildren(QWidget):
            if part.isWindow() and part.isVisible() and not isinstance(part, QDockWidget):
                part.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_leave():
            event.ignore()
            return
        self.docks.remember()
        self.idle.end()
        self.recovery.close()
        self.hide()  # the worker may need a moment to end
        self._close_windows()
        self.ended_in_time = self.runner.close()
        self.files.close()
        event.accept()


def _dropped(event: QDropEvent) -> Path | None:
    """The project or data file that is dragged, if it is one."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix == SUFFIX or accepts(path) else None
