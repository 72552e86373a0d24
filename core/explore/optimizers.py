"""The optimizers step by step in plain numpy, with every number on the way from the gradient to the new weight.

Each rule is f(memory, theta, g, t, **values) -> quantities: it changes ``memory``, ``t`` counts from 1, and the last of
the quantities, "change", is what is added to the weights. Sources of the rules are in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.catalogue.optimizers import OPTIMIZERS
from core.catalogue.spec import Choice
from core.explore import by_engine

Memory = dict[str, Any]
Quantities = dict[str, np.ndarray]
_APART = ("adamw", "lion")
"""Rules that shrink the weights apart from the gradient."""


@dataclass
class Descent:
    """One optimizer on its way down: what it remembers, and how many steps it has taken."""

    choice: Choice
    weight_decay: float = 0.0
    memory: Memory = field(default_factory=dict)
    taken: int = 0

    def __post_init__(self) -> None:
        self.choice = OPTIMIZERS.complete(self.choice)

    def step(self, theta: np.ndarray, gradient: np.ndarray) -> tuple[np.ndarray, Quantities]:
        """(new weights, quantities by symbol) for weights and gradient of one shape; 64 bit."""
        theta, g = np.asarray(theta, float), np.asarray(gradient, float)
        self.taken += 1
        shrunk = theta
        if self.choice.key in _APART:
            shrunk = theta * (1 - self.choice["lr"] * self.weight_decay)
        elif self.weight_decay:
            g = g + self.weight_decay * theta
        rule = RULES.get(self.choice.key)
        if rule is None:
            quantities = {"change": by_engine.optimizer_step(self.memory, self.choice, theta, g)}
        else:
            quantities = rule(self.memory, theta, g, self.taken, **self.choice.values)
        quantities["change"] = shrunk - theta + quantities["change"]
        return theta + quantities["change"], {"g": g, **quantities}


def _average(memory: Memory, name: str, keep: float, value: np.ndarray) -> np.ndarray:
    memory[name] = keep * memory.get(name, np.zeros_like(value)) + (1 - keep) * value
    return np.asarray(memory[name])


def sgd(
    memory: Memory, theta: np.ndarray, g: np.ndarray, t: int, lr: float, momentum: float, nesterov: bool
) -> Quantities:
    """Gradient descent; with momentum b = mu b + g."""
    if momentum == 0:
        return {"change": -lr * g}
    b = memory["b"] = momentum * memory["b"] + g if "b" in memory else g.copy()
    return {"b": b, "change": -lr * (g + momentum * b if nesterov else b)}


def adam(
    memory: Memory, theta: np.ndarray, g: np.ndarray, t: int,
    lr: float, beta1: float, beta2: float, eps: float, amsgrad: bool,
) -> Quantities:  # fmt: skip
    """Adam, and AdamW, whose decay is done outside."""
    m, v = _average(memory, "m", beta1, g), _average(memory, "v", beta2, g * g)
    if amsgrad:
        v = memory["top"] = np.maximum(memory.get("top", np.zeros_like(v)), v)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "change": -lr * m_hat / (np.sqrt(v_hat) + eps)}


def nadam(
    memory: Memory, theta: np.ndarray, g: np.ndarray, t: int,
    lr: float, beta1: float, beta2: float, eps: float, momentum_decay: float,
) -> Quantities:  # fmt: skip
    """Adam with Nesterov momentum; the momentum rises during the first steps."""
    m, v = _average(memory, "m", beta1, g), _average(memory, "v", beta2, g * g)
    now, following = (beta1 * (1 - 0.5 * 0.96 ** (k * momentum_decay)) for k in (t, t + 1))
    memory["product"] = memory.get("product", 1.0) * now
    v_hat = v / (1 - beta2**t)
    ahead = following * m / (1 - memory["product"] * following) + (1 - now) * g / (1 - memory["product"])
    return {"m": m, "v": v, "m_hat": ahead, "v_hat": v_hat, "change": -lr * ahead / (np.sqrt(v_hat) + eps)}


def radam(
    memory: Memory, theta: np.ndarray, g: np.ndarray, t: int, lr: float, beta1: float, beta2: float, eps: float
) -> Quantities:
    """Adam once its average square can be trusted, SGD with momentum before."""
    m, v = _average(memory, "m", beta1, g), _average(memory, "v", beta2, g * g)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    longest = 2 / (1 - beta2) - 1
    seen = longest - 2 * t * beta2**t / (1 - beta2**t)
    if seen <= 5:
        return {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "change": -lr * m_hat}
    trust = np.sqrt((seen - 4) * (seen - 2) * longest / ((longest - 4) * (longest - 2) * seen))
    step = trust * m_hat * np.sqrt(1 - beta2**t) / (np.sqrt(v) + eps)
    return {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "change": -lr * step}


def adamax(
    memory: Memory, theta: np.ndarray, g: np.ndarray, t: int, lr: float, beta1: float, beta2: float, eps: float
) -> Quantities:
    """Adam with the largest recent gradient in place of the root of the average square."""
    m = _average(memory, "m", beta1, g)
    u = memory["u"] = np.maximum(beta2 * memory.get("u", np.zeros_like(g)), np.abs(g) + eps)
    m_hat = m / (1 - beta1**t)
    return {"m": m, "u": u, "m_hat": m_hat, "change": -lr * m_hat / u}


def rmsprop(
    memory: Memory, theta: np.ndarray, g: np.ndarray, t: int,
    lr: float, alpha: float, eps: float, momentum: float, centered: bool,
) -> Quantities:  # fmt: skip
    """The gradient over the root of its recent average square."""
    v = _average(memory, "v", alpha, g * g)
    spread = v - _average(memory, "mean", alpha, g) ** 2 if centered else v
    scaled = g / (np.sqrt(spread) + eps)
    if momentum == 0:
        return {"v": v, "change": -lr * scaled}
    b = memory["b"] = momentum * memory.get("b", np.zeros_like(g)) + scaled
    return {"v": v, "b": b, "change": -lr * b}


def adagrad(
    memory: Memory, theta: np.ndarray, g: np.ndarray, t: int,
    lr: float, lr_decay: float, initial_accumulator_value: float, eps: float,
) -> Quantities:  # fmt: skip
    """The gradient over the root of the sum of all its squares."""
    s = memory["s"] = memory.get("s", np.full_like(g, initial_accumulator_value)) + g * g
    return {"s": s, "change": -lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps)}


def adadelta(memory: Memory, theta: np.ndarray, g: np.ndarray, t: int, lr: float, rho: float, eps: float) -> Quantities:
    """The gradient scaled by recent changes over recent gradients."""
    v = _average(memory, "v", rho, g * g)
    u = memory.get("u", np.zeros_like(g))
    d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
    _average(memory, "u", rho, d * d)
    return {"v": v, "u": u, "d": d, "change": -lr * d}


def rprop(
    memory: Memory, theta: np.ndarray, g: np.ndarray, t: int,
    lr: float, eta_minus: float, eta_plus: float, step_min: float, step_max: float,
) -> Quantities:  # fmt: skip
    """A step per weight that grows while the sign of the gradient stays and shrinks when it flips."""
    sign = np.sign(g * memory.get("last", np.zeros_like(g)))
    factor = np.where(sign > 0, eta_plus, np.where(sign < 0, eta_minus, 1.0))
    s = memory["s"] = np.clip(memory.get("s", np.full_like(g, lr)) * factor, step_min, step_max)
    memory["last"] = np.where(sign < 0, 0.0, g)
    return {"s": s, "change": -s * np.sign(memory["last"])}


def lbfgs(memory: Memory, theta: np.ndarray, g: np.ndarray, t: int, lr: float, history_size: int) -> Quantities:
    """The two-loop recursion of Nocedal 1980 over the last steps and gradients."""
    flat = g.ravel()
    if t == 1:
        change = -min(1.0, 1.0 / max(np.abs(flat).sum(), 1e-300)) * lr * flat
        memory.update(pairs=[], scale=1.0, g=flat, change=change)
        return {"d": -g, "change": change.reshape(g.shape)}
    y, s = flat - memory["g"], memory["change"]
    if y @ s > 1e-10:
        memory["pairs"] = [*memory["pairs"], (s, y)][-history_size:]
        memory["scale"] = (y @ s) / (y @ y)
    q, shares = -flat, []
    for s, y in reversed(memory["pairs"]):
        share = (s @ q) / (y @ s)
        shares.append(share)
        q = q - share * y
    d = q * memory["scale"]
    for (s, y), share in zip(memory["pairs"], reversed(shares)):
        d = d + s * (share - (y @ d) / (y @ s))
    memory.update(g=flat, change=lr * d)
    return {"d": d.reshape(g.shape), "change": (lr * d).reshape(g.shape)}


def lion(memory: Memory, theta: np.ndarray, g: np.ndarray, t: int, lr: float, beta1: float, beta2: float) -> Quantities:
    """The sign of a mix of the gradient and its running average."""
    mix = beta1 * memory.get("m", np.zeros_like(g)) + (1 - beta1) * g
    m = _average(memory, "m", beta2, g)
    return {"mix": mix, "m": m, "change": -lr * np.sign(mix)}


RULES: dict[str, Callable[..., Quantities]] = {
    "sgd": sgd, "adam": adam, "adamw": adam, "nadam": nadam, "radam": radam, "adamax": adamax, "rmsprop": rmsprop,
    "adagrad": adagrad, "adadelta": adadelta, "rprop": rprop, "lbfgs": lbfgs, "lion": lion,
}  # fmt: skip
