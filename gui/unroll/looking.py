"""How near the unrolled view is seen, which part of it, and which rows show their units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from core.shapes import infer

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView


class Looking:
    """Zoom, lens and expanded rows of a view."""

    def __init__(self, view: UnrollView) -> None:
        self._view = view
        self.follows = True
        """Until someone zooms by hand all columns stay in sight."""
        self._left = QPointF()

    def set_lens(self, on: bool) -> None:
        """Widen the columns around the selected step, or none."""
        self._view.layout_.lens = on
        self._view.layout_.arrange()
        self._view.repaint_all()

    def fit(self) -> None:
        """Everything in sight."""
        self.follows = True
        self._view.layout_.fit()
        self._view.repaint_all()

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Wider or thinner columns."""
        self.follows = False
        self._view.layout_.zoom(factor, self._view.width() / 2 if at is None else at)
        self._view.repaint_all()

    def stretch(self, factor: float) -> None:
        """Higher or lower rows."""
        self._view.layout_.stretch(factor)
        self._view.painting.forget()
        self._view.repaint_all()

    def pan(self, by: QPointF) -> None:
        """Move what is seen, by whole pixels of the screen too: what is left of a step counts for the next one."""
        layout, grain = self._view.layout_, whole_pixels(self._view.devicePixelRatioF())
        wanted, before = by + self._left, QPointF(layout.offset)
        whole = QPointF(round(wanted.x() / grain) * grain, round(wanted.y()))
        self._left = wanted - whole
        layout.pan(whole)
        self._view.scroll_by(before - layout.offset)

    def toggle_units(self, layers: list[str]) -> None:
        """Show the units of rows, or their strips."""
        layout, shapes = self._view.layout_, infer(self._view.shown.network)
        units = dict(layout.units)
        for key in layers:
            if key in units:
                del units[key]
            elif key in shapes:
                units[key] = shapes[key].features
        layout.units = units
        layout.arrange()
        opened = [key for key in layers if key in units and key in layout.unrolled.by_layer]
        if opened:
            layout.show_row(layout.unrolled.by_layer[opened[-1]].index)
        self._view.painting.forget()
        self._view.repaint_all()


def whole_pixels(ratio: float) -> int:
    """The least number of pixels that is a whole number of pixels of a screen with this scaling; 1 where none is small."""
    return next((n for n in range(1, 6) if abs(n * ratio - round(n * ratio)) < 1e-6), 1)
