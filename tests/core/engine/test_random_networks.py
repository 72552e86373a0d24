"""The fast engine against the reference interpreter on thousands of random networks: values and every gradient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
import torch
from hypothesis import Phase, given, seed, settings
from torch import Tensor

from core.engine.axes import find_axes, groups
from core.engine.capture import Capture
from core.engine.program import Program
from core.engine.reference import ReferenceRun, interpret
from tests.core.engine import drawing
from tests.core.engine.network_features import FEATURES, features
from tests.core.engine.random_networks import Case, cases, run_program

TOLERANCE = 1e-10


def reference(case: Case, cut: frozenset[str] = frozenset()) -> ReferenceRun:
    generator = torch.Generator().manual_seed(case.seed)
    return interpret(
        case.network, case.parameters, case.inputs, steps=case.steps, lengths=case.lengths, training=case.training,
        truncate=case.truncate, generator=generator, cut=cut,
    )  # fmt: skip


def leaves(case: Case) -> dict[str, Tensor]:
    return {k: v for k, v in {**case.parameters, **case.inputs}.items() if v.requires_grad}


def take_gradients(case: Case) -> dict[str, Tensor]:
    taken = {k: torch.zeros_like(v) if v.grad is None else v.grad.clone() for k, v in leaves(case).items()}
    for leaf in leaves(case).values():
        leaf.grad = None
    return taken


def same(found: Tensor, wanted: Tensor, what: str) -> None:
    assert found.shape == wanted.shape, what
    scale = max(1.0, float(wanted.abs().max())) if wanted.numel() else 1.0
    error = float((found - wanted).abs().max()) if wanted.numel() else 0.0
    assert error <= TOLERANCE * scale, f"{what}: off by {error:.2e} at scale {scale:.2e}"


def valid_part(case: Case, value: Tensor, lengths: Tensor | None) -> Tensor:
    if lengths is None or value.dim() < 3:
        return value
    return value * (torch.arange(len(value))[:, None] < lengths)[..., None]


def has_no_gradient(case: Case, slow: ReferenceRun, near: float = 1e-9) -> bool:
    """Whether a maximum over time is taken of values that are equal but for rounding: which step wins is then chance."""
    for layer in case.network.of_kind("max_time"):
        for link in case.network.into(layer.id):
            value = slow.output(link.source).detach()
            if value.dim() == 3 and len(value) > 1:
                best, second = value.topk(2, dim=0).values
                if bool(((best - second < near) & (best != 0)).any()):
                    return True
    return False


def check_case(case: Case) -> None:
    capture = Capture(every_layer=True)
    fast = run_program(case, capture=capture)
    loss = case.loss(fast)
    slow = reference(case)
    wanted_loss = case.loss(slow)
    same(loss.detach(), wanted_loss.detach(), "loss")
    if not wanted_loss.requires_grad or has_no_gradient(case, slow):
        return
    loss.backward()
    found = take_gradients(case)
    wanted_loss.backward()
    wanted = take_gradients(case)
    for name, gradient in wanted.items():
        same(found[name], gradient, f"gradient of {name}")
    check_layers(case, fast, slow, capture)
    case.loss(run_program(case)).backward()
    unwatched = take_gradients(case)
    case.loss(run_program(case, capture=Capture())).backward()
    for name, gradient in take_gradients(case).items():
        assert torch.equal(gradient, unwatched[name]), f"capturing changed the gradient of {name}"


def check_layers(case: Case, fast, slow: ReferenceRun, capture: Capture) -> None:
    lengths = find_axes(case.network, groups(case.network), case.inputs, case.steps, case.lengths).lengths
    for layer in case.network:
        valid = lengths.get(layer.id)
        output = slow.output(layer.id).detach()
        same(valid_part(case, fast.outputs[layer.id].detach(), valid), valid_part(case, output, valid), layer.name)
        same(capture.total(layer.id), slow.gradient(layer.id), f"dL/dh of {layer.name}")
        if layer.kind == "attention":
            weights = valid_part(case, slow.weights(layer.id), valid)
            same(valid_part(case, fast.attention[layer.id], valid), weights, f"weights of {layer.name}")
        if layer.kind == "lstm":
            same(capture.cell(layer.id), slow.cell_gradient(layer.id), f"dL/dc of {layer.name}")
    for part in Program(case.network, torch.float64, torch.device("cpu")).plan.parts:
        if part.recurrent:
            cut = reference(case, frozenset(part.layers))
            loss = case.loss(cut)
            if loss.requires_grad:
                loss.backward()
            take_gradients(case)
            for key in part.layers:
                same(capture.direct(key), cut.gradient(key), f"direct dL/dh of {case.network.layers[key].name}")


def check_many(check: Callable[[Case], None], count: int, number: int) -> Counter[str]:
    """Check so many networks, drawn by a number; how many of them had each feature."""
    seen: Counter[str] = Counter()

    @seed(number)
    @settings(max_examples=count, phases=(Phase.generate, Phase.shrink))
    @given(cases())
    def run(case: Case) -> None:
        check(case)
        seen.update(features(case), networks=1)

    run()
    return seen


@pytest.mark.timeout(1800)
def test_random_networks_equal_the_reference_and_everything_occurs_in_them() -> None:
    seen = check_many(check_case, 2000, 0)
    assert seen["networks"] >= 2000
    rare = {name: seen[name] for name in FEATURES if seen[name] < 10}
    assert not rare


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("number", range(1, 51))
def test_very_many_random_networks_equal_the_reference(number: int) -> None:
    assert check_many(check_case, 1000, number)["networks"] >= 1000


def handed_on() -> Case:
    """An LSTM on a cycle with the layer that it reads, whose last c_t another LSTM starts from: chance rarely draws it."""
    make = drawing.layer
    parts = [
        make("x", "input", units=2, sequence=True), make("below", "dense", units=2), make("cell", "lstm", units=3),
        make("other", "lstm", units=3),
    ]  # fmt: skip
    links = [("x", "below", 0), ("below", "cell", 0), ("cell", "below", 1), ("x", "other", 0)]
    drawn = drawing.network(parts, links, [("cell", "other")])
    x = torch.randn(4, 2, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    weights = {"other": torch.ones(4, 2, 3, dtype=torch.float64)}
    return Case(drawn, drawing.random_parameters(drawn), {"x": x}, 4, None, 0, False, 0, weights)


def test_a_cell_that_is_handed_on_from_a_cycle_is_felt_directly() -> None:
    check_case(handed_on())
