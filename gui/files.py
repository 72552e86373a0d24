"""New, open, save, recent files: everything that moves a project between the window and the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from core.errors import StudioError
from core.lock import InUse, Lock, lock_path, take
from core.project import Project
from gui import settings
from gui.document import Document
from gui.errors import tell
from gui.icons import icon
from gui.text import tr

SUFFIX = ".unroll"


class Files(QObject):
    """The File menu's commands for one window. Whatever would lose unsaved work asks first."""

    saved = Signal(object)
    """Path: the document is on disk now."""
    opened = Signal()
    discarded = Signal()
    """The user said that the unsaved changes of the document may be lost."""

    def __init__(self, document: Document, window: QWidget, hold: Callable[[], Callable[[], None]]) -> None:
        """``hold`` brings a training to a stand; what it answers lets the training go on."""
        super().__init__(window)
        self._document, self._window, self._hold_training = document, window, hold
        self._lock: Lock | None = None
        self.commands: dict[str, QAction] = {}
        standard = QKeySequence.StandardKey
        self._add("new", tr("&New"), "new", standard.New, self.new)
        self._add("open", tr("&Open …"), "open", standard.Open, self.ask_open)
        self._add("gallery", tr("E&xamples …"), "gallery", QKeySequence("Ctrl+E"), self.show_gallery)
        self._add("save", tr("&Save"), "save", standard.Save, self.save)
        self._add("save_as", tr("Save &as …"), None, QKeySequence("Ctrl+Shift+S"), self.ask_save)
        self.recent_menu = QMenu(tr("Open &recent"), window)
        self.recent_menu.aboutToShow.connect(self._fill_recent)

    def _add(self, key: str, text: str, picture: str | None, keys: object, slot: Callable[[], object]) -> None:
        action = QAction(text, self)
        if picture:
            action.setIcon(icon(picture))
        action.setShortcut(keys)
        action.triggered.connect(lambda: slot())
        self.commands[key] = action

    # -- leaving what is open ----------------------------------------------------------------------------------------

    def may_leave(self) -> bool:
        """True where nothing would be lost, or the user says so; offers to save first."""
        go_on = self._hold_training()
        if self._document.undo_stack.isClean():
            return True
        box = QMessageBox(self._window)
        box.setObjectName("unsaved")
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(tr("Save the changes to “{name}”?", name=self.name()))
        box.setInformativeText(tr("Unsaved changes are lost if you do not save them."))
        button = QMessageBox.StandardButton
        box.setStandardButtons(button.Save | button.Discard | button.Cancel)
        box.setDefaultButton(button.Save)
        answer = button(box.exec())
        if answer == button.Discard:
            self.discarded.emit()
            return True
        if answer == button.Save and self.save():
            return True
        go_on()
        return False

    def name(self) -> str:
        """What the open project is called."""
        path = self._document.path
        return path.stem if path else self._document.title or tr("Untitled")

    # -- commands ----------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """An empty canvas."""
        if self.may_leave():
            self._show(Project())

    def ask_open(self) -> None:
        """Choose a project file and open it."""
        folder = str(self._folder())
        name, _ = QFileDialog.getOpenFileName(self._window, tr("Open project"), folder, self._filter())
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> bool:
        """Open a project file; False with a sentence on the screen where that fails, and what was open stays open."""
        from core import project_file

        try:
            project = project_file.load(path)
        except StudioError as error:
            tell(self._window, error, tr("“{name}” was not opened", name=path.name))
            return False
        if not self.may_leave():
            return False
        try:
            held = self._take(path)
        except InUse as error:
            # It can be looked at and saved by another name, so it opens as a project without a file.
            tell(self._window, error, tr("“{name}” is in use", name=path.name))
            self._show(project, title=tr("{name} (copy)", name=path.stem))
            return True
        self._show(project, path, held=held)
        settings.remember_file(path)
        return True

    def close(self) -> None:
        """Let other windows open what was open here."""
        self._hold(None)

    def open_example(self, key: str) -> None:
        """Open an example as a project without a file."""
        from core.examples import EXAMPLES, open_example

        if self.may_leave():
            self._show(open_example(key), title=EXAMPLES[key].title)

    def show_gallery(self) -> None:
        """Choose an example by its picture."""
        from gui.gallery import GalleryDialog

        dialog = GalleryDialog(self._window)
        dialog.chosen.connect(self.open_example)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self) -> bool:
        """Save where it is; ask where it has no file yet. True where it is on disk now."""
        path = self._document.path
        return self._write(path) if path else self.ask_save()

    def ask_save(self) -> bool:
        """Choose a file and save there."""
        start = str(self._folder() / f"{self.name()}{SUFFIX}")
        name, _ = QFileDialog.getSaveFileName(self._window, tr("Save project"), start, self._filter())
        if not name:
            return False
        path = Path(name)
        return self._write(path if path.suffix else path.with_suffix(SUFFIX))

    # -- inside ------------------------------------------------------------------------------------------------------

    def _show(self, project: Project, path: Path | None = None, title: str = "", held: Lock | None = None) -> None:
        self._hold(held)
        self._document.open(project, path, title)
        self.opened.emit()

    def _write(self, path: Path) -> bool:
        go_on = self._hold_training()
        try:
            return self._write_standing(path)
        finally:
            go_on()

    def _write_standing(self, path: Path) -> bool:
        from core import project_file
        from gui.thumbnail import thumbnail_png

        held: Lock | None = None
        try:
            held = self._take(path)
            project_file.save(self._document.project, path, thumbnail_png(self._document.project.network))
        except StudioError as error:
            if held is not None and held is not self._lock:
                held.release()
            tell(self._window, error, tr("“{name}” was not saved", name=path.name))
            return False
        self._hold(held)
        self._document.set_path(path)
        self._document.undo_stack.setClean()
        settings.remember_file(path)
        self.saved.emit(path)
        return True

    def _take(self, path: Path) -> Lock | None:
        """The lock of a project file, our own where we have it; raises InUse where another window has it."""
        own = self._lock is not None and self._lock.held and self._lock.path == lock_path(path)
        return self._lock if own else take(path)

    def _hold(self, lock: Lock | None) -> None:
        if self._lock is not None and self._lock is not lock:
            self._lock.release()
        self._lock = lock

    def _folder(self) -> Path:
        if self._document.path:
            return self._document.path.parent
        recent = settings.recent_files()
        return recent[0].parent if recent else Path.home()

    def _filter(self) -> str:
        return tr("Unroll Studio projects (*{suffix})", suffix=SUFFIX)

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in settings.recent_files():
            action = self.recent_menu.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _, chosen=path: self.open(chosen))
        if self.recent_menu.isEmpty():
            self.recent_menu.addAction(tr("No recent files")).setEnabled(False)
            return
        self.recent_menu.addSeparator()
        self.recent_menu.addAction(tr("Clear list")).triggered.connect(settings.forget_files)
