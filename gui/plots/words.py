"""Sentences of core in the user's language."""

from __future__ import annotations

from core.describe import Words
from gui.text import tr_core


def spoken(words: Words) -> str:
    """The sentence, translated and filled in."""
    return tr_core(words.template, **words.values)
