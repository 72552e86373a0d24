"""Translation: every string that a user sees passes through here."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

from core.errors import StudioError

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


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
    return tr_core(error.template, **{key: _apart(value) for key, value in error.values.items()})


def _apart(value: object) -> object:
    """Text from right to left, isolated so that it does not turn the sentence around it."""
    return f"\u2068{value}\u2069" if isinstance(value, str) and _RIGHT_TO_LEFT.search(value) else value
