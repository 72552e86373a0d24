"""Numbers of activations and losses at a place, of points of the loss lab, and of a model's last evaluation."""

import numpy as np
import pytest
import torch

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.losses import LOSSES
from core.explore import activations, losses
from core.why.labs import explored, points
from tests.core.why.reading import check_words, walk_on

NUDGES = (1e-4, 2e-4, 0.05)


@pytest.mark.parametrize("key", activations.SCALAR)
def test_activations(key):
    choice, rng = ACTIVATIONS.choose(key), np.random.default_rng(5)
    for z in rng.uniform(-4, 4, 4):
        value, slope = (float(one) for one in activations.value_and_slope(choice, z))
        assert explored.activation(choice, z).value == pytest.approx(value)
        found = explored.activation_slope(choice, z)
        assert found.value == pytest.approx(slope) and walk_on(found, rng, 2, NUDGES) == 2
        chain = explored.activation_chain(choice, 1.3, z, 9)
        assert chain.value == pytest.approx(activations.chain(choice, 1.3, z, 9)[-1])
        assert abs(np.prod([term.contribution for term in chain.terms])) == pytest.approx(chain.value, abs=1e-12)
        assert walk_on(chain, rng, 3, NUDGES) >= 2
        share = explored.saturation(choice, z)
        every = np.abs(activations.slope(choice, activations.places()))
        assert share.value == pytest.approx(abs(slope) / every.max()) and walk_on(share, rng, 2, NUDGES) == 2
        assert ("<" in share.numbers[0]) == (abs(slope) < 0.05 * every.max())
    for one in (found, chain, share):
        check_words(one)


@pytest.mark.parametrize("key", LOSSES)
def test_losses_at_a_place_and_of_many_points(key):
    choice, rng = LOSSES.choose(key), np.random.default_rng(6)
    axis = losses.axis_of(key)
    for part in range(3):
        found = explored.loss(choice, 0.37, part)
        assert found.value == pytest.approx(float(losses.curves(choice, np.array([0.37]))[part][0]), nan_ok=True)
        assert walk_on(found, rng, 3, NUDGES) >= 1
        check_words(found)
    for count in (5, 60):
        places = np.clip(rng.normal(size=count) * 1.5, -2.5, 2.5)
        source = points.by_hand(places, axis)
        whole = points.whole_loss(choice, places, source)
        assert whole.value == pytest.approx(losses.total(choice, places))
        total = sum(term.contribution for term in whole.terms)
        assert (np.sqrt(total) if key == "rmse" else total) == pytest.approx(whole.value)
        each, pulls = losses.curves(choice, places).loss, np.abs(losses.pulls(choice, places))
        part, share = (make(choice, places, count - 1, source) for make in (points.share_of_loss, points.share_of_pull))
        assert part.value == pytest.approx(each[-1] / each.sum()) and share.value == pytest.approx(
            pulls[-1] / pulls.sum()
        )
        for one in (whole, part, share):
            assert walk_on(one, rng, 5, (*NUDGES, count, 1 / count)) >= 2
            check_words(one)


PLAIN = {
    "mse": lambda x: x.square().mean(),
    "rmse": lambda x: x.square().mean().sqrt(),
    "huber": lambda x: torch.nn.functional.huber_loss(x, torch.zeros_like(x)),
    "cross_entropy": lambda x: torch.nn.functional.softplus(-x).mean(),
}


@pytest.mark.parametrize("key", PLAIN)
def test_pulls_are_slopes_of_the_whole_loss(key):
    choice, places = LOSSES.choose(key), np.array([0.4, -1.1, 0.7, 2.2])
    x = torch.tensor(places, requires_grad=True)
    PLAIN[key](x).backward()
    found = [points.pull(choice, places, at, points.by_hand(places, losses.axis_of(key))).value for at in range(4)]
    np.testing.assert_allclose(found, np.abs(x.grad.numpy()), rtol=1e-9)
