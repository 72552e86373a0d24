"""Lets a network write: a source where it has one, how the answer begins, a way to choose, and what came of it."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSpinBox, QVBoxLayout, QWidget

from core.catalogue.generation import GENERATION
from core.catalogue.spec import Choice, replaced
from core.data.dataset import Dataset
from core.data.looking import part_to_show
from core.describe import percent
from core.errors import StudioError
from core.generation import MOST_STEPS, Alphabet, Generate, Generated, answer_alphabet, inputs_of, read_text
from core.questions import Question
from core.traces import OwnInput
from gui.document import Document
from gui.forms.form import SpecForm
from gui.icons import icon
from gui.plots.attention_map import AttentionMap
from gui.samples.values import visible
from gui.text import tr, tr_core
from gui.using.answers import Alternatives, AnswerRow, OtherAnswers, chance
from gui.using.asking import Tried, inputs_but_fed
from gui.using.asking_written import Written
from gui.using.letter_row import right_to_left
from gui.using.page import UsePage
from gui.why.here import Question as Why
from gui.why.told import asked
from gui.widgets import ElidedLabel, told, words

MANY = 6
"""Sequences that are drawn by lot at once."""
OPENING = 8
"""Symbols of the data that a continuation begins with until the user types other ones."""
USUAL = "beam"
CONTINUES = "sampling"
"""The way at first: for what answers a source, and for what only goes on."""


class WritingPage(UsePage):
    """For networks that read their own answers, which are symbols."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.ways = {spec.key: GENERATION.choose(spec.key) for spec in GENERATION.values()}
        self.given: list[int] = []
        """How the answer begins."""
        self.answers: tuple[Generated, ...] = ()
        self.seed = 0
        self._source: dict[str, np.ndarray] | None = {}
        self._sample = -1
        self.sample = QSpinBox(objectName="try_sample", accessibleName=tr("Sample that is tried"))
        self.sample.setSpecialValueText("–")
        self.truth = ElidedLabel(objectName="try_truth")
        self.source = QLineEdit(objectName="try_source", accessibleName=tr("Text that the network reads"))
        self.kinds = QComboBox(objectName="try_kind", accessibleName=tr("What the network is told"))
        self.begins = QLineEdit(objectName="try_begins", accessibleName=tr("How the answer begins"))
        self.way = QComboBox(objectName="try_way", accessibleName=tr("Way to choose"))
        self.again = QPushButton(icon("play"), tr("Once more"), objectName="try_again")
        self.again.setToolTip(tr("Draw other ones by lot"))
        self.said = words()
        self.said.setObjectName("try_said")
        self.row, self.others, self.else_ = AnswerRow(), OtherAnswers(), Alternatives()
        self.looks = AttentionMap("try_attention", scrolls=True)
        self.note = told(document, self.palette().ColorRole.PlaceholderText)
        self._lay_out()
        self.sample.valueChanged.connect(self._choose_sample)
        self.source.textEdited.connect(lambda _: self._typed())
        self.kinds.activated.connect(lambda _: self._typed())
        self.begins.textEdited.connect(self._begin_with)
        self.way.currentIndexChanged.connect(self._another_way)
        self.again.clicked.connect(self._once_more)
        self.row.pointed.connect(self._point)
        self.row.taken.connect(self._take_another)
        self.others.chosen.connect(self._show_chosen)
        self.looks.asked.connect(self.asked)

    @property
    def chosen_way(self) -> Choice:
        """The way with its settings."""
        return self.ways[str(self.way.currentData())]

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        self._alphabet = answer_alphabet(data)
        self._backwards = right_to_left(self._alphabet.symbols)
        main_name, main = next(iter(data.inputs.items()))
        only = main_name == data.feedback
        self._typed_source = not only and main.sequence and (main.codes or len(main.names) == main.features)
        chosen_kind = not only and not main.sequence
        for widget, shown in (
            (self.source, self._typed_source),
            (self.kinds, chosen_kind),
            (self._sample_row, not only and not chosen_kind),
        ):
            widget.setVisible(shown)
        self.kinds.clear()
        if chosen_kind:
            self.kinds.addItems([tr_core(name) for name in (main.classes if main.codes else main.names)])
        self.source.setLayoutDirection(_way(right_to_left(main.classes or main.names)))
        self.source.setPlaceholderText(tr("Type a text"))
        self.begins.setLayoutDirection(_way(self._backwards))
        self.begins.setPlaceholderText(self._invitation())
        self._sample, self.seed = -1, 0
        self.given = self._first_symbols() if only and data.start is None else []
        self.begins.setText(self._alphabet.write(self.given))
        self.source.clear()
        self._mark_sample(0)
        self.sample.setMaximum(len(data.samples(part_to_show(data))))
        self.way.setCurrentIndex(self.way.findData(CONTINUES if only or chosen_kind else USUAL))
        self._source = {} if only else None
        self.forget()
        if chosen_kind:
            self._typed()
        elif not only:
            self.sample.setValue(1)

    def question(self, moving: bool) -> Question | None:
        if self.data is None or self._source is None or (self.data.start is None and not self.given):
            return None
        way = self.chosen_way
        count = {"greedy": 1, "sampling": MANY}.get(way.key) or min(MANY, int(way["width"]))
        # Without a start or an end, it goes on for as long as a sample is.
        endless = self.data.start is None and self.data.end is None
        steps = min(MOST_STEPS, len(self.given) + int(self.data.target.steps or 1)) if endless else None
        return Generate(self._source, way, tuple(self.given), count, steps, self.seed)

    def take(self, result: object) -> None:
        assert isinstance(result, tuple) and self.data is not None
        self.answers = result
        right = next((n for n, made in enumerate(result) if made.text == self._truth), -1) if self._truth else -1
        self.others.show_answers(result, right, self._backwards)
        self._show_chosen(0)

    def forget(self) -> None:
        self.answers = ()
        self.others.show_answers((), -1, False)
        self.row.show_answer(None, (), False, False)
        self.looks.show_weights(None)
        self.said.clear()
        self.note.tell("", None)

    # -- why ---------------------------------------------------------------------------------------------------------

    def asked_of(self) -> dict[QWidget, Callable[[QPointF | None], list[Why]]]:
        return {
            self.row: self._about_letter, self.else_: self._about_other, self.looks: self._about_look,
            self.others: self._about_answer,
        }  # fmt: skip

    def _written(self, n: int) -> Written:
        made, data = self.answers[n], self.data
        assert data is not None and self._source is not None
        first = self.given[0] if data.start is None and self.given else None
        own = OwnInput(inputs_but_fed(data, self._source), answers=made.answers, first=first)
        return Written(Tried(self.network, data, self.activation, own), made)

    def _about_letter(self, at: QPointF | None) -> list[Why]:
        place = self.row.looked if at is None else self.row.at(at)
        there = self.answers and place is not None and 0 <= place < len(self.row.marks)
        return self._written(self.others.row).letter(place) if there and place is not None else []

    def _about_other(self, at: QPointF | None) -> list[Why]:
        n, made = self.else_.asked(at), self.row.made
        if n is None or made is None:
            return []
        return self._written(self.others.row).symbol(self.row.looked, int(made.ranked[self.row.looked][n]))

    def _about_look(self, at: QPointF | None) -> list[Why]:
        cell = self.looks.pointed_cell() if self.answers else None
        return [] if cell is None else self._written(self.others.row).look(*cell)

    def _about_answer(self, at: QPointF | None) -> list[Why]:
        n = self.others.asked(at)
        return [] if n is None else self._written(n).whole()

    # -- how it is done ----------------------------------------------------------------------------------------------

    def _invitation(self) -> str:
        assert self.data is not None
        if self.data.start is not None:
            return tr("Type how it begins")
        words_ = bool(self._alphabet.between)
        return tr("Type at least one word to begin with") if words_ else tr("Type at least one letter to begin with")

    def _first_symbols(self) -> list[int]:
        """A beginning where the data knows no start: that of the first sample that it does not learn from."""
        data = self.data
        assert data is not None
        fed = data.inputs[data.feedback]
        values = fed.values[data.samples(part_to_show(data))[0]][:OPENING]
        return [int(code) for code in (values[:, 0] if fed.codes else values.argmax(1))]

    @property
    def _truth(self) -> str:
        """What should be answered; empty where nobody knows, or where any answer will do."""
        data = self.data
        if data is None or self._sample < 0 or not self._typed_source:
            return ""
        codes = [int(code) for code in data.target.values[self._sample, :, 0]]
        if data.mask is not None:
            codes = codes[: int(data.mask[self._sample].sum())]
        return self._alphabet.write(codes)

    def _show_chosen(self, row: int) -> None:
        made = self.answers[row] if self.answers else None
        self.row.show_answer(made, self._alphabet.symbols, bool(self._alphabet.between), self._backwards)
        self._point(self.row.looked)
        looked = None if made is None else made.attention
        self.looks.show_weights(looked, self.row.marks, self._source_marks())
        if made is None:
            return
        text = made.text or tr("(nothing)")
        end = (
            "" if made.ended or self.data is None or self.data.end is None else tr(" It was cut at the longest length.")
        )
        self.said.setText(f"\u2068{text}\u2069")
        added = max(1, len(made) - made.given)
        self.note.tell(
            tr(
                "Probability of what the network added: {share}, on average {each} for each step.",
                share=asked("whole", html.escape(chance(float(np.exp(made.log_probability))))),
                each=asked("each", html.escape(percent(float(np.exp(made.log_probability / added))))),
            )
            + end,
            lambda: self._written(row).likely(),
        )

    def _source_marks(self) -> tuple[str, ...]:
        """The letters that are read, one for each step of the source."""
        if self.data is None or not self._source or not self._typed_source:
            return ()
        name, main = next(iter(self.data.inputs.items()))
        codes = self._source[name][:, 0] if main.codes else self._source[name].argmax(1)
        symbols = main.classes if main.codes else main.names
        return tuple(visible(symbols[int(code)]) for code in codes)

    def _point(self, place: int) -> None:
        made = self.row.made
        self.looks.look_at(place)
        self.else_.show_place(made, place, self._alphabet.symbols if self.data is not None else ())

    def _take_another(self, place: int, code: int) -> None:
        made = self.row.made
        if made is not None:
            self._go_on_from([int(one) for one in made.answers[:place]] + [code])

    def _go_on_from(self, codes: list[int]) -> None:
        if self.data is not None and self.data.start is None:
            codes = [*self.given[:1], *codes]
        self.given = codes
        self.begins.setText(self._alphabet.write(codes))
        self.edited.emit()

    def _begin_with(self, text: str) -> None:
        alphabet = self._alphabet
        typed = alphabet.split(text)
        found = [alphabet.code(symbol) for symbol in typed]
        self.given = [code for code in found if code is not None]
        unknown = [symbol for symbol, code in zip(typed, found, strict=True) if code is None]
        self.begins.setToolTip(
            tr("Not known to the network and left out: {symbols}", symbols=" ".join(unknown)) if unknown else ""
        )
        if not self.given and self.data is not None and self.data.start is None:
            self.forget()
        self.edited.emit()

    def _typed(self) -> None:
        """A source of the user's own."""
        assert self.data is not None
        if not self._from_sample:
            self._sample = -1
            self._mark_sample(0)
        name, main = next(iter(self.data.inputs.items()))
        if not main.sequence:
            number = self.kinds.currentIndex()
            flags = (
                np.eye(main.features, dtype=np.float32)[number] if not main.codes else np.array([number], np.float32)
            )
            self._source = {name: flags}
        else:
            alphabet = Alphabet(main)
            known = [one for one in alphabet.split(self.source.text()) if alphabet.code(one) is not None]
            try:
                self._source = read_text(self.data, alphabet.between.join(known))
            except StudioError:
                self._source = None
        self.given = []
        self.begins.clear()
        if self._source is None:
            self.forget()
        self.edited.emit()

    _from_sample = False

    def _choose_sample(self, number: int) -> None:
        data = self.data
        if data is None or not number:
            self.truth.clear()
            return
        self._sample = int(data.samples(part_to_show(data))[number - 1])
        given = inputs_of(data, self._sample)
        name, main = next(iter(data.inputs.items()))
        self._from_sample = True
        try:
            if not main.sequence:
                value = given[name]
                self.kinds.setCurrentIndex(int(value[0]) if main.codes else int(value.argmax()))
            elif self._typed_source:
                codes = given[name][:, 0] if main.codes else given[name].argmax(1)
                self.source.setText(Alphabet(main).write([int(code) for code in codes]))
            self._source = given
            self.given = []
            self.begins.clear()
        finally:
            self._from_sample = False
        self.truth.setText(tr("should be “{target}”", target=f"\u2068{self._truth}\u2069") if self._truth else "")
        self.edited.emit()

    def _mark_sample(self, number: int) -> None:
        """Show a number without taking over its sample: 0 where the input is the user's own."""
        self.sample.blockSignals(True)
        self.sample.setValue(number)
        self.sample.blockSignals(False)
        self.truth.clear()

    def _another_way(self) -> None:
        key = str(self.way.currentData())
        for name, form in self._forms.items():
            form.setVisible(name == key and bool(form.rows))
        self.again.setVisible(key == "sampling")
        self.way.setToolTip(tr_core(GENERATION[key].help))
        self.edited.emit()

    def _set(self, key: str, path: str, value: object) -> None:
        self.ways[key] = replaced(self.ways[key], GENERATION[key], path, value)
        self._forms[key].show_choice(self.ways[key])
        self.edited.emit()

    def _once_more(self) -> None:
        self.seed += 1
        self.edited.emit()

    def _lay_out(self) -> None:
        self._sample_row, choosing = QWidget(), QWidget()
        line = QHBoxLayout(self._sample_row)
        label = QLabel(tr("Sample"))
        label.setBuddy(self.sample)
        self.truth.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        line.addWidget(label)
        line.addWidget(self.sample)
        line.addWidget(self.truth, 1)
        beside = QHBoxLayout(choosing)
        beside.addWidget(self.way, 1)
        beside.addWidget(self.again)
        for row in (line, beside):
            row.setContentsMargins(0, 0, 0, 0)
        self._forms: dict[str, SpecForm] = {}
        forms = QWidget()
        stack = QVBoxLayout(forms)
        stack.setContentsMargins(0, 0, 0, 0)
        for spec in GENERATION.values():
            self.way.addItem(tr_core(spec.title), spec.key)
            form = self._forms[spec.key] = SpecForm(spec, self.ways[spec.key])
            form.edited.connect(lambda path, value, key=spec.key: self._set(key, path, value))
            stack.addWidget(form)
        font = self.said.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        self.said.setFont(font)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.source.setClearButtonEnabled(True)
        self.begins.setClearButtonEnabled(True)
        for widget in (
            self._sample_row, self.source, self.kinds, self.begins, choosing, forms, self.said, self.row, self.note,
            self.looks, self.others, self.else_,
        ):  # fmt: skip
            self.column.addWidget(widget)
        self._another_way()


def _way(backwards: bool) -> Qt.LayoutDirection:
    return Qt.LayoutDirection.RightToLeft if backwards else Qt.LayoutDirection.LeftToRight
