"""The plane through a cloud of states against a plain computation, and its steadiness from update to update."""

import numpy as np

from core.states import principal_plane, shown_samples
from tests.core.engine.session_toys import running_mean


def test_the_plane_is_that_of_the_covariance():
    rng = np.random.default_rng(0)
    states = rng.normal(size=(300, 6)) @ rng.normal(size=(6, 6)) + 3
    found = principal_plane(states)
    values, vectors = np.linalg.eigh(np.cov(states.T))
    np.testing.assert_allclose(found.mean, states.mean(0))
    np.testing.assert_allclose(found.shares, values[::-1][:2] / values.sum())
    np.testing.assert_allclose(np.abs((found.axes * vectors[:, ::-1][:, :2].T).sum(1)), 1)
    placed = found.of(states.reshape(30, 10, 6))
    assert placed.shape == (30, 10, 2)
    np.testing.assert_allclose(placed.reshape(-1, 2).var(0, ddof=1), values[::-1][:2])


def test_the_axes_keep_their_way_while_the_states_move():
    rng = np.random.default_rng(1)
    states = rng.normal(size=(100, 5)) * [5, 3, 1, 1, 1]
    plane = principal_plane(states)
    assert all(axis[np.abs(axis).argmax()] > 0 for axis in plane.axes)
    for _ in range(20):
        states = states + 0.1 * rng.normal(size=states.shape)
        moved = principal_plane(states, plane)
        assert ((moved.axes * plane.axes).sum(1) > 0.9).all()
        plane = moved
    mirrored = type(plane)(plane.mean, -plane.axes, plane.shares)
    np.testing.assert_allclose(principal_plane(states, mirrored).axes, -plane.axes)


def test_states_that_are_not_finite_are_left_out_and_few_units_or_rows_are_no_trouble():
    states = np.random.default_rng(2).normal(size=(50, 3))
    spoilt = np.vstack([states, [[np.nan, 0, 0], [np.inf, 0, 0]]])
    np.testing.assert_allclose(principal_plane(spoilt).axes, principal_plane(states).axes)
    one = principal_plane(states[:, :1])
    assert one.axes.tolist() == [[1.0], [0.0]] and one.shares.tolist() == [1.0, 0.0]
    still = principal_plane(np.ones((4, 3)))
    assert still.shares.tolist() == [0, 0] and np.isfinite(still.of(np.ones(3))).all()
    assert np.isfinite(principal_plane(np.full((4, 3), np.nan)).of(np.ones(3))).all()


def test_the_samples_are_those_of_the_validation_part():
    data = running_mean(samples=40)
    np.testing.assert_array_equal(shown_samples(data), np.sort(data.samples("validation")))
    assert len(shown_samples(running_mean(samples=2000))) == 200
    assert len(shown_samples(running_mean(samples=400, steps=400))) == 50, "long sequences: fewer of them"
