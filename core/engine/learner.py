"""What learns: the parameters, and the one step that changes them. Clipping, decay and schedule live here."""

from __future__ import annotations

import math
from collections.abc import Mapping

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
            name: torch.tensor(weights[name], dtype=dtype, device=device).requires_grad_(not parameter.frozen)
            for name, parameter in declared.items()
        }
        self.layer_of = {name: parameter.layer for name, parameter in declared.items()}
        """Id of the layer that each parameter belongs to."""
        self._learned = {name: tensor for name, tensor in self.tensors.items() if tensor.requires_grad}
        if not self._learned:
            raise NotTrainable("Nothing can learn: every layer is frozen. Thaw at least one layer or link.")
        self._before = {name: torch.empty_like(tensor) for name, tensor in self._learned.items()}
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
        self.optimizer.zero_grad(set_to_none=True)
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
        torch._foreach_copy_(list(self._before.values()), list(self._learned.values()))
        self.optimizer.step()
        self.schedule.step()
        if math.isfinite(total_norm(list(self._learned.values()))):
            return None
        found = next(in_tensors("step", self._learned, self.layer_of), None)
        for name, tensor in self._learned.items():
            tensor.copy_(self._before[name])
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
        moved = self._by_layer({name: tensor - self._before[name] for name, tensor in self._learned.items()})
        before = self._by_layer(self._before)
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
    # torch.nn.utils.get_total_norm does the same in three times the time, which small networks would feel
    return float(torch.linalg.vector_norm(torch.stack(torch._foreach_norm(tensors))))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
