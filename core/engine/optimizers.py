"""Optimizers made from their catalogue entries, changed while they run, and the schedule of their learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.catalogue.optimizers import OPTIMIZERS
from core.catalogue.schedules import SCHEDULES
from core.catalogue.spec import Choice
from core.engine.activations import resolve

_WITHOUT_DECAY = ("rprop", "lbfgs")
_FUSED = ("sgd", "adam", "adamw")
"""Entries of which torch has a version that changes all tensors in one call."""


def build_optimizer(choice: Choice, parameters: Iterable[Tensor], weight_decay: float = 0.0) -> torch.optim.Optimizer:
    """The optimizer of a chosen entry over these tensors. Weight decay is L2; AdamW and Lion shrink weights apart."""
    arguments = _arguments(choice)
    decays = choice.key not in _WITHOUT_DECAY
    if decays:
        arguments["weight_decay"] = weight_decay
    tensors = list(parameters)
    if choice.key in _FUSED and all(tensor.device.type in ("cpu", "cuda") for tensor in tensors):
        arguments["fused"] = True  # a third of the time, which small networks feel
    optimizer: torch.optim.Optimizer = resolve(OPTIMIZERS[choice.key].runs)(tensors, **arguments)
    for group in optimizer.param_groups:
        group["base_lr"] = group["lr"]
        group["factor"] = 1.0
        if not decays:
            group["decay"] = weight_decay
    if not decays:
        optimizer.register_step_pre_hook(_decay_gradient)
    return optimizer


def update_optimizer(optimizer: torch.optim.Optimizer, choice: Choice, weight_decay: float | None = None) -> None:
    """Use the settings of ``choice``, an entry of the same kind, from the next step on. What it has learned stays."""
    arguments = _arguments(choice)
    rate = arguments.pop("lr")
    for group in optimizer.param_groups:
        group.update({key: value for key, value in arguments.items() if key in group})
        group["base_lr"] = rate
        group["lr"] = rate * group["factor"]
        if weight_decay is not None:
            group["decay" if "decay" in group else "weight_decay"] = weight_decay
    _complete_memory(optimizer)


class Stepper:
    """One optimizer on one array, for looking at single steps."""

    def __init__(self, choice: Choice, shape: tuple[int, ...]) -> None:
        self._weights = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
        self._optimizer = build_optimizer(choice, [self._weights])

    def __call__(self, theta: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """What is added to ``theta`` for this gradient."""
        with torch.no_grad():
            self._weights.copy_(torch.as_tensor(theta))
        self._weights.grad = torch.as_tensor(gradient, dtype=torch.float64).clone()
        self._optimizer.step()
        change: np.ndarray = self._weights.detach().numpy() - theta
        return change


def needs_closure(choice: Choice) -> bool:
    """True where a step has to evaluate the loss again. No entry does: L-BFGS steps once on the gradient it finds."""
    return False


def _arguments(choice: Choice) -> dict[str, Any]:
    """The constructor's arguments, where a Spec names pairs one by one."""
    values = dict(OPTIMIZERS.complete(choice).values)
    if "beta1" in values:
        values["betas"] = (values.pop("beta1"), values.pop("beta2"))
    if "eta_minus" in values:
        values["etas"] = (values.pop("eta_minus"), values.pop("eta_plus"))
        low, high = values.pop("step_min"), values.pop("step_max")
        values["step_sizes"] = (min(low, high), max(low, high))
    if values.get("nesterov"):
        values["nesterov"] = values["momentum"] > 0
    return values


def _complete_memory(optimizer: torch.optim.Optimizer) -> None:
    """Give running weights the memory that a setting switched on later needs (AMSGrad, momentum, centred)."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            memory = optimizer.state.get(parameter)
            if not memory:
                continue
            if group.get("amsgrad") and "max_exp_avg_sq" not in memory:
                memory["max_exp_avg_sq"] = memory["exp_avg_sq"].clone()
            if isinstance(optimizer, torch.optim.RMSprop):
                if group["momentum"] > 0:
                    memory.setdefault("momentum_buffer", torch.zeros_like(parameter))
                if group["centered"]:
                    memory.setdefault("grad_avg", torch.zeros_like(parameter))


def _decay_gradient(optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
    """L2 for the optimizers that do not know it: the gradient of decay / 2 |theta|^2."""
    for group in optimizer.param_groups:
        if group["decay"]:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad.add_(parameter.detach(), alpha=group["decay"])


class LBFGS(torch.optim.LBFGS):
    """L-BFGS that takes one step per call on the gradient already there, without line search (Liu and Nocedal 1989)."""

    def __init__(self, params: Iterable[Tensor], lr: float, history_size: int) -> None:
        super().__init__(
            list(params), lr=lr, max_iter=1, history_size=history_size, tolerance_grad=0.0, tolerance_change=0.0
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step; ``closure`` may give the loss, which is only passed on."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    parameter.grad = torch.zeros_like(parameter)
        return super().step(closure or (lambda: 0.0))  # type: ignore[no-untyped-call]


class Lion(torch.optim.Optimizer):
    """Lion (Chen et al. 2023): the sign of a mix of the gradient and its running average."""

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 3e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(list(params), {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step."""
        loss = closure() if closure else None
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                memory = self.state[parameter]
                if not memory:
                    memory["exp_avg"] = torch.zeros_like(parameter)
                average: Tensor = memory["exp_avg"]
                direction = (beta1 * average + (1 - beta1) * parameter.grad).sign_()
                parameter.mul_(1 - group["lr"] * group["weight_decay"]).add_(direction, alpha=-group["lr"])
                average.mul_(beta2).add_(parameter.grad, alpha=1 - beta2)
        return loss


class Schedule:
    """Sets the learning rate before every step: the optimizer's own rate times a factor that depends on the step."""

    def __init__(self, choice: Choice, optimizer: torch.optim.Optimizer, total_steps: int) -> None:
        self.choice = SCHEDULES.complete(choice)
        self.optimizer = optimizer
        self.total_steps = total_steps
        """Steps of the whole run; may be changed while it runs."""
        self.taken = 0
        """Steps taken so far."""
        self.losses: list[float] = []
        """Loss of each epoch, for the schedules that watch it."""
        self._function: Callable[..., float] = resolve(SCHEDULES[choice.key].runs)
        self._apply()

    @property
    def factor(self) -> float:
        """What the learning rate is multiplied with at the next step."""
        return self._function(self.taken, max(1, self.total_steps), self.losses, **self.choice.values)

    def step(self) -> None:
        """Call after every step of the optimizer."""
        self.taken += 1
        self._apply()

    def observe(self, loss: float) -> None:
        """Call after every epoch with its validation loss (the training loss where there is none)."""
        self.losses.append(float(loss))
        self._apply()

    def _apply(self) -> None:
        factor = self.factor
        for group in self.optimizer.param_groups:
            group["factor"] = factor
            group["lr"] = group["base_lr"] * factor

    def state_dict(self) -> dict[str, Any]:
        """Numbers from which ``load_state_dict`` goes on; the losses as a tensor, since after a long training they are many."""
        return {"taken": self.taken, "losses": torch.tensor(self.losses, dtype=torch.float64)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state`` was taken."""
        self.taken = int(state["taken"])
        self.losses = [float(loss) for loss in state["losses"]]
        self._apply()


def build_schedule(choice: Choice, optimizer: torch.optim.Optimizer, total_steps: int) -> Schedule:
    """The schedule of a chosen entry for an optimizer made by ``build_optimizer``."""
    return Schedule(choice, optimizer, total_steps)
