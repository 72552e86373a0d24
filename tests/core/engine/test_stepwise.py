"""Walked one step at a time, a network computes what the reference interpreter computes for all steps together."""

from __future__ import annotations

import pytest
import torch

from core.engine.program import Program
from core.engine.reference import interpret
from core.engine.stepwise import Stepwise
from core.errors import NotTrainable
from tests.core.engine.random_networks import Case, random_case

TOLERANCE = 1e-10


def walk(case: Case, fed: str, swap: bool = False) -> torch.Tensor:
    """(steps, batch, units) of the first output; with ``swap`` the batch is turned round in the middle of the way."""
    program = Program(case.network, torch.float64, torch.device("cpu"))
    output = case.network.of_kind("output")[0].id
    walker = Stepwise(
        program, case.parameters, output, [fed], case.inputs, steps=case.steps, batch=case.inputs[fed].shape[-2],
        lengths=case.lengths, training=case.training, generator=torch.Generator().manual_seed(case.seed),
    )  # fmt: skip
    assert walker.steps == len(case.inputs[fed])
    found, rows = [], torch.arange(case.inputs[fed].shape[-2])
    for t, read in enumerate(case.inputs[fed].detach()):
        if swap and t == walker.steps // 2:
            rows = rows.flip(0)
            walker.choose(rows)
        found.append(walker.step(read[rows]).logits[rows.argsort()])
    return torch.stack(found)


def check(case: Case, fed: str) -> bool:
    """Whether the network can be walked along this input; where it can, it agrees."""
    try:
        found = walk(case, fed)
    except NotTrainable:
        return False
    output = case.network.of_kind("output")[0].id
    slow = interpret(
        case.network, case.parameters, case.inputs, steps=case.steps, lengths=case.lengths, training=case.training,
        generator=torch.Generator().manual_seed(case.seed),
    )  # fmt: skip
    wanted = slow.logit(output).detach()
    valid = torch.ones(len(wanted), wanted.shape[1], 1)
    if case.lengths is not None:
        valid = (torch.arange(len(wanted))[:, None] < case.lengths)[..., None].double()
    for walked in (found, walk(case, fed, swap=True)):
        scale = max(1.0, float((wanted * valid).abs().max()))
        assert float(((walked - wanted) * valid).abs().max()) <= TOLERANCE * scale, case.seed
    return True


def count(seeds: range) -> int:
    walked = 0
    for seed in seeds:
        case = random_case(seed)
        if len(case.network.of_kind("output")) == 0:
            continue
        walked += sum(check(case, layer.id) for layer in case.network.of_kind("input") if layer.params["sequence"])
    return walked


def test_random_networks_step_by_step() -> None:
    assert count(range(300)) > 60


@pytest.mark.long
def test_many_random_networks_step_by_step() -> None:
    assert count(range(300, 6000)) > 1200
