"""A first guess at what the columns of a table are for, and at how samples are cut from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.data.importers.table import Preview

MANY_WINDOWS = 100_000
"""Windows beyond which they begin further apart: more of them teach little more, and take memory."""
FEW = 30
"""Different texts up to which a column is worth seeing."""


def guess_roles(preview: Preview) -> tuple[str, ...]:
    """ "time", "feature", "target", "both" or "ignore" for each column.

    The first column of dates is the time. A series foretells its last number; any other table foretells its last column.
    """
    columns = preview.columns
    roles = ["feature" if column.kind == "number" else "ignore" for column in columns]
    dates = [n for n, column in enumerate(columns) if column.kind == "date"]
    if dates:
        roles[dates[0]] = "time"
    for n, column in enumerate(columns):
        if column.kind == "text":
            texts = [row[n] for row in preview.rows if n < len(row)]
            if len(set(texts)) <= min(FEW, max(2, len(texts) // 2)):
                roles[n] = "feature"
    seen = [n for n, role in enumerate(roles) if role == "feature"]
    numbers = [n for n in seen if columns[n].kind == "number"]
    if dates and numbers:
        roles[numbers[-1]] = "both"
    elif len(seen) > 1:
        roles[seen[-1]] = "target"
    elif seen:
        roles[seen[0]] = "both"
    return tuple(roles)


def guess_arrays(arrays: Mapping[str, np.ndarray]) -> tuple[str, str, bool]:
    """Which array holds the inputs, which one the target, and whether that is a class."""
    wide = sorted(arrays, key=lambda name: (arrays[name].ndim, arrays[name].size), reverse=True)
    answers = [name for name in arrays if name != wide[0]] or wide
    named = [name for name in answers if name.lower().startswith(("y", "t", "label", "class"))]
    target = (named or answers)[0]
    return wide[0], target, are_classes(arrays[target])


def are_classes(target: np.ndarray) -> bool:
    """Whether an array looks like one class per sample."""
    return bool(target.dtype.kind in "iub" and target.ndim == 1)


def guess_settings(preview: Preview, roles: Sequence[str]) -> dict[str, object]:
    """Windows where there is a time or a column that foretells itself; short where the table is, apart where it is long."""
    if "time" not in roles and "both" not in roles:
        return {"reading": "rows"}
    window = min(24, max(2, len(preview.rows) // 6))
    length = sum(len(cell) + 1 for row in preview.rows for cell in row) / len(preview.rows)
    stride = max(1, int(preview.size / length) // MANY_WINDOWS)
    return {"reading": "windows", "window": window, "stride": stride, "horizon": 1}
