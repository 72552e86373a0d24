"""What only a whole sequence has: how many edits its answer is from the right one, and whether it is right throughout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST_STEPS = 128
"""Steps of an answer up to which edits are counted: the work grows with their square."""


@dataclass(frozen=True, eq=False)
class Sequences:
    """Whole sequences of symbols, one row per sample."""

    samples: np.ndarray
    """(n,) sample numbers."""
    right: np.ndarray
    """(n,) bool: every step that counts is right."""
    edits: np.ndarray | None
    """(n,) insertions, deletions and replacements from the answer to the truth; None of too long sequences."""
    lengths: np.ndarray
    """(n,) symbols of the truth."""

    @property
    def share_right(self) -> float:
        """Share of whole sequences that are right."""
        return float(self.right.mean())

    @property
    def mean_edits(self) -> float:
        """Edits per sequence; NaN where they are not counted."""
        return float("nan") if self.edits is None else float(self.edits.mean())

    @property
    def symbol_error_rate(self) -> float:
        """All edits over all symbols of the truth, as the word error rate of speech recognition; NaN as above."""
        return float("nan") if self.edits is None else float(self.edits.sum() / max(1, self.lengths.sum()))


def whole_sequences(
    samples: np.ndarray, steps: np.ndarray, truth: np.ndarray, said: np.ndarray, end: int | None = None
) -> Sequences:
    """Gather rows (one per step that counts, all (rows,)) into sequences. ``end`` is the symbol after which one is over."""
    numbers, row = np.unique(samples, return_inverse=True)
    order = np.lexsort((steps, row))
    row, truth, said = row[order], truth[order], said[order]
    counts = np.bincount(row, minlength=len(numbers))
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    wide = np.full((2, len(numbers), int(counts.max(initial=0))), -2)
    wide[0, row, place], wide[1, row, place] = truth, said
    right = np.bincount(row, truth != said, minlength=len(numbers)) == 0
    true_lengths, said_lengths = (_until(one, counts, end) for one in wide)
    short = wide.shape[2] <= MOST_STEPS
    edits = edit_distances(wide[0], wide[1], true_lengths, said_lengths) if short else None
    return Sequences(numbers, right, edits, true_lengths)


def _until(symbols: np.ndarray, counts: np.ndarray, end: int | None) -> np.ndarray:
    """How many symbols come before the end of each row."""
    if end is None or not symbols.shape[1]:
        return counts
    ends = symbols == end
    return np.where(ends.any(axis=1), np.minimum(ends.argmax(axis=1), counts), counts)


def edit_distances(
    one: np.ndarray, other: np.ndarray, one_lengths: np.ndarray, other_lengths: np.ndarray
) -> np.ndarray:
    """Levenshtein distances of the rows of two (n, steps) arrays, of which the first ``lengths`` symbols count.

    Wagner and Fischer, The string-to-string correction problem, J. ACM 21, 1974; all rows at once.
    """
    n, steps = one.shape
    before = np.repeat(np.arange(steps + 1, dtype=np.int32)[:, None], n, axis=1)
    found: np.ndarray = before[other_lengths, np.arange(n)].copy()  # of an empty row: everything is inserted
    for i in range(1, steps + 1):
        now = np.empty_like(before)
        now[0] = i
        for j in range(1, steps + 1):
            replaced = before[j - 1] + (one[:, i - 1] != other[:, j - 1])
            np.minimum(np.minimum(before[j], now[j - 1]) + 1, replaced, out=now[j])
        at = one_lengths == i
        found[at] = now[other_lengths[at], np.flatnonzero(at)]
        before = now
    return found
