"""Reads the data files that travel with the program (``resources/datasets/<name>``)."""

from __future__ import annotations

import csv
import gzip
from importlib.resources import files

import numpy as np


def bundled_text(name: str, file: str) -> str:
    """The text of a bundled file; ``.gz`` is unpacked."""
    raw = files("resources").joinpath("datasets", name, file).read_bytes()
    return (gzip.decompress(raw) if file.endswith(".gz") else raw).decode("utf-8")


def bundled_rows(name: str, file: str) -> list[list[str]]:
    """The rows of a bundled CSV file as text cells, header included."""
    return list(csv.reader(bundled_text(name, file).splitlines()))


def bundled_numbers(name: str, file: str, *, delimiter: str | None = ",", skip: int = 0) -> np.ndarray:
    """The numbers of a bundled table, float64 (rows, columns); ``skip`` header lines are left out."""
    lines = bundled_text(name, file).splitlines()[skip:]
    table: np.ndarray = np.loadtxt(lines, delimiter=delimiter, ndmin=2)
    return table
