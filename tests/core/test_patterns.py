"""The search for patterns against brute force over every unit, step and stretch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.patterns import AskSimilar, exactly_on, pattern, similar
from core.states import Trajectories


def jaccard(one, other):
    both, either = set(one) & set(other), set(one) | set(other)
    return len(both) / len(either)


def on_set(values, start, stop, threshold):
    return [(t - start, u) for t in range(start, stop) for u in range(values.shape[1]) if values[t, u] > threshold]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 5), st.integers(1, 7))
def test_similar_is_brute_force(seed, length, units, n):
    rng = np.random.default_rng(seed)
    steps = length + int(rng.integers(0, 5))
    states = rng.normal(size=(n, steps, units)).round(1)
    lengths = rng.integers(1, steps + 1, n)
    states[np.arange(steps)[None] >= lengths[:, None]] = np.nan
    wanted = rng.random((length, units)) > 0.4
    threshold = float(rng.normal() * 0.5)
    want = [(int(t), int(u)) for t, u in np.argwhere(wanted)]
    best = {}
    for row in range(n):
        for start in range(lengths[row] - length + 1):
            overlap = jaccard(on_set(states[row], start, start + length, threshold), want) if want else 0
            if overlap > best.get(row, (0, 0))[1]:
                best[row] = (start, overlap)
    expected = sorted(
        ((row + 100, start, start + length, overlap) for row, (start, overlap) in best.items()),
        key=lambda m: (-np.float32(m[3]), m[0]),
    )
    seen = similar(np.arange(n) + 100, states, wanted, threshold, most=50)
    assert [match[:3] for match in seen] == [match[:3] for match in expected]
    assert [match.overlap for match in seen] == pytest.approx([match[3] for match in expected], rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_exactly_on_is_brute_force(seed):
    rng = np.random.default_rng(seed)
    steps, units = int(rng.integers(1, 5)), 6
    values = rng.normal(size=(steps, units)).round(1)
    values[rng.random(values.shape) < 0.05] = np.nan
    start = int(rng.integers(0, steps))
    stop = int(rng.integers(start + 1, steps + 1))
    expected = [
        u
        for u in range(units)
        if all(values[t, u] > 0.1 if start <= t < stop else values[t, u] < 0.1 for t in range(steps))
    ]
    assert exactly_on(values, start, stop, 0.1).tolist() == expected


def test_a_pattern_finds_itself_first():
    states = np.random.default_rng(0).normal(size=(50, 12, 8))
    wanted = pattern(states[17], 3, 8, 0.2)
    first = similar(np.arange(50), states, wanted, 0.2)[0]
    assert first[:4] == (17, 3, 8, 1.0) and first.common == first.either


def test_nothing_is_found_of_nothing():
    states = np.ones((3, 4, 2))
    assert similar(np.arange(3), states, np.zeros((2, 2), bool), 0.5) == []
    assert similar(np.arange(3), states, np.ones((5, 2), bool), 0.5) == []
    assert similar(np.arange(3), -states, np.ones((2, 2), bool), 0.5) == []


def test_the_question_reads_the_states_of_a_session():
    states = np.random.default_rng(1).normal(size=(4, 6, 3))

    class Session:
        def states(self, layer, samples):
            assert layer == "h"
            return Trajectories(layer, samples, states)

    samples = np.array([5, 7, 8, 9])
    wanted = pattern(states[2], 1, 3, 0.0)
    assert AskSimilar("h", samples, wanted, 0.0).ask(Session())[0][:3] == (8, 1, 3)
    assert AskSimilar("h", samples, np.ones((2, 4), bool), 0.0).ask(Session()) == []
