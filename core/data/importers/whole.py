"""A file of one's own as a chosen data set in one go: what it holds is told by its name and its beginning, roles are guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.data.importers import images, sound
from core.data.importers.arrays import lone, top_of
from core.data.importers.cells import ORDERS
from core.data.importers.dialect import KINDS, Dialect, looks_like_table, sniff
from core.data.importers.encoding import sniff_encoding
from core.data.importers.progress import finish
from core.data.importers.roles import are_classes, guess_arrays, guess_roles, guess_settings
from core.data.importers.samples import Samples, arrays_as_samples, holds_one_table, read_arrays
from core.data.importers.table import TOLERANCES, Preview, Table, preview, read_table
from core.data.importers.text import read_text
from core.data.own import samples_of
from core.data.own import table as own_table
from core.data.own import text as own_text
from core.errors import BadValue, DataError, UnknownName

Holds = Literal["table", "text", "array", "arrays", "pictures", "sound"]
ENDINGS: dict[str, Holds] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".dat"), "table"),
    **dict.fromkeys((".txt", ".text", ".md"), "text"),
    **dict.fromkeys((".npy", ".npz"), "arrays"),
}
_LOOKED_AT = 200
"""Files of a folder that are looked at to tell what it holds."""
_ROLES = ("features", "target", "time", "group")
_ENTRIES = {"table": "own_table", "array": "own_table", "text": "own_text"}
"""Data sets of the catalogue by what a file holds; else "own_samples"."""
_READ_BY: dict[Holds, tuple[str, ...]] = {
    "table": (*(one.name for one in fields(Dialect)), "kinds", "tolerance"),
    "text": ("unit", "fold", "encoding"),
    "arrays": ("inputs", "target", "classes"),
    "pictures": ("rows", "columns", "invert"),
    "sound": ("bands",),
}
"""What can be said about how a file is read, beside the settings of the data set that is made of it."""


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
    """Import a file or folder and keep what it holds; returns the data set that its settings make of it.

    How it is read can be told; what is not is guessed, as in the window:

    - table: ``features``, ``target`` (a name or several), ``time`` and ``group`` are columns; ``encoding``, ``delimiter``,
      ``quote``, ``decimal``, ``thousands``, ``dates`` ("ymd", "dmy", "mdy") and ``header`` as in Dialect; ``kinds`` maps
      columns to "number", "date" or "text"; ``tolerance`` is "refuse" or "missing";
    - text: ``unit`` is "characters" or "words", ``fold`` takes upper and lower case for the same, ``encoding``;
    - arrays: ``inputs`` and ``target`` are names of arrays, ``classes`` says whether the target is one;
    - a folder of pictures per class: ``rows``, ``columns``, and ``invert`` for bright ink; of WAV files: ``bands``.

    The rest are settings of the catalogue's entry, such as window, horizon, asked, reading or test. Raises StudioError with
    file, row and column.
    """
    name, kind = path.stem[:80], holds(path)
    if kind is None:
        raise DataError("“{file}” can not be imported: it is none of {endings}, nor a folder of pictures or sound.", file=path.name, endings=", ".join(ENDINGS))  # fmt: skip
    entry = _ENTRIES.get(kind, "own_samples")
    reading, spec = _READ_BY.get(kind, ()), catalogue("datasets")[entry]
    known = [*reading, *(param.key for param in spec.parameters)]
    for key in settings:
        if key not in known:
            raise UnknownName(f"setting of {spec.title}", key, known)
    how = {key: settings.pop(key) for key in reading if key in settings}
    if kind == "text":
        encoding = how.pop("encoding", None) or sniff_encoding(path)
        content = own_text.store(finish(read_text(path, encoding, **how)), name)
    elif entry == "own_samples":
        content = samples_of.store(_samples(path, kind, how), name)
    else:
        table, top = _table(path, kind, how)
        named = {role: settings.pop(role) for role in _ROLES if role in settings}
        settings = {**guess_settings(top, guess_roles(top)), **settings}
        settings |= _columns(top, named, in_time=settings["reading"] != "rows")
        content = own_table.store(table, name)
    return catalogue("datasets").choose(entry, content=content, name=name, **settings)


def _samples(path: Path, kind: Holds, how: Mapping[str, Any]) -> Samples:
    if kind == "pictures":
        return finish(images.read_images(path, **how))
    if kind == "sound":
        return finish(sound.read_sound(path, **how))
    arrays = finish(read_arrays(path))
    inputs, target, _ = guess_arrays(arrays)
    inputs, target = how.get("inputs", inputs), how.get("target", target)
    for one in (inputs, target):
        if one not in arrays:
            raise UnknownName("array", one, arrays)
    return arrays_as_samples(arrays, inputs, target, how.get("classes", are_classes(arrays[target])))


def _table(path: Path, kind: Holds, how: dict[str, Any]) -> tuple[Table, Preview]:
    if kind == "array":
        table = lone(finish(read_arrays(path)))
        return table, top_of(path, table)
    wanted, tolerance = how.pop("kinds", {}), how.pop("tolerance", "refuse")
    dialect = replace(sniff(path, how.get("encoding", "")), **how)
    _check_dialect(dialect)
    if tolerance not in TOLERANCES:
        raise UnknownName("tolerance", str(tolerance), TOLERANCES)
    names = [column.name for column in preview(path, dialect).columns]
    for column, one in wanted.items():
        if column not in names:
            raise UnknownName("column", column, names)
        if one not in KINDS:
            raise UnknownName("kind of column", str(one), KINDS)
    top = preview(path, dialect, {names.index(column): one for column, one in wanted.items()})
    return finish(read_table(path, dialect, dict(enumerate(top.columns)), tolerance)), top


def _check_dialect(dialect: Dialect) -> None:
    if len(dialect.delimiter) != 1 or len(dialect.quote) > 1 or len(dialect.decimal) != 1 or len(dialect.thousands) > 1:
        raise BadValue("Delimiter and decimal sign are one character each, quote and thousands sign one or none.")
    if dialect.dates not in ORDERS:
        raise UnknownName("order of dates", str(dialect.dates), ORDERS)


def _columns(top: Preview, settings: Mapping[str, Any], in_time: bool) -> dict[str, str]:
    """The columns by their role, those that are named and those that are guessed. ``in_time``: one may foretell itself."""
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
        foretelling = {*guessed["target"]} if in_time else set()
        taken = {*chosen["time"], *chosen["group"]} | ({*chosen["target"]} - foretelling)
        chosen["features"] = [name for name in chosen["features"] if name not in taken]
    return {
        "features": own_table.columns_text(chosen["features"]),
        "target": own_table.columns_text(chosen["target"]),
        "time": next(iter(chosen["time"]), ""),
        "group": next(iter(chosen["group"]), ""),
    }


def _listed(names: str | Sequence[str]) -> list[str]:
    return ([names] if names else []) if isinstance(names, str) else list(names)
