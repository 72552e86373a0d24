"""Every optimizer against its plain numpy form, settings changed while it runs, and the schedules."""

import math

import numpy as np
import pytest
import torch

from core.catalogue.registry import catalogue
from core.engine.optimizers import build_optimizer, build_schedule, needs_closure, update_optimizer
from core.explore.optimizers import RULES, Descent

OPTIMIZERS, SCHEDULES = catalogue("optimizers"), catalogue("schedules")
VARIANTS = [(key, {}) for key in OPTIMIZERS] + [
    ("sgd", {"momentum": 0.9}),
    ("sgd", {"momentum": 0.9, "nesterov": True}),
    ("sgd", {"nesterov": True}),
    ("adam", {"amsgrad": True, "lr": 0.05}),
    ("adamw", {"amsgrad": True, "lr": 0.05}),
    ("rmsprop", {"momentum": 0.5, "centered": True}),
    ("adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("radam", {"beta2": 0.9}),
    ("lbfgs", {"history_size": 3, "lr": 1.0}),
]
A = np.array([[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 0.1]])
START = np.array([1.5, -2.0, 0.7])


def gradient(theta):
    """Of a bowl with a ripple, so that signs flip and curvature varies."""
    return A @ theta + np.cos(3 * theta)


def driven(optimizer, theta, steps):
    """The weights after each of ``steps`` steps of a torch optimizer."""
    path = []
    for _ in range(steps):
        theta.grad = torch.tensor(gradient(theta.detach().numpy()))
        optimizer.step()
        path.append(theta.detach().numpy().copy())
    return np.array(path)


@pytest.mark.parametrize(("key", "values"), VARIANTS)
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_twenty_steps_agree_with_the_rule_in_numpy(key, values, decay):
    choice = OPTIMIZERS.choose(key, **values)
    theta = torch.tensor(START)
    path = driven(build_optimizer(choice, [theta], decay), theta, 20)
    descent, here, expected = Descent(choice, decay), START, []
    for _ in range(20):
        here, _ = descent.step(here, gradient(here))
        expected.append(here)
    assert not np.array_equal(path[-1], START)
    np.testing.assert_allclose(path, expected, rtol=1e-8, atol=1e-10)


def test_every_entry_has_its_rule():
    assert set(RULES) == set(OPTIMIZERS)
    assert not any(needs_closure(OPTIMIZERS.choose(key)) for key in OPTIMIZERS)


def test_several_tensors_and_absent_gradients():
    for key in OPTIMIZERS:
        one, two = torch.tensor([1.0, 2.0]), torch.tensor([[3.0]])
        optimizer = build_optimizer(OPTIMIZERS.choose(key), [one, two])
        for _ in range(3):
            one.grad, two.grad = 2 * one, None
            optimizer.step()
        assert two.item() == 3.0
        assert (one < torch.tensor([1.0, 2.0])).all()


@pytest.mark.parametrize("key", sorted({*OPTIMIZERS} - {"rprop"}))
def test_a_new_learning_rate_counts_from_the_next_step(key):
    theta = torch.tensor(START)
    optimizer = build_optimizer(OPTIMIZERS.choose(key), [theta])
    before = driven(optimizer, theta, 3)[-1]
    update_optimizer(optimizer, OPTIMIZERS.choose(key, lr=1e-9))
    np.testing.assert_allclose(driven(optimizer, theta, 1)[0], before, atol=1e-6)


@pytest.mark.parametrize(
    ("key", "values"),
    [("adam", {"amsgrad": True}), ("adamw", {"amsgrad": True}), ("rmsprop", {"momentum": 0.9, "centered": True}), ("sgd", {"momentum": 0.9, "nesterov": True})],
)  # fmt: skip
def test_a_memory_switched_on_later_does_not_break_the_run(key, values):
    theta = torch.tensor(START)
    optimizer = build_optimizer(OPTIMIZERS.choose(key), [theta])
    driven(optimizer, theta, 2)
    update_optimizer(optimizer, OPTIMIZERS.choose(key, **values), weight_decay=0.5)
    assert np.isfinite(driven(optimizer, theta, 3)).all()
    assert optimizer.param_groups[0]["weight_decay"] == 0.5


def factors(key, total=100, **values):
    theta = torch.tensor(START)
    optimizer = build_optimizer(OPTIMIZERS.choose("sgd", lr=0.5), [theta])
    schedule = build_schedule(SCHEDULES.choose(key, **values), optimizer, total)
    found = []
    for _ in range(total):
        found.append(optimizer.param_groups[0]["lr"] / 0.5)
        optimizer.step()
        schedule.step()
    return np.array(found)


P = np.arange(100) / 100
CLOSED = {
    ("constant", ()): np.ones(100),
    ("step", (("count", 3), ("factor", 0.5))): 0.5 ** np.floor(P * 4),
    ("exponential", (("final", 0.01),)): np.exp(math.log(0.01) * P),
    ("cosine", (("final", 0.2),)): 0.2 + 0.4 * (1 + np.cos(np.pi * P)),
    ("cosine", (("cycles", 4),)): 0.5 * (1 + np.cos(np.pi * ((np.arange(100) % 25) / 25))),
    ("warm_up", (("rise", 0.2),)): np.minimum(1, np.arange(1, 101) / 20),
    ("warm_up", (("rise", 0.2), ("after", "linear"))): np.where(P < 0.2, np.arange(1, 101) / 20, (1 - P) / 0.8),
    ("one_cycle", (("rise", 0.25),)): np.where(
        P < 0.25,
        0.04 + 0.96 * (1 - np.cos(np.pi * P / 0.25)) / 2,
        0.0001 + 0.9999 * (1 + np.cos(np.pi * (P - 0.25) / 0.75)) / 2,
    ),
}


@pytest.mark.parametrize(("key", "values"), list(CLOSED))
def test_schedules_agree_with_their_closed_form(key, values):
    np.testing.assert_allclose(factors(key, **dict(values)), CLOSED[key, values], atol=1e-12)


def test_a_schedule_holds_its_last_value_when_the_run_goes_on():
    theta = torch.tensor(START)
    optimizer = build_optimizer(OPTIMIZERS.choose("sgd", lr=1.0), [theta])
    schedule = build_schedule(SCHEDULES.choose("cosine", final=0.25), optimizer, 4)
    for _ in range(9):
        optimizer.step()
        schedule.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.25)


def test_plateau_drops_when_the_loss_stops_falling():
    theta = torch.tensor(START)
    optimizer = build_optimizer(OPTIMIZERS.choose("sgd", lr=1.0), [theta])
    schedule = build_schedule(SCHEDULES.choose("plateau", patience=2, factor=0.5, floor=0.2), optimizer, 100)
    rates = []
    for loss in (5.0, 4.0, 4.0, 4.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, math.nan, math.nan):
        schedule.observe(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2]


def test_a_schedule_goes_on_from_its_state_and_a_live_rate_keeps_its_factor():
    theta = torch.tensor(START)
    optimizer = build_optimizer(OPTIMIZERS.choose("sgd", lr=1.0), [theta])
    schedule = build_schedule(SCHEDULES.choose("exponential", final=0.01), optimizer, 10)
    for _ in range(5):
        optimizer.step()
        schedule.step()
    update_optimizer(optimizer, OPTIMIZERS.choose("sgd", lr=4.0))
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.4)
    other = build_schedule(SCHEDULES.choose("exponential", final=0.01), optimizer, 10)
    other.load_state_dict(schedule.state_dict())
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.4)
