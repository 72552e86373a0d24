"""Why this number? Its formula with symbols and with numbers, where each of those comes from, and what shrinks a gradient."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from core.describe import Words, number
from core.why.numbers import Aggregate, Explanation, Number, Quantity
from gui.asking import Asking
from gui.document import Document
from gui.folding import folded
from gui.formula import FormulaView
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.chain import ChainList
from gui.why.question import QuestionBar
from gui.why.terms import TermList
from gui.widgets import Column, EmptyState, bold, muted

MARGINS = 42


class WhyPanel(QWidget):
    """The explanation of one number; a click on one of its terms explains that one."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("why")
        self.setAccessibleName(tr("Why this number?"))
        self._document = document
        self.asking = Asking(document, runner, self)
        self.question = QuestionBar(document, self.asking)
        self.title, self.value, self.place, self.note = bold("", 1.05), bold("", 1.4), muted(), muted()
        self.symbols, self.numbers = FormulaView(size=15), FormulaView(size=14)
        self.terms, self.chain = TermList(), ChainList()
        self.empty = EmptyState(
            "help",
            self._invitation(),
        )
        self.commands = self._commands()
        self._lay_out()
        for part in (self.question, self.terms, self.chain):
            part.asked.connect(self.asking.go_into)
        document.asked.connect(self.asking.ask)
        self.asking.answered.connect(self.refresh)
        theme().changed.connect(self.refresh)
        self.refresh()
        if document.question is not None:
            self.asking.ask(document.question)

    def explain(self, layer_id: str, unit: int, step: int | None, quantity: Quantity = "value") -> None:
        """Explain a number of a layer; unit and step count from 0, and no step of a sequence is its last one."""
        self.asking.ask(Number(quantity, layer_id, unit, step))

    def refresh(self) -> None:
        """Show the answer."""
        found = self.asking.answer
        for key, able in (("back", self.asking.can_go_back), ("on", self.asking.can_go_on)):
            self.commands[key].setEnabled(able)
        for key in ("latex", "text"):
            self.commands[key].setEnabled(found is not None)
        number = self.asking.number
        self.question.show_number(number if isinstance(number, Number) else None)
        self._pages.setCurrentIndex(0 if found is None else 1)
        self.empty.label.setText(self._nothing())
        if found is not None:
            self._show(found)

    def _show(self, found: Explanation) -> None:
        self.title.setText(said(found.title))
        self.value.setText(f"= {number(found.value, 5)}")
        number_of = self.asking.number
        everywhere = isinstance(number_of, Aggregate) and not number_of.leads and number_of.sample is None
        self.place.setText("" if everywhere and self.asking.own is None else self._from_where())
        self.place.setVisible(bool(self.place.text()))
        note = said(found.note) if found.note is not None else ""
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._fold()
        network = self._document.project.network
        self.terms.show_terms(found, network)
        self.chain.show_chain(found, network)

    def _fold(self) -> None:
        found = self.asking.answer
        if found is None:
            return
        room = max(160, self.width() - MARGINS)
        self.symbols.show_lines([line for one in found.symbols for line in folded(one, room)])
        self.numbers.show_lines([line for one in found.numbers for line in folded(one, room)])

    def _from_where(self) -> str:
        trace = self.asking.trace
        if trace is None:
            return ""
        if trace.aim is not None:
            place = tr("Your own input, before any training.")
            if trace.batch:
                place = tr("Your own input, after {batch} batches.", batch=f"{trace.batch:,}")
            return f"{place} {self._moving()}".strip()
        part = {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}.get(trace.part, trace.part)
        about = {"sample": trace.sample, "part": part, "batch": f"{trace.batch:,}"}
        place = tr("Sample {sample} of the {part} data, before any training.", **about)
        if trace.batch:
            place = tr("Sample {sample} of the {part} data, after {batch} batches.", **about)
        if trace.whatif:
            place = f"{place} {tr('This is a what-if: some of it was changed by hand.')}"
        return f"{place} {self._moving()}".strip()

    def _moving(self) -> str:
        return tr("Training has moved on since: it is renewed when it pauses.") if self.asking.moving else ""

    @staticmethod
    def _invitation() -> str:
        return tr(
            "Ask about any number: right-click it, on the canvas, in a plot or in any panel, and choose “Why this number?”, "
            "press Alt+W where you are, or choose one above."
        )

    def _nothing(self) -> str:
        if self.asking.number is None:
            return self._invitation()
        if self.asking.own is not None and self.asking.tracing.refused:
            return tr("The network can not answer this. {why}", why=self.asking.tracing.refused)
        if self.asking.explainer is not None and not self.asking.waiting:
            return tr("There is no such number in this network any more. Choose another one above.")
        return tr("It is worked out as soon as training stands still and the network has no problems.")

    def _commands(self) -> dict[str, QAction]:
        made = {}
        for key, picture, text, keys, slot in (
            ("back", "chevron-left", tr("Back"), "Alt+Left", self.asking.back),
            ("on", "chevron-right", tr("Forward"), "Alt+Right", self.asking.on),
            ("latex", "code", tr("Copy as LaTeX"), "", self._copy_latex),
            ("text", "copy", tr("Copy as text"), "", self._copy_text),
        ):
            action = QAction(icon(picture), text, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.setToolTip(f"{text} ({keys})" if keys else text)
            action.triggered.connect(slot)
            self.addAction(action)
            made[key] = action
        return made

    def _copy_latex(self) -> None:
        if self.asking.answer is not None:
            QGuiApplication.clipboard().setText(self.asking.answer.latex)

    def _copy_text(self) -> None:
        if self.asking.answer is not None:
            QGuiApplication.clipboard().setText(self.asking.answer.text(said(self.asking.answer.title)))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(10, 6, 10, 0)
        head.setSpacing(2)
        for key in ("back", "on"):
            head.addWidget(self._button(key))
        head.addStretch(1)
        for key in ("latex", "text"):
            head.addWidget(self._button(key))
        column = Column()
        for widget in (
            self.title,
            self.place,
            self.value,
            self.symbols,
            self.numbers,
            self.note,
            self.chain,
            self.terms,
        ):
            column.add(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.question)
        self._pages = QStackedLayout()
        layout.addLayout(self._pages, 1)
        self._pages.addWidget(self.empty)  # in the panel by now: it would be shown as a window of its own
        self._pages.addWidget(column)

    def _button(self, key: str) -> QToolButton:
        button = QToolButton(objectName=f"why_{key}")
        button.setDefaultAction(self.commands[key])
        button.setIconSize(QSize(15, 15))
        button.setAutoRaise(True)
        return button

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120)


def said(words: Words) -> str:
    """A sentence of core in the user's language."""
    return tr_core(words.template, **words.values)
