"""Numbers of a race against torch's optimizers in 64 bit, and on a network against the race itself."""

import numpy as np
import pytest
import torch

from core.catalogue.optimizers import OPTIMIZERS
from core.engine.race import race
from core.explore.race import Race
from core.explore.surfaces import SURFACES
from core.why.labs.raced import LAST, OnNetwork, OnSurface, height, slope
from tests.core.engine.test_race import first_weight, settings, two_classes
from tests.core.why.reading import check_words, walk_on

TORCH = {
    "sgd": lambda theta: torch.optim.SGD(theta, lr=0.05), "adam": lambda theta: torch.optim.Adam(theta, lr=0.1),
    "rmsprop": lambda theta: torch.optim.RMSprop(theta, lr=0.05), "adagrad": lambda theta: torch.optim.Adagrad(theta, lr=0.5),
    "nadam": lambda theta: torch.optim.NAdam(theta, lr=0.1),
}  # fmt: skip


def ravine(place):
    return 0.05 * place[0] ** 2 + 2 * place[1] ** 2


@pytest.mark.parametrize("key", TORCH)
def test_weights_losses_and_gradients_of_any_step(key):
    surface, start = SURFACES["ravine"], (-5.5, 1.5)
    rate = {"sgd": 0.05, "rmsprop": 0.05, "adagrad": 0.5}.get(key, 0.1)
    one = OnSurface(surface, OPTIMIZERS.choose(key, lr=rate), start)
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    learner, gradient = TORCH[key]([theta]), torch.zeros(2)
    for step in range(6):
        assert one.loss(step).value == pytest.approx(ravine(theta).item(), rel=1e-6)
        for axis in (0, 1):
            found = one.watched(axis).weight(step)
            assert found.value == pytest.approx(theta[axis].item(), rel=1e-6)
            if step:
                assert sum(term.contribution for term in found.terms) == pytest.approx(found.value, rel=1e-9)
                assert one.watched(axis).quantity(step, "g").value == pytest.approx(gradient[axis].item(), rel=1e-6)
        learner.zero_grad()
        ravine(theta).backward()
        gradient = theta.grad.clone()
        learner.step()


@pytest.mark.parametrize("key", SURFACES)
def test_heights_and_slopes(key):
    surface, rng = SURFACES[key], np.random.default_rng(4)
    for _ in range(5):
        x, y = (float(one) for one in rng.uniform(-1.5, 1.5, 2))
        assert height(surface, x, y).value == pytest.approx(float(surface.height(np.array(x), np.array(y))))
        for axis in (0, 1):
            found = slope(surface, x, y, axis)
            assert found.value == pytest.approx(surface.slope(x, y)[axis])
            assert walk_on(found, rng, 3, (1e-4, 2e-4)) > 1
            noisy = slope(surface, x, y, axis, 3)
            assert noisy.value == pytest.approx(surface.gradient(np.array([x, y]), 3)[axis])
    check_words(noisy)
    check_words(height(surface, x, y))


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_rows_of_a_step_lead_on(key):
    surface, rng, read = SURFACES["noisy"], np.random.default_rng(1), 0
    one = OnSurface(surface, OPTIMIZERS.choose(key), (-2.5, 2.0))
    own = [float(v) for v in one.choice.values.values() if isinstance(v, (int, float))]
    counts = (*own, *(1 - v for v in own), *range(8), 1e-4, 2e-4)
    for step in (1, 2, 7):
        read += walk_on(one.loss(step), rng, 6, counts)
        read += walk_on(one.watched(1).quantity(step, "change"), rng, 6, counts)
        check_words(one.watched(0).quantity(step, "change"))
    assert read >= 20


def test_a_race_can_be_asked_again_and_again():
    one = OnSurface(SURFACES["rosenbrock"], OPTIMIZERS.choose("adam", lr=0.1), (-1.4, 2.4))
    plain = Race(one.surface, {"adam": one.choice}, one.start)
    for _ in range(40):
        plain.step()
    assert [one.loss(step).value for step in (0, 7, 40)] == [plain.racers["adam"].losses[step] for step in (0, 7, 40)]


@pytest.fixture(scope="module")
def standing():
    project = settings(batch_size=8)
    racers = {key: OPTIMIZERS.choose(key) for key in ("sgd", "adam")}
    return project, list(race(project, two_classes(), racers, 14, (first_weight(project), (0, 0))))[-1]


def test_the_loss_of_a_batch_is_the_mean_over_its_samples(standing):
    project, last = standing
    rng = np.random.default_rng(0)
    for key in ("sgd", "adam"):
        one = OnNetwork(last, key, project.training)
        for batch in (1, 5, 14):
            found = one.batch_loss(batch)
            assert found.value == last.losses[key][batch - 1]
            assert len(found.terms) == len(last.batches[batch - 1])
            assert sum(term.contribution for term in found.terms) == pytest.approx(found.value, rel=1e-5)
            samples = {term.about.sample[0] for term in found.terms}
            assert samples == {int(sample) for sample in last.batches[batch - 1]}
        mean = one.mean_loss()
        assert mean.value == pytest.approx(np.mean(last.losses[key][-LAST:])) and len(mean.terms) == LAST
        assert walk_on(mean, rng, 3, (8.0,)) > 1
        check_words(mean)
        check_words(found)


def test_the_watched_weight_of_a_network(standing):
    project, last = standing
    rng = np.random.default_rng(0)
    one = OnNetwork(last, "sgd", project.training).watched
    assert one.weight(0).value == pytest.approx(float(project.weights[first_weight(project)][0, 0]), rel=1e-6)
    for step in (1, 6, 14):
        assert one.weight(step).value == pytest.approx(
            one.weight(step - 1).value - 0.01 * one.quantity(step, "g").value, rel=1e-5
        )
        assert walk_on(one.weight(step), rng, 8, (0.01, 0.9, *range(15))) >= 3
