"""A spin box for one number: takes what people type in any locale, steps by ratios where the parameter says so."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from core.catalogue.spec import Param
from core.errors import BadValue, StudioError
from gui.forms import numbers


class NumberBox(QAbstractSpinBox):
    """Shows a number and says when the user means another one: on Enter, on leaving, and with every step.

    Half-typed text is never emitted (on the way to "12" there is no 1). Text that is no number stays until the box is
    left, which brings back the number in force.
    """

    edited = Signal(object)
    """The new value, checked by the parameter."""
    complained = Signal(object)
    """A StudioError about the text as it stands, or None where it is fine."""

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._param = param
        self._value: float | int | None = None
        self._touched = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccelerated(True)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.lineEdit().textEdited.connect(self._typed)
        self.editingFinished.connect(self._finished)

    def value(self) -> float | int | None:
        """The number in force; None where several things with different numbers are shown."""
        return self._value

    def show_value(self, value: float | int | None) -> None:
        """Show ``value``; never emits. What is being typed stays unless the number in force has changed."""
        if value == self._value and self._touched and self.hasFocus():
            return
        self._value = value
        self._write()

    def drop_typed(self) -> None:
        """Forget what is half typed and show the number in force."""
        self._write()

    def set_param(self, param: Param) -> None:
        """Take other bounds."""
        self._param = param

    def typed(self) -> float | int:
        """The number that the text means now; raises a StudioError with a sentence."""
        number = numbers.parse(self.text(), self._param.title, whole=self._param.kind == "int")
        checked: float | int = self._param.check(number)
        return checked

    def _write(self) -> None:
        self.lineEdit().setText("" if self._value is None else numbers.show(self._value))
        self._touched = False

    def _typed(self) -> None:
        self._touched = True
        self.complained.emit(self._complaint())

    def _complaint(self) -> StudioError | None:
        try:
            self.typed()
        except StudioError as error:
            return error
        return None

    def _finished(self) -> None:
        if not self._touched:
            return
        try:
            value = self.typed()
        except StudioError as error:
            self.complained.emit(error)
            if not self.hasFocus():
                self._write()
            return
        self._commit(value)

    def _commit(self, value: float | int) -> None:
        different = value != self._value
        self._value = value
        self._write()
        self.complained.emit(None)
        if different:
            self.edited.emit(value)

    def stepBy(self, steps: int) -> None:
        try:
            start = self.typed()
        except BadValue:
            start = self._value if self._value is not None else self._param.check(self._param.default)
        self._commit(numbers.stepped(self._param, start, steps))
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if self.isReadOnly():
            return flags
        value, low, high = self._value, self._param.minimum, self._param.maximum
        if value is None or high is None or value < high:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if value is None or low is None or value > low:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return QValidator.State.Acceptable, text, position

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # so that scrolling a panel changes nothing

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._touched:
            self._write()
            self.complained.emit(None)
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.lineEdit().deselect()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance("0" * 9) + 28, hint.height())

    def minimumSizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance("0" * 6) + 28, hint.height())
