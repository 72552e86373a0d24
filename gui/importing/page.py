"""What the import dialog asks of a page: how to read its file, what is hidden in the recipe, how data comes of both.

Pages that make data instead of reading a file (gui.making) answer the same questions.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.data.importers.progress import Job
from gui.document import Document
from gui.text import tr
from gui.why.here import Question


class DataPage(QWidget):
    """Base of the pages. Reading and building are done by the worker; the page shows and asks."""

    changed = Signal()
    """The user chose something that changes what is read or what it means."""
    suggested = Signal(object)
    """Settings, by key, that fit what is there now better than those in force."""
    entry = ""
    """Key of the catalogue entry that the import chooses."""
    begins: Choice | None = None
    """The choice to begin with where data that is there already is changed."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        """The one that the data is for, and that is asked."""

    def title(self) -> str:
        """The title of the dialog."""
        raise NotImplementedError

    def action(self) -> str:
        """What the button says that ends the dialog well."""
        raise NotImplementedError

    def name(self) -> str:
        """What the data is called."""
        raise NotImplementedError

    def look(self) -> Callable[[], Job[Any]]:
        """A quick look at the file; ``show_look`` gets what it returns."""
        raise NotImplementedError

    def show_look(self, found: Any) -> Mapping[str, object]:
        """Show what was found at the first look; returns the settings to begin with."""
        raise NotImplementedError

    def needs_look(self) -> bool:
        """Whether the file must be looked at again before it is read."""
        return False

    def reading(self) -> Hashable:
        """What the reading depends on; where it stays equal, what was read can be used again."""
        raise NotImplementedError

    def read(self) -> Callable[[], Job[Any]]:
        """The whole file, read; raises StudioError where nothing can be read as it is chosen."""
        raise NotImplementedError

    def hidden(self) -> Mapping[str, str]:
        """The settings that this page sets, not the form."""
        return {}

    def idle(self, values: Mapping[str, Any]) -> frozenset[str]:
        """Settings that mean nothing as the others are; they are not shown."""
        return frozenset()

    def build(self, source: Any, name: str, values: Mapping[str, Any]) -> Dataset:
        """The data set that comes of what was read and all settings. In the worker thread."""
        raise NotImplementedError

    def store(self, source: Any, name: str) -> str:
        """Keep what was read; returns the name of the blob. In the worker thread."""
        raise NotImplementedError

    def sample_word(self, values: Mapping[str, Any]) -> str:
        """What the samples are called: "rows", "windows", "groups", or nothing in particular."""
        return ""

    def show_source(self, source: Any) -> None:
        """Show what was read; nothing where it does not read."""

    def show_built(self, data: Dataset) -> None:
        """Show what would come of it."""

    def remark(self, source: Any) -> str:
        """One more sentence about what was read, as rich text with the numbers that ``about`` answers."""
        return ""

    def about(self, source: Any) -> Mapping[str, Question]:
        """What can be asked about the numbers in that sentence."""
        return {}


class ImportPage(DataPage):
    """Base of the pages that read a file or a folder."""

    def __init__(self, document: Document, path: Path) -> None:
        super().__init__(document)
        self.path = path

    def title(self) -> str:
        return tr("Import data from “{name}”", name=self.path.name)

    def action(self) -> str:
        return tr("&Import")

    def name(self) -> str:
        return self.path.stem[:80]
