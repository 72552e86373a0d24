"""Rows of a table become samples: each row, windows over time, or one sequence per group. All as row numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import DataError

MAX_STEPS = 20_000
MAX_PLACES = 64_000_000
"""Steps of all samples together."""


@dataclass(frozen=True, eq=False)
class Cut:
    """Which rows each sample shows and which it asks about; -1 is padding."""

    shown: np.ndarray
    """(samples, steps) rows."""
    answers: np.ndarray
    """(samples, ahead) rows, or (samples, steps, ahead) where asked at every step."""
    sequence: bool
    every: bool
    lengths: np.ndarray | None = None
    answer_mask: np.ndarray | None = None

    @property
    def first_answers(self) -> np.ndarray:
        """(samples,) the first row that each sample asks about."""
        return self.answers.reshape(len(self.answers), -1)[:, 0]

    @property
    def last_answers(self) -> np.ndarray:
        """(samples,) the last row that each sample asks about."""
        last: np.ndarray = self.answers.reshape(len(self.answers), -1).max(axis=1)
        return last


def lay_out(times: np.ndarray | None, groups: np.ndarray | None, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """The order in which rows are read, group by group and by time within each, and the group of each (from 0).

    Rows without a time or a group are left out.
    """
    kept = np.ones(rows, bool)
    if times is not None:
        kept &= np.isfinite(times)
    if groups is not None:
        kept &= groups >= 0 if groups.dtype == np.int32 else np.isfinite(groups)
    order = np.flatnonzero(kept)
    if not len(order):
        raise DataError("No row has both a time and a group: choose other columns for them.")
    if times is not None:
        order = order[np.argsort(times[order], kind="stable")]
    if groups is None:
        return order, np.zeros(len(order), np.int64)
    order = order[np.argsort(groups[order], kind="stable")]
    return order, np.unique(groups[order], return_inverse=True)[1]


def cut_windows(
    window: int,
    stride: int,
    horizon: int,
    asked: str,
    group: np.ndarray,
    whole_seen: np.ndarray,
    whole_asked: np.ndarray,
) -> Cut:
    """Windows that lie within one group, show no gap and ask about no gap.

    ``group`` is (rows,) in order. With a horizon of 0 the answer is that of the window's own steps.
    """
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    ends = np.append(begins[1:], len(group))
    span = window + horizon
    starts = np.concatenate([np.arange(b, max(b, e - span + 1), stride) for b, e in zip(begins, ends, strict=True)])
    if not len(starts):
        raise DataError(
            "A window of {window} and a horizon of {horizon} do not fit: the longest stretch has {rows} rows. Make them "
            "shorter.",
            window=window,
            horizon=horizon,
            rows=int((ends - begins).max()),
        )
    every = asked == "every"
    ahead = max(1, horizon)
    first = (0 if every else window - 1) + (1 if horizon else 0)
    seen_before = np.concatenate([[0], np.cumsum(~whole_seen)])
    asked_before = np.concatenate([[0], np.cumsum(~whole_asked)])
    gaps = seen_before[starts + window] - seen_before[starts]
    gaps += asked_before[starts + span] - asked_before[starts + first]
    starts = starts[gaps == 0].astype(np.int32)
    _fits(len(starts), window * (ahead if every else 1))
    shown = starts[:, None] + np.arange(window, dtype=np.int32)
    offsets = np.arange(ahead, dtype=np.int32) + (1 if horizon else 0)
    answers = shown[..., None] + offsets if every else starts[:, None] + window - 1 + offsets
    return Cut(shown, answers, sequence=True, every=every)


def whole_groups(group: np.ndarray, every: bool, whole_seen: np.ndarray, whole_asked: np.ndarray) -> Cut:
    """One padded sequence per group; the answer is that of its last row, or of every row. Groups with gaps are left out."""
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    ends = np.append(begins[1:], len(group))
    seen_before = np.concatenate([[0], np.cumsum(~whole_seen)])
    asked_before = np.concatenate([[0], np.cumsum(~whole_asked)])
    gaps = seen_before[ends] - seen_before[begins]
    gaps += asked_before[ends] - asked_before[begins] if every else ~whole_asked[ends - 1]
    begins, ends = begins[gaps == 0], ends[gaps == 0]
    if not len(begins):
        return Cut(np.zeros((0, 1), int), np.zeros((0, 1), int), sequence=True, every=False)
    lengths = ends - begins
    steps = int(lengths.max())
    if steps > MAX_STEPS:
        raise DataError(
            "The longest group has {rows:,} rows, more than the {most:,} steps of a sequence. Cut windows instead.",
            rows=steps,
            most=MAX_STEPS,
        )
    _fits(len(begins), steps)
    places = np.arange(steps)
    inside = places < lengths[:, None]
    shown = np.where(inside, begins[:, None] + places, -1)
    answers = shown[..., None] if every else (ends - 1)[:, None]
    if (lengths == steps).all():  # nothing is padded
        return Cut(shown, answers, True, every)
    return Cut(shown, answers, True, every, lengths, inside if every else None)


def _fits(samples: int, steps: int) -> None:
    """Refuse what would fill the memory, before it is laid out."""
    if samples * steps > MAX_PLACES:
        raise DataError(
            "{samples:,} samples of {steps:,} steps are more than the studio holds: raise the stride or shorten the window.",
            samples=samples,
            steps=steps,
        )
