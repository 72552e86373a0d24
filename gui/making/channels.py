"""The rows of the generator: a name, a formula and noise for each channel. What is half typed is shown and told, not lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from core.catalogue.spec import Param
from core.data.own.generate import Channel
from gui.forms.number_box import NumberBox
from gui.icons import icon
from gui.making.page import number
from gui.text import tr
from gui.theme import theme

NOISE = Param("noise", "Noise", "float", 0.0, "Standard deviation of what is added at every step.", minimum=0.0)


class _Swatch(QWidget):
    """The colour of a channel's line in the chart."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self.setFixedWidth(6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color(f"series{self._place % 8 + 1}"))
        painter.end()


class ChannelRow:
    """The widgets of one channel."""

    def __init__(self, table: ChannelTable, place: int) -> None:
        self.place = place
        self.swatch = _Swatch(place)
        self.name = QLineEdit()
        self.name.setFixedWidth(84)
        self.name.setAccessibleName(tr("Name of channel {n}", n=place + 1))
        self.formula = QLineEdit()
        self.formula.setMinimumWidth(180)
        self.formula.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.formula.setPlaceholderText("sin(2 pi t / 24)")
        self.formula.setAccessibleName(tr("Formula of channel {n}", n=place + 1))
        self.noise: NumberBox = number(NOISE, 0.0, lambda value: table.say(place, noise=float(value)), width=84)
        self.remove = QToolButton()
        self.remove.setIcon(icon("close"))
        self.remove.setToolTip(tr("Remove this channel"))
        self.remove.setAccessibleName(tr("Remove channel {n}", n=place + 1))
        self.remove.clicked.connect(lambda: table.removed.emit(place))
        self.name.textEdited.connect(lambda text: table.type(place, name=text))
        self.formula.textEdited.connect(lambda text: table.type(place, formula=text))

    def widgets(self) -> tuple[QWidget, ...]:
        """From left to right."""
        return self.swatch, self.name, self.formula, self.noise, self.remove


class ChannelTable(QWidget):
    """Rows that say with every letter what they hold."""

    edited = Signal(object, bool)
    """All channels, as a tuple, and whether the change goes on with the one before, as letters of one line do."""
    removed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.channels: tuple[Channel, ...] = ()
        self.rows: list[ChannelRow] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)
        for column, title in enumerate((tr("Name"), tr("Formula"), tr("Noise")), start=1):
            label = QLabel(title)
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            self._grid.addWidget(label, 0, column)
        self._typed: tuple[int, str] | None = None

    def show_channels(self, channels: tuple[Channel, ...], faulty: int) -> None:
        """Show these; the formula of channel number ``faulty`` is marked."""
        if channels != self.channels:  # changed by something else than these rows, such as undo
            self._typed = None
        self.channels = channels
        while len(self.rows) > len(channels):
            for widget in self.rows.pop().widgets():
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        while len(self.rows) < len(channels):
            row = ChannelRow(self, len(self.rows))
            self.rows.append(row)
            for column, widget in enumerate(row.widgets()):
                self._grid.addWidget(widget, len(self.rows), column)
        for row, channel in zip(self.rows, channels, strict=True):
            for line, text in ((row.name, channel.name), (row.formula, channel.formula)):
                if line.text() != text:
                    line.setText(text)
            row.noise.show_value(channel.noise)
            row.remove.setEnabled(len(channels) > 1)
        self.mark(faulty)

    def mark(self, faulty: int) -> None:
        """Colour the formula that does not read."""
        for n, row in enumerate(self.rows):
            palette = QPalette()
            if n == faulty:
                palette.setColor(QPalette.ColorRole.Text, theme().color("refused"))
            row.formula.setPalette(palette)

    def type(self, place: int, **values: str) -> None:
        """Say what is being typed; the letters of one line belong together."""
        line = (place, *values)
        joined, self._typed = line == self._typed, line
        self._say(place, joined, values)

    def say(self, place: int, **values: object) -> None:
        """Say a change of its own."""
        self._typed = None
        self._say(place, False, values)

    def _say(self, place: int, joined: bool, values: Mapping[str, object]) -> None:
        changed = replace(self.channels[place], **values)  # type: ignore[arg-type]
        self.channels = (*self.channels[:place], changed, *self.channels[place + 1 :])
        self.edited.emit(self.channels, joined)
