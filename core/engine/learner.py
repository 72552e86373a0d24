"""What learns: the parameters, and the one step that changes them. Clipping, decay and schedule live here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.catalogue.spec import Choice
from core.engine.clipping import adaptive_clip, would_clip
from core.engine.optimizers import build_optimizer, build_schedule, update_optimizer
from core.engine.watchdog import Found, in_tensors
from core.errors import NotTrainable
from core.network import Network
from core.parameters import parameters

_LINE = 16
"""Numbers of 32 bit in a cache line."""


@dataclass(frozen=True, eq=False)
class Row:
    """Tensors one behind the other in memory, so that one operation reaches all of them."""

    numbers: Tensor
    """(n,) all of them; 0 in the gaps."""
    places: list[tuple[int, torch.Size]]
    """Where each one begins, and its shape."""

    def views(self) -> list[Tensor]:
        """The tensors; they share their memory with ``numbers``."""
        return [self.numbers[first : first + shape.numel()].view(shape).detach() for first, shape in self.places]


def _end_to_end(tensors: list[Tensor]) -> Row:
    """A copy of these tensors, each of which begins where a cache line does."""
    places, first = [], 0
    for tensor in tensors:
        places.append((first, tensor.shape))
        first += -(-tensor.numel() // _LINE) * _LINE
    made = Row(tensors[0].new_zeros(first) if tensors else torch.zeros(0), places)
    for view, tensor in zip(made.views(), tensors, strict=True):
        view.copy_(tensor)
    return made


class Learner:
    """Parameters as leaf tensors, an optimizer over those that are not frozen, and its schedule."""

    def __init__(
        self,
        network: Network,
        weights: Mapping[str, np.ndarray],
        training: Choice,
        total_steps: int,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        declared = parameters(network)
        self.tensors: dict[str, Tensor] = {
            name: torch.tensor(weights[name], dtype=dtype, device=device) for name in declared
        }
        learned = [name for name, parameter in declared.items() if not parameter.frozen]
        self._all = _end_to_end([self.tensors[name] for name in learned])
        self.tensors.update(
            (name, view.requires_grad_()) for name, view in zip(learned, self._all.views(), strict=True)
        )
        self.layer_of = {name: parameter.layer for name, parameter in declared.items()}
        """Id of the layer that each parameter belongs to."""
        self._learned = {name: tensor for name, tensor in self.tensors.items() if tensor.requires_grad}
        if not self._learned:
            raise NotTrainable("Nothing can learn: every layer is frozen. Thaw at least one layer or link.")
        self._before = Row(torch.zeros_like(self._all.numbers), self._all.places)
        self.training = training
        self.optimizer = build_optimizer(training["optimizer"], self._learned.values(), training["weight_decay"])
        self.schedule = build_schedule(training["schedule"], self.optimizer, total_steps)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter."""
        return {name: tuple(tensor.shape) for name, tensor in self.tensors.items()}

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.param_groups[0].get("lr", 0.0))

    def broken(self) -> Found | None:
        """A parameter that is not finite, or None. Saturated units would hide it from the loss."""
        return next(in_tensors("weights", self.tensors, self.layer_of), None)

    def learn_from(self, loss: Tensor, penalty: Tensor | None) -> float:
        """Leave the gradient of the loss and all penalties in the parameters; returns its norm."""
        if not loss.requires_grad:
            raise NotTrainable("The loss does not depend on any weight that can learn. Thaw a layer, or link one in.")
        for tensor in self._learned.values():
            tensor.grad = None
        penalties = [each for each in (self.penalty(), penalty) if each is not None]
        torch.autograd.backward(sum(penalties, start=loss))
        return self.gradient_norm()

    def penalty(self) -> Tensor | None:
        """The L1 penalty of the settings, or None where it is off."""
        share = float(self.training["l1"])
        if not share:
            return None
        return share * torch.stack([tensor.abs().sum() for tensor in self._learned.values()]).sum()

    def gradients(self) -> dict[str, Tensor]:
        """The gradient of each parameter that got one."""
        return {name: tensor.grad for name, tensor in self._learned.items() if tensor.grad is not None}

    def gradient_norm(self) -> float:
        """L2 norm of all gradients together: NaN or infinite only where one of their numbers is."""
        return total_norm(list(self.gradients().values()))

    def layer_gradient(self) -> dict[str, float]:
        """The same for each layer's parameters on their own."""
        return {layer: total_norm(tensors) for layer, tensors in self._by_layer(self.gradients()).items()}

    def clip(self, norm: float) -> bool:
        """Cut the gradient as the settings say: each row, each number, then the whole; True where that changed it."""
        limit, top = float(self.training["clip_value"]), float(self.training["clip_norm"])
        clipped = adaptive_clip(self._learned.values(), float(self.training["clip_adaptive"]))
        if clipped:
            norm = self.gradient_norm()
        if limit:
            tensors = list(self.gradients().values())
            clipped = any(bool(tensor.abs().max() > limit) for tensor in tensors if tensor.numel())
            for tensor in tensors:
                tensor.clamp_(-limit, limit)
            norm = total_norm(tensors) if clipped else norm
        if top and norm > top:
            clipped = True
            for tensor in self.gradients().values():
                tensor.mul_(top / norm)
        return clipped

    def would_clip(self, norm: float) -> bool:
        """Whether ``clip`` would change the gradient."""
        limit, top = float(self.training["clip_value"]), float(self.training["clip_norm"])
        if would_clip(self._learned.values(), float(self.training["clip_adaptive"])) or (top and norm > top):
            return True
        return bool(limit) and any(bool((grad.abs() > limit).any()) for grad in self.gradients().values())

    def weight_norm(self, layer: str = "") -> float:
        """L2 norm of all parameters, or of those of one layer and the links into it."""
        return total_norm([t.detach() for name, t in self.tensors.items() if not layer or self.layer_of[name] == layer])

    @torch.no_grad()
    def step(self) -> Found | None:
        """Change the parameters. What would become NaN or infinite is returned: all of them then stay as they were."""
        self._before.numbers.copy_(self._all.numbers)
        self.optimizer.step()
        self.schedule.step()
        if math.isfinite(total_norm([self._all.numbers])):
            return None
        found = next(in_tensors("step", self._learned, self.layer_of), None)
        self._all.numbers.copy_(self._before.numbers)
        return found

    def change(self, training: Choice, total_steps: int) -> None:
        """Use these settings from the next step on. Another kind of optimizer starts without memory."""
        old, self.training = self.training, training
        if training["optimizer"].key != old["optimizer"].key:
            self.optimizer = build_optimizer(training["optimizer"], self._learned.values(), training["weight_decay"])
        else:
            update_optimizer(self.optimizer, training["optimizer"], training["weight_decay"])
        place = self.schedule.state_dict()
        self.schedule = build_schedule(training["schedule"], self.optimizer, total_steps)
        self.schedule.load_state_dict(place)

    @torch.no_grad()
    def update_ratio(self) -> dict[str, float]:
        """|change| / |weights| of each layer in the step just taken."""
        old = dict(zip(self._learned, self._before.views(), strict=True))
        moved = self._by_layer({name: tensor - old[name] for name, tensor in self._learned.items()})
        before = self._by_layer(old)
        return {layer: _ratio(total_norm(moved[layer]), total_norm(before[layer])) for layer in moved}

    def _by_layer(self, tensors: Mapping[str, Tensor]) -> dict[str, list[Tensor]]:
        grouped: dict[str, list[Tensor]] = {}
        for name, tensor in tensors.items():
            grouped.setdefault(self.layer_of[name], []).append(tensor)
        return grouped

    def weights(self) -> dict[str, np.ndarray]:
        """Copies of all parameters."""
        return {name: tensor.detach().cpu().numpy().copy() for name, tensor in self.tensors.items()}

    @torch.no_grad()
    def load(self, weights: Mapping[str, np.ndarray]) -> None:
        """Put these values into the parameters."""
        for name, tensor in self.tensors.items():
            tensor.copy_(torch.tensor(weights[name], dtype=tensor.dtype))


def total_norm(tensors: list[Tensor]) -> float:
    """L2 norm of all tensors together; recomputed in 64 bit where 32 bit overflow."""
    if not tensors:
        return 0.0
    norm = _norm(tensors)
    if not math.isfinite(norm) and tensors[0].dtype == torch.float32 and tensors[0].device.type != "mps":
        norm = _norm([tensor.double() for tensor in tensors])
    return norm


@torch.no_grad()
def _norm(tensors: list[Tensor]) -> float:
    if len(tensors) == 1:
        return float(torch.linalg.vector_norm(tensors[0]))
    # torch.nn.utils.get_total_norm does the same in three times the time, which small networks would feel
    return float(torch.linalg.vector_norm(torch.stack(torch._foreach_norm(tensors))))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
