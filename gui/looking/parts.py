"""The colours and names of the parts of a data set."""

from __future__ import annotations

import html

from core.data.dataset import Part
from gui.text import tr
from gui.theme import theme

COLORS: dict[Part, str] = {"train": "train", "validation": "validation", "test": "series3"}


def part_name(part: Part | None) -> str:
    """What a part is called; None is no part."""
    return {"train": tr("Training"), "validation": tr("Validation"), "test": tr("Test"), None: tr("In no part")}[part]


def key_to(part: Part) -> str:
    """The colour and the name of a part, as rich text."""
    return f'<span style="color:{theme().color(COLORS[part]).name()}">■</span>&nbsp;{html.escape(part_name(part))}'
