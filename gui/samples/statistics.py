"""What there is in a data set, counted: choose a feature, the symbols or the lengths, and see how they are spread."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.data.dataset import Dataset, Field
from core.data.statistics import Counts, Numbers, given_classes, lengths_of, numbers_of, of_values, symbols_of
from core.describe import Words
from core.why.data.held import part
from core.why.data.tallied import (
    Many,
    all_of,
    different,
    equal_to,
    flagged,
    in_bin,
    many,
    many_lengths,
    moments,
    share,
    sparing,
)
from gui.document import Document
from gui.forms.fields import Drop
from gui.samples.bars import BarsPage, HistogramPage, SymbolsPage
from gui.samples.values import number, visible
from gui.text import tr, tr_core
from gui.why.here import Question
from gui.why.told import Told, asked

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

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._dataset: Dataset | None = None
        self._subjects: dict[str, Subject] = {}
        self.subject = Drop()
        self.subject.setAccessibleName(tr("What is counted"))
        self.said = Told(document)
        self.histogram = HistogramPage(document)
        self.symbols = SymbolsPage(document)
        self.note = Told(document)
        self.note.setForegroundRole(self.palette().ColorRole.PlaceholderText)
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
        if one.kind == "numbers":
            found = numbers_of(data, one.name, one.feature)
            self._show_numbers(
                found, tr_core(data.field(one.name).unit), lambda: many(data, one.name, one.feature, "train")
            )
        elif one.kind == "lengths":
            lengths = lengths_of(data, one.name)
            assert lengths is not None
            self._show_numbers(_of_lengths(lengths), tr("steps"), lambda: many_lengths(data, one.name, "train"))
        else:
            given = given_classes(data) if one.kind == "given" else None
            counts = given or symbols_of(data, one.name)
            self._show_symbols(
                counts, lambda: flagged(data, one.name, "train") if given else many(data, one.name, None, "train")
            )

    def _show_numbers(self, found: Numbers, unit: str, counted: Callable[[], Many]) -> None:
        facts = (
            tr("mean {x}", x=asked("mean", number(found.moments.mean, unit))),
            tr("standard deviation {x}", x=asked("deviation", number(found.moments.deviation))),
            tr("from {low} to {high}", low=asked("least", number(found.moments.least)), high=asked("most", number(found.moments.most))),
        )  # fmt: skip
        self.said.tell("  ·  ".join(facts), lambda: about_moments(counted()))
        self._note(found.every, counted)
        self.histogram.show_numbers(found, unit, lambda bar: _about_bar(found, counted(), bar))
        self._only(self.histogram)

    def _show_symbols(self, found: Counts, counted: Callable[[], Many]) -> None:
        self.symbols.show_symbols(found, lambda code: _about_symbol(found, counted(), code))
        order, total = self.symbols.order(), int(found.counts.sum())
        code = int(order[0])
        first = f"\u2068{html.escape(visible(tr_core(found.names[code])))}\u2069"  # whatever its direction
        of_all = asked("share", f"{found.counts[code] / total:.0%}")
        self.said.tell(
            tr("{n} different, {total} in all; the commonest is {first} ({share})",
               n=asked("different", f"{len(order)}"), total=asked("total", f"{total:,}"), first=first, share=of_all),
            lambda: _about_symbols(found, counted(), code),
        )  # fmt: skip
        self._note(1, counted)
        self._only(self.symbols)

    def _note(self, every: int, counted: Callable[[], Many]) -> None:
        """Say what was counted: every so manieth sample of the training part."""
        data = self._dataset
        assert data is not None
        size = asked("samples", f"{len(data.samples('train')):,}")
        text = tr("Counted on the {n} samples of the training part.", n=size)
        if every > 1:
            text = tr("Counted on every {n}th sample of the training part.", n=asked("every", f"{every}"))
        self.note.tell(
            text,
            lambda: {
                "samples": Question(part(data, "train"), tr("Why this number of samples?")),
                "every": Question(sparing(counted(), every), tr("Why not every sample?")),
            },
        )

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


def about_moments(found: Many) -> Mapping[str, Question]:
    """Why the mean, the spread and the ends of some numbers are what they are."""
    texts = {
        "mean": tr("Why this mean?"), "deviation": tr("Why this standard deviation?"), "least": tr("Why this smallest number?"),
        "most": tr("Why this largest number?"), "count": tr("Why this count?"),
    }  # fmt: skip
    return {key: Question(one, texts[key]) for key, one in moments(found).items()}


def _about_bar(shown: Numbers, found: Many, bar: int) -> list[Question]:
    low, high = float(shown.edges[bar]), float(shown.edges[bar + 1])
    return [Question(in_bin(found, low, high, bar == len(shown.shares) - 1), tr("Why this count?"))]


def _about_symbol(shown: Counts, found: Many, code: int) -> list[Question]:
    """How often a symbol occurs, and which share of all symbols that is."""
    count = equal_to(found, code, shown.names[code])
    title = Words("The share of “{name}” among all symbols", {"name": shown.names[code]})
    return [Question(count, tr("Why this count?")), Question(share(title, count, all_of(found)), tr("Why this share?"))]


def _about_symbols(shown: Counts, found: Many, commonest: int) -> Mapping[str, Question]:
    return {
        "different": Question(different(found, shown.names), tr("Why so many different ones?")),
        "total": Question(all_of(found), tr("Why this count?")),
        "share": _about_symbol(shown, found, commonest)[1],
    }


def _of_lengths(lengths: np.ndarray) -> Numbers:
    low, high = int(lengths.min()), int(lengths.max())
    step = max(1, (high - low + 1) // 32)
    edges = np.arange(low, high + 1 + step, step) - 0.5
    return of_values(lengths, edges)
