"""Thousands of broken files: each is read as Python reads it or refused with a sentence, never half, never with a traceback."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import numpy as np
import pytest

from core.data.importers.progress import finish
from core.data.importers.roles import guess_roles, guess_settings
from core.data.importers.table import Table, preview, read_table
from core.data.own import table as own
from core.data.own.catalogue import OWN
from tests.core.data.importers.broken import Change, broken, cut_off, flip, fuzz, no_change, noise, survives

PERSIAN = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")
MISSING = ("drop", "forward", "mean", "refuse")
SPEC = next(spec for spec in OWN if spec.key == "own_table")


def valid(draw: random.Random) -> str:
    """A sound table of some kind."""
    delimiter = draw.choice(",;\t|")
    columns = draw.randint(1, 6)
    kinds = [draw.choice(["number", "whole", "word", "date", "persian"]) for _ in range(columns)]
    comma = delimiter != "," and draw.random() < 0.3
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    if draw.random() < 0.8:
        writer.writerow([draw.choice(["a", "b", "دما", "x y", ""]) for _ in range(columns)])
    for n in range(draw.choice([1, 2, 5, 30, 80])):
        writer.writerow([_cell(draw, kind, n, comma) for kind in kinds])
    return buffer.getvalue()


def _cell(draw: random.Random, kind: str, n: int, comma: bool) -> str:
    if draw.random() < 0.03:
        return draw.choice(["", "NA", "-"])
    number = f"{draw.gauss(0, 100):.3f}"
    match kind:
        case "number":
            return number.replace(".", ",") if comma else number
        case "whole":
            return str(draw.randrange(1000))
        case "date":
            return f"2020-{n % 12 + 1:02}-{n % 28 + 1:02}"
        case "persian":
            return number.translate(PERSIAN)
    return draw.choice(["cat", "dog", "with, comma", 'a "quote"', "گربه"])


def insert(draw: random.Random, content: bytes) -> bytes:
    what = draw.choice(
        [b"\0", b'"', b"'", b"\r", b"\n", b";", b",", b"\t", b"\xff", b"\xef\xbb\xbf", b'""', b"\x1a", b"1e999", b"inf"]
    )
    found = content
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(found) + 1)
        found = found[:at] + what + found[at:]
    return found


def ragged(draw: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    n = draw.randrange(len(lines))
    lines[n] = draw.choice([lines[n] + b",1,2,3", lines[n][: len(lines[n]) // 2], b"", b"   ", lines[n] * 2])
    return b"\n".join(lines)


def shuffle(draw: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    draw.shuffle(lines)
    return b"\n".join(lines)


def recode(draw: random.Random, content: bytes) -> bytes:
    return content.decode("utf-8", "replace").encode(
        draw.choice(["utf-16", "utf-16-le", "cp1256", "latin-1", "utf-32"]), "replace"
    )


def long_line(draw: random.Random, content: bytes) -> bytes:
    return content + draw.choice([b"1", b'"', b"x,", b"\n"]) * draw.choice([1000, 200_000])


CHANGES: tuple[Change, ...] = (
    no_change, flip, flip, insert, insert, insert, cut_off, ragged, shuffle, noise, recode, long_line,
)  # fmt: skip


def one_round(draw: random.Random, folder: Path) -> bool:
    path = folder / "fuzz.csv"
    path.write_bytes(broken(draw, valid(draw).encode(), CHANGES))

    def read() -> None:
        top = preview(path)
        roles = guess_roles(top)
        tolerance = draw.choice(["refuse", "missing"])
        table = finish(read_table(path, top.dialect, dict(enumerate(top.columns)), tolerance))
        whole(table)
        settings = {"missing": draw.choice(MISSING), "asked": draw.choice(["last", "every"])}
        build(table, roles, {**guess_settings(top, roles), **settings})

    return survives(read)


def whole(table: Table) -> None:
    """Nothing is half there: all columns are as long, numbers are finite or missing, codes name a text."""
    assert len({len(values) for values in table.values}) == 1 and len(table)
    assert len(set(table.names)) == len(table.names)
    for name, kind, values in zip(table.names, table.kinds, table.values, strict=True):
        if kind == "text":
            assert values.min() >= -1 and values.max() < max(1, len(table.classes[name]))
        else:
            assert not np.isinf(values).any()


def build(table: Table, roles: tuple[str, ...], settings: dict[str, object]) -> None:
    """What the import would make of it keeps the contract of a data set, or is refused."""
    named = [
        [n for n, role in zip(table.names, roles, strict=True) if role in wanted]
        for wanted in (("feature", "both"), ("target", "both"), ("time",))
    ]
    values = SPEC.complete(
        {
            **settings,
            "features": own.columns_text(named[0]),
            "target": own.columns_text(named[1]),
            "time": next(iter(named[2]), ""),
        }
    )
    data = own.build(table, "fuzz", values)
    for field in (*data.inputs.values(), data.target):
        assert np.isfinite(field.values).all()


def test_2000_broken_files(tmp_path: Path) -> None:
    fuzz(one_round, 0, 2000, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_20000_broken_files(tmp_path: Path) -> None:
    fuzz(one_round, 100_000, 20_000, tmp_path)
