"""The import dialog: a page for the file, a form for the samples, and at every moment what would come of both.

Looking, reading and building are done by the worker; OK makes one entry of the history.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QPalette, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QProgressBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, replaced
from core.data.cache import dataset
from core.data.dataset import Dataset
from core.data.importers.progress import Job, Progress
from core.errors import NothingYet, StudioError
from core.fitting import choose_data
from core.shapes import infer
from gui.document import Document
from gui.forms.form import SpecForm, heading
from gui.importing.page import DataPage
from gui.importing.summary import parts, questions, summary
from gui.runner import Runner
from gui.text import sentence, tr
from gui.why.here import KEYS, ask_here
from gui.widgets import Column, told

SETTLE_MS = 150


class ImportDialog(QDialog):
    """Brings the data of a page, read from a file or made there, into a document."""

    def __init__(self, document: Document, runner: Runner, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._jobs, self.page = document, runner.jobs, page
        self.setObjectName("import")
        self.setWindowTitle(page.title())
        self.resize(1080, 680)
        self.choice = page.begins or catalogue("datasets").choose(page.entry)
        self.source: Any = None
        self.found: Dataset | None = None
        """What would come of it now; None while that is not known."""
        self._read: Hashable = None
        self._job = 0
        self._looked_once = False
        # single-shot: several changes in a row are one
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._go_on)
        self._make_parts()
        self._lay_out()
        QShortcut(QKeySequence(KEYS), self).activated.connect(lambda: ask_here(self, document))
        page.changed.connect(self._changed)
        page.suggested.connect(self._suggest)
        self.form.edited.connect(self._edit)
        self._look()

    def waiting(self) -> bool:
        """True while the worker or the user's next change is awaited."""
        return bool(self._job) or self._settle.isActive()

    # -- from the file to the data ------------------------------------------------------------------------------------

    def _look(self) -> None:
        self._begin(self.page.look(), self._looked)

    def _looked(self, found: Any) -> None:
        fitting = {} if self._looked_once else self._fitting()
        self._looked_once = True
        self._suggest({**fitting, **self.page.show_look(found)})
        self.page.setEnabled(True)
        self.form.setEnabled(True)
        self._go_on()

    def _suggest(self, settings: Mapping[str, object]) -> None:
        for key, value in settings.items():
            self.choice = replaced(self.choice, catalogue("datasets")[self.page.entry], key, value)
        self._show_form()

    def _fitting(self) -> dict[str, object]:
        """Ask once where the network answers once, and at every step where it answers so."""
        if self.page.begins is not None:
            return {}
        spec = catalogue("datasets")[self.page.entry]
        network = self._document.state.network
        shapes = infer(network)
        ends = [shapes[layer.id] for layer in network.of_kind("output") if layer.id in shapes]
        if not ends or "asked" not in {param.key for param in spec.parameters}:
            return {}
        return {"asked": "every" if ends[0].sequence else "last"}

    def _changed(self) -> None:
        self._show_form()
        self._unknown()
        self._settle.start()

    def _edit(self, path: str, value: object) -> None:
        try:
            self.choice = replaced(self.choice, catalogue("datasets")[self.page.entry], path, value)
        except StudioError as error:
            self.form.complain(path, error)
            return
        self._show_form()
        self._changed()

    def _go_on(self) -> None:
        """Do what is missing: look again, read again, or build the data set from what was read."""
        self._unknown()
        try:
            if self.page.needs_look():
                self._look()
            elif self.source is None or self.page.reading() != self._read:
                self.source = None
                reading = self.page.reading()
                self._begin(self.page.read(), lambda source: self._has_read(reading, source))
            else:
                self._build()
        except StudioError as error:
            self._failed(error)

    def _has_read(self, reading: Hashable, source: Any) -> None:
        self._read, self.source = reading, source
        self.page.show_source(source)
        self._build()

    def _build(self) -> None:
        page, source, name, values = self.page, self.source, self.page.name(), self._values()

        def work() -> Job[Dataset]:
            yield Progress(1.0)
            return page.build(source, name, values)

        self._begin(work, self._built)

    def _built(self, found: Dataset) -> None:
        self.found = found
        self.said.setForegroundRole(QPalette.ColorRole.WindowText)
        self.said.tell(summary(found, self.page.sample_word(self.choice.values)), lambda: questions(found))
        self.page.show_built(found)
        source, about = self.source, self.page.about
        text = " · ".join(text for text in (parts(found), self.page.remark(source)) if text)
        self.more.tell(text, lambda: {**questions(found), **about(source)})
        self._show_state()

    def _keep(self) -> None:
        page, source, name, values = self.page, self.source, self.page.name(), self._values()
        entries = catalogue("datasets")

        def work() -> Job[Choice]:
            yield Progress(1.0)
            content = page.store(source, name)
            choice = entries.complete(Choice(page.entry, {**values, "content": content, "name": name}))
            dataset(choice)  # so that the window finds it ready
            return choice

        self.found = None
        self._begin(work, self._kept)

    def _kept(self, choice: Choice) -> None:
        try:
            self._document.do(choose_data(self._document.state, choice))
        except StudioError as error:
            self._failed(error)
            return
        self.accept()

    def _values(self) -> dict[str, Any]:
        return {**self.choice.values, **self.page.hidden()}

    # -- the worker ---------------------------------------------------------------------------------------------------

    def _begin(self, work: Callable[[], Job[Any]], done: Callable[[Any], None]) -> None:
        self._jobs.cancel(self._job)

        def finished(result: Any) -> None:
            self._job = 0
            done(result)

        self._job = self._jobs.begin(work, finished, self._failed, self._step)
        self._show_state()

    def _step(self, progress: Progress) -> None:
        self.progress.setRange(0, 1000)
        self.progress.setValue(int(1000 * progress.done))
        if progress.count:
            self.more.tell(tr("{n} read", n=f"{progress.count:,}"), None)

    def _failed(self, error: StudioError) -> None:
        self._job, self.found = 0, None
        role = QPalette.ColorRole
        self.said.setForegroundRole(role.PlaceholderText if isinstance(error, NothingYet) else role.BrightText)
        self.said.tell(html.escape(sentence(error)), None)
        self.more.tell("", None)
        if self.source is None:
            self.page.show_source(None)
        self._show_state()

    def _unknown(self) -> None:
        self._jobs.cancel(self._job)
        self._job, self.found = 0, None
        self._show_state()

    # -- looks --------------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        spec = catalogue("datasets")[self.page.entry]
        self.form = SpecForm(spec, self.choice)
        self.page.setEnabled(False)
        self.form.setEnabled(False)
        self.said = told(self._document)
        self.said.tell(tr("Reading …"), None)
        self.said.setObjectName("summary")
        self.said.setAccessibleName(tr("What the import gives"))
        self.more = told(self._document, QPalette.ColorRole.PlaceholderText)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress of the import"))
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.ok = self.buttons.button(standard.Ok)
        self.ok.setText(self.page.action())
        self.buttons.accepted.connect(self._keep)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        side = Column()
        side.add(heading(tr("Samples"), first=True))
        side.add(self.form)
        side.setMinimumWidth(250)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.page)
        split.addWidget(side)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setSizes([760, 300])
        split.setChildrenCollapsible(False)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self.said)
        text.addWidget(self.more)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addLayout(text, 1)
        foot.addWidget(self.buttons, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(split, 1)
        layout.addWidget(self.progress)
        layout.addLayout(foot)

    def _show_form(self) -> None:
        self.form.show_choice(self.choice)
        idle = self.page.idle(self.choice.values)
        for key, row in self.form.rows.items():
            row.setVisible(key not in idle)

    def _show_state(self) -> None:
        busy = bool(self._job)
        self.progress.setVisible(busy)
        if busy:
            self.progress.setRange(0, 0)
        self.ok.setEnabled(self.found is not None)

    def done(self, result: int) -> None:
        self._settle.stop()
        self._jobs.cancel(self._job)
        self._job = 0
        super().done(result)
