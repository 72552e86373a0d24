"""Every loss, value and slope, against closed forms in 64 bit; masks, weights and what targets are turned into."""

import math

import numpy as np
import pytest
import torch

from core.catalogue.registry import catalogue
from core.data.dataset import Dataset, Field
from core.engine.activations import activation
from core.engine.losses import loss_function
from core.errors import BadValue, NotTrainable

LOSSES, ACTIVATIONS = catalogue("losses"), catalogue("activations")
EXTREME = np.array([0.0, 1e4, -1e4, 1.0, -1.0, 0.5, -0.5, 1e-3, 2.0, -2.0])


def numbers(values):
    """A data set whose target are these numbers."""
    values = np.asarray(values, dtype=np.float32)
    return Dataset("d", "Data", "regression", {"x": Field(values)}, Field(values), {"train": np.arange(len(values))})


def classes(codes, count, mask=None):
    """A data set whose target are these class numbers, (samples,) or (samples, steps)."""
    codes = np.asarray(codes, dtype=np.float32)[..., None]
    names = tuple("abcdefgh"[:count])
    target = Field(codes, classes=names, codes=True)
    return Dataset("d", "Data", "classification", {"x": target}, target, {"train": np.arange(len(codes))}, mask)


def measured(key, z, targets, dataset, output="identity", mask=None, weight=None, **values):
    """Loss and its gradient with respect to the sums before the activation, by torch in 64 bit."""
    logits = torch.tensor(np.asarray(z, dtype=float), requires_grad=True)
    chosen = ACTIVATIONS.choose(output)
    loss = loss_function(LOSSES.choose(key, **values), chosen, dataset)
    mask = None if mask is None else torch.tensor(mask)
    weight = None if weight is None else torch.tensor(weight, dtype=torch.float64)
    result = loss(logits, activation(chosen)(logits), torch.tensor(np.asarray(targets, dtype=float)), mask, weight)
    result.backward()
    assert result.shape == ()
    return result.item(), logits.grad.numpy()


def log_cosh(d):
    return np.logaddexp(d, -d) - math.log(2)


def huber(d, delta=1.0):
    return np.where(np.abs(d) <= delta, d * d / 2, delta * np.abs(d) - delta * delta / 2)


# Loss and slope of one residual d = prediction - target.
RESIDUAL = {
    "mse": (lambda d: d * d, lambda d: 2 * d, {}),
    "mae": (np.abs, np.sign, {}),
    "mbe": (lambda d: -d, lambda d: -np.ones_like(d), {}),
    "huber": (huber, lambda d: np.clip(d, -1, 1), {}),
    "log_cosh": (log_cosh, np.tanh, {}),
    "quantile": (
        lambda d: np.where(d <= 0, -0.9 * d, 0.1 * d),
        lambda d: np.where(d <= 0, -0.9, 0.1),
        {"q": 0.9},
    ),
}


@pytest.mark.parametrize("key", list(RESIDUAL))
def test_losses_of_a_residual_agree_with_the_closed_form(key):
    value, slope, values = RESIDUAL[key]
    rng = np.random.default_rng(3)
    for y, f in [(rng.normal(size=10), rng.normal(size=10) * 3), (np.zeros(10), EXTREME)]:
        d = (f - y)[:, None]
        loss, gradient = measured(key, f[:, None], y[:, None], numbers(y[:, None]), **values)
        assert loss == pytest.approx(value(d).mean(), rel=1e-9, abs=1e-12)
        np.testing.assert_allclose(gradient, slope(d) / 10, rtol=1e-7, atol=1e-12)


def test_log_cosh_keeps_its_digits_near_zero():
    d = np.array([[1e-6]])
    loss, gradient = measured("log_cosh", d, d * 0, numbers(d * 0))
    assert loss == pytest.approx(5e-13, rel=1e-9)
    assert gradient.item() == pytest.approx(1e-6, rel=1e-9)


def test_rmse_is_the_root_of_the_mean_and_has_slope_zero_at_zero():
    y, f = np.array([[1.0], [2.0], [4.0]]), np.array([[2.0], [0.0], [1e4]])
    d = f - y
    loss, gradient = measured("rmse", f, y, numbers(y))
    assert loss == pytest.approx(math.sqrt((d**2).mean()))
    np.testing.assert_allclose(gradient, d / 3 / loss)
    assert measured("rmse", y, y, numbers(y))[0] == 0
    assert not measured("rmse", y, y, numbers(y))[1].any()


def test_mean_bias_error_runs_away():
    y = np.zeros((2, 1))
    losses = [measured("mbe", y + up, y, numbers(y))[0] for up in (0, 10, 1000)]
    assert losses == [0, -10, -1000]


@pytest.mark.parametrize(("key", "power"), [("hinge", 1), ("squared_hinge", 2)])
def test_hinge_turns_classes_into_signs(key, power):
    codes = np.array([0, 1, 1, 0, 1])
    f = np.array([[-2.0], [0.3], [1.0], [1e4], [-1e4]])
    room = np.maximum(0, 1 - f[:, 0] * (2 * codes - 1))
    loss, gradient = measured(key, f, codes[:, None], classes(codes, 2))
    assert loss == pytest.approx((room**power).mean())
    slope = -(2 * codes - 1) * (room > 0) * power * room ** (power - 1) / 5
    np.testing.assert_allclose(gradient[:, 0], slope)


def test_hinge_asks_one_question_per_class():
    f = np.array([[0.5, -3.0, 2.0]])
    wanted = (max(0, 1 + 0.5) + max(0, 1 - 3.0) + max(0, 1 - 2.0)) / 3
    assert measured("hinge", f, [[2.0]], classes([2], 3))[0] == pytest.approx(wanted)


Z = np.array([[0.0, 0.0, 0.0], [1e4, -1e4, 0.0], [1e4, 1e4, 0.0], [0.3, -2.0, 1.7], [-1e4, -1e4, -1e4]])
CODES = np.array([2, 1, 0, 2, 1])


def log_shares(z):
    top = z.max(axis=1, keepdims=True)
    return z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("output", ["softmax", "log_softmax", "identity"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_is_stable_and_right(output, smoothing):
    y = np.eye(3)[CODES] * (1 - smoothing) + smoothing / 3
    logs = log_shares(Z)
    loss, gradient = measured("cross_entropy", Z, CODES[:, None], classes(CODES, 3), output, label_smoothing=smoothing)
    assert loss == pytest.approx(-(y * logs).sum(axis=1).mean())
    np.testing.assert_allclose(gradient, (np.exp(logs) - y) / 5, atol=1e-12)


@pytest.mark.parametrize("output", ["softmax", "log_softmax", "identity"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_over_steps_is_the_same_with_and_without_a_mask_that_keeps_all(output, smoothing):
    rng = np.random.default_rng(3)
    z, codes = 3 * rng.normal(size=(7, 4, 3)), rng.integers(0, 3, (7, 4))
    dataset, values = classes(codes.T, 3), {"label_smoothing": smoothing}
    short = measured("cross_entropy", z, codes[..., None], dataset, output, **values)
    long = measured("cross_entropy", z, codes[..., None], dataset, output, np.ones((7, 4), dtype=bool), **values)
    assert short[0] == pytest.approx(long[0], rel=1e-14)
    np.testing.assert_allclose(short[1], long[1], atol=1e-15)


def test_cross_entropy_with_balanced_classes_weighs_rare_ones_more():
    dataset = classes([0, 0, 0, 0, 1, 2], 3)
    weights = 6 / (3 * np.array([4, 1, 1]))
    each = -log_shares(Z)[np.arange(5), CODES]
    loss, _ = measured("cross_entropy", Z, CODES[:, None], dataset, "softmax", class_weights="balanced")
    assert loss == pytest.approx((each * weights[CODES]).sum() / weights[CODES].sum())


def test_cross_entropy_through_other_outputs_reads_them_as_probabilities():
    z = np.array([[0.4, -1.0, 2.0]])
    loss, _ = measured("cross_entropy", z, [[1.0]], classes([1], 3), "sigmoid")
    assert loss == pytest.approx(math.log1p(math.exp(1.0)))


@pytest.mark.parametrize("output", ["sigmoid", "identity"])
def test_binary_cross_entropy_is_stable_and_right(output):
    z = np.array([[0.0], [1e4], [-1e4], [1e4], [2.0]])
    codes = np.array([1, 1, 1, 0, 0])
    loss, gradient = measured("bce", z, codes[:, None], classes(codes, 2), output)
    signed = np.where(codes == 1, z[:, 0], -z[:, 0])
    assert loss == pytest.approx(np.logaddexp(0, -signed).mean())
    p = np.array([0.5, 1.0, 0.0, 1.0, 1 / (1 + math.exp(-2))])
    np.testing.assert_allclose(gradient[:, 0], (p - codes) / 5, atol=1e-12)


def test_binary_cross_entropy_of_several_classes_asks_one_question_each():
    y = np.eye(3)[CODES]
    z = np.random.default_rng(0).normal(size=(5, 3))
    loss, _ = measured("bce", z, CODES[:, None], classes(CODES, 3), "sigmoid")
    assert loss == pytest.approx((np.logaddexp(0, z) - y * z).mean())


def test_kl_of_shares_is_zero_where_they_agree_and_takes_zero_shares():
    y = np.array([[0.2, 0.8, 0.0], [1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    z = np.array([[0.1, 2.0, -1.0], [1e4, 0.0, -1e4], [5.0, 5.0, 5.0]])
    logs = log_shares(z)
    plain = np.where(y > 0, y * (np.log(np.where(y > 0, y, 1)) - logs), 0).sum(axis=1)
    loss, gradient = measured("kl", z, y, numbers(y), "softmax")
    assert loss == pytest.approx(plain.mean())
    np.testing.assert_allclose(gradient, (np.exp(logs) - y) / 3, atol=1e-8)
    assert measured("kl", z[1:], y[1:], numbers(y[1:]), "softmax")[0] == pytest.approx(0, abs=1e-7)


def test_kl_of_class_numbers_is_cross_entropy():
    dataset = classes(CODES, 3)
    one, slope_one = measured("kl", Z, CODES[:, None], dataset, "softmax")
    two, slope_two = measured("cross_entropy", Z, CODES[:, None], dataset, "softmax")
    assert one == pytest.approx(two)
    np.testing.assert_allclose(slope_one, slope_two)


def test_focal_fades_easy_samples_and_is_cross_entropy_at_gamma_zero():
    dataset = classes(CODES, 3)
    p = np.exp(log_shares(Z)[np.arange(5), CODES])
    with np.errstate(divide="ignore"):
        each = np.where(p > 0, -((1 - p) ** 2) * log_shares(Z)[np.arange(5), CODES], 1e4 * 2)
    each[2] = 0.25 * math.log(2)
    loss, gradient = measured("focal", Z, CODES[:, None], dataset, "softmax", gamma=2.0)
    assert loss == pytest.approx(each.mean())
    assert np.isfinite(gradient).all()
    plain = measured("focal", Z, CODES[:, None], dataset, "softmax", gamma=0.0)
    cross = measured("cross_entropy", Z, CODES[:, None], dataset, "softmax")
    assert plain[0] == pytest.approx(cross[0])
    np.testing.assert_allclose(plain[1], cross[1], atol=1e-12)


def test_poisson_is_stable_through_softplus():
    y = np.array([[3.0], [0.0], [2.0], [1.0]])
    z = np.array([[1.3], [-1e4], [-50.0], [1e4]])
    rate = np.logaddexp(0, z)
    log_rate = np.where(z < -40, z, np.log(np.maximum(rate, 1e-300)))
    loss, gradient = measured("poisson", z, y, numbers(y), "softplus")
    assert loss == pytest.approx((rate - y * log_rate).mean())
    slope = 1 / (1 + np.exp(-z[[0, 2]])) - np.array([[3.0 / rate[0, 0] / (1 + math.exp(-1.3))], [2.0]])
    np.testing.assert_allclose(gradient[[0, 2]], slope / 4, rtol=1e-7)
    assert np.isfinite(gradient).all()


def test_mse_on_classes_compares_with_a_row_of_zeros_and_a_single_one():
    z = np.array([[0.2, 0.3, 0.9]])
    assert measured("mse", z, [[2.0]], classes([2], 3))[0] == pytest.approx((0.04 + 0.09 + 0.01) / 3)
    assert measured("mse", [[0.25]], [[1.0]], classes([1], 2))[0] == pytest.approx(0.75**2)


STEPS, BATCH = 4, 3
Y = np.random.default_rng(5).normal(size=(STEPS, BATCH, 2))
F = np.random.default_rng(6).normal(size=(STEPS, BATCH, 2))
MASK = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1], [0, 0, 1]], dtype=bool)
EACH = ((Y - F) ** 2).mean(axis=2)


def over_time(**values):
    return measured("mse", F, Y, numbers(Y.transpose(1, 0, 2)), mask=MASK, **values)


def test_the_mask_leaves_steps_out_even_where_they_are_not_finite():
    assert over_time()[0] == pytest.approx(EACH[MASK].mean())
    broken = np.where(MASK[..., None], F, np.inf)
    loss, _ = measured("mse", broken, Y, numbers(Y.transpose(1, 0, 2)), mask=MASK)
    assert loss == pytest.approx(EACH[MASK].mean())


def test_only_the_last_counted_step_of_each_sequence():
    loss, gradient = over_time(over_time="last")
    assert loss == pytest.approx(np.mean([EACH[2, 0], EACH[0, 1], EACH[3, 2]]))
    assert {(t, b) for t, b in zip(*np.nonzero(gradient.any(axis=2)))} == {(2, 0), (0, 1), (3, 2)}


def test_own_weights_over_time():
    weights = np.array([0.0, 2.0, 0.5, 0.5])[:, None] * MASK
    loss, _ = over_time(over_time="custom", step_weights="0, 2, 0.5")
    assert loss == pytest.approx((EACH * weights).sum() / weights.sum())


def test_weights_of_samples():
    weights = np.array([1.0, 3.0, 0.0])
    loss, _ = measured("mse", F, Y, numbers(Y.transpose(1, 0, 2)), weight=weights)
    assert loss == pytest.approx((EACH * weights).sum() / (4 * weights.sum()))


def test_nothing_counted_gives_zero():
    loss, gradient = measured("mse", F, Y, numbers(Y.transpose(1, 0, 2)), mask=MASK & False)
    assert loss == 0
    assert not gradient.any()


def test_bad_weights_over_time_are_a_sentence():
    for text in ("a, b", "", "0", "-1"):
        with pytest.raises(BadValue, match="The weights over time need"):
            over_time(over_time="custom", step_weights=text)


def test_targets_that_do_not_fit_are_a_sentence():
    with pytest.raises(NotTrainable, match="has 2 units, but the data has 3 classes"):
        measured("cross_entropy", [[0.0, 1.0]], [[2.0]], classes([2], 3), "softmax")
    with pytest.raises(NotTrainable, match="has 1 units, but the target has 2 values"):
        measured("mse", [[0.0]], [[2.0, 1.0]], numbers([[2.0, 1.0]]))
    with pytest.raises(NotTrainable, match="KL divergence needs targets that are from 0 to 1"):
        measured("kl", [[0.0, 1.0]], [[-2.0, 1.0]], numbers([[-2.0, 1.0]]), "softmax")


@pytest.mark.parametrize("key", list(LOSSES))
def test_nothing_breaks_in_32_bit_on_extreme_sums(key):
    edges = [0.0, 1e-30, 1.0, -1.0, 90.0, -90.0, 1e4, -1e4]
    z = np.array([[a, b, c] for a in edges for b in edges for c in edges])
    codes = np.arange(len(z)) % 3
    if "classification" in LOSSES[key].tasks:
        dataset, targets = classes(codes, 3), codes[:, None]
    else:
        dataset, targets = numbers(np.eye(3)[codes]), np.eye(3)[codes]
    for output in LOSSES[key].activations:
        logits = torch.tensor(z, dtype=torch.float32, requires_grad=True)
        chosen = ACTIVATIONS.choose(output)
        loss = loss_function(LOSSES.choose(key), chosen, dataset)
        result = loss(logits, activation(chosen)(logits), torch.tensor(targets, dtype=torch.float32), None, None)
        result.backward()
        assert result.isfinite()
        assert logits.grad.isfinite().all(), output
