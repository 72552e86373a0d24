"""The data panel: which data set, what is in it, and its samples one by one."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.catalogue.registry import catalogue
from core.catalogue.spec import Param
from core.data.dataset import PARTS, Dataset, Field, Part
from core.errors import StudioError
from core.project import Change
from core.why.data import held, stored
from gui.document import Document
from gui.forms.data_form import DataForm
from gui.forms.fields import Drop
from gui.forms.form import heading
from gui.forms.number_box import NumberBox
from gui.icons import icon
from gui.inspect.facts import Fact, Facts
from gui.runner import Runner
from gui.samples import SampleView
from gui.samples.bars import BalancePage
from gui.samples.shut import ShutPage
from gui.samples.statistics import StatisticsView
from gui.samples.values import target_numbers, target_words, tells_symbols
from gui.text import sentence, tr, tr_core
from gui.why.here import Question
from gui.why.told import Told, asked
from gui.widgets import Column, ElidedButton, muted, told, words


def part_name(part: Part) -> str:
    """The title of a part of the data."""
    return {"train": tr("Training"), "validation": tr("Validation"), "test": tr("Test")}[part]


class DataPanel(QWidget):
    """Form, facts and samples of the document's data set."""

    def __init__(
        self, document: Document, runner: Runner, commands: Sequence[QAction] = (), parent: QWidget | None = None
    ) -> None:
        """``commands`` become buttons: what there is to do with the data besides."""
        super().__init__(parent)
        self.setObjectName("data")
        self.setAccessibleName(tr("Data"))
        self._document = document
        self.form = DataForm(document)
        self.about = muted()
        self.complaint = words(role=self.palette().ColorRole.BrightText)
        self.facts = Facts(document)
        self.balance = BalancePage(document)
        self.statistics = StatisticsView(document)
        self.browser = _Browser(document, runner)
        self._balance_title = heading(tr("Class balance"))
        self._statistics_title = heading(tr("Statistics"))
        column = Column()
        for widget in (
            self.form,
            *map(_button, commands),
            self.about,
            self.complaint,
            self.facts,
            self.browser,
            self._balance_title,
            self.balance,
            self._statistics_title,
            self.statistics,
        ):
            column.add(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(column)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the data set that the document says."""
        choice = self._document.project.data
        nothing = tr("Choose a data set: it is what the network learns from.")
        self.about.setText(tr_core(catalogue("datasets")[choice.key].help) if choice else nothing)
        try:
            dataset = self._document.project.dataset()
        except StudioError as error:
            self.complaint.setText(sentence(error))
            dataset = None
        self.complaint.setVisible(dataset is None and choice is not None)
        for widget in (self.facts, self.browser, self.statistics, self._statistics_title):
            widget.setVisible(dataset is not None)
        counted = dataset is not None and dataset.target.codes and not tells_symbols(dataset)
        self.balance.setVisible(counted)
        self._balance_title.setVisible(counted)
        if dataset is None:
            return
        self.facts.show_facts(facts(dataset))
        if counted:
            self.balance.show_balance(dataset)
        self.statistics.show_data(dataset)
        self.browser.show_data(dataset)

    def _on_changed(self, change: Change) -> None:
        if change.data or change.looks:
            self.refresh()


def _button(command: QAction) -> ElidedButton:
    """A button that does as a command does, and is hidden where that can not be done."""
    button = ElidedButton(command.text().replace("&", ""))
    button.setIcon(command.icon())
    button.setToolTip(command.toolTip())
    button.clicked.connect(lambda: command.trigger())
    if not command.isEnabled():
        button.hide()  # it is in no window yet, and would be shown as one of its own
    command.enabledChanged.connect(button.setVisible)
    return button


class _Browser(QWidget):
    """Leafs through the samples of a part; the plots examine the sample that is shown."""

    def __init__(self, document: Document, runner: Runner) -> None:
        super().__init__()
        self._document, self._runner = document, runner
        self._dataset: Dataset | None = None
        self.part = Drop()
        self.part.setAccessibleName(tr("Part of the data"))
        self.number = NumberBox(Param("number", "Sample", "int", 1, "", minimum=1))
        self.number.setButtonSymbols(NumberBox.ButtonSymbols.NoButtons)  # the arrows beside it do that
        self.number.setAccessibleName(tr("Number of the sample within its part"))
        self.back = self._arrow("chevron-left", tr("Sample before"), -1)
        self.on = self._arrow("chevron-right", tr("Next sample"), 1)
        self.view = SampleView(document)
        self.target, self.count = told(document), Told(document)
        self.hint = muted(tr("The plots examine this sample."))
        self.shut = ShutPage()
        self._lay_out()
        self.part.activated.connect(lambda _: self._another_part())
        self.shut.opened.connect(document.open_test)
        self.number.edited.connect(self._go)
        runner.updated.connect(self._follow)

    def show_data(self, dataset: Dataset) -> None:
        """Leaf through this data set; starts with the sample that is examined where it has it."""
        self._dataset = dataset
        chosen = self.part.currentData()
        self.part.clear()
        for part in PARTS:
            if len(dataset.split.get(part, ())):
                self.part.add(part, part_name(part))
        sample, part = self._runner.sample
        self.part.show_key(part if self.part.findData(part) >= 0 else "train")
        samples = list(dataset.samples(self._part()))
        self._show(samples.index(sample) + 1 if sample in samples else 1)
        self._show_shut(False)
        if chosen == "test" and part != "test" and not self._document.shut and "test" in dataset.split:
            # It has just been opened here.
            self.part.show_key("test")
            self._go(1)

    def shown(self) -> int:
        """The number of the shown sample in the data set."""
        assert self._dataset is not None
        value = self.number.value()
        return int(self._dataset.samples(self._part())[int(value or 1) - 1])

    def _another_part(self) -> None:
        shut = self._part() == "test" and self._document.shut
        self._show_shut(shut)
        if not shut:
            self._go(1)

    def _show_shut(self, shut: bool) -> None:
        for widget in (self.view, self.hint, self.number, self.back, self.on, self.count):
            widget.setVisible(not shut)
        self.target.setVisible(not shut and self._dataset is not None and not tells_symbols(self._dataset))
        self.shut.setVisible(shut)

    def _part(self) -> Part:
        part: Part = self.part.currentData()
        return part

    def _show(self, number: int) -> None:
        assert self._dataset is not None
        count = len(self._dataset.samples(self._part()))
        self.number.set_param(Param("number", "Sample", "int", 1, "", minimum=1, maximum=count))
        self.number.show_value(max(1, min(number, count)))
        self.count.tell(tr("of {n}", n=asked("count", f"{count:,}")), self._questions)
        self.back.setEnabled(number > 1)
        self.on.setEnabled(number < count)
        self.view.show_sample(self._dataset, self.shown())
        self.target.tell(tr("Target: {target}", target=_target(self._dataset, self.shown())), self._questions)
        self.target.setVisible(not tells_symbols(self._dataset))  # its page tells it

    def _questions(self) -> dict[str, Question]:
        assert self._dataset is not None
        data, part = self._dataset, self._part()
        found = {"count": Question(held.part(data, part), tr("Why so many samples?"))}
        target, sample, why = data.target, self.shown(), tr("Why this target?")
        if target.sequence:
            return {**found, "target": Question(held.answers(data, sample), why)}
        for n in range(target.features):
            found[f"target{n}"] = Question(stored.value(data, "target", (sample, None, n)), why)
        return found

    def _go(self, number: object) -> None:
        self._show(int(number))  # type: ignore[call-overload]
        self._runner.watch(self.shown(), self._part())

    def _step(self, by: int) -> None:
        self._go(int(self.number.value() or 1) + by)

    def _follow(self) -> None:
        """Show the sample that another view chose to examine."""
        if (
            self._dataset is None
            or not self.isVisible()
            or self.shut.isVisible()
            or self._runner.sample == (self.shown(), self._part())
        ):
            return
        sample, part = self._runner.sample
        if part in self._dataset.split and sample in self._dataset.samples(part):
            self.part.show_key(part)
            self._show(list(self._dataset.samples(part)).index(sample) + 1)

    def _arrow(self, picture: str, text: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(picture))
        button.setIconSize(QSize(14, 14))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setAutoRepeat(True)
        button.clicked.connect(lambda: self._step(by))
        return button

    def _lay_out(self) -> None:
        self.count.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.count.setWordWrap(False)
        head = QHBoxLayout()
        head.addWidget(heading(tr("Samples"), first=True), 9)
        head.addWidget(self.part, 13)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.back)
        line.addWidget(self.number, 1)
        line.addWidget(self.on)
        line.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(line)
        column.addWidget(self.target)
        column.addWidget(self.view)
        column.addWidget(self.hint)
        column.addWidget(self.shut)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)


def _target(dataset: Dataset, sample: int) -> str:
    """What a sample asks for, rich: each number of it can be asked about."""
    field = dataset.target
    if field.sequence:
        return asked("target", html.escape(target_words(dataset, sample)))
    if field.features == 1:
        return asked("target0", html.escape(target_words(dataset, sample)))
    return ", ".join(
        f"{html.escape(name)}: {asked(f'target{n}', html.escape(value))}"
        for n, (name, value) in enumerate(target_numbers(dataset, sample))
    )


def facts(dataset: Dataset) -> list[Fact]:
    """What there is to know about a data set."""
    sizes = [
        f"{asked(part, f'{len(dataset.split[part]):,}')} {part_name(part).lower()}"
        for part in PARTS
        if len(dataset.split.get(part, ()))
    ]

    def about_samples() -> dict[str, Question]:
        found = {"samples": Question(held.samples(dataset), tr("Why so many samples?"))}
        for part in dataset.parts:
            text = tr("Why so many samples in the {part} part?", part=part_name(part).lower())
            found[part] = Question(held.part(dataset, part), text)
        return found

    found: list[Fact] = [
        (tr("Samples"), asked("samples", f"{len(dataset):,}"), about_samples),
        (tr("Split"), ", ".join(sizes), about_samples),
    ]
    for name, field in dataset.inputs.items():
        found.append((tr("Input {name}", name=name), _shape(field), partial(_about_field, dataset, name)))
    found.append((tr("Target"), _answer(dataset), partial(_about_field, dataset, "target")))
    if dataset.source:
        found.append((tr("Source"), tr_core(dataset.source)))
    return found


def _about_field(dataset: Dataset, name: str) -> dict[str, Question]:
    field = dataset.field(name)
    found = {"features": Question(held.features(dataset, name), tr("Why so many numbers?"))}
    if field.sequence:
        found["steps"] = Question(held.steps(dataset, name), tr("Why so many steps?"))
    if field.codes and field.classes:
        found["classes"] = Question(held.classes(dataset, name), tr("Why so many classes?"))
    return found


def _shape(field: Field) -> str:
    number = asked("features", str(field.features))
    if field.sequence:
        return tr("{steps} steps of {n}", steps=asked("steps", str(field.steps)), n=number)
    return tr("{n} numbers", n=number) if field.features != 1 else tr("{n} number", n=number)


def _answer(dataset: Dataset) -> str:
    field = dataset.target
    classes = asked("classes", str(len(field.classes)))
    what = tr("{n} classes", n=classes) if field.codes else _shape(field) if not field.sequence else ""
    if not field.sequence:
        return what
    if field.codes:
        return tr("{what} at each of {steps} steps", what=what, steps=asked("steps", str(field.steps)))
    return _shape(field)
