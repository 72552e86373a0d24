"""Translation: every string that a user sees passes through here."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from core.errors import StudioError


def tr(text: str, /, **values: object) -> str:
    """``text`` in the user's language, with ``{name}`` fields filled in after translation."""
    translated = QCoreApplication.translate("gui", text)
    return translated.format(**values) if values else translated


def tr_core(text: str, /, **values: object) -> str:
    """The same for sentences and titles that come from core."""
    translated = QCoreApplication.translate("core", text)
    return translated.format(**values) if values else translated


def sentence(error: StudioError) -> str:
    """The sentence of an error, translated."""
    return tr_core(error.template, **error.values)
