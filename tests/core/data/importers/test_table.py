"""Tables read whole: value for value as Python's csv module and float read them, or refused with row and column."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import numpy as np
import pytest

from core.data.importers.dialect import Dialect, sniff
from core.data.importers.progress import finish
from core.data.importers.roles import guess_roles, guess_settings
from core.data.importers.table import CHUNK, Column, Table, preview, read_table
from core.errors import BadFile


def written(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "data.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def read(path: Path, **more: object) -> Table:
    top = preview(path)
    return finish(read_table(path, top.dialect, dict(enumerate(top.columns)), **more))  # type: ignore[arg-type]


def as_python_reads(text: str, delimiter: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_value_for_value_as_python_reads_it(tmp_path: Path, delimiter: str, quoting: int) -> None:
    draw = random.Random(5)
    words = ["plain", "with, comma", 'with "quotes"', "two\nlines", "bar|; tab\tand more", "فارسی", "  blanks "]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["number", "word", "other"])
    for _ in range(2 * CHUNK + 77):
        writer.writerow([repr(draw.gauss(0, 1e3)), draw.choice(words), draw.randrange(10**6)])
    text = buffer.getvalue()
    table = read(written(tmp_path, text))
    rows = as_python_reads(text, delimiter)[1:]
    assert table.names == ("number", "word", "other")
    assert table.kinds == ("number", "text", "number")
    assert table.values[0].tobytes() == np.array([float(row[0]) for row in rows]).tobytes()
    assert [table.classes["word"][code] for code in table.values[1]] == [row[1].strip() for row in rows]
    assert table.values[2].tolist() == [float(row[2]) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1256"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = (
        "شهر,دما\nتهران,۱۲٫۵\nشیراز,۲۰\nمشهد,−۳\n" if encoding != "cp1256" else "شهر,دما\nتهران,12\nشيراز,20\nمشهد,-3\n"
    )
    table = read(written(tmp_path, text, encoding))
    assert table.names == ("شهر", "دما")
    assert table.values[1].tolist() == ([12.5, 20, -3] if encoding != "cp1256" else [12, 20, -3])
    assert "تهران" in table.classes["شهر"]


def test_a_western_file_is_not_taken_for_arabic(tmp_path: Path) -> None:
    table = read(written(tmp_path, "Stadt;Größe\nMünchen;1,5\nKöln;2,25\nFürth;0,5\n", "latin-1"))
    assert table.classes["Stadt"] == ("Fürth", "Köln", "München")
    assert table.values[1].tolist() == [1.5, 2.25, 0.5]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a,b\n1,2\n3,4\n", Dialect()),
        ("a;b\n1,5;2\n3,25;4\n", Dialect(delimiter=";", decimal=",")),
        ("a;b\n1.234,5;2\n3,25;4\n", Dialect(delimiter=";", decimal=",", thousands=".")),
        ('a,b\n"1,234.5",2\n"3,000",4\n', Dialect(thousands=",")),
        ("a\tb\n1 234\t2\n3\t4\n", Dialect(delimiter="\t", thousands=" ")),
        ("1,2\n3,4\n", Dialect(header=False)),
        ("day,b\n31/12/2020,4\n01/02/2021,5\n", Dialect(dates="dmy")),
        ("day,b\n12/31/2020,4\n01/02/2021,5\n", Dialect(dates="mdy")),
        ("word\nyes\nno\nyes\nno\n", Dialect()),
        ("yes\nno\nyes\nno\n", Dialect(header=False)),
    ],
)
def test_what_is_sniffed(tmp_path: Path, text: str, wanted: Dialect) -> None:
    assert sniff(written(tmp_path, text)) == wanted


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n3,x4\n5,6\n7,8\n9,9\n9,9\n9,9\n", r"row 3, column 2 “b”: “x4” is no number"),
        ("a,b\n1,2\n3\n", r"row 3: it has 1 cells, the table has 2 columns"),
        ("a,b\n1,2\n\n3,4,5\n", r"row 4: it has 3 cells, the table has 2 columns"),
        ("a,b\n", "no rows"),
        ("", "is empty"),
        ("\n\n \n", "no rows"),
        (
            "day,b\n2020-01-01,1\n2020-01-02,1\n2020-01-03,1\n2020-01-04,1\n2020-01-05,1\n2020-02-30,2\n",
            "row 7, column 1",
        ),
        (b"a,b\n1,2\x00\n", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a text file"),
        (b"a,b\n1,\x07\n", "row 2: it holds characters"),
        ('a,b\n"1,2\n' + "3,4\n" * 60_000, "cut into cells"),
    ],
)
def test_a_bad_file_is_told_with_its_place(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(BadFile, match=sentence):
        read(written(tmp_path, text))


def test_what_is_bad_far_down_is_told_with_its_row(tmp_path: Path) -> None:
    lines = ["a,b", *(f"{n},{n}" for n in range(3 * CHUNK))]
    lines[2 * CHUNK + 5] = "1,two"
    with pytest.raises(BadFile, match=f"row {2 * CHUNK + 6}, column 2"):
        read(written(tmp_path, "\n".join(lines)))
    kept = read(written(tmp_path, "\n".join(lines)), tolerance="missing")
    assert len(kept.bad) == 1
    assert np.flatnonzero(np.isnan(kept.values[1])).tolist() == [2 * CHUNK + 4]
    assert len(kept) == 3 * CHUNK


def test_bytes_that_are_not_of_the_encoding_are_told_with_their_row(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n1,2\n3,\xff\xfe\n")
    with pytest.raises(BadFile, match="does not read as utf-8"):
        finish(read_table(path, Dialect(), {0: Column("a", "number")}))


def test_the_preview_marks_the_bad_cells(tmp_path: Path) -> None:
    found = preview(written(tmp_path, "a,b,c\n1,2,x\n" + "3,4,y\n" * 8 + "5,oops,z\n\n6,7\n"))
    assert [column.kind for column in found.columns] == ["number", "number", "text"]
    assert set(found.bad) == {(9, 1), (10, 3)}
    assert found.numbers[10] == 13


def test_names_are_unique_and_never_empty(tmp_path: Path) -> None:
    found = preview(written(tmp_path, "x,x,,x (2)\n1,2,3,4\n5,6,7,8\n"))
    assert [column.name for column in found.columns] == ["x", "x (2)", "column 3", "x (2) (2)"]


def test_a_delimiter_at_the_end_of_rows_is_no_column(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a,b\n1,2,\n3,4,\n")).values[1].tolist() == [2, 4]


def test_an_import_can_be_given_up(tmp_path: Path) -> None:
    path = written(tmp_path, "a\n" + "1\n" * (4 * CHUNK))
    job = read_table(path, Dialect(), {0: Column("a", "number")})
    assert 0 < next(job).done < 1
    job.close()
    path.unlink()


def test_roles_are_guessed(tmp_path: Path) -> None:
    series = preview(
        written(
            tmp_path, "day,id,place,t\n" + "".join(f"2020-01-{n:02},u{n},{'ab'[n % 2]},{n}\n" for n in range(1, 29))
        )
    )
    assert guess_roles(series) == ("time", "ignore", "feature", "both")
    assert guess_settings(series, guess_roles(series))["reading"] == "windows"
    plain = preview(written(tmp_path, "w,h,kind\n1,2,cat\n2,3,dog\n4,1,cat\n5,2,dog\n"))
    assert guess_roles(plain) == ("feature", "feature", "target")
    assert guess_settings(plain, guess_roles(plain)) == {"reading": "rows"}
