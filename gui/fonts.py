"""The fonts in the box: Vazirmatn for Latin and Persian text, DejaVu Sans for Greek, arrows and mathematics."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "fonts"
FAMILIES = ("Vazirmatn", "DejaVu Sans")


@cache
def register() -> tuple[str, ...]:
    """Load the fonts in the box once; the families that are now available. Needs an application."""
    loaded: list[str] = []
    for path in sorted(FOLDER.glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(path))
        loaded += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return tuple(dict.fromkeys(loaded))


def apply(application: QApplication, points: float = 9.5) -> None:
    """Make the fonts in the box the fonts of the application."""
    register()
    application.setFont(ui_font(points))


def ui_font(points: float = 9.5, bold: bool = False) -> QFont:
    """The font of the window, at a size in points."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSizeF(points)
    font.setBold(bold)
    return font
