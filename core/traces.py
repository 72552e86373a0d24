"""One sample walked through a network with everything that can be said of it, layer by layer and step by step.

Arrays are (steps, units) for a sequence and (units,) for a static value; what is one number per step is (steps,), or
without axes for a static layer. Steps are in the order of time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.whatif import WhatIf


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """What one layer read, computed and felt."""

    value: np.ndarray
    """h_t, what the layer gives."""
    total: np.ndarray
    """dL/dh_t through everything."""
    direct: np.ndarray
    """The part of ``total`` that passes no later step."""
    through: np.ndarray
    """The part that comes back through later steps: ``total`` - ``direct``."""
    reads: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By link id: what it carried to the layer."""
    sums: np.ndarray | None = None
    """Before the activation, of dense layers and plain recurrent ones."""
    gates: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Of an LSTM: input, forget, candidate, output; of a GRU: reset, update, candidate. After their squashing."""
    cell: np.ndarray | None = None
    """c_t of an LSTM."""
    cell_gradient: np.ndarray | None = None
    """dL/dc_t of an LSTM."""
    initial: np.ndarray | None = None
    """(units,) what is read as the state before the first step, of layers of a sequence."""
    initial_cell: np.ndarray | None = None
    """(units,) the same for the cell of an LSTM."""
    attention: np.ndarray | None = None
    """(steps, memory steps) of an attention layer: how much it looks at each step of its memory; rows add up to 1."""
    delta: np.ndarray | None = None
    """dL/d(sum) of dense layers; of blocks with respect to what the input adds to the stacked gates."""
    delta_direct: np.ndarray | None = None
    """Of the output layer: the part of ``delta`` that is the loss's own at this step. A loss may be computed from the sums
    and then leaves nothing in ``total``, which is about the value after the activation."""
    flows: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Norm of the gradient that goes back along a copy of a link into this layer, by link id; a block's own memory under
    its layer id (``ID_reverse`` for its other direction, ``ID.cell`` for the way through the cell). Of links into a value
    that reduces a sequence, and of memory links: one number per step of the source."""
    shares: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Norm of what step t adds to dL/dW, by name of the tensor."""


@dataclass(frozen=True, eq=False)
class OwnInput:
    """An input that need not be in the data set, and which number of the answer its gradients are about."""

    inputs: Mapping[str, np.ndarray]
    """By name of the data: (features,) or (steps, features), normalised; without the one that is fed back."""
    unit: int | None = None
    """Of the output; None is the one that says most."""
    step: int = -1
    """Of the output, where it answers at every step; -1 is the last one."""
    answers: np.ndarray | None = None
    """(steps,) classes that a network that reads its own answers has given; None lets it answer by itself."""
    first: int | None = None
    """The class that it reads before them, where the data has no start."""


@dataclass(frozen=True)
class Aim:
    """What stands in for the loss where an input has no target: the sum of a unit of the output before its activation."""

    layer: str
    unit: int
    step: int | None
    """None where the network answers once."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A sample, without dropout and without truncation, at weights that the session had after ``batch`` steps."""

    sample: int
    """Number in the data set; -1 of an input that is not in it."""
    part: str
    run: str
    """Id of the run; "" where nothing was trained."""
    batch: int
    """Training steps taken before."""
    loss: float
    layers: Mapping[str, LayerTrace]
    steps: Mapping[str, int]
    """Steps of each sequence layer by id."""
    valid: Mapping[str, int]
    """Those of them that are no padding."""
    seconds: float = 0.0
    """What it cost."""
    whatif: WhatIf = field(default_factory=WhatIf)
    """What was changed on the way."""
    aim: Aim | None = None
    """What ``loss`` and all gradients are about, where it is no loss."""


@dataclass(frozen=True)
class Alike:
    """How one gradient of weights compares with another one."""

    cosine: float
    """1 where both point the same way; 0 where one of them is 0."""
    length: float
    """L2 norm of the one."""
    other: float
    """L2 norm of the other one."""

    @property
    def ratio(self) -> float:
        """Length of the one over that of the other; NaN where that is 0."""
        return self.length / self.other if self.other else float("nan")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a what-if, and how the gradients of the weights compare with those without it."""

    trace: Trace
    alike: Mapping[str, Alike]
    """By layer id (weights of a link belong to the layer that it ends at), "" for all weights that learn."""
