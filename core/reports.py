"""What a training session says about itself: plain numbers and numpy arrays, never tensors.

The trainer thread produces these, the window's display tick consumes them, and a Run keeps what is worth keeping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

StopReason = Literal["finished", "stopped", "early stopping", "diverged", "error"]
Granularity = Literal["step", "batch", "epoch", "run"]
MomentPart = Literal[
    "", "input", "sum", "gates", "state", "output", "output_gradient", "direct", "through", "share", "clip"
]


@dataclass(frozen=True, eq=False)
class GradientProfile:
    """Gradient of the loss through time at one layer: L2 norm over units, averaged over the batch; (steps,) each.

    ``total`` is |dL/dh_t|, ``direct`` the part that does not come through a later step, ``through`` the part that does.
    ``cell`` is |dL/dc_t| of an LSTM.
    """

    total: np.ndarray
    direct: np.ndarray
    through: np.ndarray
    cell: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The network on a whole part of the data, without dropout."""

    part: str
    loss: float
    metrics: Mapping[str, float]
    samples: np.ndarray
    """Sample numbers, (n,)."""
    outputs: np.ndarray
    """What the output layer gives after its activation: (n, outputs) or (n, steps, outputs)."""


@dataclass(frozen=True, eq=False)
class Examination:
    """One sample walked through the network: what every layer said, and how the loss depends on it."""

    sample: int
    part: str
    activations: Mapping[str, np.ndarray]
    """By layer id: (steps, units) for a sequence, (units,) for a static value."""
    output: np.ndarray
    """(steps, outputs) or (outputs,)."""
    loss: float
    gradients: Mapping[str, np.ndarray] = field(default_factory=dict)
    """dL/dh_t by layer id, the same shapes as ``activations``; total derivative."""
    cells: Mapping[str, np.ndarray] = field(default_factory=dict)
    """c_t by id of LSTM layer, (steps, units)."""
    attention: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By id of attention layer how much each step looks at each step of the memory, (steps, memory steps), or
    (memory steps,) of a static one; a row adds up to 1."""


@dataclass(frozen=True, eq=False)
class ProbeResult:
    """What a probe (see the catalogue "probes") found."""

    key: str
    """Its entry in the catalogue."""
    layer: str
    """Id of the layer that it looked at; "" where it answers for the whole network."""
    batch: int
    """Training steps taken before."""
    samples: np.ndarray
    """Numbers of the samples that it looked at."""
    values: Mapping[str, np.ndarray]
    """By name; a single number is an array without axes. The docstring of the function that runs it says which."""
    seconds: float = 0.0
    """What it cost."""


@dataclass(frozen=True)
class Moment:
    """Where a session stands inside a batch while it is stepped by time step."""

    phase: Literal["forward", "loss", "backward", "update"]
    step: int
    """Time step, 0-based; the last one in phase "loss", 0 in phase "update"."""
    steps: int
    """Time steps of the data; a batch that is cut to its longest sample ends before."""
    part: MomentPart = ""
    """What of the phase is under way, see core.walk; "" is all of it."""


@dataclass(frozen=True)
class Hit:
    """A breakpoint that has fired, see core.breakpoints."""

    breakpoint: str
    """Its id."""
    template: str
    """What was found, an English sentence with ``{name}`` fields that ``values`` fill."""
    values: Mapping[str, object] = field(default_factory=dict)
    layer: str | None = None
    """Id of the layer."""
    step: int | None = None
    """Time step, 0-based."""
    kind: str = ""
    """Its entry in the catalogue "breakpoints"."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """What the numbers of the sentence are, by their fields, and what they are made of; see core.why.training.fired."""

    @property
    def text(self) -> str:
        """The sentence in English."""
        return self.template.format(**self.values)


@dataclass(frozen=True, eq=False)
class Report:
    """One training step (or one moment of it), as seen by everyone outside the engine."""

    run: str
    """Id of the run it belongs to."""
    batch: int
    """Training steps taken so far in this run, 1-based. A Moment belongs to the batch that is under way."""
    epoch: int
    """1-based."""
    batch_in_epoch: int
    """1-based."""
    batches_per_epoch: int
    loss: float
    metrics: Mapping[str, float]
    """On this batch, by metric key."""
    seconds: float
    """Training time so far, pauses not counted."""
    moment: Moment | None = None
    learning_rate: float = 0.0
    gradient_norm: float = 0.0
    """Of all parameters together, before clipping."""
    clipped: bool = False
    gradients: Mapping[str, GradientProfile] = field(default_factory=dict)
    """Gradient through time by layer id, for the layers with a state (recurrent blocks and layers on a cycle)."""
    layer_gradient: Mapping[str, float] = field(default_factory=dict)
    """L2 norm of the gradient of a layer's parameters (its own and its incoming links'), by layer id; when measured."""
    update_ratio: Mapping[str, float] = field(default_factory=dict)
    """|change of the weights in this step| / |weights|, by layer id; when measured."""
    weights: Mapping[str, np.ndarray] | None = None
    """Copies of all parameters, at display rate."""
    examination: Examination | None = None
    """At display rate, where a sample is being watched."""
    evaluation: Evaluation | None = None
    """After each epoch: the validation part (the training part where there is none)."""
    probes: tuple[ProbeResult, ...] = ()
    """Of the probes on a schedule, those that were due."""
    hits: tuple[Hit, ...] = ()
    """Breakpoints that fired: training stands before the update of this batch."""
    notes: tuple[str, ...] = ()
    """Sentences about what changed at this step, such as a new learning rate."""
    stopped: StopReason | None = None
    """Set in the last report of a session."""
    stopped_because: str = ""
    """One sentence on why it stopped."""
