"""The usual ways to see gradients through time, beside the studio's: cost, and whether the number is right.

    python -m tests.benchmarks.bench_recipes [--threads 1] [--seconds 5] [--clock wall]

A plain RNN layer with a loss on its last step; (batch, steps, inputs, units) = (32, 100, 32, 64). "wrong by" compares
|dL/dh_t| of all steps with a float64 loop over cells: the largest relative error over the steps.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from statistics import median

import torch
from torch import Tensor, nn

from core.engine.capture import Capture
from core.engine.program import compile_network
from tests.benchmarks.drawn import block
from tests.benchmarks.timing import Clock, interleaved, options, ratio

BATCH, STEPS, FEATURES, UNITS = 32, 100, 32, 64
Recipe = Callable[[], Tensor | None]
"""One training step; returns dL/dh_t, (steps, batch, units), where the recipe gives it."""


def loss_of(states: Tensor) -> Tensor:
    """On the last step alone."""
    return states[-1].square().mean()


class Recipes:
    """All recipes train copies of the same layer on the same data."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.module = nn.RNN(FEATURES, UNITS)
        self.x = torch.randn(STEPS, BATCH, FEATURES)
        self.optimizer = torch.optim.SGD(self.module.parameters(), lr=1e-9)
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        self.parameters = {f"h.{n}": p for n, p in zip(names, self.module.parameters(), strict=True)}
        self.program = compile_network(block("rnn", FEATURES, UNITS))

    def stock(self) -> None:
        """nn.RNN, nothing observed."""
        self.optimizer.zero_grad(set_to_none=True)
        loss_of(self.module(self.x)[0]).backward()
        self.optimizer.step()

    def retained_output(self) -> Tensor:
        """nn.RNN with retain_grad (or a module hook) on its output: the direct part only."""
        self.optimizer.zero_grad(set_to_none=True)
        states = self.module(self.x)[0]
        states.retain_grad()
        loss_of(states).backward()
        self.optimizer.step()
        assert states.grad is not None
        return states.grad

    def _loop(self, x: Tensor, watch: Callable[[Tensor], None], weights: list[Tensor]) -> list[Tensor]:
        h = x.new_zeros(BATCH, UNITS)
        states = []
        for x_t in x:
            h = torch.rnn_tanh_cell(x_t, h, *weights)
            watch(h)
            states.append(h)
        return states

    def cell_loop(self) -> Tensor:
        """A loop over cells with retain_grad on each h_t."""
        self.optimizer.zero_grad(set_to_none=True)
        states = self._loop(self.x, Tensor.retain_grad, list(self.module.parameters()))
        loss_of(torch.stack(states)).backward()
        self.optimizer.step()
        return torch.stack([h.grad for h in states if h.grad is not None])

    def cell_hooks(self) -> Tensor:
        """A loop over cells with a hook on each h_t."""
        self.optimizer.zero_grad(set_to_none=True)
        found: list[Tensor] = []
        watch = lambda h: h.register_hook(found.append) and None  # noqa: E731
        loss_of(torch.stack(self._loop(self.x, watch, list(self.module.parameters())))).backward()
        self.optimizer.step()
        return torch.stack(found[::-1])

    def studio(self) -> Tensor:
        """This program, exact gradients of every step."""
        self.optimizer.zero_grad(set_to_none=True)
        capture = Capture()
        states = self.program.run(self.parameters, {"x": self.x}, capture=capture).outputs["h"]
        loss_of(states).backward()
        self.optimizer.step()
        return capture.total("h")

    def exact(self) -> Tensor:
        """The truth: float64, one cell after another."""
        weights = [p.detach().double().requires_grad_() for p in self.module.parameters()]
        states = self._loop(self.x.double(), Tensor.retain_grad, weights)
        loss_of(torch.stack(states)).backward()
        return torch.stack([h.grad for h in states if h.grad is not None])


def tensorboard_step(recipes: Recipes) -> Recipe | None:
    """The cell loop, with a TensorBoard histogram of each step's gradient."""
    if find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(tempfile.mkdtemp())

    def step() -> Tensor:
        found = recipes.cell_loop()
        for t, gradient in enumerate(found):
            writer.add_histogram(f"h/{t}", gradient, 0)
        return found

    return step


def torchlens_step(recipes: Recipes) -> Recipe | None:
    """torchlens (2.x) over a loop of cells, with all gradients."""
    if find_spec("torchlens") is None:
        return None
    import torchlens

    class Cells(nn.Module):
        """The loop over cells as a module, which is what torchlens traces."""

        def __init__(self) -> None:
            super().__init__()
            self.weights = nn.ParameterList(recipes.module.parameters())

        def forward(self, x: Tensor) -> Tensor:
            return torch.stack(recipes._loop(x, lambda h: None, list(self.weights)))

    cells = Cells()

    def step() -> None:
        recipes.optimizer.zero_grad(set_to_none=True)
        trace = torchlens.trace(cells, recipes.x)
        trace.backward(loss_of(trace[trace.output_layers[0]].out))
        recipes.optimizer.step()

    return step


def error(found: Tensor | None, truth: Tensor) -> str:
    """The largest relative error of |dL/dh_t| over the steps."""
    if found is None:
        return "no gradient by step"
    norms, wanted = (torch.linalg.vector_norm(g.double(), dim=-1).mean(-1) for g in (found, truth))
    return f"{float(((norms - wanted).abs() / wanted).max()):.0e}"


def main(seconds: float, clock: Clock) -> None:
    """One row for each recipe."""
    recipes = Recipes()
    rows: dict[str, Recipe | None] = {
        "nn.RNN, nothing observed": recipes.stock,
        "nn.RNN, retain_grad or hook on its output": recipes.retained_output,
        "loop over cells, retain_grad at each step": recipes.cell_loop,
        "loop over cells, hook at each step": recipes.cell_hooks,
        "the same with TensorBoard histograms": tensorboard_step(recipes),
        "torchlens": torchlens_step(recipes),
        "Unroll Studio": recipes.studio,
    }
    truth = recipes.exact()
    present = {name: step for name, step in rows.items() if step is not None}
    taken = interleaved(present, seconds, clock=clock)
    print(f"{'recipe':44} {'ms':>8} {'by nn.RNN':>10}  wrong by")
    for name, step in rows.items():
        if step is None:
            print(f"{name:44} {'not installed':>19}")
            continue
        times = f"{1e3 * median(taken[name]):8.2f} {ratio(taken, name, 'nn.RNN, nothing observed'):10.2f}"
        print(f"{name:44} {times}  {error(step(), truth)}")


if __name__ == "__main__":
    asked = options(__doc__, 5.0)
    main(asked.seconds, asked.clock)
