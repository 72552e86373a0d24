"""Light and dark: every colour that the window draws with, the palette of its widgets, and the two colour tables.

Views ask ``theme().color("canvas")`` when they paint and repaint on ``theme().changed``. There is no application style
sheet on purpose: with one set, Qt 6.11 no longer hands a new palette on to widgets that are already shown.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from core.errors import UnknownName
from gui.colors import DARK, DARK_ENDS, LIGHT, LIGHT_ENDS, diverging

Mode = Literal["light", "dark", "system"]
_Group, _Role = QPalette.ColorGroup, QPalette.ColorRole

_ROLES = {
    _Role.Window: "window",
    _Role.WindowText: "text",
    _Role.Base: "base",
    _Role.AlternateBase: "alternate",
    _Role.Text: "text",
    _Role.PlaceholderText: "muted",
    _Role.Button: "button",
    _Role.ButtonText: "text",
    _Role.BrightText: "refused",
    _Role.ToolTipBase: "tooltip",
    _Role.ToolTipText: "tooltip_text",
    _Role.Link: "accent",
    _Role.LinkVisited: "recurrent",
    _Role.Highlight: "highlight",
    _Role.HighlightedText: "highlighted_text",
    _Role.Accent: "highlight",
    _Role.Light: "light",
    _Role.Midlight: "midlight",
    _Role.Mid: "mid",
    _Role.Dark: "dark",
    _Role.Shadow: "shadow",
}
_OUTLINES = {
    "QCheckBox": "mark_edge",
    "QRadioButton": "mark_edge",
    "QComboBox": "field_edge",
    "QLineEdit": "field_edge",
    "QAbstractSpinBox": "field_edge",
    "QPushButton": "field_edge",
    "QToolButton": "field_edge",
}
"""The colours of the edges of fields and buttons by class. Fusion takes them from the ground of the window, which leaves
an empty box on a dark ground without an edge that one could see."""
_EDGE_DARKENING = 140
"""In per cent: how Fusion makes an edge from a ground."""
_DISABLED = {
    _Role.WindowText: "disabled",
    _Role.Text: "disabled",
    _Role.ButtonText: "disabled",
    _Role.Highlight: "mid",
    _Role.HighlightedText: "disabled",
    _Role.Link: "disabled",
    _Role.Accent: "mid",
}


class Theme(QObject):
    """The colours in force; there is one, which ``theme()`` gives."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mode: Mode = "system"
        self._dark = False
        self._follows = False
        self._fill()

    @property
    def dark(self) -> bool:
        """True while the dark colours are in force."""
        return self._dark

    def set_mode(self, mode: Mode) -> None:
        """Choose light, dark or what the system says (light where it says nothing), and apply it."""
        self.mode = mode
        self.apply()

    def apply(self) -> None:
        """Give the application its style, palette and plot colours. Harmless before there is an application."""
        application = QApplication.instance()
        if not isinstance(application, QApplication):
            return
        self._follow_system()
        dark = self._wants_dark()
        switched, self._dark = dark != self._dark, dark
        if switched:
            self._fill()
        if application.style().name().lower() != "fusion":
            application.setStyle("Fusion")
        palette = self.palette()
        application.setPalette(palette)
        for widgets, edge in _OUTLINES.items():
            application.setPalette(self._outlined(palette, edge), widgets)
        QToolTip.setPalette(palette)
        pg.setConfigOptions(background=self.color("plot_background"), foreground=self.color("text"))
        self.changed.emit()

    def color(self, name: str) -> QColor:
        """The colour called ``name`` in the theme in force."""
        try:
            return QColor(self._colors[name])
        except KeyError:
            raise UnknownName("colour", name, self._colors) from None

    def names(self) -> tuple[str, ...]:
        """The names that ``color`` knows."""
        return tuple(self._colors)

    def sign_color(self, value: float) -> QColor:
        """Orange for -1, the background's grey for 0, blue for +1; the colour of an error for NaN."""
        if math.isnan(value):
            return self.color("refused")
        return QColor(self._signs[round((min(1.0, max(-1.0, value)) + 1) / 2 * 255)])

    def sequential(self, value: float) -> QColor:
        """Viridis from 0 to 1; the colour of an error for NaN."""
        if math.isnan(value):
            return self.color("refused")
        red, green, blue = self._sequential[round(min(1.0, max(0.0, value)) * 255)]
        return QColor(int(red), int(green), int(blue))

    def sequential_table(self) -> np.ndarray:
        """(256, 3) uint8, viridis."""
        return self._sequential.copy()

    def diverging_table(self) -> np.ndarray:
        """(256, 3) uint8, orange over the background's grey to blue."""
        return self._diverging.copy()

    def palette(self) -> QPalette:
        """The widgets' palette of the theme in force, disabled group included."""
        palette = QPalette()
        for role, name in _ROLES.items():
            palette.setColor(role, self.color(name))
        for role, name in _DISABLED.items():
            palette.setColor(_Group.Disabled, role, self.color(name))
        return palette

    def _outlined(self, palette: QPalette, edge: str) -> QPalette:
        """``palette`` for widgets whose edges have the colour called ``edge``."""
        outlined = QPalette(palette)
        outlined.setColor(_Role.Window, self.color(edge).lighter(_EDGE_DARKENING))
        return outlined

    def _fill(self) -> None:
        self._colors = DARK if self._dark else LIGHT
        self._sequential: np.ndarray = pg.colormap.get("viridis").getLookupTable(nPts=256)[:, :3].astype(np.uint8)
        self._diverging = diverging(*(DARK_ENDS if self._dark else LIGHT_ENDS))
        self._signs = [QColor(int(r), int(g), int(b)) for r, g, b in self._diverging]

    def _wants_dark(self) -> bool:
        if self.mode != "system":
            return self.mode == "dark"
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def _follow_system(self) -> None:
        if not self._follows:
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
            self._follows = True

    def _system_changed(self) -> None:
        if self.mode == "system":
            self.apply()


_theme: list[Theme] = []


def theme() -> Theme:
    """The one theme of the application."""
    if not _theme:
        _theme.append(Theme())
    return _theme[0]
