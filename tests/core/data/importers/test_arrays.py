"""A numpy file with one array is a table; what cannot be one is refused with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.importers.arrays import as_table, lone, shown, top_of
from core.data.importers.cells import date, number
from core.data.importers.progress import finish
from core.data.importers.roles import guess_roles, guess_settings
from core.data.importers.samples import holds_one_table, read_arrays
from core.data.importers.table import MAX_CELLS, Table
from core.errors import DataError


def test_columns_of_one_array(tmp_path: Path) -> None:
    values = np.array([[1, 2.5], [3, np.nan]])
    np.save(tmp_path / "a.npy", values)
    assert holds_one_table(tmp_path / "a.npy")
    table = lone(finish(read_arrays(tmp_path / "a.npy")))
    assert table.names == ("data 1", "data 2") and np.array_equal(
        np.stack(table.values, axis=1), values, equal_nan=True
    )
    top = top_of(tmp_path / "a.npy", table)
    assert top.rows == (("1", "2.5"), ("3", ""))


def test_a_lone_series_foretells_itself(tmp_path: Path) -> None:
    np.savez(tmp_path / "s.npz", load=np.arange(500))
    assert holds_one_table(tmp_path / "s.npz")
    table = lone(finish(read_arrays(tmp_path / "s.npz")))
    top = top_of(tmp_path / "s.npz", table)
    roles = guess_roles(top)
    assert table.names == ("load",) and roles == ("both",)
    assert guess_settings(top, roles)["reading"] == "windows"


def test_what_is_no_table(tmp_path: Path) -> None:
    np.savez(tmp_path / "two.npz", x=np.zeros((4, 2)), y=np.zeros(4))
    np.save(tmp_path / "cube.npy", np.zeros((4, 2, 2)))
    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY\x01")
    assert not any(holds_one_table(tmp_path / name) for name in ("two.npz", "cube.npy", "bad.npy", "none.npy"))
    with pytest.raises(DataError, match="row 2, column 1: the value is infinite"):
        as_table("x", np.array([[1, 2], [-np.inf, 0]]))
    with pytest.raises(DataError, match="more than 1,000 columns"):
        as_table("x", np.zeros((2, 1001)))
    with pytest.raises(DataError, match=f"{MAX_CELLS + 1:,} rows"):
        as_table("x", np.broadcast_to(np.uint8(0), (MAX_CELLS + 1,)))
    with pytest.raises(DataError, match="rows and columns"):
        as_table("x", np.zeros((2, 2, 2)))


def test_a_shown_cell_reads_as_the_same_value() -> None:
    values = np.array([0.1, -3.0, 1e-300, 123456789.0, 1e22, np.nan])
    small = values.astype(np.float32)
    days = np.array([0, 86_400.0 * 19_000, 1234.0 * 60, np.nan, 1, 86_399])
    codes = np.array([0, 1, 1, -1, 0, 0], np.int32)
    table = Table(
        ("a", "b", "c", "d"), ("number", "number", "date", "text"), (values, small, days, codes), {"d": ("x", "y")}
    )
    for row in range(6):
        assert np.array_equal(number(shown(table, row, 0)), values[row], equal_nan=True)
        with np.errstate(over="ignore"):
            assert np.array_equal(np.float32(number(shown(table, row, 1))), small[row], equal_nan=True)
        assert np.array_equal(date(shown(table, row, 2)), days[row], equal_nan=True)
        assert shown(table, row, 3) == ("x", "y", "")[codes[row]]
