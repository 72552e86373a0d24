"""What torch loads only at the first optimizer step, loaded on purpose before someone waits for it."""

from __future__ import annotations

import torch


def warm_up() -> None:
    """Take one optimizer step on one number: torch imports its compiler for that, which takes about a second."""
    number = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([number], lr=0.0)
    number.sum().backward()
    optimizer.step()
