"""Where errors meet the user: a sentence in the window for those made on purpose, a log and a sentence for the rest."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from core.errors import StudioError
from gui.text import sentence, tr

log = logging.getLogger("unroll")


def tell(parent: QWidget, error: StudioError, title: str = "") -> None:
    """Show the sentence of an error in a dialog that does not block the program."""
    box = QMessageBox(QMessageBox.Icon.Warning, title or tr("That did not work"), sentence(error), parent=parent)
    box.setObjectName("error")
    show_box(box)


def show_box(box: QMessageBox) -> QMessageBox:
    """Show a message that does not block the program, and forget it when it is closed."""
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box


def install_excepthook(folder: Path, tell_user: Callable[[str], None]) -> None:
    """Log every exception that nobody caught to ``folder``/errors.log and tell the user; nothing ends silently."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "errors.log"

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        log.error(text)
        with path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
        if isinstance(error, StudioError):
            tell_user(sentence(error))
        else:
            tell_user(
                tr("Something went wrong: {error}. Your work is kept; details are in {path}.", error=error, path=path)
            )

    sys.excepthook = hook
