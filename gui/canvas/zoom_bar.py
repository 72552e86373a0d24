"""Nearer, farther, all: three small buttons in the corner of the canvas, with the scale between them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from gui.canvas.zooming import Zooming
from gui.text import tr
from gui.theme import theme

EDGE = 14


class ZoomBar(QFrame):
    """Follows the scale of a view; its buttons are the view's own commands."""

    def __init__(self, view: QObject, zooming: Zooming, commands: Mapping[str, QAction]) -> None:
        super().__init__(view)  # type: ignore[call-overload]
        self.setObjectName("zoomBar")
        self.setAccessibleName(tr("Zoom"))
        self._zooming = zooming
        self._scale = QLabel("100 %", self)
        self._scale.setMinimumWidth(44)
        self._scale.setAlignment(self._scale.alignment().AlignCenter)
        box = QHBoxLayout(self)
        box.setContentsMargins(4, 3, 4, 3)
        box.setSpacing(1)
        for key in ("zoom_out", "", "zoom_in", "fit"):
            box.addWidget(self._button(commands[key]) if key else self._scale)
        view.installEventFilter(self)
        zooming.changed.connect(self.refresh)
        theme().changed.connect(self._restyle)
        self._restyle()
        self.refresh()

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(self.focusPolicy().NoFocus)
        return button

    def refresh(self) -> None:
        """Say how near it is, and stand in the corner."""
        self._scale.setText(f"{self._zooming.scale:.0%}".replace("%", " %"))
        self.adjustSize()
        self.move(EDGE, self.parentWidget().height() - self.height() - EDGE)

    def _restyle(self) -> None:
        ground, edge = theme().color("layer"), theme().color("layer_edge")
        self.setStyleSheet(
            f"#zoomBar {{ background: {ground.name()}; border: 1px solid rgba({edge.red()},{edge.green()},{edge.blue()},110);"
            f" border-radius: 9px; }} QLabel {{ color: {theme().color('muted').name()}; }}"
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.refresh()
        return False
