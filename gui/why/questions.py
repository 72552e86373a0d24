"""The questions that several views ask about the same things."""

from __future__ import annotations

from contextlib import suppress

from core.errors import StudioError
from core.network import Network
from core.parameters import parameters
from core.runs import Run
from core.why.numbers import Number, Quantity
from core.why.training.clocks import Standing, batch_number, epoch_number, standing
from gui.document import Document
from gui.text import tr
from gui.why.here import Question

MOST_WEIGHTS = 4


def about_unit(
    layer: str, quantity: Quantity, unit: int, step: int | None, felt: Quantity = "gradient"
) -> list[Question]:
    """About one number of a unit, and the other one of value and gradient; ``felt`` is which gradient is meant."""
    texts = {"value": tr("Why this value?"), "cell": tr("Why this cell?"), felt: tr("Why this gradient?")}
    wanted = [quantity, *(other for other in ("value", felt) if other != quantity)]
    return [Question(Number(one, layer, unit, step), texts.get(one, "")) for one in wanted]  # type: ignore[arg-type]


def about_layer(layer: str, step: int | None, gradient: bool, felt: Quantity = "gradient") -> list[Question]:
    """About all units of a layer at a step: the length of what it says, and of the gradient (``felt``) that reaches it."""
    made = {
        "value": Question(Number("norm", layer, 0, step, "value"), tr("Why this value?")),
        "gradient": Question(Number("norm", layer, 0, step, felt), tr("Why this gradient?")),
    }
    return [made[key] for key in (("gradient", "value") if gradient else ("value", "gradient"))]


def weights_of(network: Network, layer: str, gradient: bool) -> tuple[Number, ...]:
    """The first weight of each tensor of a layer and of the links into it, or their gradients."""
    own = {layer, *(link.id for link in network.into(layer))}
    found = []
    for name, parameter in parameters(network).items():
        if name.rpartition(".")[0] in own:
            column = 0 if len(parameter.shape) > 1 else None
            found.append(Number("weight_gradient" if gradient else "weight", layer, 0, None, name, column))
    return tuple(found[:MOST_WEIGHTS])


def standing_in(document: Document, run: Run, batch: int) -> Standing:
    """Where a batch stands in a run; the size of an epoch is known where the run is on the data that is chosen."""
    samples = 0
    if run.data == document.project.data:
        with suppress(StudioError):  # the training panel says why
            samples = len(document.project.dataset().samples("train"))
    return standing(run, batch, samples)


def about_batch(document: Document, run: Run, batch: int) -> Question:
    """About the number of a batch."""
    return Question(batch_number(standing_in(document, run, batch)), tr("Why this batch number?"))


def about_epoch(document: Document, run: Run, batch: int) -> Question:
    """About the epoch that a batch is in."""
    return Question(epoch_number(standing_in(document, run, batch)), tr("Why this epoch?"))
