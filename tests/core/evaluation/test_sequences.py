"""Edit distances and whole sequences against loops that are written out."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.sequences import edit_distances, whole_sequences


def levenshtein(one, other):
    """By its definition, recursively."""

    @lru_cache(None)
    def distance(i, j):
        if not i or not j:
            return i + j
        same = one[i - 1] == other[j - 1]
        return min(distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + (not same))

    return distance(len(one), len(other))


WORDS = st.lists(st.integers(0, 3), max_size=7)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
def test_edit_distances_are_what_the_recursion_says(pairs):
    wide = np.full((2, len(pairs), 7), -2)
    for row, pair in enumerate(pairs):
        for side, word in enumerate(pair):
            wide[side, row, : len(word)] = word
    lengths = np.array([[len(word) for word in pair] for pair in pairs])
    found = edit_distances(wide[0], wide[1], lengths[:, 0], lengths[:, 1])
    assert found.tolist() == [levenshtein(tuple(a), tuple(b)) for a, b in pairs]


def test_kitten_is_three_edits_from_sitting():
    one, other = np.full((1, 7), -2), np.array([[ord(c) for c in "sitting"]])
    one[0, :6] = [ord(c) for c in "kitten"]
    assert edit_distances(one, other, np.array([6]), np.array([7])).tolist() == [3]


def test_rows_are_gathered_by_sample_and_step_in_any_order():
    samples, steps = np.array([4, 2, 4, 2, 4]), np.array([1, 0, 0, 1, 2])
    truth, said = np.array([1, 0, 0, 1, 2]), np.array([1, 0, 0, 2, 2])
    found = whole_sequences(samples, steps, truth, said)
    assert found.samples.tolist() == [2, 4]
    assert found.right.tolist() == [False, True]
    assert found.edits.tolist() == [1, 0]
    assert found.lengths.tolist() == [2, 3]
    assert found.share_right == 0.5
    assert found.symbol_error_rate == pytest.approx(1 / 5)


def test_what_comes_after_the_end_is_no_part_of_a_word():
    samples, steps = np.zeros(5, int), np.arange(5)
    truth, said = np.array([1, 2, 0, 0, 0]), np.array([1, 0, 2, 2, 2])
    found = whole_sequences(samples, steps, truth, said, end=0)
    assert found.edits.tolist() == [1]  # "12" and "1"
    assert found.lengths.tolist() == [2]


def test_a_step_that_a_shift_misses_costs_two_edits_and_not_all():
    truth = np.arange(1, 9)
    said = np.r_[truth[1:], 0]
    found = whole_sequences(np.zeros(8, int), np.arange(8), truth, said)
    assert found.edits.tolist() == [2]


def test_edits_of_very_long_sequences_are_not_counted():
    found = whole_sequences(np.zeros(500, int), np.arange(500), np.ones(500, int), np.ones(500, int))
    assert found.edits is None and np.isnan(found.mean_edits) and found.share_right == 1
