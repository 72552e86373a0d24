"""Large products on oneDNN against double precision, and every random network with all of its products on it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.engine.kernels import elman, gru, products
from tests.core.engine import test_single_precision
from tests.core.engine.test_mutations import few_steps
from tests.core.engine.test_random_networks import check_many

ROWS, FEATURES, WIDTH = 300, 70, 130


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """All products, however small."""
    monkeypatch.setattr(products, "LEAST", 0)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the operations of oneDNN that were called."""
    calls: list[str] = []

    def counting(name: str, call: Callable[..., Tensor]) -> Callable[..., Tensor]:
        return lambda *given: calls.append(name) or call(*given)

    for name in ("_product", "_product_added"):
        monkeypatch.setattr(products, name, counting(name, getattr(products, name)))
    return calls


def normal(*size: int) -> Tensor:
    return torch.randn(size, generator=torch.Generator().manual_seed(sum(size)), dtype=torch.float64)


def close(found: Tensor, wanted: Tensor) -> None:
    torch.testing.assert_close(found.double(), wanted, rtol=2e-6, atol=2e-6 * float(wanted.abs().max()))


@pytest.mark.parametrize("shape", [(ROWS, FEATURES), (20, 15, FEATURES)])
@pytest.mark.parametrize("biased", [True, False])
def test_a_linear_layer_and_its_gradients(shape: tuple[int, ...], biased: bool, counted: list[str]) -> None:
    given = [normal(*shape), normal(WIDTH, FEATURES), *([normal(WIDTH)] if biased else [])]
    felt = normal(*shape[:-1], WIDTH)
    exact = [value.clone().requires_grad_() for value in given]
    wanted = functional.linear(*exact)
    (wanted * felt).sum().backward()
    single = [value.float().requires_grad_() for value in given]
    found = products.linear(*single)
    (found * felt.float()).sum().backward()
    close(found.detach(), wanted.detach())
    for one, other in zip(single, exact, strict=True):
        assert one.grad is not None and one.grad.shape == one.shape and other.grad is not None
        close(one.grad, other.grad)
    assert counted


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("activation", sorted(products.BENT))
def test_a_bent_linear_layer_and_its_gradients(activation: str) -> None:
    given, felt = [normal(20, 15, FEATURES), 0.3 * normal(WIDTH, FEATURES), normal(WIDTH)], normal(20, 15, WIDTH)
    exact = [value.clone().requires_grad_() for value in given]
    (getattr(torch, activation)(functional.linear(*exact)) * felt).sum().backward()
    single = [value.float().requires_grad_() for value in given]
    found = products.linear_bent(*single, activation)
    assert found is not None
    (found * felt.float()).sum().backward()
    for one, other in zip(single, exact, strict=True):
        assert one.grad is not None and other.grad is not None
        torch.testing.assert_close(one.grad.double(), other.grad, rtol=0, atol=1e-5 * float(other.grad.abs().max()))


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("activation", sorted(products.BENT))
def test_a_bent_product(activation: str) -> None:
    x, weight, bias = normal(ROWS, FEATURES), 0.3 * normal(WIDTH, FEATURES), normal(WIDTH)
    wanted = getattr(torch, activation)(functional.linear(x, weight, bias))
    for matrix in (weight.float(), products.packed(weight.float(), ROWS)):
        found = products.product_bent(x.float(), matrix, bias.float(), activation)
        torch.testing.assert_close(found.double(), wanted, rtol=0, atol=1e-5)


@pytest.mark.usefixtures("always")
def test_sums_of_products_and_gradients_of_weights(counted: list[str]) -> None:
    x, weight, base, delta = normal(ROWS, FEATURES), normal(WIDTH, FEATURES), normal(ROWS, WIDTH), normal(ROWS, WIDTH)
    wide = torch.zeros(ROWS, 2 * WIDTH)
    total = wide[:, WIDTH:]
    total.copy_(base)
    products.add_product(total, x.float(), weight.float())
    close(total, base + x @ weight.t())
    assert not wide[:, :WIDTH].any()
    close(products.added(base.float(), x.float(), weight.float()), base + x @ weight.t())
    found = products.weight_gradient(delta.float(), x.float())
    close(found, delta.t() @ x)
    assert found.is_contiguous() and counted == ["_product_added", "_product_added", "_product"]


def test_small_products_and_those_of_double_precision_stay_with_torch(counted: list[str]) -> None:
    products.linear(torch.ones(2, 3), torch.ones(4, 3))
    products.linear(normal(5000, FEATURES), normal(WIDTH, FEATURES))
    products.weight_gradient(normal(ROWS, WIDTH), normal(ROWS, FEATURES))
    assert not counted


@pytest.mark.usefixtures("always")
def test_random_networks_with_all_products_on_onednn_equal_the_reference(
    counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for kernel in (elman, gru):
        monkeypatch.setattr(kernel, "stretches", few_steps)
    assert check_many(test_single_precision.check, 200, 0)["networks"] >= 200
    assert set(counted) == {"_product", "_product_added"}


def test_a_torch_without_onednn_is_served_by_its_own_products():
    """In a process of its own, in which torch does not know oneDNN's names, as on some Macs."""
    program = """
import torch
torch.backends.mkldnn.is_available = lambda: False
class Unknown:
    def __getattr__(self, name): raise AttributeError(name)
torch.ops.mkldnn = Unknown()
from core.engine.kernels import products
products.LEAST = 0
x, weight, bias = torch.randn(40, 30), torch.randn(20, 30), torch.randn(20)
assert products.linear_bent(x, weight, bias, "tanh") is None
assert torch.equal(products.linear(x, weight, bias), torch.nn.functional.linear(x, weight, bias))
assert torch.equal(products.added(torch.ones(40, 20), x, weight), torch.addmm(torch.ones(40, 20), x, weight.t()))
import core.engine.session
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
