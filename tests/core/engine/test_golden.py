"""Gradients through time whose size is known in closed form."""

from __future__ import annotations

import pytest
import torch

from core.engine.capture import Capture
from core.engine.program import compile_network
from core.parameters import initial
from tests.core.engine.drawing import layer, network

STEPS, UNITS = 60, 8


def through_time(rho: float, activation: str) -> torch.Tensor:
    """|dL/dh_t| by step: loss on the last step, W = rho times an orthogonal matrix."""
    parts = [layer("x", "input", units=UNITS, sequence=True), layer("h", "dense", units=UNITS, activation=activation)]
    drawn = network(parts, [("x", "h", 0), ("h", "h", 1)])
    torch.manual_seed(1)
    orthogonal = torch.linalg.qr(torch.randn(UNITS, UNITS, dtype=torch.float64)).Q
    weights = {"x>h@0.weight": torch.eye(UNITS), "h>h@1.weight": rho * orthogonal, "h.bias": torch.zeros(UNITS)}
    parameters = {name: value.double().requires_grad_() for name, value in weights.items()}
    capture = Capture()
    program = compile_network(drawn, dtype=torch.float64)
    x = torch.randn(STEPS, 4, UNITS, dtype=torch.float64)
    values = program.run(parameters, {"x": x}, capture=capture)
    (values.outputs["h"][-1] * torch.randn(4, UNITS, dtype=torch.float64)).sum().backward()
    return torch.from_numpy(capture.profiles()["h"].total)


@pytest.mark.parametrize("rho", [0.5, 0.9, 1.0, 1.1, 1.5])
def test_a_linear_layer_scales_the_gradient_by_rho_at_every_step(rho: float) -> None:
    norms = through_time(rho, "identity")
    back = torch.arange(STEPS - 1, -1, -1, dtype=torch.float64)
    wanted = rho**back
    assert float((norms / norms[-1] / wanted - 1).abs().max()) < 1e-12


def test_with_tanh_and_rho_above_one_saturation_still_wins() -> None:
    norms = through_time(1.1, "tanh")
    assert norms[0] < 1e-3 * norms[-1]


def test_the_direct_part_of_a_loss_on_the_last_step_is_zero_before_it() -> None:
    parts = [layer("x", "input", units=2, sequence=True), layer("h", "rnn", units=3)]
    drawn = network(parts, [("x", "h", 0)])
    parameters = {name: torch.tensor(value).requires_grad_() for name, value in initial(drawn, 0).items()}
    capture = Capture()
    values = compile_network(drawn).run(parameters, {"x": torch.randn(5, 2, 2)}, capture=capture)
    values.outputs["h"][-1].sum().backward()
    profile = capture.profiles()["h"]
    assert (profile.direct[:-1] == 0).all() and profile.direct[-1] > 0
    assert (profile.through[:-1] == profile.total[:-1]).all() and (profile.total > 0).all()
