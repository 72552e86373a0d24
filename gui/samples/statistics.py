"""What there is in a data set, counted: choose a feature, the symbols or the lengths, and see how they are spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.data.dataset import Dataset, Field
from core.data.statistics import Counts, Numbers, given_classes, lengths_of, numbers_of, of_values, symbols_of
from gui.forms.fields import Drop
from gui.samples.bars import BarsPage, HistogramPage, SymbolsPage
from gui.samples.values import number, visible
from gui.text import tr, tr_core
from gui.widgets import muted, words

MOST_FEATURES = 200
"""Features that are offered one by one."""


@dataclass(frozen=True)
class Subject:
    """One thing that can be counted."""

    key: str
    title: str
    kind: Literal["numbers", "symbols", "given", "lengths"]
    name: str
    """Input, or "target"."""
    feature: int | None = None


class StatisticsView(QWidget):
    """A choice of what is counted, the numbers in a line and their picture; all of the training part."""

    def __init__(self) -> None:
        super().__init__()
        self._dataset: Dataset | None = None
        self._subjects: dict[str, Subject] = {}
        self.subject = Drop()
        self.subject.setAccessibleName(tr("What is counted"))
        self.said = words()
        self.histogram = HistogramPage()
        self.symbols = SymbolsPage()
        self.note = muted()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.subject, self.said, self.histogram, self.symbols, self.note):
            column.addWidget(widget)
        self.subject.activated.connect(self._count)

    def show_data(self, dataset: Dataset) -> None:
        """Count this data set; what was chosen stays chosen where there is such a thing."""
        before = self.subject.currentData()
        self._dataset = dataset
        self._subjects = {one.key: one for one in subjects(dataset)}
        self.subject.clear()
        for key, one in self._subjects.items():
            self.subject.add(key, one.title)
        self.subject.show_key(before if before in self._subjects else next(iter(self._subjects), ""))
        self.subject.setVisible(len(self._subjects) > 1)
        self._count()

    def _count(self) -> None:
        one = self._subjects.get(self.subject.currentData())
        if self._dataset is None or one is None:
            return
        data = self._dataset
        samples = len(data.samples("train"))
        self.note.setText(tr("Counted on the {n} samples of the training part.", n=f"{samples:,}"))
        if one.kind == "numbers":
            self._show_numbers(numbers_of(data, one.name, one.feature), tr_core(data.field(one.name).unit))
        elif one.kind == "lengths":
            lengths = lengths_of(data, one.name)
            assert lengths is not None
            self._show_numbers(_of_lengths(lengths), tr("steps"))
        else:
            counts = given_classes(data) if one.kind == "given" else symbols_of(data, one.name)
            assert counts is not None
            self._show_symbols(counts)

    def _show_numbers(self, found: Numbers, unit: str) -> None:
        facts = (
            tr("mean {x}", x=number(found.moments.mean, unit)),
            tr("standard deviation {x}", x=number(found.moments.deviation)),
            tr("from {low} to {high}", low=number(found.moments.least), high=number(found.moments.most)),
        )
        self.said.setText("  ·  ".join(facts))
        if found.every > 1:
            self.note.setText(tr("Counted on every {n}th sample of the training part.", n=found.every))
        self.histogram.show_numbers(found, unit)
        self._only(self.histogram)

    def _show_symbols(self, found: Counts) -> None:
        self.symbols.show_symbols(found)
        order, total = self.symbols.order(), int(found.counts.sum())
        first = f"\u2068{visible(tr_core(found.names[int(order[0])]))}\u2069"  # whatever its direction
        share = f"{found.counts[order[0]] / total:.0%}"
        self.said.setText(
            tr("{n} different, {total} in all; the commonest is {first} ({share})",
               n=len(order), total=f"{total:,}", first=first, share=share)
        )  # fmt: skip
        self._only(self.symbols)

    def _only(self, page: BarsPage) -> None:
        for one in (self.histogram, self.symbols):
            one.setVisible(one is page)


def subjects(dataset: Dataset) -> list[Subject]:
    """All that can be counted in a data set, the lengths last."""
    found: list[Subject] = []
    main = next(iter(dataset.inputs))
    for name, field in (*dataset.inputs.items(), ("target", dataset.target)):
        if name == dataset.feedback and name != main:
            continue  # the target once more, one step late
        found += _of_field(dataset, name, field)
    for name, title in ((main, tr("Length of the input")), ("target", tr("Length of the answer"))):
        if lengths_of(dataset, name) is not None:
            found.append(Subject(f"{name}.lengths", title, "lengths", name))
    return found


def _of_field(dataset: Dataset, name: str, field: Field) -> list[Subject]:
    end = tr("answer") if name == "target" else tr("input")
    if field.codes:
        if not field.sequence and name == "target":
            return []  # the class balance says it
        title = tr("{what} of the {end}", what=tr("Symbols") if field.sequence else tr("Classes"), end=end)
        return [Subject(f"{name}.symbols", title, "symbols", name)]
    if name != "target" and given_classes(dataset) is not None:
        return [Subject(f"{name}.given", tr("Classes that are given"), "given", name)]
    if not field.names or field.features > MOST_FEATURES or field.features == 1:
        title = tr_core(field.names[0]) if field.features == 1 and field.names else tr("all numbers")
        return [Subject(f"{name}.all", _titled(end, title), "numbers", name)]
    return [
        Subject(f"{name}.{n}", _titled(end, tr_core(feature)), "numbers", name, n)
        for n, feature in enumerate(field.names)
    ]


def _titled(end: str, what: str) -> str:
    return tr("{end}: {what}", end=end[:1].upper() + end[1:], what=what)


def _of_lengths(lengths: np.ndarray) -> Numbers:
    low, high = int(lengths.min()), int(lengths.max())
    step = max(1, (high - low + 1) // 32)
    edges = np.arange(low, high + 1 + step, step) - 0.5
    return of_values(lengths, edges)
