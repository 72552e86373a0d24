"""Networks in one line, for tests."""

from __future__ import annotations

import torch
from torch import Tensor

from core.catalogue.layers import LAYERS
from core.catalogue.spec import Choice
from core.network import Layer, Link, Network
from core.parameters import parameters


def layer(key: str, kind: str, **params: object) -> Layer:
    """A layer whose id is its name; an activation may be given by its key."""
    if isinstance(params.get("activation"), str):
        params["activation"] = Choice(str(params["activation"]))
    return Layer(key, key, kind, LAYERS.choose(kind, **params).values)


def network(
    layers: list[Layer], links: list[tuple[str, str, int]], initial: list[tuple[str, str]] | None = None
) -> Network:
    """Layers joined by (source, target, delay); the id of a link is "source>target@delay"."""
    made = [Link(f"{a}>{b}@{k}", a, b, k) for a, b, k in links]
    made += [Link(f"{a}>>{b}", a, b, 0, "initial") for a, b in initial or []]
    return Network({item.id: item for item in layers}, {item.id: item for item in made})


def random_parameters(drawn: Network, seed: int = 0, dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    """Normal numbers for every tensor of a network."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: (0.5 * torch.randn(p.shape, generator=generator, dtype=torch.float64))
        .to(dtype)
        .requires_grad_(not p.frozen)
        for name, p in parameters(drawn).items()
    }
