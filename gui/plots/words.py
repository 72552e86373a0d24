"""Sentences of core in the user's language."""

from __future__ import annotations

import html
from collections.abc import Mapping

from core.describe import Words
from gui.text import tr_core
from gui.why.told import asked


def spoken(words: Words) -> str:
    """The sentence, translated and filled in."""
    return tr_core(words.template, **words.values)


def marked(words: Words, keys: Mapping[str, str]) -> str:
    """The sentence as rich text; the values with these names can be asked about, by the keys that are given."""
    texts = {name: html.escape(str(value)) for name, value in words.values.items()}
    return tr_core(
        words.template, **{name: asked(keys[name], text) if name in keys else text for name, text in texts.items()}
    )
