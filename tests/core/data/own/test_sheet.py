"""The small table: changes give new values, cells read as an import reads them, faults are told with row and column."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.importers.progress import finish
from core.data.importers.table import preview, read_table
from core.data.own.sheet import MAX_ROWS, Sheet, cut, of_table
from core.errors import DataError, NothingYet, StudioError


def sheet(*lines: str) -> Sheet:
    return Sheet().pasted(0, 0, "\n".join(lines))


def test_pasting_from_a_spreadsheet_with_a_header_and_persian_digits() -> None:
    found = sheet("روز\tدما\tشهر", "۱۴۰۳/۰۱/۰۱\t۱۲٫۵\tتهران", "۱۴۰۳/۰۱/۰۲\t۱۳٫۵\tشیراز", "۱۴۰۳/۰۱/۰۳\t\tتهران")
    assert found.names == ("روز", "دما", "شهر")
    assert [column.kind for column in found.columns] == ["date", "number", "text"]
    table = found.table()
    assert (
        table.values[0][0] == float(np.datetime64("2024-03-20", "s").astype(int))
        and np.ptp(table.values[0]) == 2 * 86_400
    )
    assert np.array_equal(table.values[1], [12.5, 13.5, np.nan], equal_nan=True)
    assert table.values[2].tolist() == [0, 1, 0] and table.classes["شهر"] == ("تهران", "شیراز")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1\t2\r\n3\t4\r\n", [["1", "2"], ["3", "4"]]),
        ("1;2\n3;4", [["1", "2"], ["3", "4"]]),
        ("1,2,3\n4,5,6", [["1", "2", "3"], ["4", "5", "6"]]),
        ("1,5\n2,5", [["1,5"], ["2,5"]]),
        ('"a\tb"\tc', [["a\tb", "c"]]),
        ("7", [["7"]]),
        (" \n\n", []),
    ],
)
def test_how_the_clipboard_is_cut(text: str, wanted: list[list[str]]) -> None:
    assert cut(text) == wanted


def test_pasting_into_the_middle_writes_over_and_adds_what_is_missing() -> None:
    found = sheet("1\t2", "3\t4").pasted(1, 1, "5\t6\n7\t8")
    assert found.cells == (("1", "2", ""), ("3", "5", "6"), ("", "7", "8")) and found.names == ("a", "b", "c")
    with pytest.raises(NothingYet):
        found.pasted(0, 0, " ")


def test_rows_and_columns_come_and_go() -> None:
    found = sheet("1\t2", "3\t4").with_rows(1).with_column(0)
    assert found.names == ("c", "a", "b") and found.cells == (("", "1", "2"), ("", "", ""), ("", "3", "4"))
    assert found.without_columns([0]).without_rows([1]).cells == (("1", "2"), ("3", "4"))
    assert found.table().values[1].tolist() == [1, 3]  # an empty row is none
    with pytest.raises(DataError, match="the last one stays"):
        found.without_columns([0, 1, 2])
    assert found.with_name(0, " x  y ").names[0] == "x y"
    for bad in ("", "a"):
        with pytest.raises(DataError, match="choose one of its own"):
            found.with_name(0, bad)
    with pytest.raises(DataError, match="save it as a CSV file"):
        found.with_rows(0, MAX_ROWS)


def test_bad_cells_are_told_with_row_and_column() -> None:
    found = sheet("1\tx", "2\ty", "3\t4").with_cell(1, 0, "oops").with_kind(0, "number")
    assert found.bad == {(1, 0)}
    with pytest.raises(DataError, match="Row 2, column “a”: “oops” is no number"):
        found.table()
    assert found.with_kind(0, "text").table().classes["a"] == ("1", "3", "oops")
    with pytest.raises(NothingYet):
        Sheet().with_rows(0, 5).table()


def test_a_decimal_comma_is_told_by_the_cells() -> None:
    assert sheet("1,5\t2,25", "3,5\t4").table().values[0].tolist() == [1.5, 3.5]


def test_it_reads_as_the_same_table_from_a_file(tmp_path) -> None:
    lines = ["day,value,word", "2020-01-01,1.5,cat", "2020-01-02,NA,dog", "2020-01-03,-3e-5,cat"]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines), "utf-8")
    top = preview(path)
    wanted = finish(read_table(path, top.dialect, dict(enumerate(top.columns))))
    found = sheet(*lines).table()
    again = of_table(found).table()
    for table in (found, again):
        assert table.names == wanted.names and table.kinds == wanted.kinds and table.classes == wanted.classes
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(table.values, wanted.values))


@given(
    st.lists(st.lists(st.text(max_size=4), min_size=1, max_size=3), min_size=1, max_size=4),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_any_block_gives_a_table_or_a_sentence(block: list[list[str]], row: int, column: int) -> None:
    found = Sheet().with_block(row, column, block)
    assert {len(line) for line in found.cells} == {len(found.names)} == {len(found.kinds)}
    try:
        assert len(found.table()) == len(found.filled)
    except StudioError as error:
        assert str(error).endswith(".")
