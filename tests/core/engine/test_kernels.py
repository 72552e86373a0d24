"""Each kernel against the stock module that it equals, and its captured gradients against a loop over stock cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from core.engine.kernels import fused
from core.engine.kernels.elman import elman
from core.engine.kernels.fused import fused_lstm
from core.engine.kernels.gru import gru
from core.engine.kernels.lstm import lstm
from core.engine.recorder import Recorder

KINDS = ["rnn tanh", "rnn relu", "gru", "lstm", "fused"]
SIZES = [(1, 1, 1, 1), (3, 7, 2, 4), (5, 40, 6, 3), (1, 30, 3, 8), (16, 20, 12, 32), (8, 300, 3, 48)]
"""(batch, steps, inputs, units); in the last one the kernels walk over several stretches of steps."""
Run = Callable[[Tensor, Tensor, Tensor, Recorder | None], Tensor]


def stock(kind: str, features: int, units: int, dtype: torch.dtype) -> nn.RNNBase:
    torch.manual_seed(units)
    if kind.startswith("rnn"):
        return nn.RNN(features, units, nonlinearity=kind.split()[1], dtype=dtype)
    return (nn.GRU if kind == "gru" else nn.LSTM)(features, units, dtype=dtype)


def ours(kind: str, module: nn.RNNBase, truncate: int = 0) -> Run:
    w_ih, w_hh, b_ih, b_hh = weights = list(module.parameters())

    def run(x: Tensor, h0: Tensor, c0: Tensor, recorder: Recorder | None) -> Tensor:
        if kind == "gru":
            return gru(x, weights, h0, truncate, recorder)
        if kind == "fused":
            return fused_lstm(x, weights, h0, c0, recorder)[0]
        sums = linear(x, w_ih, b_ih + b_hh)
        if kind == "lstm":
            return lstm(sums, w_hh, h0, c0, truncate, recorder)[0]
        return elman(sums, w_hh, h0, kind.split()[1], truncate, recorder)

    return run


def cell_loop(kind: str, module: nn.RNNBase, x: Tensor, h: Tensor, c: Tensor, truncate: int = 0):
    """h_t and c_t of every step as separate tensors that keep their gradient."""
    weights = list(module.parameters())
    states, cells = [], []
    for t, x_t in enumerate(x):
        if truncate and t % truncate == 0 and t:
            h, c = h.detach(), c.detach()
        if kind.startswith("rnn"):
            h = (torch.rnn_tanh_cell if kind == "rnn tanh" else torch.rnn_relu_cell)(x_t, h, *weights)
        elif kind == "gru":
            h = torch.gru_cell(x_t, h, *weights)
        else:
            h, c = torch.lstm_cell(x_t, (h, c), *weights)
            c.retain_grad()
            cells.append(c)
        h.retain_grad()
        states.append(h)
    return states, cells


def data(size: tuple[int, int, int, int], dtype: torch.dtype):
    batch, steps, features, units = size
    generator = torch.Generator().manual_seed(batch + steps)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

    x, h0, c0 = normal(steps, batch, features), normal(batch, units), normal(batch, units)
    return [value.requires_grad_() for value in (x, h0, c0)], normal(steps, batch, units)


def gradients(loss: Tensor, leaves: list[Tensor]) -> list[Tensor]:
    found = torch.autograd.grad(loss, leaves, allow_unused=True)
    return [torch.zeros_like(leaf) if g is None else g for g, leaf in zip(found, leaves, strict=True)]


def close(found: Tensor, wanted: Tensor, tolerance: float) -> None:
    found, wanted = found.detach(), wanted.detach()
    scale = max(1.0, float(wanted.abs().max()))
    assert float((found - wanted).abs().max()) <= tolerance * scale


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-5)], ids=["double", "single"]
)
def test_equals_the_stock_module(
    kind: str, size: tuple[int, int, int, int], dtype: torch.dtype, tolerance: float
) -> None:
    if kind == "fused" and dtype == torch.float64:
        pytest.skip("the fused kernel is single precision")
    module = stock(kind, size[2], size[3], dtype)
    (x, h0, c0), weights = data(size, dtype)
    leaves = [x, h0, c0, *module.parameters()]
    start = (h0[None], c0[None]) if isinstance(module, nn.LSTM) else h0[None]
    wanted = module(x, start)[0]
    found = ours(kind, module)(x, h0, c0, None)
    close(found, wanted, tolerance)
    pairs = zip(gradients((found * weights).sum(), leaves), gradients((wanted * weights).sum(), leaves), strict=True)
    for mine, theirs in pairs:
        close(mine, theirs, tolerance)


@pytest.mark.parametrize("truncate", [0, 3])
@pytest.mark.parametrize("size", [(4, 11, 3, 5), (8, 300, 3, 48)], ids=str)
@pytest.mark.parametrize("last_only", [False, True], ids=["loss everywhere", "loss at the end"])
@pytest.mark.parametrize("kind", KINDS)
def test_captures_the_gradient_of_every_step(
    kind: str, last_only: bool, size: tuple[int, int, int, int], truncate: int
) -> None:
    if kind == "fused" and truncate:
        pytest.skip("a cut gradient runs on the step-by-step kernel")
    dtype = torch.float32 if kind == "fused" else torch.float64
    tolerance = 1e-5 if kind == "fused" else 1e-10
    module = stock(kind, size[2], size[3], dtype)
    (x, h0, c0), weights = data(size, dtype)
    if last_only:
        weights[:-1] = 0
    states, cells = cell_loop(kind, module, x, h0, c0, truncate)
    (torch.stack(states) * weights).sum().backward()
    recorder = Recorder()
    (ours(kind, module, truncate)(x, h0, c0, recorder) * weights).sum().backward()
    wanted = torch.stack([h.grad for h in states])
    assert recorder.total is not None and recorder.direct is not None
    close(recorder.total, wanted, tolerance)
    close(recorder.direct(), weights, tolerance)
    if cells:
        assert recorder.cell is not None
        close(recorder.cell(), torch.stack([c.grad for c in cells]), tolerance)


@pytest.mark.parametrize("kind", ["rnn tanh", "gru", "lstm"])
def test_gradcheck(kind: str) -> None:
    module = stock(kind, 2, 3, torch.float64)
    (x, h0, c0), _ = data((2, 4, 2, 3), torch.float64)
    run = ours(kind, module)
    given = [x, h0, c0, *module.parameters()]
    assert torch.autograd.gradcheck(lambda *values: run(*values[:3], None), given)


def test_the_last_cell_of_the_fused_kernel_carries_gradient() -> None:
    module = stock("fused", 3, 4, torch.float32)
    (x, h0, c0), _ = data((2, 6, 3, 4), torch.float32)
    leaves = [x, h0, c0, *module.parameters()]
    recorder = Recorder()
    _, last_cell = fused_lstm(x, list(module.parameters()), h0, c0, recorder)
    _, (_, wanted_cell) = module(x, (h0[None], c0[None]))
    close(last_cell, wanted_cell[0], 1e-5)
    wanted = gradients(wanted_cell.square().sum(), leaves)
    for mine, theirs in zip(gradients(last_cell.square().sum(), leaves), wanted, strict=True):
        close(mine, theirs, 1e-5)
    _, cells = cell_loop("fused", module, x, h0, c0)
    cells[-1].square().sum().backward()
    assert recorder.cell is not None
    close(recorder.cell(), torch.stack([c.grad for c in cells]), 1e-5)


def test_asking_for_cell_gradients_after_the_weights_changed_is_refused() -> None:
    module = stock("fused", 3, 4, torch.float32)
    (x, h0, c0), _ = data((2, 6, 3, 4), torch.float32)
    recorder = Recorder()
    fused_lstm(x, list(module.parameters()), h0, c0, recorder)[0].sum().backward()
    with torch.no_grad():
        module.weight_hh_l0 += 1
    assert recorder.cell is not None
    with pytest.raises(RuntimeError, match="before the optimizer"):
        recorder.cell()


@pytest.mark.parametrize("widens_later", [True, False], ids=["narrow forward", "wide forward"])
@pytest.mark.parametrize("wants_x", [False, True])
@pytest.mark.parametrize("seed", range(30))
def test_capturing_on_the_fused_kernel_changes_no_bit(
    seed: int, wants_x: bool, widens_later: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not widens_later:
        monkeypatch.setattr(fused, "_widens_later", lambda *shape: False)
    torch.manual_seed(seed)
    choices = [(1, 2, 5, 16, 32), (1, 3, 20, 50), (1, 2, 3, 8, 16, 33, 64), (1, 3, 8, 32, 50, 128)]
    batch, steps, features, units = (choice[int(torch.randint(len(choice), ()))] for choice in choices)
    module = nn.LSTM(features, units)
    x, zero = torch.randn(steps, batch, features, requires_grad=wants_x), torch.zeros(batch, units)
    leaves = [*([x] if wants_x else []), *module.parameters()]
    results = []
    for recorder in (None, Recorder()):
        states, _ = fused_lstm(x, list(module.parameters()), zero, zero, recorder)
        results.append([states.detach(), *gradients(states.square().mean(), leaves)])
        totals = recorder
    for without, with_capture in zip(*results, strict=True):
        assert torch.equal(without, with_capture)
    with torch.no_grad():
        evaluated, _ = fused_lstm(x, list(module.parameters()), zero, zero)
    assert torch.equal(evaluated, results[0][0]) and not evaluated.requires_grad
    looped, _ = cell_loop("fused", module, x, zero, zero)
    torch.stack(looped).square().mean().backward()
    assert totals is not None and totals.total is not None
    close(totals.total, torch.stack([h.grad for h in looped]), 1e-6)


@pytest.mark.parametrize("steps", [1, 2, 5, 30])
@pytest.mark.parametrize("batch", [1, 2, 16])
def test_capturing_on_the_fused_kernel_changes_no_bit_of_what_is_summed_below_it(batch: int, steps: int) -> None:
    """A value that is repeated over the steps, with a bias that is repeated over the batch: both ways back are sums."""
    for features, units in [(1, 4), (3, 3), (3, 64), (31, 64), (33, 5)]:
        torch.manual_seed(features + units)
        module = nn.LSTM(features, units)
        below, zero = nn.Linear(4, features), torch.zeros(batch, units)
        read, wanted = torch.randn(batch, 4, requires_grad=True), torch.randn(steps, batch, units)
        leaves = [read, *below.parameters(), *module.parameters()]
        results = []
        for recorder in (None, Recorder()):
            x = below(read).expand(steps, -1, -1)
            states, _ = fused_lstm(x, list(module.parameters()), zero, zero, recorder)
            results.append(gradients((states * wanted).sum(), leaves))
        for without, with_capture in zip(*results, strict=True):
            assert torch.equal(without, with_capture)
        assert recorder is not None and recorder.total is not None
        looped, _ = cell_loop("fused", module, below(read).expand(steps, -1, -1).detach(), zero, zero)
        (torch.stack(looped) * wanted).sum().backward()
        close(recorder.total, torch.stack([h.grad for h in looped]), 1e-5)


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("features", "units"), [(1, 4), (3, 64), (31, 64), (33, 5)])
def test_capturing_on_the_fused_kernel_changes_no_bit_of_a_single_row(
    features: int, units: int, two_threads: None
) -> None:
    """The product that gives dL/dx is split between threads by its width, which padding would change."""
    module = stock("fused", features, units, torch.float32)
    x, zero, wanted = torch.randn(1, 1, features, requires_grad=True), torch.zeros(1, units), torch.randn(1, 1, units)
    leaves = [x, *module.parameters()]
    results = []
    for recorder in (None, Recorder()):
        states, _ = fused_lstm(x, list(module.parameters()), zero, zero, recorder)
        results.append(gradients((states * wanted).sum(), leaves))
    for without, with_capture in zip(*results, strict=True):
        assert torch.equal(without, with_capture)
    assert recorder is not None and recorder.total is not None
    assert torch.equal(recorder.total, wanted)
