"""The list of kinds of layers, grouped by family and narrowed by a search; palette and quick menu both show it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt
from PySide6.QtGui import QDrag, QFont, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QListWidget, QListWidgetItem, QWidget

from core.catalogue.layers import LAYERS
from core.catalogue.spec import Spec
from gui.canvas import look
from gui.icons import layer_icon
from gui.text import tr, tr_core
from gui.theme import theme

MIME = "application/x-unroll-layer-kind"
FAMILIES = ("Ends", "Neurons", "Recurrent", "Time", "Combine", "Regularise")
KEY = Qt.ItemDataRole.UserRole


class KindsList(QListWidget):
    """Layer kinds that can be dragged onto the canvas."""

    def __init__(self, parent: QWidget | None = None, eager: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("layerKinds")
        self.eager = eager
        """True selects the first kind before anything was searched."""
        self.setAccessibleName(tr("Kinds of layers"))
        self.setIconSize(QSize(20, 20))
        self.setUniformItemSizes(False)
        self.draggable = True
        self._pressed: QPoint | None = None
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.narrow("")

    def narrow(self, words: str) -> None:
        """Show the kinds that match all words, the best match selected."""
        self.clear()
        for family in sorted({spec.family for spec in LAYERS.values()}, key=_family_order):
            found = [spec for spec in LAYERS.values() if spec.family == family and _matches(spec, words)]
            if found:
                self._add_heading(family)
            for spec in found:
                self._add_kind(spec)
        if words.strip() or self.eager:
            self._select_best(words)

    def chosen(self) -> str:
        """Key of the selected kind; empty where there is none."""
        item = self.currentItem()
        return str(item.data(KEY) or "") if item is not None else ""

    def step(self, by: int) -> None:
        """Move the selection over headings."""
        row = self.currentRow() + by
        while 0 <= row < self.count():
            if self.item(row).data(KEY):
                self.setCurrentRow(row)
                return
            row += by

    def _add_heading(self, family: str) -> None:
        item = QListWidgetItem(tr_core(family), self)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        face = QFont(self.font())
        face.setPointSizeF(max(7.0, face.pointSizeF() * 0.88))
        face.setWeight(QFont.Weight.DemiBold)
        item.setFont(face)
        item.setForeground(look.family_color(family))
        item.setSizeHint(QSize(0, 26))
        item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)

    def _add_kind(self, spec: Spec) -> None:
        item = QListWidgetItem(layer_icon(spec.key), tr_core(spec.title), self)
        item.setData(KEY, spec.key)
        item.setToolTip(f"<p><b>{tr_core(spec.title)}</b><br>{tr_core(spec.help)}</p>"
                        f"<p>{tr_core(spec.when)}</p>")  # fmt: skip
        item.setSizeHint(QSize(0, 30))

    def _select_best(self, words: str) -> None:
        rows = [row for row in range(self.count()) if self.item(row).data(KEY)]
        if not rows:
            return
        wanted = words.strip().casefold()
        rows.sort(key=lambda row: (not self.item(row).text().casefold().startswith(wanted), row))
        self.setCurrentRow(rows[0])

    # The list's own dragging waits for a second press on some platforms, so the press is watched here.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton or not self.draggable:
            super().mouseMoveEvent(event)
            return
        way = event.position().toPoint() - self._pressed
        item = self.itemAt(self._pressed)
        if way.manhattanLength() >= QApplication.startDragDistance() and item is not None and item.data(KEY):
            self._pressed = None
            self._drag(item)

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, items: list[QListWidgetItem]) -> QMimeData:
        mime = QMimeData()
        mime.setData(MIME, str(items[0].data(KEY) or "").encode() if items else b"")
        return mime

    def _drag(self, item: QListWidgetItem) -> None:
        """Let a kind of layer hang at the pointer until it is dropped."""
        drag = QDrag(self)
        drag.setMimeData(self.mimeData([item]))
        drag.setPixmap(_ghost(str(item.data(KEY)), item.text(), self.devicePixelRatioF()))
        drag.setHotSpot(drag.pixmap().rect().center() / drag.pixmap().devicePixelRatio())
        drag.exec(Qt.DropAction.CopyAction)


def _ghost(kind: str, title: str, ratio: float) -> QPixmap:
    """The small card that hangs at the pointer."""
    size = QSize(150, 44)
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(0.92)
    painter.setBrush(theme().color("layer"))
    painter.setPen(look.hairline(theme().color("accent"), 1.5))
    painter.drawRoundedRect(1, 1, size.width() - 2, size.height() - 2, 11, 11)
    layer_icon(kind).paint(painter, 12, 12, 20, 20)
    painter.setFont(look.font(13.5, bold=True))
    painter.setPen(theme().color("text"))
    painter.drawText(42, 0, size.width() - 50, size.height(), Qt.AlignmentFlag.AlignVCenter, title)
    painter.end()
    return pixmap


def _family_order(family: str) -> int:
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)


def _matches(spec: Spec, words: str) -> bool:
    text = f"{spec.key} {spec.title} {tr_core(spec.title)} {spec.family} {spec.help}".casefold()
    title = f"{spec.key} {spec.title} {tr_core(spec.title)} {spec.family}".casefold()
    parts = words.casefold().split()
    return all(part in title or (len(part) > 3 and part in text) for part in parts)
