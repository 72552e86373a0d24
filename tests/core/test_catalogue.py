"""Walks every entry of every catalogue: it is complete, builds, trains a step, is saved and opened again, and renders."""

import math

import numpy as np
import pytest
import torch

from core.catalogue.losses import LOSSES
from core.catalogue.registry import catalogue, names
from core.catalogue.spec import Choice
from core.data.dataset import Dataset, Field
from core.edits import SetParam, SetTraining
from core.engine.activations import activation, resolve
from core.engine.losses import loss_function
from core.engine.metrics import metric_function
from core.engine.optimizers import build_optimizer, build_schedule
from core.errors import UnknownName
from core.formula import svg
from core.project import same
from core.project_file import load, save
from tests.core.samples import small

EVERY = [(name, key) for name in names() for key in catalogue(name)]
MATHEMATICS = ("activations", "losses", "metrics", "optimizers", "schedules", "initializers")
ours = pytest.mark.parametrize(("name", "key"), [(n, k) for n, k in EVERY if n in MATHEMATICS])


@pytest.mark.parametrize(("name", "key"), EVERY)
def test_says_what_it_is_and_its_defaults_are_allowed(name, key):
    spec = catalogue(name)[key]
    assert spec.title
    assert len(spec.help) > 20
    assert spec.help.endswith((".", "?"))
    choice = catalogue(name).choose(key)
    assert Choice.from_json(choice.to_json()) == choice
    for param in spec.parameters:
        assert param.title
        assert param.help.endswith(".")
        assert param.check(param.default) == choice[param.key]


@pytest.mark.parametrize(("name", "key"), EVERY)
def test_the_formula_renders(name, key):
    if spec_formula := catalogue(name)[key].formula:
        assert "<svg" in svg(spec_formula)


@ours
def test_no_part_of_the_text_is_missing(name, key):
    spec = catalogue(name)[key]
    for part in (spec.formula, spec.family, spec.source, spec.when, spec.fails):
        assert part.strip()
    assert spec.when.endswith(".")
    assert spec.fails.endswith(".")
    assert callable(resolve(spec.runs))


@ours
def test_numbers_have_a_range_that_holds_the_default(name, key):
    for param in catalogue(name)[key].parameters:
        if param.kind in ("int", "float"):
            assert param.minimum is not None
            assert param.maximum is not None
            assert param.minimum <= param.default <= param.maximum


def test_a_wrong_name_gets_the_nearest_one():
    for name, wrong, right in (
        ("losses", "hubr", "huber"),
        ("optimizers", "adm", "adam"),
        ("activations", "rellu", "relu"),
    ):
        with pytest.raises(UnknownName, match=right):
            catalogue(name).choose(wrong)


def another(param):
    """An allowed value that is not the default."""
    if param.kind == "bool":
        return not param.default
    if param.choices:
        return next(value for value, _ in reversed(param.choices) if value != param.default)
    return "0, 1" if param.kind == "text" else param.maximum


@ours
def test_survives_save_and_reopen(name, key, tmp_path):
    if key == "confusion":
        choice = catalogue(name).choose(key)
        assert catalogue(name).complete(Choice.from_json(choice.to_json())) == choice
        return
    project = small()
    for path in [key, *(f".{param.key}" for param in catalogue(name)[key].parameters)]:
        value = another(catalogue(name)[key].param(path[1:])) if path.startswith(".") else path
        rest = path if path.startswith(".") else ""
        if name in ("activations", "initializers"):
            setting = "activation" if name == "activations" else "recurrent_initializer"
            project.apply(SetParam("l2", setting + rest, value))
        else:
            setting = {"losses": "loss", "metrics": "metric", "optimizers": "optimizer", "schedules": "schedule"}[name]
            project.apply(SetTraining(setting + rest, value))
    save(project, tmp_path / "project.unroll")
    assert same(load(tmp_path / "project.unroll").state, project.state)


def small_data(spec):
    """Classes where the loss is about classes, shares that any loss can take elsewhere; (30, 4) inputs."""
    rng = np.random.default_rng(0)
    inputs = Field(rng.normal(size=(30, 4)).astype(np.float32))
    codes = "classification" in spec.tasks
    values = rng.integers(0, 3, (30, 1)) if codes else rng.dirichlet([1, 1, 1], 30)
    target = Field(values.astype(np.float32), classes=("a", "b", "c") if codes else (), codes=codes)
    task = "classification" if codes else "regression"
    return Dataset("d", "Data", task, {"x": inputs}, target, {"train": np.arange(30)})


def one_step(loss="mse", output="identity", optimizer="adam", schedule="constant", hidden="tanh"):
    """(loss before, loss after) one step of a tiny network, and the data; every weight gets a finite gradient."""
    dataset = small_data(LOSSES[loss])
    torch.manual_seed(0)
    first, second, slope = torch.nn.Linear(4, 5), torch.nn.Linear(5, 3), torch.nn.Parameter(torch.tensor([0.25]))
    function = loss_function(LOSSES.choose(loss), catalogue("activations").choose(output), dataset)
    x, y = torch.as_tensor(dataset.inputs["x"].values), torch.as_tensor(dataset.target.values)

    def apply(key, z):
        f = activation(catalogue("activations").choose(key))
        return f(z, slope) if key == "prelu" else f(z)

    def now():
        logits = second(apply(hidden, first(x)))
        outputs = apply(output, logits)
        return function(logits, outputs, y, None, None), outputs

    parameters = [*first.parameters(), *second.parameters(), *([slope] if "prelu" in (hidden, output) else [])]
    optimizer = build_optimizer(catalogue("optimizers").choose(optimizer), parameters, 1e-4)
    plan = build_schedule(catalogue("schedules").choose(schedule), optimizer, 10)
    before, _ = now()
    before.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in parameters)
    optimizer.step()
    plan.step()
    with torch.no_grad():
        after, outputs = now()
    return before.item(), after.item(), dataset, outputs


@pytest.mark.parametrize("key", list(LOSSES))
def test_a_loss_trains_a_step_with_each_output_that_fits(key):
    for output in LOSSES[key].activations:
        before, after, *_ = one_step(loss=key, output=output)
        assert math.isfinite(before)
        assert after < before


@pytest.mark.parametrize("key", list(catalogue("activations")))
def test_an_activation_trains_a_step(key):
    before, after, *_ = one_step(hidden=key)
    assert after < before


@pytest.mark.parametrize("key", list(catalogue("optimizers")))
def test_an_optimizer_trains_a_step(key):
    before, after, *_ = one_step(optimizer=key)
    assert after < before


@pytest.mark.parametrize("key", list(catalogue("schedules")))
def test_a_schedule_trains_a_step(key):
    before, after, *_ = one_step(schedule=key)
    assert after < before


@pytest.mark.parametrize("key", list(catalogue("metrics")))
def test_a_metric_measures_a_step(key):
    spec = catalogue("metrics")[key]
    _, _, dataset, outputs = one_step("cross_entropy" if "classification" in spec.tasks else "mae", "sigmoid")
    value = metric_function(key, dataset)(outputs, torch.as_tensor(dataset.target.values), None)
    assert np.isfinite(value).all()


@pytest.mark.parametrize("key", list(catalogue("initializers")))
def test_an_initializer_fills_any_shape_the_same_way_twice(key):
    draw, values = resolve(catalogue("initializers")[key].runs), catalogue("initializers").choose(key).values
    for shape in ((3, 5), (5, 3), (4, 4), (6,), (0, 3)):
        one, two = (draw(np.random.default_rng(1), shape, **values) for _ in range(2))
        assert one.shape == shape
        assert one.dtype == np.float64
        assert np.array_equal(one, two)


def test_initializers_have_the_spread_that_they_promise():
    def drawn(key, shape=(200, 300), **values):
        choice = catalogue("initializers").choose(key, **values)
        return resolve(catalogue("initializers")[key].runs)(np.random.default_rng(0), shape, **choice.values)

    assert drawn("xavier_uniform").std() == pytest.approx(math.sqrt(2 / 500), rel=0.02)
    assert np.abs(drawn("xavier_uniform")).max() <= math.sqrt(6 / 500)
    assert drawn("xavier_normal", gain=2.0).std() == pytest.approx(2 * math.sqrt(2 / 500), rel=0.02)
    assert drawn("kaiming_uniform").std() == pytest.approx(math.sqrt(2 / 300), rel=0.02)
    assert drawn("kaiming_normal", gain=1.0).std() == pytest.approx(math.sqrt(1 / 300), rel=0.02)
    assert drawn("normal", mean=1.0, std=0.5).mean() == pytest.approx(1, abs=0.01)
    assert drawn("uniform", low=2.0, high=-1.0).min() >= -1
    assert np.array_equal(drawn("identity", (2, 3), scale=0.5), [[0.5, 0, 0], [0, 0.5, 0]])
    tall, wide = drawn("orthogonal", (5, 3), gain=1.5), drawn("orthogonal", (3, 5), gain=1.5)
    np.testing.assert_allclose(tall.T @ tall, 2.25 * np.eye(3), atol=1e-12)
    np.testing.assert_allclose(wide @ wide.T, 2.25 * np.eye(3), atol=1e-12)
    assert np.linalg.norm(drawn("orthogonal", (7,))) == pytest.approx(1)
