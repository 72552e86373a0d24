"""A row of a form: title, field, a way back to the default, and a line for what there is to say about it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, Effect, Param
from core.errors import StudioError
from gui.forms import numbers
from gui.forms.fields import Field, make_field, rich
from gui.icons import icon
from gui.text import sentence, tr, tr_core


def effect_words(effect: Effect) -> str:
    """When a change of a setting is felt; nothing for settings of the network, which are felt at once."""
    if effect == "now":
        return tr("Takes effect at once.")
    if effect == "next batch":
        return tr("Takes effect at the next batch.")
    return tr("Takes effect at the next run, which Stop or Reset begins.") if effect == "next run" else ""


class Title(QLabel):
    """The name of a field; a click on it goes to the field."""

    clicked = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
        super().mousePressEvent(event)


EXPLAINED = ("activations", "losses", "optimizers")
"""Catalogues whose entries can be looked at in an explorer."""


class FormRow(QWidget):
    """One parameter of a form."""

    edited = Signal(object)
    explore = Signal(str, str)
    """Catalogue and entry that the user wants to see in an explorer."""

    def __init__(self, param: Param, live: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.param = param
        self.setObjectName(f"row {param.key}")
        self.field: Field = make_field(param)
        self.title = self._make_title()
        self.reset = self._make_reset()
        self.eye = self._make_eye() if param.catalogue in EXPLAINED else None
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.hide()
        self.resettable = True
        """False where no value is more normal than another."""
        self._values: list[Any] = []
        self._explains_effect = False
        self._lay_out(live and param.effect in ("now", "next batch"))
        self.field.edited.connect(self._on_edited)
        self.field.complained.connect(self.complain)

    def show_values(self, values: list[Any]) -> None:
        """Show the value, or that there are several where they differ."""
        self._values = values
        same = all(value == values[0] for value in values[1:])
        alike = same or (self.param.kind == "entry" and len({value.key for value in values}) == 1)
        self.field.show_value(values[0] if alike else None)
        self.reset.setVisible(self.resettable and not self.is_default())

    def add_below(self, widget: QWidget) -> None:
        """Show something about the value under its field."""
        self._column.addWidget(widget)

    def is_default(self) -> bool:
        """Whether all shown values are the default; the settings of an entry have rows of their own."""
        default = self.param.check(self.param.default)
        if isinstance(default, Choice):
            return all(value is not None and value.key == default.key for value in self._values)
        return all(value == default for value in self._values)

    def complain(self, error: StudioError | None) -> None:
        """Show a sentence under the field, or none."""
        self._say("" if error is None else sentence(error), QPalette.ColorRole.BrightText)

    def explain_effect(self, wanted: bool) -> None:
        """Say after an edit when it takes effect, from now on or no longer."""
        self._explains_effect = wanted
        if not wanted and self.note.foregroundRole() == QPalette.ColorRole.PlaceholderText:
            self.note.hide()

    def _on_edited(self, value: Any) -> None:
        when = effect_words(self.param.effect)
        if self._explains_effect and when:
            self._say(when, QPalette.ColorRole.PlaceholderText)
        self.edited.emit(value)

    def _say(self, text: str, role: QPalette.ColorRole) -> None:
        self.note.setForegroundRole(role)
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _make_title(self) -> Title:
        title = Title(tr_core(self.param.title))
        title.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        title.setSizePolicy(policy)
        title.setToolTip(self._tip())
        title.clicked.connect(self.field.click_title)
        self.field.editor.setToolTip(self._tip())
        return title

    def _tip(self) -> str:
        lines = (tr_core(self.param.help), effect_words(self.param.effect))
        return rich("\n".join(line for line in lines if line))

    def _make_reset(self) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setIcon(icon("reset", "muted"))
        button.setIconSize(QSize(14, 14))
        button.setFixedSize(QSize(20, 20))
        shown = tr("Back to the default: {value}", value=shown_value(self.param, self.param.check(self.param.default)))
        button.setToolTip(shown)
        button.setAccessibleName(f"{tr_core(self.param.title)}: {shown}")
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        button.clicked.connect(self._to_default)
        return button

    def _make_eye(self) -> QToolButton:
        button = QToolButton(autoRaise=True)
        button.setObjectName(f"explore {self.param.key}")
        button.setIcon(icon("eye", "muted"))
        button.setIconSize(QSize(15, 15))
        button.setFixedSize(QSize(20, 20))
        button.setToolTip(tr("See what it does, in an explorer"))
        button.setAccessibleName(f"{tr_core(self.param.title)}: {button.toolTip()}")
        button.clicked.connect(self._explore)
        return button

    def _explore(self) -> None:
        chosen = self._values[0] if self._values else None
        if isinstance(chosen, Choice):
            self.explore.emit(self.param.catalogue, chosen.key)

    def _to_default(self) -> None:
        self.complain(None)
        self._on_edited(self.param.check(self.param.default))

    def _lay_out(self, live: bool) -> None:
        line = QHBoxLayout()
        line.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.title, 1)
        if self.eye is not None:
            head.addWidget(self.eye)
        if live:
            head.addWidget(LiveMark())
        line.addLayout(head, 9)
        self.field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        line.addWidget(self.field, 11)
        line.addWidget(self.reset)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addLayout(line)
        self._column.addWidget(self.note)


class LiveMark(QWidget):
    """The sign of a setting that can be changed while training runs."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = icon("live", "accent")
        self.setFixedSize(QSize(13, 13))
        self.setToolTip(effect_words("next batch"))
        self.setAccessibleName(effect_words("next batch"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._icon.paint(painter, self.rect())
        painter.end()


def shown_value(param: Param, value: Any) -> str:
    """A value in words, as the field would show it."""
    if isinstance(value, Choice):
        return tr_core(catalogue(param.catalogue)[value.key].title)
    if param.kind == "choice":
        return tr_core(dict(param.choices)[value])
    if param.kind == "bool":
        return tr("on") if value else tr("off")
    return numbers.show(value) if isinstance(value, (int, float)) else str(value)
