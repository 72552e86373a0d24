"""The open project as a Qt object: edits go in through ``do``, signals come out. Views keep a Document, never a State."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.edits import Edit, OpenTest, Replace, SetWeights
from core.errors import StudioError
from core.looks import look_at, shut
from core.project import Change, Project, State, computes_alike
from gui.text import tr_core

if TYPE_CHECKING:
    from gui.asking import Asked

MERGE_SECONDS = 1.5
"""Turning the same knob again within this time joins the last entry of the history."""


_HISTORIES: dict[int, QUndoStack] = {}
"""The stacks of all documents, kept until Qt has destroyed them. Where Python's garbage collector finds a stack in a cycle, it
takes the commands out of the wrapper and frees them while the stack still points to them (PySide6 6.11), which then crashes."""


class _EditCommand(QUndoCommand):
    """One entry of the history: the states before and after. It knows no view."""

    def __init__(self, project: Project, edit: Edit, after: State) -> None:
        super().__init__(tr_core(edit.label))
        self._project = project
        self._before = project.state
        self._after = after
        self._key = edit.merge_key()
        self._lasting = isinstance(edit, SetWeights) and edit.trained
        self._when = monotonic()

    def redo(self) -> None:
        self._project.apply(Replace(self._after))

    def undo(self) -> None:
        self._project.apply(Replace(self._before))

    def id(self) -> int:
        return -1 if self._key is None else hash(self._key) & 0x3FFFFFFF

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _EditCommand) or other._key != self._key or other._before is not self._after:
            return False
        if not self._lasting and other._when - self._when > MERGE_SECONDS:
            return False
        self._after, self._when = other._after, other._when
        return True


class Document(QObject):
    """A project with its history, its file and what is selected in it."""

    changed = Signal(object)
    """core.project.Change, after every edit, undo and redo."""
    replaced = Signal()
    """Another project was opened: views start afresh."""
    selection_changed = Signal()
    highlighted = Signal(object)
    """frozenset of ids that someone points at, such as the problem under the pointer; empty to point at nothing."""
    asked = Signal(object)
    """Asked: someone wants to know why a number is what it is."""
    path_changed = Signal()

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(500)
        _HISTORIES[id(self.undo_stack)] = self.undo_stack
        self.undo_stack.destroyed.connect(partial(_HISTORIES.pop, id(self.undo_stack)))
        self.project = project or Project()
        self.path: Path | None = None
        self.title = ""
        """Name shown while the project has no file."""
        self.selection: frozenset[str] = frozenset()
        self.question: Asked | None = None
        """What was asked last."""
        self.before_change: Callable[[], None] = lambda: None
        """Called before an edit, undo or redo changes what is computed, so that a training can hand over its weights."""
        self.project.changed.connect(self._on_changed)

    @property
    def state(self) -> State:
        """The project's current state."""
        return self.project.state

    @property
    def shut(self) -> bool:
        """Whether the data has a test part that nobody has asked for yet."""
        try:
            return shut(self.state.looks, self.state.data, self.project.dataset())
        except StudioError:
            return False

    def open_test(self, run: str = "", batch: int = 0) -> None:
        """Count a look at the test part: from now on it is shown. ``run`` and ``batch`` tell whose weights it judged."""
        self.note(OpenTest(look_at(self.state.data, run, batch)))

    def do(self, edit: Edit) -> None:
        """Carry out an edit as one entry of the history; turning the same knob again joins the last entry.

        Raises a StudioError, changing nothing, where the edit is refused. An edit without effect leaves no entry.
        """
        before = self.state
        after = edit.apply(before)
        if after is before:
            return
        if not computes_alike(before, after):
            self.before_change()
            after = edit.apply(self.state)
        self.undo_stack.push(_EditCommand(self.project, edit, after))

    def record(self, edit: Edit, after: State | None = None) -> None:
        """Like ``do``, for what the training itself hands over; ``after`` is what it makes, where that is known already."""
        self.undo_stack.push(_EditCommand(self.project, edit, after or edit.apply(self.state)))

    def note(self, edit: Edit) -> None:
        """Carry out an edit that nothing can take back, such as a look at the test part: it leaves no entry of the history,
        and the project counts as changed until it is saved."""
        self.project.apply(edit)
        self.undo_stack.resetClean()

    def undo(self) -> None:
        """Take back the last entry of the history."""
        self.before_change()
        self.undo_stack.undo()

    def redo(self) -> None:
        """Carry out again what was taken back."""
        self.before_change()
        self.undo_stack.redo()

    def open(self, project: Project, path: Path | None = None, title: str = "") -> None:
        """Show another project."""
        self.project.changed.disconnect(self._on_changed)
        self.undo_stack.clear()
        self.project = project
        self.path, self.title = path, title
        self.selection, self.question = frozenset(), None
        project.changed.connect(self._on_changed)
        self.replaced.emit()
        self.selection_changed.emit()
        self.path_changed.emit()

    def set_path(self, path: Path | None) -> None:
        """Remember where the project is saved."""
        self.path = path
        self.path_changed.emit()

    def select(self, ids: Iterable[str]) -> None:
        """Select layers and links by id; unknown ids are ignored."""
        network = self.project.network
        chosen = frozenset(key for key in ids if key in network.layers or key in network.links)
        if chosen != self.selection:
            self.selection = chosen
            self.selection_changed.emit()

    def highlight(self, ids: Iterable[str]) -> None:
        """Point at layers and links without selecting them."""
        self.highlighted.emit(frozenset(ids))

    def ask(self, number: Asked) -> None:
        """Ask why a number is what it is."""
        self.question = number
        self.asked.emit(number)

    def selected_layers(self) -> list[str]:
        """Ids of the selected layers, in the network's order."""
        return [key for key in self.project.network.layers if key in self.selection]

    def selected_links(self) -> list[str]:
        """Ids of the selected links, in the network's order."""
        return [key for key in self.project.network.links if key in self.selection]

    def _on_changed(self, change: Change) -> None:
        network = self.project.network
        still = frozenset(key for key in self.selection if key in network.layers or key in network.links)
        gone = still != self.selection
        self.selection = still
        self.changed.emit(change)
        if gone:
            self.selection_changed.emit()
