"""The pages of the import dialog for numpy files, folders of pictures and folders of sound."""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtWidgets import QCheckBox, QFormLayout, QGridLayout, QVBoxLayout, QWidget

from core.catalogue.spec import Param
from core.data.dataset import Dataset
from core.data.importers import images, sound
from core.data.importers.progress import Job
from core.data.importers.roles import guess_arrays
from core.data.importers.samples import Samples, arrays_as_samples, class_folders, read_arrays
from core.data.own import samples_of as own
from core.errors import DataError
from core.why.data import held, stored
from core.why.data.read import elsewhere, files, shape_of
from gui.document import Document
from gui.forms.fields import Drop
from gui.forms.number_box import NumberBox
from gui.importing.page import ImportPage
from gui.inspect.facts import Fact, Facts
from gui.samples import SampleView
from gui.samples.values import target_words
from gui.text import tr
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import Column, told

SHOWN = 6


class SamplesPage(ImportPage):
    """Base: facts about what was found, and a few choices above them."""

    entry = "own_samples"

    def __init__(self, document: Document, path: Path) -> None:
        super().__init__(document, path)
        self.choices = QFormLayout()
        self.facts = Facts(document)
        self.shown = [(SampleView(document, elsewhere=True), told(document)) for _ in range(SHOWN)]
        pictures = QWidget()
        grid = QGridLayout(pictures)
        grid.setContentsMargins(0, 8, 0, 0)
        grid.setSpacing(10)
        for n, (view, target) in enumerate(self.shown):
            view.setMinimumWidth(180)
            grid.addWidget(target, n // 3 * 2, n % 3)
            grid.addWidget(view, n // 3 * 2 + 1, n % 3)
        column = Column()
        column.add(self.facts)
        column.add(pictures)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self.choices)
        layout.addWidget(column, 1)

    def idle(self, values: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"reading"})

    def show_built(self, data: Dataset) -> None:
        """A few samples, spread over all of them, so that each class has its turn."""
        count = min(SHOWN, len(data))
        for n, (view, target) in enumerate(self.shown):
            if n >= count:
                view.clear()
                target.tell("", None)
                continue
            sample = n * (len(data) - 1) // max(1, count - 1)
            view.show_sample(data, sample)
            text = asked("target", html.escape(target_words(data, sample)))
            target.tell(text, partial(_about_target, data, sample))

    def build(self, source: Any, name: str, values: Mapping[str, Any]) -> Dataset:
        return own.build(source, name, values)

    def store(self, source: Any, name: str) -> str:
        return own.store(source, name)


class ArraysPage(SamplesPage):
    """``.npy`` and ``.npz`` files."""

    def __init__(self, document: Document, path: Path) -> None:
        super().__init__(document, path)
        self._arrays: dict[str, np.ndarray] = {}
        self.inputs, self.target = self._drop(tr("Inputs")), self._drop(tr("Target"))
        self.classes = QCheckBox(tr("The target is a class"))
        self.classes.clicked.connect(lambda: self.changed.emit())
        self.choices.addRow("", self.classes)

    def look(self) -> Callable[[], Job[dict[str, np.ndarray]]]:
        path = self.path
        return lambda: read_arrays(path)

    def show_look(self, found: dict[str, np.ndarray]) -> Mapping[str, object]:
        self._arrays = found
        self.facts.show_facts(
            [
                (
                    name,
                    asked("size", " × ".join(map(str, a.shape)) or "1") + f"  {a.dtype}",
                    partial(_about_size, name, a),
                )
                for name, a in found.items()
            ]
        )
        for drop in (self.inputs, self.target):
            drop.clear()
            for name in found:
                drop.add(name, name)
        inputs, target, classes = guess_arrays(found)
        self.inputs.show_key(inputs)
        self.target.show_key(target)
        self.classes.setChecked(classes)
        return {}

    def reading(self) -> Hashable:
        return self.inputs.currentData(), self.target.currentData(), self.classes.isChecked()

    def read(self) -> Callable[[], Job[Samples]]:
        arrays, inputs, target, classes = self._arrays, *self.reading()  # type: ignore[misc]
        if inputs == target:
            raise DataError("Inputs and target are the same array: choose two, or bring both in one .npz file.")

        def work() -> Job[Samples]:
            yield from ()
            return arrays_as_samples(arrays, inputs, target, classes)

        return work

    def _drop(self, title: str) -> Drop:
        drop = Drop()
        drop.setAccessibleName(title)
        drop.activated.connect(lambda _: self.changed.emit())
        self.choices.addRow(title, drop)
        return drop


def _about_target(data: Dataset, sample: int) -> Mapping[str, Question]:
    found = held.answers(data, sample) if data.target.sequence else stored.value(data, "target", (sample, None, 0))
    return {"target": Question(elsewhere(found), tr("Why this target?"))}


def _about_size(name: str, array: np.ndarray) -> Mapping[str, Question]:
    return {"size": Question(shape_of(name, array), tr("How many numbers are that?"))}


def _about_files(found: Mapping[str, int], name: str) -> Mapping[str, Question]:
    return {"n": Question(files(found, name), tr("Why so many?"))}


class _FolderPage(SamplesPage):
    endings: tuple[str, ...] = ()

    def look(self) -> Callable[[], Job[dict[str, int]]]:
        path, endings = self.path, self.endings

        def work() -> Job[dict[str, int]]:
            yield from ()
            return {name: len(files) for name, files in class_folders(path, endings).items()}

        return work

    def show_look(self, found: dict[str, int]) -> Mapping[str, object]:
        shown = list(found.items())[:30]
        facts: list[Fact] = [
            (name, tr("{n} files", n=asked("n", f"{count:,}")), partial(_about_files, found, name))
            for name, count in shown
        ]
        if len(found) > len(shown):
            facts.append(
                ("…", tr("{n} classes in all", n=asked("n", str(len(found)))), partial(_about_files, found, ""))
            )
        self.facts.show_facts(facts)
        return {}

    def _number(self, title: str, default: int, low: int, high: int) -> NumberBox:
        box = NumberBox(Param("number", title, "int", default, "", low, high))
        box.show_value(default)
        box.setAccessibleName(title)
        box.edited.connect(lambda value: (box.show_value(value), self.changed.emit()))
        self.choices.addRow(title, box)
        return box


class ImagesPage(_FolderPage):
    """A folder of pictures per class."""

    endings = images.ENDINGS

    def __init__(self, document: Document, path: Path) -> None:
        super().__init__(document, path)
        self.rows = self._number(tr("Rows"), 28, 2, 256)
        self.columns = self._number(tr("Columns"), 28, 2, 256)
        self.bright = QCheckBox(tr("Bright is ink"))
        self.bright.setToolTip(tr("For pictures that are bright on a dark ground."))
        self.bright.clicked.connect(lambda: self.changed.emit())
        self.choices.addRow("", self.bright)

    def idle(self, values: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"normalise"})

    def reading(self) -> Hashable:
        return int(self.rows.value() or 28), int(self.columns.value() or 28), self.bright.isChecked()

    def read(self) -> Callable[[], Job[Samples]]:
        path, rows, columns, bright = self.path, *self.reading()  # type: ignore[misc]
        return lambda: images.read_images(path, rows, columns, bright)


class SoundPage(_FolderPage):
    """A folder of WAV files per class."""

    endings = sound.ENDINGS

    def __init__(self, document: Document, path: Path) -> None:
        super().__init__(document, path)
        self.bands = self._number(tr("Frequency bands"), 24, 4, 128)

    def reading(self) -> Hashable:
        return int(self.bands.value() or 24)

    def read(self) -> Callable[[], Job[Samples]]:
        path, bands = self.path, int(self.bands.value() or 24)
        return lambda: sound.read_sound(path, bands)
