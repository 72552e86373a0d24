"""The entries of the catalogue "breakpoints": conditions at which a training stands still before it changes a weight.

Every condition is looked at once per batch, after the gradients are known and before the optimizer moves. In the
formulas h_t is the state of the layer at step t, L the loss and T the last step.
"""

from __future__ import annotations

from typing import Any

from core.catalogue.spec import Catalogue, Param, Spec

_LAYER = Param(
    "layer", "Layer", "text", "", "The layer that is looked at; without one, all layers that it makes sense for.", effect="now"
)  # fmt: skip
_STEP = Param(
    "step", "Time step", "int", 1, "The time step that is looked at, counted from 1; 0 is any of them.", 0, 1_000_000, effect="now"
)  # fmt: skip
_EVERY = Param(
    "every",
    "At every batch",
    "bool",
    False,
    "Pause at each batch at which it holds. Otherwise only where it begins to hold.",
    effect="now",
    advanced=True,
)


def _bound(default: float, help: str, minimum: float = 0.0, maximum: float = 1e30, **more: Any) -> Param:
    return Param("bound", "Bound", "float", default, help, minimum, maximum, effect="now", **more)


def _share(what: str) -> Param:
    return Param(
        "share", "Share", "float", 0.5, f"Pause where more than this share of {what}.", 0.0, 1.0, step=0.05, effect="now"
    )  # fmt: skip


def _spec(key: str, title: str, help: str, *params: Param, formula: str, family: str) -> Spec:
    return Spec(key, title, help, (*params, _EVERY), family=family, formula=formula, runs=f"core.breakpoints:{key}")


_TIME, _TRAINING, _UNITS = "Gradient through time", "Training", "Units and weights"

BREAKPOINTS = Catalogue(
    "breakpoint",
    (
        _spec(
            "gradient_below",
            "Gradient falls below",
            "Pauses where the gradient that arrives at a time step is smaller than a bound: it vanishes.",
            _LAYER,
            _STEP,
            _bound(1e-6, "Pause where |dL/dh| of the step is below this.", log=True),
            formula=r"\left| \frac{\partial L}{\partial h_t} \right| < b",
            family=_TIME,
        ),
        _spec(
            "gradient_above",
            "Gradient rises above",
            "Pauses where the gradient that arrives at a time step is larger than a bound: it explodes.",
            _LAYER,
            _STEP,
            _bound(10.0, "Pause where |dL/dh| of the step is above this.", log=True),
            formula=r"\left| \frac{\partial L}{\partial h_t} \right| > b",
            family=_TIME,
        ),
        _spec(
            "ratio_below",
            "First step gets too little",
            "Pauses where the gradient at the first step is a smaller part of that at the last step than a bound.",
            _LAYER,
            _bound(1e-3, "Pause where the first step's gradient divided by the last one's is below this.", log=True),
            formula=r"\frac{|\partial L / \partial h_1|}{|\partial L / \partial h_T|} < b",
            family=_TIME,
        ),
        _spec(
            "ratio_above",
            "First step gets too much",
            "Pauses where the gradient at the first step is more times that at the last step than a bound.",
            _LAYER,
            _bound(1e3, "Pause where the first step's gradient divided by the last one's is above this.", log=True),
            formula=r"\frac{|\partial L / \partial h_1|}{|\partial L / \partial h_T|} > b",
            family=_TIME,
        ),
        _spec(
            "not_finite",
            "NaN or infinity",
            "Pauses where any number is no longer finite, and names the first one by layer and time step.",
            formula=r"x = \text{NaN} \;\text{ or }\; |x| = \infty",
            family=_TRAINING,
        ),
        _spec(
            "loss_jumps",
            "Loss jumps",
            "Pauses where the loss of a batch is many times the mean of the batches before it.",
            Param("factor", "Factor", "float", 2.0, "How many times the recent mean the loss has to be.", 1.0, 1e9, True, effect="now"),
            Param("window", "Batches", "int", 10, "Over how many batches before this one the mean is taken.", 1, 1000, effect="now"),
            formula=r"L > f \cdot \frac{1}{n} \sum_{k=1}^{n} L_{-k}",
            family=_TRAINING,
        ),
        _spec(
            "metric_reaches",
            "Metric or loss reaches",
            "Pauses where the metric, or the loss, of a batch is good enough.",
            Param(
                "quantity", "Number", "choice", "metric", "Which number of the batch is looked at.",
                choices=(("metric", "Metric"), ("loss", "Loss")), effect="now",
            ),
            Param(
                "side", "Pause when it is", "choice", "least", "On which side of the bound it has to be.",
                choices=(("least", "at least"), ("most", "at most")), effect="now",
            ),
            _bound(0.9, "The value to be reached; 0.9 is 90 % of an accuracy.", -1e30),
            formula=r"m \geq b \;\text{ or }\; m \leq b",
            family=_TRAINING,
        ),
        _spec(
            "clipping",
            "Clipping acts",
            "Pauses where the gradient is about to be cut by the clipping of the training settings.",
            formula=r"|g| > c",
            family=_TRAINING,
        ),
        _spec(
            "saturated",
            "Units saturate",
            "Pauses where too many units of a layer sit at the flat ends of their activation, or gates at 0 or 1.",
            _LAYER,
            _share("the units of a layer is saturated"),
            formula=r"\frac{1}{N} \sum_i \left[ |f'(a_i)| < 0.1 \right] > s",
            family=_UNITS,
        ),
        _spec(
            "dead",
            "Units die",
            "Pauses where too many units of a layer say the same to the whole batch, or pass no gradient at all.",
            _LAYER,
            _share("the units of a layer is dead"),
            formula=r"\frac{1}{U} \sum_u \left[ f'(a_u) = 0 \text{ always} \right] > s",
            family=_UNITS,
        ),
        _spec(
            "weight_norm",
            "Weights grow above",
            "Pauses where the length of all weights of a layer, or of the whole network, is above a bound.",
            Param("layer", "Layer", "text", "", "The layer whose weights are measured; without one, all weights together.", effect="now"),
            _bound(100.0, "Pause where |W| is above this.", log=True),
            formula=r"|W| > b",
            family=_UNITS,
        ),
    ),
)  # fmt: skip
