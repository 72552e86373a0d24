"""One review under one another: metrics, sequences, misses, errors along time and length, worst samples, classes."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from core.evaluation.review import Review
from core.why.answers import classed, judged, reviewed
from core.why.numbers import Aggregate
from gui.document import Document
from gui.dress import dress
from gui.evaluating.curves import ErrorCurve, Residuals
from gui.evaluating.lists import ClassTable, WorstList
from gui.evaluating.metrics import MetricsTable, said_by
from gui.forms.form import heading
from gui.plots.confusion import ConfusionPage
from gui.plots.pages import Shown
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import Questions, asked
from gui.widgets import muted, told


class Veil(QWidget):
    """Lies over what does not hold any more, and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        color = theme().color("window")
        color.setAlpha(150)
        painter = QPainter(self)
        painter.fillRect(self.rect(), color)
        painter.end()


class ReviewPage(QWidget):
    """One review, in sections; those that do not fit the data are not there."""

    picked = Signal(int)
    """The user wants to see this sample elsewhere too."""
    asked = Signal(object)
    """QPoint of the screen: what can be asked there? Of charts, which know a click of the right button from a drag."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.setObjectName("review_page")
        self.metrics = MetricsTable()
        self.ways = muted()
        self.sequences = told(document)
        self.sequences.setObjectName("sequence_words")
        self.classes = ClassTable()
        self.confusion = ConfusionPage()
        self.confusion.setMinimumHeight(360)
        self.residuals = Residuals(document)
        self.by_step = ErrorCurve(document, "error_by_step", tr("time step t"))
        self.by_length = ErrorCurve(document, "error_by_length", tr("length of the sequence"))
        self.worst = WorstList()
        self.confusion_words = told(document, self.palette().ColorRole.PlaceholderText)
        self.worst_words = muted(tr("Click one to examine it in every view."))
        self.worst.picked.connect(self.picked)
        self.confusion.picked.connect(self.picked)
        for part in (self.by_step.chart, self.by_length.chart, self.residuals.chart, self.confusion):
            part.asked.connect(self.asked)
        self.confusion.said.connect(self._say_cell)
        for listed in (self.classes, self.worst, self.confusion):
            dress(listed)  # a section has no place in the page before it has something to say
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)
        self._sections: dict[str, list[QWidget]] = {}
        self._add("metrics", tr("Beside what is known without a network"), self.metrics, self.ways)
        self._add("sequences", tr("Whole sequences"), self.sequences)
        self._add("residuals", tr("How far off"), self.residuals)
        self._add("by_step", tr("Error by time step"), self.by_step)
        self._add("by_length", tr("Error by length"), self.by_length)
        self._add("worst", tr("Largest loss"), self.worst_words, self.worst)
        self._add("classes", tr("Each class"), self.classes)
        self._add("confusion", tr("Confusion"), self.confusion_words, self.confusion)
        self.veil = Veil(self)
        self._shown: Review | None = None
        theme().changed.connect(self.confusion.restyle)

    def questions_at(self, at: QPoint | None) -> list[Question]:
        """What can be asked about the number at a point of the screen, or (None) where the keyboard is."""
        review, focus = self._shown, QApplication.focusWidget()
        if review is None or self.veil.isVisible():
            return []
        for part in (
            self.metrics,
            self.classes,
            self.worst,
            self.by_step,
            self.by_length,
            self.residuals,
            self.confusion,
        ):
            there = None if at is None else part.mapFromGlobal(at)
            inside = part.rect().contains(there) if there is not None else part is focus or part.isAncestorOf(focus)
            if part.isVisible() and inside:
                return self._about(review, part, there)
        return []

    def _about(self, review: Review, part: QWidget, at: QPoint | None) -> list[Question]:
        if part is self.confusion:
            return self.confusion.questions_here()
        if isinstance(part, ErrorCurve | Residuals):
            return part.questions_here()
        found = part.asked(at)
        if found is None:
            return []
        if part is self.metrics:
            return _question(judged.in_table(review, *found))
        if part is self.classes:
            return _question(classed.in_classes(review, self.classes.numbers[found[0]], found[1]))
        return self.worst.questions(review, *found)

    def _say_cell(self, text: str, questions: Questions | None) -> None:
        """What is said about a cell of the confusion matrix, or else about all of it."""
        self.confusion_words.tell(text or self.confusion.sentence(), questions or self.confusion.on_sentence)

    def show_review(self, review: Review) -> None:
        """Show another review."""
        if review is self._shown:
            return
        self._shown = review
        self.metrics.show_review(review)
        self.ways.setText("\n".join(said_by(way) for way in review.baselines))
        self.worst.show_review(review)
        if review.classes is not None:
            self.classes.show_classes(review.classes)
            (output,) = review.state.network.of_kind("output")
            told = review.judged.evaluation
            self.confusion.show_outputs(Shown(review.data, told, review.given, review.activation, output.id))
            self._say_cell("", None)
        if review.misses is not None:
            self.residuals.show_review(review)
        for curve, shown in ((self.by_step, review.by_step), (self.by_length, review.by_length)):
            if shown is not None:
                curve.show_curve(shown, review)
        self.sequences.tell(_sequence_words(review), lambda: _about_sequences(review))
        there = {
            "sequences": review.sequences is not None,
            "residuals": review.misses is not None,
            "by_step": review.by_step is not None,
            "by_length": review.by_length is not None,
            "classes": review.classes is not None,
            "confusion": review.classes is not None,
        }
        for key, shows in there.items():
            for widget in self._sections[key]:
                widget.setVisible(shows)

    def _add(self, key: str, title: str, *widgets: QWidget) -> None:
        self._sections[key] = [heading(title, first=key == "metrics"), *widgets]
        for widget in self._sections[key]:
            self._column.addWidget(widget)

    def resizeEvent(self, event: object) -> None:
        self.veil.resize(self.size())
        self.veil.raise_()


def _question(asked: Aggregate | None) -> list[Question]:
    return [] if asked is None else [Question(asked)]


def _about_sequences(review: Review) -> dict[str, Question]:
    texts = {
        "right": tr("Why so many right?"), "all": tr("Why so many sequences?"), "share": tr("Why this share?"),
        "edits": tr("Why so many edits?"), "rate": tr("Why this rate?"),
    }  # fmt: skip
    return {key: Question(one, texts[key]) for key, one in reviewed.sequences(review).items()}


def _sequence_words(review: Review) -> str:
    found = review.sequences
    if found is None:
        return ""
    text = tr(
        "{right} of {n} sequences are right from end to end ({share}).",
        right=asked("right", f"{int(found.right.sum()):,}"),
        n=asked("all", f"{len(found.right):,}"),
        share=asked("share", f"{100 * found.share_right:.1f} %"),
    )
    if found.edits is not None:
        text += " " + tr(
            "On average {edits} symbols would have to be put in, taken out or replaced: {rate} of all symbols.",
            edits=asked("edits", f"{found.mean_edits:.2f}"),
            rate=asked("rate", f"{100 * found.symbol_error_rate:.1f} %"),
        )
    return text
