"""Shows a sample with the page that fits its data set."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.data.dataset import Dataset
from gui.document import Document
from gui.samples.page import SamplePage
from gui.samples.pages import CurvesPage, PicturePage, PlanePage, StripsPage, TablePage
from gui.samples.text_page import TextPage
from gui.samples.values import symbols, target_words
from gui.text import tr


class SampleView(QWidget):
    """One sample; its numbers can be asked about where there is a document to ask."""

    def __init__(self, document: Document | None = None, elsewhere: bool = False) -> None:
        """``elsewhere`` where what is shown is not the document's own data."""
        super().__init__()
        self._document, self._elsewhere = document, elsewhere
        self.page: SamplePage | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_sample(self, dataset: Dataset, sample: int) -> None:
        """Show sample number ``sample`` of ``dataset``."""
        kind = fitting(dataset)
        if type(self.page) is not kind:
            self.clear()
            self.page = kind(self._document)
            self.page.elsewhere = self._elsewhere
            self._column.addWidget(self.page)
        assert self.page is not None
        self.page.show_sample(dataset, sample)
        self.page.setAccessibleName(
            tr("Sample {n} of {data}: {target}", n=sample, data=dataset.title, target=target_words(dataset, sample))
        )

    def clear(self) -> None:
        """Show nothing."""
        if self.page is not None:
            self._column.removeWidget(self.page)
            self.page.hide()
            self.page.deleteLater()
            self.page = None


def fitting(dataset: Dataset) -> type[SamplePage]:
    """The page that fits a data set."""
    main = next(iter(dataset.inputs.values()))
    if dataset.image_shape is not None:
        return PicturePage
    if dataset.view == "text" and (symbols(main) or not main.sequence):
        return TextPage
    if main.sequence:
        return CurvesPage if dataset.view == "series" else StripsPage
    return PlanePage if dataset.view == "plane" and main.features == 2 else TablePage
