"""The pages on which data is made, by what makes it: new ones, and the one on which data of the project was made."""

from __future__ import annotations

from collections.abc import Callable

from core.catalogue.spec import Choice
from core.data.cache import dataset
from core.data.dataset import Dataset
from core.data.own import album, generate, samples_of, sheet, sketch
from core.data.own import table as own_table
from core.data.own.made import Maker, facts_of
from gui.document import Document
from gui.importing.page import DataPage
from gui.making.formulas_page import FormulasPage
from gui.making.pictures_page import PicturesPage
from gui.making.sheet_page import SheetPage
from gui.making.sketch_page import SketchPage


def new_page(document: Document, maker: Maker, other: Dataset | None) -> DataPage:
    """An empty page; ``other`` is the data of the project, whose pictures may be drawn on."""
    if maker == "pictures":
        return PicturesPage(document, other=other)
    makers: dict[str, Callable[[Document], DataPage]] = {
        "sketch": SketchPage,
        "sheet": SheetPage,
        "formulas": FormulasPage,
    }
    return makers[maker](document)


def page_of(document: Document, maker: Maker, choice: Choice) -> DataPage:
    """The page on which the data of a choice can be changed; raises DataError where it is damaged."""
    content, name = str(choice.values["content"]), str(choice.values["name"])
    match maker:
        case "formulas":
            return FormulasPage(document, generate.from_facts(facts_of(choice)), name, choice)
        case "sketch":
            return SketchPage(document, sketch.from_facts(facts_of(choice)), name, choice)
        case "sheet":
            return SheetPage(document, sheet.of_table(own_table.stored(content, name)), name, choice)
        case "pictures":
            samples_of.stored(content, name)
            return PicturesPage(document, album.of_dataset(dataset(choice)), name, choice)
