"""Asks what to do with work that was not saved before an earlier window ended. Nothing is lost by any answer but Delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QMessageBox, QPushButton, QVBoxLayout, QWidget

from core import autosave
from core.autosave import Copy
from core.errors import StudioError
from core.network import Network
from gui.pictures import Picture, PictureList
from gui.text import sentence, tr


class RecoveryDialog(QDialog):
    """Shows the copies with pictures. ``open_copy`` opens one and may raise a StudioError."""

    def __init__(
        self, copies: Iterable[Copy], open_copy: Callable[[Copy], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("recovery")
        self.setWindowTitle(tr("Unsaved work"))
        self.resize(580, 480)
        self._copies = {str(copy.file): copy for copy in copies}
        self._open_copy = open_copy
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._list = PictureList()
        self._list.setObjectName("copies")
        self._list.setAccessibleName(tr("Unsaved work"))
        self._list.show_pictures(_picture(key, copy) for key, copy in self._copies.items())
        self._list.chosen.connect(self._open)
        self._list.current_changed.connect(self._show_state)
        layout = QVBoxLayout(self)
        layout.addWidget(self._text)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._make_buttons())
        self._list.setFocus()
        self._show_state()

    def _make_buttons(self) -> QDialogButtonBox:
        role = QDialogButtonBox.ButtonRole
        buttons = QDialogButtonBox()
        self._open_button: QPushButton = buttons.addButton(tr("&Open"), role.AcceptRole)
        self._open_button.setObjectName("open")
        later = buttons.addButton(tr("&Not now"), role.RejectRole)
        later.setObjectName("later")
        later.setAutoDefault(False)
        later.setToolTip(tr("Everything stays and is offered again at the next start."))
        self._delete_button: QPushButton = buttons.addButton(tr("&Delete …"), role.DestructiveRole)
        self._delete_button.setObjectName("delete")
        self._delete_button.setAutoDefault(False)
        self._open_button.setDefault(True)
        self._delete_button.clicked.connect(self._ask_delete)
        buttons.accepted.connect(self._list.choose_current)
        buttons.rejected.connect(self.reject)
        return buttons

    def _show_state(self) -> None:
        there = bool(self._list.current())
        self._open_button.setEnabled(there)
        self._delete_button.setEnabled(there)
        if not self._copies:
            self._text.setText(tr("There is no unsaved work from earlier."))
        else:
            self._text.setText(
                tr(
                    "This work was not saved before the studio ended. Open it to go on; the copy is kept until you save "
                    "the project."
                )
            )

    def _open(self, key: str) -> None:
        try:
            self._open_copy(self._copies[key])
        except StudioError as error:
            self._text.setText(sentence(error))
            return
        self.accept()

    def _ask_delete(self) -> None:
        key = self._list.current()
        box = QMessageBox(self)
        box.setObjectName("delete_copy")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(tr("Delete the unsaved work “{name}”?", name=_title(self._copies[key])))
        box.setInformativeText(tr("It cannot be brought back."))
        delete = box.addButton(tr("&Delete"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        delete.clicked.connect(lambda: self._delete(key))
        box.finished.connect(box.deleteLater)
        box.open()

    def _delete(self, key: str) -> None:
        autosave.discard(self._copies.pop(key))
        self._list.remove(key)
        if not self._copies:
            self.accept()
        self._show_state()


def _title(copy: Copy) -> str:
    return copy.title or (copy.original.stem if copy.original else "") or tr("Untitled")


def _picture(key: str, copy: Copy) -> Picture:
    when = QDateTime.fromSecsSinceEpoch(int(copy.time))
    time = QLocale().toString(when, QLocale.FormatType.ShortFormat)
    origin = tr("from “{file}”", file=copy.original) if copy.original else tr("never saved to a file")
    return Picture(key, _title(copy), tr("{time}, {origin}", time=time, origin=origin), lambda: _network(copy))


def _network(copy: Copy) -> Network:
    try:
        return autosave.recover(copy).network
    except StudioError:
        # Opening it will say what is wrong; until then it has no picture.
        return Network()
