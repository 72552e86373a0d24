"""The form that chooses a data set and its settings, bound to a document."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, Param, Spec, replaced
from core.errors import DataError, StudioError
from core.fitting import choose_data
from core.project import Change
from gui.document import Document
from gui.forms.form import SpecForm

_CHOOSE = Param("set", "Data set", "entry", Choice("digits"), "What the network learns from.", catalogue="datasets")
_DATA = Spec("data", "Data", "What the network learns from.", (_CHOOSE,))


class DataForm(QWidget):
    """Shows the document's data set; every edit goes to the document and fits the network's ends to the data."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.form = SpecForm(_DATA)
        self.form.rows["set"].resettable = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.form)
        self.form.edited.connect(self._edit)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what the document says."""
        self.form.show_choice(Choice("data", {"set": self._document.project.data}))

    def _on_changed(self, change: Change) -> None:
        if change.data:
            self.refresh()

    def _edit(self, path: str, value: Any) -> None:
        _, _, setting = path.partition(".")
        try:
            data = self._changed(setting, value) if setting else value
            if data.values.get("content") == "":
                raise DataError(
                    "There is no data of your own yet: import a file by File, Import data, or make some by File, Make data."
                )
            self._document.do(choose_data(self._document.state, data))
        except StudioError as error:
            self.refresh()
            self.form.complain(path, error)

    def _changed(self, setting: str, value: Any) -> Choice:
        chosen = self._document.project.data
        assert chosen is not None
        return replaced(chosen, catalogue("datasets")[chosen.key], setting, value)
