"""What capturing every layer may change: no value, no bit of the loss, and of a gradient the order in which it is added up.

Who looks beside the training (examine, trace, probes_time, probes_memory, an input of one's own) captures so; core.engine.whatif
only keeps in a Capture what autograd gave it. Both sides of a what-if without a change in the walk are captured alike.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.engine.capture import Capture
from core.engine.changes import changes
from core.engine.program import Program
from core.engine.whatif import alike, altered
from core.whatif import WhatIf
from tests.core.engine.random_networks import Case, random_case
from tests.core.engine.session_toys import elman, state, two_classes
from tests.core.engine.test_random_networks import take_gradients
from tests.core.engine.test_single_precision import as_type

SEEDS = range(600, 720)
ULPS = 16
"""Of the largest gradient of a tensor's network: what another order of a sum of a few terms makes."""


def both(case: Case, capture: Capture | None) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    program = Program(case.network, torch.float32, torch.device("cpu"))
    values = program.run(
        case.parameters, case.inputs, steps=case.steps, training=case.training, lengths=case.lengths,
        truncate=case.truncate, generator=torch.Generator().manual_seed(case.seed), capture=capture,
    )  # fmt: skip
    loss = case.loss(values)
    told = {key: value.detach() for key, value in values.outputs.items()} | {"loss": loss.detach()}
    if not loss.requires_grad:
        return told, {}
    loss.backward()
    return told, take_gradients(case)


def test_values_are_the_same_bit_for_bit_and_gradients_to_the_order_of_their_sums() -> None:
    exact = seen = 0
    for seed in SEEDS:
        single = as_type(random_case(seed), torch.float32)
        (said, plain), (watched, felt) = both(single, None), both(single, Capture(every_layer=True))
        for key in said:
            assert torch.equal(said[key].nan_to_num(), watched[key].nan_to_num()), (seed, key)
        if not plain:
            continue
        largest = max((float(value.abs().max()) for value in plain.values() if value.numel()), default=0.0)
        if not np.isfinite(largest):
            continue
        for key in plain:
            missed = float((plain[key] - felt[key]).abs().max()) if plain[key].numel() else 0.0
            assert missed <= ULPS * torch.finfo(torch.float32).eps * max(largest, 1e-30), (seed, key, missed, largest)
            exact += missed == 0
            seen += 1
    assert seen > 500 and exact > 0.9 * seen


def test_a_what_if_without_a_change_compares_like_with_like() -> None:
    """In single precision too: the cosine of a gradient with itself is not that of two roundings."""
    from core.engine.session import Session

    made = Session(state(elman(), loss="cross_entropy"), two_classes())
    plain = made.look("", np.array([3]))
    same = altered(plain, changes(plain, WhatIf(truncate=50), made._other))
    found = alike(same, plain)[""]
    assert found.length == found.other
    for name, grad in plain.learned(plain.seen).items():
        assert torch.equal(grad, same.learned(same.seen)[name])
