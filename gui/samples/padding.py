"""The padding of some batches as a picture: as they are without length buckets, and with them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.buckets import SUGGESTED, Axis, Padding, batches_of
from core.catalogue.spec import Choice
from core.why.data.padded import batch_share, padding_share
from gui.document import Document
from gui.samples.bars import BarsPage
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import Told, asked

BATCHES = 4
"""How many are drawn."""
_TALL = 40
_APART = 8.0
"""Between two batches."""
_BESIDE = 2.0
"""Between two time axes of a batch."""


class PaddingView(QWidget):
    """How much of the batches is padding, in a sentence and in a picture."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._padding: dict[int, Padding] = {}
        self.said = Told(document)
        self.said.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.picture = PaddingPage(document)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(4)
        column.addWidget(self.said)
        column.addWidget(self.picture)
        self._shown: object = None

    def show_batches(self, axes: tuple[Axis, ...], samples: np.ndarray, training: Choice) -> None:
        """Show the batches of the first epoch on ``samples`` with these settings, and what they are without buckets (or
        with some)."""
        deciding = [training[key] for key in ("buckets", "batch_size", "seed", "shuffle")]
        alike = tuple((axis.inputs, axis.answered, axis.steps, axis.needed.tobytes()) for axis in axes)
        shown = (alike, samples.tobytes(), deciding)
        if shown == self._shown:
            return
        self._shown = shown
        used = int(training["buckets"])
        pool = used or SUGGESTED
        plain, spared = (
            Padding.of(axes, samples, Choice(training.key, {**training.values, "buckets": n})) for n in (0, pool)
        )
        self._padding = {pool: spared, 0: plain} if used else {0: plain, pool: spared}
        shares = {"all": asked("0", f"{plain.share:.0%}"), "few": asked(str(pool), f"{spared.share:.0%}"), "n": pool}
        self.said.tell(
            tr("{few} of the time steps of an epoch are padding; without buckets {all}.", **shares)
            if used
            else tr("{all} of the time steps of an epoch are padding; with buckets of {n} batches {few}.", **shares),
            self._questions,
        )
        self.picture.setAccessibleName(self.said.text())
        self.picture.show_padding(plain, spared, bool(used), pool)

    def _questions(self) -> dict[str, Question]:
        """About the padding of an epoch, by the batches that are sorted together."""
        texts = {n: tr("Why this padding with buckets?") if n else tr("Why this padding?") for n in self._padding}
        made = {n: padding_share(one, n) for n, one in self._padding.items() if len(one.order)}
        return {str(n): Question(one, texts[n]) for n, one in made.items()}


class PaddingPage(BarsPage):
    """The first batches of an epoch, a row for each sample: what it reads, and the padding behind it hatched."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.asks = self._about_batch
        self._rows: tuple[tuple[str, Padding, bool], ...] = ()

    def show_padding(self, plain: Padding, spared: Padding, used: bool, pool: int) -> None:
        """Draw both; the one that is ``used`` stands out."""
        self._rows = (
            (tr("Without buckets"), plain, not used),
            (tr("With buckets of {n} batches", n=pool), spared, used),
        )
        self.lay()

    def wanted_height(self) -> int:
        return len(self._rows) * (self.fontMetrics().height() + 2 + _TALL + 6)

    def draw(self, painter: QPainter) -> None:
        top, line = 0.0, self.fontMetrics().height() + 2
        for row, (title, padding, used) in enumerate(self._rows):
            painter.setPen(theme().color("text" if used else "muted"))
            painter.drawText(QPointF(0, top + painter.fontMetrics().ascent()), title)
            self._draw_batches(painter, padding, top + line, row)
            top += line + _TALL + 6

    def _about_batch(self, bar: int) -> list[Question]:
        """Why a batch has so much padding."""
        row, batch = divmod(bar, BATCHES)
        return [Question(batch_share(self._rows[row][1], batch), tr("Why this padding?"))]

    def _draw_batches(self, painter: QPainter, padding: Padding, top: float, row: int) -> None:
        count = min(BATCHES, -(-len(padding.order) // padding.size))
        between = _APART * (count - 1) + _BESIDE * (len(padding.axes) - 1) * count
        wide = (self.width() - between) / (count * sum(axis.steps for axis in padding.axes))
        left = 0.0
        for number, batch in enumerate(batches_of(padding.order[: count * padding.size], padding.size), start=1):
            first = left
            for axis in padding.axes:
                box = QRectF(left, top, wide * padding.steps(axis, batch), _TALL)
                _draw_axis(painter, box, axis.needed[batch], wide)
                left = box.right() + _BESIDE
            left += _APART - _BESIDE
            box = QRectF(first, top, left - _APART - first, _TALL)
            self.mark(box, _told(number, padding, batch), row * BATCHES + number - 1)


def _draw_axis(painter: QPainter, box: QRectF, needed: np.ndarray, wide: float) -> None:
    """One time axis of a batch; of more samples than pixels some are left out."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(box, theme().color("plot_background"))
    painter.fillRect(box, QBrush(theme().color("muted"), Qt.BrushStyle.BDiagPattern))
    shown = (
        needed
        if len(needed) <= box.height()
        else needed[np.linspace(0, len(needed) - 1, int(box.height())).astype(int)]
    )
    edges = np.linspace(box.top(), box.bottom(), len(shown) + 1)
    for row, steps in enumerate(shown.tolist()):
        painter.fillRect(
            QRectF(box.left(), edges[row], wide * steps, edges[row + 1] - edges[row]), theme().color("series1")
        )


def _told(number: int, padding: Padding, batch: np.ndarray) -> str:
    own = Padding(padding.axes, batch, padding.size, padding.cut)
    steps = " + ".join(str(padding.steps(axis, batch)) for axis in padding.axes)
    return tr("Batch {n}: {samples} samples of {steps} steps, {share} of them padding",
              n=number, samples=len(batch), steps=steps, share=f"{own.share:.0%}")  # fmt: skip
