"""The losses on tensors: a function per catalogue entry gives the loss of every position, one reduction averages.

A position is one sample, or one time step of one sample. Each function takes ``Scores`` and targets (..., units) and
gives (...): the mean over units, or the sum over classes where the units describe one distribution. Where the output's
activation and the loss belong together, it is computed from the sums before the activation, which cannot overflow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.catalogue.losses import LOSSES, LossSpec
from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.engine.activations import resolve
from core.engine.targets import balanced_weights, check_targets, converted
from core.errors import BadValue

Loss = Callable[[Tensor, Tensor, Tensor, Tensor | None, Tensor | None], Tensor]
_ABOUT_TIME = ("over_time", "step_weights")
_OVER_CLASSES = ("softmax", "log_softmax", "identity")
"""Output activations with which the sums are scores of classes."""


@dataclass(frozen=True, eq=False)
class Scores:
    """What the output layer says, before and after its activation; (..., units) each."""

    logits: Tensor
    outputs: Tensor
    activation: Choice

    def log_shares(self) -> Tensor:
        """log of the probability of each class, (..., units)."""
        if self.activation.key in _OVER_CLASSES:
            return torch.log_softmax(self.logits, dim=-1)
        return torch.log(self.outputs.clamp_min(_tiny(self.outputs)))

    def log_yes_no(self) -> tuple[Tensor, Tensor]:
        """log of the probability of yes and of no, unit by unit."""
        if self.activation.key in ("sigmoid", "identity"):
            return functional.logsigmoid(self.logits), functional.logsigmoid(-self.logits)
        yes = self.outputs.exp() if self.activation.key == "log_softmax" else self.outputs
        tiny = _tiny(yes)
        return torch.log(yes.clamp_min(tiny)), torch.log((1 - yes).clamp_min(tiny))


def loss_function(
    choice: Choice, output_activation: Choice, dataset: Dataset, time_weights: Sequence[float] | None = None
) -> Loss:
    """The loss f(logits, outputs, targets, mask, sample_weight) -> scalar of a chosen entry.

    Shapes are (steps, batch, units) or (batch, units); mask (steps, batch) says which steps count, sample_weight is
    (batch,). The result is the weighted mean over what counts, and 0 where nothing does. ``time_weights`` replaces the
    weights over time that the choice itself asks for.
    """
    spec = LOSSES[choice.key]
    assert isinstance(spec, LossSpec)
    choice = LOSSES.complete(choice)
    check_targets(spec, dataset)
    weights = list(time_weights) if time_weights is not None else step_weights(choice)
    last_only = time_weights is None and choice["over_time"] == "last"
    kernel = _kernel(spec)
    values = _own_values(choice)
    balance = balanced_weights(dataset) if choice.values.get("class_weights") == "balanced" else None
    rooted = choice.key == "rmse"
    of_codes = _of_codes(choice, output_activation, dataset)

    def loss(
        logits: Tensor, outputs: Tensor, targets: Tensor, mask: Tensor | None, sample_weight: Tensor | None
    ) -> Tensor:
        alike = mask is None and sample_weight is None and balance is None
        alike = alike and (outputs.dim() < 3 or not (last_only or weights))
        if alike and of_codes is not None and _one_code_each(logits, targets, dataset):
            return of_codes(logits, targets)
        wanted = converted(targets, spec.targets, dataset, outputs)
        each = kernel(Scores(logits, outputs, output_activation), wanted, **values)
        if alike:
            mean = each.mean()
            return _root(mean) if rooted else mean
        counts = _counts(each, mask, last_only, weights)
        if sample_weight is not None:
            counts = counts * sample_weight.to(each.dtype)
        if balance is not None:
            counts = counts * _class_weight(wanted, torch.as_tensor(balance, dtype=each.dtype, device=each.device))
        mean = _mean(each, counts)
        return _root(mean) if rooted else mean

    return loss


def sample_losses(
    choice: Choice, output_activation: Choice, dataset: Dataset
) -> Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor]:
    """f(logits, outputs, targets, mask) -> (batch,): what ``loss_function`` gives for each sample on its own."""
    spec = LOSSES[choice.key]
    assert isinstance(spec, LossSpec)
    choice = LOSSES.complete(choice)
    weights, last_only = step_weights(choice), choice["over_time"] == "last"
    kernel, values = _kernel(spec), _own_values(choice)
    balance = balanced_weights(dataset) if choice.values.get("class_weights") == "balanced" else None

    def losses(logits: Tensor, outputs: Tensor, targets: Tensor, mask: Tensor | None) -> Tensor:
        wanted = converted(targets, spec.targets, dataset, outputs)
        each = kernel(Scores(logits, outputs, output_activation), wanted, **values)
        if each.dim() < 2:
            return _root(each) if choice.key == "rmse" else each  # a weight of its own does not change a single number
        counts = _counts(each, mask, last_only, weights)
        if balance is not None:
            counts = counts * _class_weight(wanted, torch.as_tensor(balance, dtype=each.dtype, device=each.device))
        mean = _mean(each, counts, over=0)
        return _root(mean) if choice.key == "rmse" else mean

    return losses


def _of_codes(choice: Choice, activation: Choice, dataset: Dataset) -> Callable[[Tensor, Tensor], Tensor] | None:
    """Cross-entropy straight from class numbers, f(logits, targets) where all positions count alike; None for others.

    One kernel of torch instead of ten: a small network feels a sixth of a millisecond at every step.
    """
    if choice.key != "cross_entropy" or not dataset.target.codes or activation.key not in _OVER_CLASSES:
        return None
    smoothing, last = float(choice["label_smoothing"]), dataset.outputs - 1

    def loss(logits: Tensor, targets: Tensor) -> Tensor:
        codes = targets.flatten().long().clamp_(0, last)
        return functional.cross_entropy(logits.flatten(0, -2), codes, label_smoothing=smoothing)

    return loss


def _one_code_each(logits: Tensor, targets: Tensor, dataset: Dataset) -> bool:
    """Whether each position has a unit for every class, of which there are several, and one class number."""
    return logits.shape[-1] == dataset.outputs > 1 and targets.shape == (*logits.shape[:-1], 1)


def each_alone(choice: Choice, margin: bool) -> Callable[[Tensor], Tensor]:
    """The loss of single numbers: of residuals against a target of 0, or of margins (log-odds of the right of two classes)."""
    spec = LOSSES[choice.key]
    assert isinstance(spec, LossSpec)
    kernel, values = _kernel(spec), _own_values(LOSSES.complete(choice))
    shares = spec.targets in ("classes", "distribution")

    def loss(x: Tensor) -> Tensor:
        if not margin:
            z, wanted = x[..., None], torch.zeros_like(x)[..., None]
            return kernel(Scores(z, z, Choice("identity")), wanted, **values)
        if shares:
            z = torch.stack([x, torch.zeros_like(x)], dim=-1)
            wanted = torch.zeros_like(z)
            wanted[..., 0] = 1
            return kernel(Scores(z, torch.softmax(z, -1), Choice("softmax")), wanted, **values)
        z, wanted = x[..., None], torch.ones_like(x)[..., None]
        return kernel(Scores(z, z, Choice("identity")), wanted, **values)

    return loss


def _kernel(spec: LossSpec) -> Callable[..., Tensor]:
    """What an entry runs: our own functions take Scores, torch's (``torch.nn.functional.smooth_l1_loss``) predictions."""
    function: Callable[..., Tensor] = resolve(spec.runs)
    if not spec.runs.startswith("torch."):
        return function

    def of_torch(scores: Scores, targets: Tensor, **values: object) -> Tensor:
        return function(scores.outputs, targets, reduction="none", **values).mean(dim=-1)

    return of_torch


def _own_values(choice: Choice) -> dict[str, object]:
    return {k: v for k, v in choice.values.items() if k not in (*_ABOUT_TIME, "class_weights")}


def step_weights(choice: Choice) -> list[float]:
    """The weights over time that a chosen loss asks for; empty where all steps are alike."""
    if choice["over_time"] != "custom":
        return []
    try:
        weights = [float(part) for part in str(choice["step_weights"]).replace(";", ",").split(",") if part.strip()]
    except ValueError:
        weights = []
    if not weights or any(not math.isfinite(w) or w < 0 for w in weights) or not any(weights):
        raise BadValue(
            "The weights over time need numbers of 0 or more, separated by commas and not all 0, instead of “{text}”.",
            text=choice["step_weights"],
        )
    return weights


def _counts(each: Tensor, mask: Tensor | None, last_only: bool, weights: Sequence[float]) -> Tensor:
    """How much every position counts: mask times the weight of its step."""
    counts = torch.ones_like(each) if mask is None else mask.to(each.dtype).expand_as(each)
    if each.dim() < 2:
        return counts
    if last_only:
        steps = torch.arange(1, len(each) + 1, device=each.device)[:, None] * (counts > 0)
        return counts * ((steps == steps.amax(dim=0)) & (steps > 0)).to(each.dtype)
    if weights:
        full = [*weights, *[weights[-1]] * (len(each) - len(weights))][: len(each)]
        counts = counts * torch.as_tensor(full, dtype=each.dtype, device=each.device)[:, None]
    return counts


def _mean(each: Tensor, counts: Tensor, over: int | None = None) -> Tensor:
    """Weighted mean over one axis or all; positions that do not count are left out even where they are not finite."""
    total = counts.sum(over)
    kept = torch.where(counts > 0, each, torch.zeros_like(each))
    return (kept * counts).sum(over) / torch.where(total > 0, total, torch.ones_like(total))


def _root(mean: Tensor) -> Tensor:
    """Square root whose slope at 0 is taken as 0, where it has none."""
    positive = mean > 0
    return torch.where(positive, torch.sqrt(torch.where(positive, mean, torch.ones_like(mean))), torch.zeros_like(mean))


def _class_weight(shares: Tensor, weights: Tensor) -> Tensor:
    """Weight of every position's class; a single unit says 0 or 1 for the first or second class."""
    if shares.shape[-1] == 1:
        second = shares[..., 0]
        return weights[0] * (1 - second) + weights[-1] * second
    return (shares * weights).sum(dim=-1)


def _tiny(values: Tensor) -> float:
    return torch.finfo(values.dtype).tiny


def mse(scores: Scores, y: Tensor) -> Tensor:
    """(y - f)^2."""
    return (y - scores.outputs).square().mean(dim=-1)


rmse = mse


def mae(scores: Scores, y: Tensor) -> Tensor:
    """|y - f|; the slope at 0 is 0."""
    return (y - scores.outputs).abs().mean(dim=-1)


def mbe(scores: Scores, y: Tensor) -> Tensor:
    """y - f, signed: it has no minimum."""
    return (y - scores.outputs).mean(dim=-1)


def huber(scores: Scores, y: Tensor, delta: float) -> Tensor:
    """Half the squared error inside delta, a straight line outside (Huber 1964)."""
    return functional.huber_loss(scores.outputs, y, reduction="none", delta=delta).mean(dim=-1)


def log_cosh(scores: Scores, y: Tensor) -> Tensor:
    """log cosh(f - y). Near 0 it is computed as log1p(2 sinh^2(d / 2)), where the other form would cancel."""
    miss = scores.outputs - y
    near = torch.log1p(2 * torch.sinh(miss.clamp(-1, 1) / 2).square())
    size = miss.abs()
    far = size + functional.softplus(-2 * size) - math.log(2)
    return torch.where(size < 1, near, far).mean(dim=-1)


def quantile(scores: Scores, y: Tensor, q: float) -> Tensor:
    """q (y - f) where the guess is too low, (q - 1)(y - f) where it is too high (Koenker and Bassett 1978)."""
    miss = y - scores.outputs
    return torch.where(miss >= 0, q * miss, (q - 1) * miss).mean(dim=-1)


def poisson(scores: Scores, y: Tensor) -> Tensor:
    """f - y log f, without the part that depends on y alone."""
    rate = scores.outputs
    if scores.activation.key == "softplus":
        log_rate = _log_softplus(scores.logits, float(scores.activation.values.get("beta", 1.0)))
    else:
        log_rate = torch.log(rate.clamp_min(_tiny(rate)))
    return (rate - y * log_rate).mean(dim=-1)


def _log_softplus(z: Tensor, beta: float) -> Tensor:
    """log softplus(z); far below 0 softplus is e^(beta z) / beta, whose logarithm does not underflow."""
    scaled = beta * z
    near = torch.log(functional.softplus(scaled.clamp_min(-15)))
    return torch.where(scaled < -15, scaled, near) - math.log(beta)


def cross_entropy(scores: Scores, y: Tensor, label_smoothing: float) -> Tensor:
    """-sum y log f over classes; a single unit is read as the probability of the second class."""
    if y.shape[-1] == 1:
        return bce(scores, (1 - label_smoothing) * y + label_smoothing / 2)
    smooth = (1 - label_smoothing) * y + label_smoothing / y.shape[-1]
    return -(smooth * scores.log_shares()).sum(dim=-1)


def bce(scores: Scores, y: Tensor) -> Tensor:
    """-(y log f + (1 - y) log(1 - f)) for every unit."""
    yes, no = scores.log_yes_no()
    return -(y * yes + (1 - y) * no).mean(dim=-1)


def hinge(scores: Scores, y: Tensor) -> Tensor:
    """max(0, 1 - f y) with y = -1 or +1."""
    return torch.relu(1 - scores.outputs * y).mean(dim=-1)


def squared_hinge(scores: Scores, y: Tensor) -> Tensor:
    """max(0, 1 - f y)^2 with y = -1 or +1."""
    return torch.relu(1 - scores.outputs * y).square().mean(dim=-1)


def kl(scores: Scores, y: Tensor) -> Tensor:
    """sum y log(y / f) over classes, with 0 log 0 = 0."""
    if y.shape[-1] == 1:
        known: Tensor = torch.xlogy(y, y) + torch.xlogy(1 - y, 1 - y)
        return known.mean(dim=-1) + bce(scores, y)
    return (torch.xlogy(y, y) - y * scores.log_shares()).sum(dim=-1)


def focal(scores: Scores, y: Tensor, gamma: float) -> Tensor:
    """-(1 - p)^gamma log p with p the probability of the right class (Lin et al. 2017); sigmoid units one by one."""
    if y.shape[-1] == 1 or scores.activation.key in ("sigmoid", "hard_sigmoid"):
        yes, no = scores.log_yes_no()
        return (y * _faded(yes, gamma) + (1 - y) * _faded(no, gamma)).mean(dim=-1)
    return (y * _faded(scores.log_shares(), gamma)).sum(dim=-1)


def _faded(log_p: Tensor, gamma: float) -> Tensor:
    if gamma == 0:
        return -log_p
    doubt = -torch.expm1(log_p)
    return -log_p * doubt.clamp_min(torch.finfo(log_p.dtype).eps).pow(gamma)
