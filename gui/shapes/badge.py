"""A badge in the corner of the canvas: which sequence shape the network has; a click offers another one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from core.project import Change
from core.sequence_shapes import SHAPES, ShapeKey, shape_in
from gui.document import Document
from gui.shapes.dialog import ShapeDialog
from gui.shapes.picture import ShapePicture
from gui.text import tr, tr_core
from gui.theme import theme

EDGE = 14


class ShapeBadge(QPushButton):
    """Stands in the upper left corner of ``view``; ``commands["shape"]`` opens the guided change."""

    def __init__(self, document: Document, view: QWidget) -> None:
        super().__init__(view)
        self.setObjectName("shape_badge")
        self._document = document
        self.shape: ShapeKey | None = None
        self.picture = ShapePicture()
        self.label = QLabel()
        self.label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        line = QHBoxLayout(self)
        line.setContentsMargins(6, 3, 10, 3)
        line.setSpacing(6)
        line.addWidget(self.picture)
        line.addWidget(self.label)
        self.dialog: ShapeDialog | None = None
        action = QAction(tr("Change the sequence shape …"), self)
        action.setObjectName("shape_badge.shape")
        action.triggered.connect(lambda: self.offer())
        self.commands: dict[str, QAction] = {"shape": action}
        self.clicked.connect(lambda: self.offer())
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.refresh)
        theme().changed.connect(self._restyle)
        view.installEventFilter(self)
        self._restyle()
        self.refresh()

    def refresh(self) -> None:
        """Say which shape it is by now."""
        self.shape = shape_in(self._document.state)
        self.picture.show_shape(self.shape)
        self.picture.setVisible(self.shape is not None)
        if self.shape is None:
            text = tr("Shape: not known yet")
            tip = tr("A network has a shape as soon as an input leads to one output.")
        else:
            text = tr("Shape: {shape}", shape=tr_core(SHAPES[self.shape].title).lower())
            tip = tr_core(SHAPES[self.shape].line) + " " + tr("Click to change it.")
        self.label.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setEnabled(self.shape is not None)
        self.commands["shape"].setEnabled(self.shape is not None)
        self._place()

    def offer(self) -> None:
        """Open the guided change."""
        if self.shape is None:
            return
        self.dialog = ShapeDialog(self._document, self.window())
        self.dialog.destroyed.connect(self._closed)
        self.dialog.open()

    def _closed(self, *_: object) -> None:
        self.dialog = None

    def _place(self) -> None:
        wanted = self.layout().sizeHint()
        self.resize(wanted)
        view = self.parentWidget()
        self.move(EDGE, EDGE)
        self.setVisible(view.width() > wanted.width() + 2 * EDGE)

    def _on_changed(self, change: Change) -> None:
        if change.network:
            self.refresh()

    def _restyle(self) -> None:
        ground, edge, text = (theme().color(name) for name in ("layer", "layer_edge", "text"))
        chosen = theme().color("selection").name()
        self.setStyleSheet(
            f"#shape_badge {{ background: {ground.name()}; border: 1px solid "
            f"rgba({edge.red()},{edge.green()},{edge.blue()},110); border-radius: 9px; }}"
            f"#shape_badge:hover, #shape_badge:focus {{ border: 1px solid {chosen}; }} QLabel {{ color: {text.name()}; }}"
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False
