"""The panels around the canvas: where they start, when they are made, and how their layout is remembered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QWidget

from gui import settings
from gui.dress import dress

LAYOUT_VERSION = 2

_Area = Qt.DockWidgetArea


class PanelDock(QDockWidget):
    """A dock whose panel is made when it comes in sight or someone asks for it."""

    def __init__(self, title: str, make: Callable[[], QWidget], window: QMainWindow) -> None:
        super().__init__(title, window)
        self._make: Callable[[], QWidget] | None = make
        self.visibilityChanged.connect(self._seen)

    @property
    def made(self) -> bool:
        """Whether its panel is there."""
        return self._make is None

    def widget(self) -> QWidget:
        """The panel, which is made at the first time."""
        if self._make is not None:
            make, self._make = self._make, None
            panel = make()
            dress(panel)
            self.setWidget(panel)
            panel.show()  # Qt shows only what was there before the dock was
        return super().widget()

    def _seen(self, visible: bool) -> None:
        if visible:
            self.widget()


class Docks:
    """The docks of a window by key; ``tabs`` of one area lie on top of each other in the order of adding."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self.all: dict[str, PanelDock] = {}

    def add(self, key: str, title: str, make: Callable[[], QWidget], area: _Area, onto: str = "") -> None:
        """A dock in an area, or as a tab over the dock ``onto``; ``make`` makes its panel when that is wanted."""
        dock = PanelDock(title, make, self._window)
        dock.setObjectName(f"dock_{key}")
        if onto:
            self._window.tabifyDockWidget(self.all[onto], dock)
        else:
            self._window.addDockWidget(area, dock)
        self.all[key] = dock

    def hide_lost_tab_bars(self) -> None:
        """Hide what Qt 6.11 leaves behind: tabifying and restoring make new tab bars and lose sight of the old ones, which
        would lie on top of the window. The one in use is the one that was made last."""
        seen: set[str] = set()
        bars = self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        for bar in reversed(bars):
            titles = {bar.tabText(index) for index in range(bar.count())}
            if titles & seen:
                bar.hide()
            seen |= titles

    def beside(self, key: str, title: str, make: Callable[[], QWidget], left_of: str) -> None:
        """A dock to the right of another one."""
        area = self._window.dockWidgetArea(self.all[left_of])
        self.add(key, title, make, area)
        self._window.splitDockWidget(self.all[left_of], self.all[key], Qt.Orientation.Horizontal)

    def show(self, key: str) -> None:
        """Bring a dock to the front."""
        self.all[key].show()
        self.all[key].raise_()

    def enter(self, key: str) -> None:
        """Bring a dock to the front and give the keyboard to the first thing in it that takes it."""
        self.show(key)
        panel = self.all[key].widget()
        parts = [panel, *panel.findChildren(QWidget)]
        takes = (part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isEnabled())
        first = next((part for part in takes if part.isVisibleTo(panel)), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def covers(self, part: QWidget | None) -> bool:
        """Whether a part of the window is in a panel that lies behind another one."""
        while part is not None and not isinstance(part, PanelDock):
            part = part.parentWidget()
        return part is not None and part.visibleRegion().isEmpty()

    def remember(self) -> None:
        """Keep the geometry and the layout for the next start."""
        settings.settings().setValue("geometry", self._window.saveGeometry())
        settings.settings().setValue("layout", self._window.saveState(LAYOUT_VERSION))

    def restore(self) -> bool:
        """The layout of the last start; False where there is none or it is of another version."""
        geometry, layout = settings.remembered("geometry"), settings.remembered("layout")
        if geometry is not None:
            self._window.restoreGeometry(geometry)
        restored = layout is not None and self._window.restoreState(layout, LAYOUT_VERSION)
        self.hide_lost_tab_bars()
        return restored
