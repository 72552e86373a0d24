"""Histograms: a feature or the target chosen on the left, its values per part on the right."""

from __future__ import annotations

import html

import numpy as np
from PySide6.QtCore import QPoint, QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QSplitter, QVBoxLayout, QWidget

from core.data.dataset import Dataset, Field, Part
from core.data.looking import Histogram, histogram
from core.describe import Words, number
from core.why.data.tallied import Many, all_of, in_bin, many, share, sparing
from gui.document import Document
from gui.looking.parts import COLORS, key_to, part_name
from gui.plots.chart import Chart
from gui.plots.scales import Linear, Names
from gui.samples.statistics import about_moments
from gui.samples.values import named
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.here import Question, open_menu
from gui.why.told import Told, asked

MOST_FEATURES = 500


class HistogramView(QWidget):
    """The list and the chart."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.data: Dataset | None = None
        self.histogram: Histogram | None = None
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Features and targets"))
        self.list.setMinimumWidth(130)
        self.list.currentRowChanged.connect(lambda _: self._show_feature())
        self.chart = Chart("histogram_chart", tr("value"), tr("share of the part, %"))
        self.lines = {part: self.chart.line(color, width=2) for part, color in COLORS.items()}
        self.chart.moved.connect(self._draw)
        self.chart.hovered.connect(self._hover)
        self.chart.asked.connect(self._open_menu)
        self.said = Told(document)
        self.under = Told(document)
        self.under.setForegroundRole(self.under.palette().ColorRole.PlaceholderText)
        theme().changed.connect(self._restyle)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.chart, 1)
        column.addWidget(self.said)
        column.addWidget(self.under)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setSizes([190, 700])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.addWidget(split)

    def show_data(self, data: Dataset | None) -> None:
        """Show the features of a data set."""
        if data is self.data:
            return
        self.data = data
        with QSignalBlocker(self.list):  # its rows tell of the data before
            self.list.clear()
        if data is None:
            self.histogram = None
            self._draw()
            return
        several = len(data.inputs) > 1
        for key, field in data.inputs.items():
            self._list_field(field, f"{key}: " if several else "")
        self._list_field(data.target, tr("target: "))
        self.list.setCurrentRow(0)

    def _list_field(self, field: Field, before: str) -> None:
        if field.features > 1 and (not field.names or field.features > MOST_FEATURES):
            self._list(field, None, before + tr("all {n} features together", n=f"{field.features:,}"))
        for feature in range(min(field.features, MOST_FEATURES)):
            self._list(field, feature, before + named(field, feature))

    def _list(self, field: Field, feature: int | None, title: str) -> None:
        item = QListWidgetItem(title)
        item.setData(Qt.ItemDataRole.UserRole, (field, feature))
        self.list.addItem(item)

    def _field(self) -> tuple[Field, int | None] | None:
        item = self.list.currentItem()
        return None if item is None else item.data(Qt.ItemDataRole.UserRole)

    def _show_feature(self) -> None:
        chosen = self._field()
        if chosen is None or self.data is None:
            return
        field, feature = chosen
        found = self.histogram = histogram(self.data, field, feature)
        self.chart.set_titles(x=tr_core(field.unit) if field.unit else self.list.currentItem().text())
        scale = (
            Names(tuple(map(tr_core, found.names))) if found.names else Linear.around(float(np.abs(found.edges).max()))
        )
        self.chart.set_scales(x=scale, y=Linear())
        self._say()
        self.chart.follow()

    def _draw(self) -> None:
        found = self.histogram
        for part, line in self.lines.items():
            line.set_visible(found is not None and part in found.shares)
        if found is None:
            for words in (self.said, self.under):
                words.tell("", None)
            return
        top = max(float(shares.max()) for shares in found.shares.values()) * 100
        ends = self.chart.x_scale.place(found.edges[[0, -1]])
        self.chart.show_places((float(ends[0]), float(ends[1])), (0.0, top))
        # As steps: up at the first edge, along, and down at the last one.
        x = np.repeat(found.edges, 2)
        for part, shares in found.shares.items():
            self.lines[part].set(x, np.concatenate([[0.0], np.repeat(100 * shares, 2), [0.0]]))

    def _restyle(self) -> None:
        self.chart.restyle()
        self._draw()
        if self.histogram is not None:
            self._say()

    def _say(self) -> None:
        found = self.histogram
        assert found is not None
        lines = []
        for part, one in found.moments.items():
            count = asked(f"{part} count", f"{one.count:,}")
            if found.names:
                lines.append(tr("{part}: {n} values", part=key_to(part), n=count))
                continue
            lines.append(
                tr(
                    "{part}: {n} values, mean {mean} ± {deviation}, from {least} to {most}",
                    part=key_to(part),
                    n=count,
                    mean=asked(f"{part} mean", number(one.mean)),
                    deviation=asked(f"{part} deviation", number(one.deviation)),
                    least=asked(f"{part} least", number(one.least)),
                    most=asked(f"{part} most", number(one.most)),
                )
            )
        self.said.tell("<br>".join(lines), self._about_moments)
        every = asked("every", f"{found.every:,}")
        text = tr("Of every {n} samples one is counted.", n=every) if found.every > 1 else ""
        self.under.tell(text, self._about_every)

    # -- why ---------------------------------------------------------------------------------------------------------

    def _counted(self, part: Part) -> Many:
        """The numbers of a part that are counted."""
        chosen, data = self._field(), self.data
        assert chosen is not None and data is not None
        name = next((name for name, field in data.inputs.items() if field is chosen[0]), "target")
        return many(data, name, chosen[1], part)

    def _about_moments(self) -> dict[str, Question]:
        found = self.histogram
        parts = () if found is None else found.moments
        return {f"{part} {key}": one for part in parts for key, one in about_moments(self._counted(part)).items()}

    def _about_every(self) -> dict[str, Question]:
        assert self.histogram is not None
        return {"every": Question(sparing(self._counted("train"), self.histogram.every), tr("Why not every sample?"))}

    def questions_here(self) -> list[Question]:
        """Why the bar where the chart points is as tall as it is, in each part; the nearest one first."""
        found, place = self.histogram, self._place()
        if found is None or place is None:
            return []
        low, high = float(found.edges[place]), float(found.edges[place + 1])
        height = self.chart.pointed()[1]
        texts = {
            "train": tr("Why this share of the training part?"),
            "validation": tr("Why this share of the validation part?"),
            "test": tr("Why this share of the test part?"),
        }
        made = []
        for part in sorted(found.shares, key=lambda part: abs(100 * found.shares[part][place] - height)):
            counted = self._counted(part)
            inside = in_bin(counted, low, high, place == len(found.edges) - 2)
            title = Words("The share of the {part} part from {low} to {high}",
                          {"part": part, "low": number(low), "high": number(high)})  # fmt: skip
            made.append(Question(share(title, inside, all_of(counted)), texts[part]))
        return made

    def _open_menu(self, at: QPoint) -> None:
        open_menu(self.chart, self.questions_here(), self._document, at, ())

    def _place(self) -> int | None:
        """The bar where the chart points."""
        found = self.histogram
        if found is None or self.chart.pointer is None:
            return None
        x = self.chart.pointed()[0]
        inside = found.edges[0] <= x < found.edges[-1]
        return int(np.searchsorted(found.edges, x, side="right")) - 1 if inside else None

    def _hover(self, at: tuple[float, float] | None) -> None:
        found = self.histogram
        if found is None or at is None or not found.edges[0] <= at[0] < found.edges[-1]:
            self.chart.point_at(None)
            self.chart.setToolTip("")
            return
        self.chart.point_at(at[0])
        place = int(np.searchsorted(found.edges, at[0], side="right")) - 1
        low, high = found.edges[place], found.edges[place + 1]
        what = (
            tr_core(found.names[place]) if place < len(found.names) else f"{number(float(low))} … {number(float(high))}"
        )
        shares = "<br>".join(
            f"{html.escape(part_name(part))}: {100 * one[place]:.1f} %" for part, one in found.shares.items()
        )
        self.chart.setToolTip(f"<b>{html.escape(what)}</b><br>{shares}")
