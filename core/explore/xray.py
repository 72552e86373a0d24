"""An optimizer's step for one weight, written out: the rule of its catalogue entry with the numbers in it, as LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.catalogue.spec import Choice
from core.formula import factor, summed
from core.formula import latex_number as number

Numbers = Mapping[str, float]


def lines(choice: Choice, now: Numbers, before: Numbers, weight: float, t: int) -> list[str]:
    """LaTeX lines for step ``t`` of one weight, from its gradient to its new value.

    ``now`` and ``before`` are the quantities of ``core.explore.optimizers`` at this step and the one before (0 where
    there was none), ``weight`` is the weight before the step.
    """
    rule = _RULES.get(choice.key)
    own = [] if rule is None else rule(choice.values, now, lambda name: before.get(name, 0.0), t)
    change = now["change"]
    new = rf"\theta = {summed((number(weight), number(change)))} = {number(weight + change, 5)}"
    moved = rf"\Delta\theta = {number(change)} \qquad {new}"
    return [rf"t = {t} \qquad g = {number(now['g'])}", *own, moved, *_effective(now)]


def _effective(now: Numbers) -> list[str]:
    """The learning rate that plain gradient descent would have needed for the same step."""
    if not now["g"]:
        return []
    return [rf"\text{{effective step}} = -\frac{{\Delta\theta}}{{g}} = {number(-now['change'] / now['g'])}"]


Before = Callable[[str], float]


def _average(name: str, keep: float, old: float, new: str, value: float) -> str:
    return rf"{name} = {number(keep)} \cdot {factor(old)} + {number(1 - keep)} \cdot {new} = {number(value)}"


def _sgd(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    rate = number(values["lr"])
    if "b" not in q:
        return [rf"\Delta\theta = -\eta g = -{rate} \cdot {factor(q['g'])}"]
    mu = number(values["momentum"])
    sums = summed((rf"{mu} \cdot {factor(before('b'))}", number(q["g"])))
    b = f"b = {sums} = {number(q['b'])}"
    if values["nesterov"]:
        return [b, rf"\Delta\theta = -{rate} \cdot \left({number(q['g'])} + {mu} \cdot {factor(q['b'])}\right)"]
    return [b, rf"\Delta\theta = -\eta b = -{rate} \cdot {factor(q['b'])}"]


def _moments(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    b1, b2 = values["beta1"], values["beta2"]
    return [
        _average("m", b1, before("m"), factor(q["g"]), q["m"]),
        _average("v", b2, before("v"), f"{factor(q['g'])}^2", q["v"]),
    ]


def _adam(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    b1, b2 = values["beta1"], values["beta2"]
    corrected = (
        rf"\hat{{m}} = \frac{{{number(q['m'])}}}{{1 - {number(b1)}^{{{t}}}}} = {number(q['m_hat'])} \qquad "
        rf"\hat{{v}} = \frac{{{number(q['v'])}}}{{1 - {number(b2)}^{{{t}}}}} = {number(q['v_hat'])}"
    )
    return [*_moments(values, q, before, t), corrected, _ratio(values, q)]


def _ratio(values: Any, q: Numbers) -> str:
    return (
        rf"\Delta\theta = -\eta \frac{{\hat{{m}}}}{{\sqrt{{\hat{{v}}}} + \epsilon}} = "
        rf"-{number(values['lr'])} \cdot \frac{{{number(q['m_hat'])}}}{{\sqrt{{{number(q['v_hat'])}}} + {number(values['eps'])}}}"
    )


def _nadam(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    looked = rf"\hat{{m}} = {number(q['m_hat'])} \;\text{{(one step ahead)}} \qquad \hat{{v}} = {number(q['v_hat'])}"
    return [*_moments(values, q, before, t), looked, _ratio(values, q)]


def _radam(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    corrected = rf"\hat{{m}} = {number(q['m_hat'])} \qquad \hat{{v}} = {number(q['v_hat'])}"
    return [*_moments(values, q, before, t), corrected]


def _adamax(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    return [
        _average("m", values["beta1"], before("m"), factor(q["g"]), q["m"]),
        rf"u = \max({number(values['beta2'])} \cdot {factor(before('u'))}, \left|{number(q['g'])}\right|) = {number(q['u'])}",
        rf"\Delta\theta = -\frac{{\eta}}{{1 - \beta_1^t}} \frac{{m}}{{u}} = -{number(values['lr'])} \cdot "
        rf"\frac{{{number(q['m_hat'])}}}{{{number(q['u'])}}}",
    ]


def _rmsprop(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    first = _average("v", values["alpha"], before("v"), f"{factor(q['g'])}^2", q["v"])
    if values["centered"] or "b" in q:
        return [first, *([rf"b = {number(q['b'])}"] if "b" in q else [])]
    return [
        first,
        rf"\Delta\theta = -\eta \frac{{g}}{{\sqrt{{v}} + \epsilon}} = -{number(values['lr'])} \cdot "
        rf"\frac{{{number(q['g'])}}}{{\sqrt{{{number(q['v'])}}} + {number(values['eps'])}}}",
    ]


def _adagrad(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    old = before("s") if t > 1 else values["initial_accumulator_value"]
    return [
        rf"s = {number(old)} + {factor(q['g'])}^2 = {number(q['s'])}",
        rf"\Delta\theta = -\eta \frac{{g}}{{\sqrt{{s}} + \epsilon}} = -{number(values['lr'])} \cdot "
        rf"\frac{{{number(q['g'])}}}{{\sqrt{{{number(q['s'])}}} + {number(values['eps'])}}}",
    ]


def _adadelta(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    eps = number(values["eps"])
    return [
        _average("v", values["rho"], before("v"), f"{factor(q['g'])}^2", q["v"]),
        rf"d = \frac{{\sqrt{{{number(q['u'])} + {eps}}}}}{{\sqrt{{{number(q['v'])} + {eps}}}}} \cdot {factor(q['g'])} = {number(q['d'])}",
    ]


def _rprop(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    old = before("s") if t > 1 else values["lr"]
    return [
        rf"s = {number(old)} \cdot {number(q['s'] / old if old else 1.0)} = {number(q['s'])}",
        r"\Delta\theta = -s \, \mathrm{sign}(g)",
    ]


def _lbfgs(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    return [rf"d = -H g = {number(q['d'])} \qquad \Delta\theta = \eta d, \quad \eta = {number(values['lr'])}"]


def _lion(values: Any, q: Numbers, before: Before, t: int) -> list[str]:
    b1 = values["beta1"]
    return [
        _average("c", b1, before("m"), factor(q["g"]), q["mix"]),
        rf"\Delta\theta = -\eta \, \mathrm{{sign}}(c) = -{number(values['lr'])} \cdot \mathrm{{sign}}({number(q['mix'])})",
        _average("m", values["beta2"], before("m"), factor(q["g"]), q["m"]),
    ]


_RULES: dict[str, Callable[..., list[str]]] = {
    "sgd": _sgd, "adam": _adam, "adamw": _adam, "nadam": _nadam, "radam": _radam, "adamax": _adamax,
    "rmsprop": _rmsprop, "adagrad": _adagrad, "adadelta": _adadelta, "rprop": _rprop, "lbfgs": _lbfgs, "lion": _lion,
}  # fmt: skip
