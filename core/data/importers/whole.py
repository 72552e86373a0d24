"""A file of one's own as a chosen data set in one go: what it holds is told by its name and its beginning, roles are guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.data.importers import images, sound
from core.data.importers.arrays import lone, top_of
from core.data.importers.dialect import looks_like_table
from core.data.importers.encoding import sniff_encoding
from core.data.importers.progress import finish
from core.data.importers.roles import guess_arrays, guess_roles, guess_settings
from core.data.importers.samples import Samples, arrays_as_samples, holds_one_table, read_arrays
from core.data.importers.table import Preview, Table, preview, read_table
from core.data.importers.text import read_text
from core.data.own import samples_of
from core.data.own import table as own_table
from core.data.own import text as own_text
from core.errors import DataError, UnknownName

Holds = Literal["table", "text", "array", "arrays", "pictures", "sound"]
ENDINGS: dict[str, Holds] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".dat"), "table"),
    **dict.fromkeys((".txt", ".text", ".md"), "text"),
    **dict.fromkeys((".npy", ".npz"), "arrays"),
}
_LOOKED_AT = 200
"""Files of a folder that are looked at to tell what it holds."""
_ROLES = ("features", "target", "time", "group")


def holds(path: Path) -> Holds | None:
    """What a file or folder holds, told by its name, its beginning, or the names in it; None where nothing imports it."""
    if not path.is_dir():
        found = ENDINGS.get(path.suffix.lower())
        if found == "text" and path.suffix.lower() != ".md" and looks_like_table(path):
            return "table"
        return "array" if found == "arrays" and holds_one_table(path) else found
    try:
        files = islice((f for one in path.iterdir() if one.is_dir() for f in islice(one.iterdir(), 20)), _LOOKED_AT)
        endings = {file.suffix.lower() for file in files}
    except OSError:
        return None
    if endings & set(sound.ENDINGS):
        return "sound"
    return "pictures" if endings & set(images.ENDINGS) else None


def imported(path: Path, **settings: Any) -> Choice:
    """Import a file and keep what it holds; returns the data set that its settings make of it.

    Of a table ``features``, ``target`` (a name or several), ``time`` and ``group`` are columns; what is not named is
    guessed, as in the window. Of a text ``unit`` is "characters" or "words". The rest are settings of the catalogue's
    entry, such as window, horizon, asked, reading or test. Raises StudioError with file, row and column.
    """
    name, kind = path.stem[:80], holds(path)
    if kind is None:
        raise DataError("“{file}” can not be imported: it is none of {endings}, nor a folder of sound.", file=path.name, endings=", ".join(ENDINGS))  # fmt: skip
    if kind == "pictures":
        raise DataError("A folder of pictures is imported in the window: File, Import folder.")
    if kind == "text":
        unit = settings.pop("unit", "characters")
        symbols = finish(read_text(path, sniff_encoding(path), unit))
        return _made("own_text", own_text.store(symbols, name), name, settings)
    if kind in ("arrays", "sound"):
        return _made("own_samples", samples_of.store(_samples(path, kind), name), name, settings)
    table, top = _table(path, kind)
    guessed = {**guess_settings(top, guess_roles(top)), **_columns(top, settings)}
    given = {key: value for key, value in settings.items() if key not in _ROLES}
    return _made("own_table", own_table.store(table, name), name, {**guessed, **given})


def _made(entry: str, content: str, name: str, settings: Mapping[str, Any]) -> Choice:
    return catalogue("datasets").choose(entry, content=content, name=name, **settings)


def _samples(path: Path, kind: Holds) -> Samples:
    if kind == "sound":
        return finish(sound.read_sound(path))
    arrays = finish(read_arrays(path))
    return arrays_as_samples(arrays, *guess_arrays(arrays))


def _table(path: Path, kind: Holds) -> tuple[Table, Preview]:
    if kind == "array":
        table = lone(finish(read_arrays(path)))
        return table, top_of(path, table)
    top = preview(path)
    return finish(read_table(path, top.dialect, dict(enumerate(top.columns)))), top


def _columns(top: Preview, settings: Mapping[str, Any]) -> dict[str, str]:
    """The columns by their role, those that are named and those that are guessed."""
    names, roles = [column.name for column in top.columns], guess_roles(top)
    guessed = {
        "features": [name for name, role in zip(names, roles, strict=True) if role in ("feature", "both")],
        "target": [name for name, role in zip(names, roles, strict=True) if role in ("target", "both")],
        "time": [name for name, role in zip(names, roles, strict=True) if role == "time"],
        "group": [],
    }
    chosen = {role: _listed(settings[role]) if settings.get(role) is not None else guessed[role] for role in _ROLES}
    for name in (one for listed in chosen.values() for one in listed):
        if name not in names:
            raise UnknownName("column", name, names)
    if settings.get("features") is None:
        # What is named as something else is seen no longer, unless it was guessed to foretell itself.
        taken = {*chosen["time"], *chosen["group"]} | ({*chosen["target"]} - {*guessed["target"]})
        chosen["features"] = [name for name in chosen["features"] if name not in taken]
    return {
        "features": own_table.columns_text(chosen["features"]),
        "target": own_table.columns_text(chosen["target"]),
        "time": next(iter(chosen["time"]), ""),
        "group": next(iter(chosen["group"]), ""),
    }


def _listed(names: str | Sequence[str]) -> list[str]:
    return ([names] if names else []) if isinstance(names, str) else list(names)
