"""The numbers in the sentence that a probe says, by the names that they have in core.probing."""

from __future__ import annotations

import math

import numpy as np

from core.describe import Words, last_with_gradient, number
from core.formula import latex_number
from core.probing import ALIKE, NEARLY_ALL, gate_openings, geometric
from core.why.numbers import Aggregate, Term, added, told
from core.why.simple import given
from core.why.training.probed import Probed
from core.why.training.ratios import first_to_last, last_step

LEFT = 0.01
"""What is left at the end of the memory horizon."""


ASKABLE = {
    "itemised": ("ratio", "last", "value", "mean", "most"),
    "weight_share": ("lost", "most", "step"),
    "input_gradient": ("value", "at", "count"),
    "truncation": ("k", "cosine"),
    "factor": ("radius", "norm", "saturated"),
    "horizon": ("measured", "predicted", "count", "least", "k"),
    "activations": ("share", "dead"),
    "noise": ("size", "count", "cosine"),
}
"""By probe: which values of its sentence ``numbers_said`` explains. Those of gates are written one by one."""


def numbers_said(seen: Probed) -> dict[str, Aggregate]:
    """What can be asked about the sentence."""
    return _SAID[seen.result.key](seen)


def _itemised(seen: Probed) -> dict[str, Aggregate]:
    if seen.result.values["norm"].shape[1] == 1:
        return _to_the_first_step(seen)
    return _from_later_steps(seen)


def _to_the_first_step(seen: Probed) -> dict[str, Aggregate]:
    """How much of the gradient of one loss arrives."""
    total = seen.result.values["total"]
    last = last_with_gradient(total)
    if not last or not np.isfinite(total).all():
        at = 0 if not len(total) else int(np.argmax(~np.isfinite(total)))
        return {"value": seen.each("total", at)}
    name = seen.names.get(seen.result.layer, seen.result.layer)
    there = seen.each("total", last)
    return {
        "ratio": first_to_last(name, seen.each("total", 0), there, last, seen.result.batch),
        "last": last_step(name, there, last, len(total), seen.result.batch),
    }


def _from_later_steps(seen: Probed) -> dict[str, Aggregate]:
    """How much later the losses are that the gradients come from."""
    values = seen.result.values
    norm, middle = values["norm"], (values["first"] + values["last"]) / 2
    later = np.maximum(0.0, middle[None, :] - np.arange(len(norm))[:, None])
    whole = float(norm.sum())
    if not whole > 0:
        return {}
    weighed = (norm * later).ravel()

    def make(n: int) -> Term:
        place = tuple(int(at) for at in np.unravel_index(n, norm.shape))
        share = float(later[place]) / whole
        return Term(share, float(norm[place]), r"\frac{d}{\sum g}", rf"g_{{{place[0] + 1},{place[1] + 1}}}", about=seen.each("norm", *place))  # fmt: skip

    terms = told(np.argsort(-weighed, kind="stable"), weighed, 1 / whole, r"\frac{1}{\sum g}", make, r"d \, g")
    mean = float(weighed.sum()) / whole
    order = np.argsort(later, axis=None)
    felt = np.cumsum(norm.ravel()[order]) / whole
    most = float(later.ravel()[order][int(np.searchsorted(felt, NEARLY_ALL))])
    return {
        "mean": Aggregate(
            Words("How many steps later a gradient comes from, on average"), mean,
            (r"\overline{d} = \frac{\sum_{t,s} g_{t,s} \left( s - t \right)}{\sum_{t,s} g_{t,s}}",),
            (rf"\overline{{d}} = {added(terms)} = {latex_number(mean)}",),
            Words("Every cell of the triangle counts with the length of its gradient; grouped losses count in their middle."), (), terms,
        ),
        "most": Aggregate(
            Words("How many steps later nearly all of the gradient comes from"), most,
            (rf"\min \, d: \; \sum_{{s - t \leq d}} g_{{t,s}} \geq {NEARLY_ALL} \sum_{{t,s}} g_{{t,s}}",), (f"d = {latex_number(most)}",),
            Words("The cells are added up, the nearest losses first, until {share} is reached.", {"share": f"{NEARLY_ALL:.0%}"}),
        ),
    }  # fmt: skip


def _weight_share(seen: Probed) -> dict[str, Aggregate]:
    values = seen.result.values
    norms, lost, total = values["norm"], float(values["cancellation"]), float(values["total"])
    whole, best = float(norms.sum()), int(np.argmax(values["share"]))
    if not whole > 0:
        return {}

    def make(t: int) -> Term:
        return Term(1.0, float(norms[t]), "", rf"\left| G_{{{t + 1}}} \right|", about=seen.each("norm", t))

    terms = told(np.argsort(-norms, kind="stable"), norms, 1.0, "", make, r"\left| G_t \right|")
    share = seen.each("share", best)
    return {
        "lost": Aggregate(
            Words("How much of what the steps ask for cancels out"), lost, (r"c = 1 - \frac{\left| \sum_t G_t \right|}{\sum_t \left| G_t \right|}",),
            (rf"c = 1 - \frac{{{latex_number(total)}}}{{{latex_number(whole)}}} = {latex_number(lost)}",),
            Words("Where all steps agree, the length of the sum is the sum of the lengths. Below are the lengths, which add up to {whole}.",
                  {"whole": number(whole, 4)}), (), terms,
        ),
        "most": share,
        "step": _which(Words("The step that teaches most"), best, share, r"t = \arg\max_s p_s"),
    }  # fmt: skip


def _input_gradient(seen: Probed) -> dict[str, Aggregate]:
    best, where, most, steps = "", 0, -1.0, False
    for name in (key.removesuffix("/norm") for key in seen.result.values if key.endswith("/norm")):
        norm = seen.result.values[f"{name}/norm"]
        size = norm if norm.ndim else seen.result.values[f"{name}/mean"]
        if len(size) and float(size.max()) > most:
            best, where, most, steps = name, int(size.argmax()), float(size.max()), bool(norm.ndim)
    if not most > 0:
        return {}
    name = seen.names.get(best, best)
    title = Words(
        "|dL/dx| of “{layer}” at t = {at}" if steps else "|dL/dx| of feature {at} of “{layer}”",
        {"layer": name, "at": where + 1},
    )
    of = Probed(seen.result, seen.names, best)
    if steps:
        value = of.made(title, most, r"v = \frac{1}{B} \sum_b \left| \frac{\partial L}{\partial x_{b,t}} \right|",
                        "It is the length over all features, as a mean over the samples.")  # fmt: skip
    else:
        value = of.gradient(most, (where,), first=False)
    return {
        "value": value, "at": _which(Words("The input that matters most"), where, value, r"t = \arg\max_s \left| dL/dx_s \right|"),
        "count": _samples(seen),
    }  # fmt: skip


def _truncation(seen: Probed) -> dict[str, Aggregate]:
    lengths, cosines = seen.result.values["length"], seen.result.values["cosine"]
    if not len(lengths):
        return {}
    bad = np.flatnonzero(~(cosines >= ALIKE))
    at = min(int(bad[-1]) + 1 if len(bad) else 0, len(lengths) - 1)
    cosine = seen.each("cosine", at)
    return {
        "cosine": cosine,
        "k": Aggregate(
            Words("From how many steps on the gradient points the same way"), int(lengths[at]),
            (rf"k = \min \left\{{ j : \cos_i \geq {ALIKE} \text{{ for all }} i \geq j \right\}}",), (f"k = {int(lengths[at])}",),
            Words("Powers of 2 were tried; where none will do, the longest is told. Below is its cosine."), (),
            (Term(1.0, cosine.value, "", r"\cos_k", about=cosine),),
        ),
    }  # fmt: skip


def _factor(seen: Probed) -> dict[str, Aggregate]:
    saturated = seen.result.values["saturated"]

    def make(t: int) -> Term:
        return Term(1 / len(saturated), float(saturated[t]), r"\frac{1}{T}", f"s_{{{t + 1}}}", about=seen.each("saturated", t))  # fmt: skip

    terms = told(np.argsort(-saturated, kind="stable"), saturated, 1 / len(saturated), r"\frac{1}{T}", make, "s_t")
    flat = float(saturated.mean())
    mean = Aggregate(
        Words("The share of saturated units at all steps"), flat, (r"s = \frac{1}{T} \sum_t s_t",), (f"s = {added(terms)} = {latex_number(flat)}",),
        Words("It is the mean over all steps."), (), terms,
    )  # fmt: skip
    return {"radius": _geometric_mean(seen, "radius"), "norm": _geometric_mean(seen, "norm"), "saturated": mean}


def _geometric_mean(seen: Probed, name: str) -> Aggregate:
    values = seen.result.values[name]
    logs = np.log(np.maximum(values, 1e-300))

    def make(n: int) -> Term:
        return Term(1 / len(logs), float(logs[n]), r"\frac{1}{n}", rf"\ln f_{{{n + 1}}}", about=seen.each(name, n))

    terms = told(np.arange(len(logs)), logs, 1 / len(logs), r"\frac{1}{n}", make, r"\ln f")
    value = geometric(values)
    title = (
        "The spectral radius of a step, over all steps" if name == "radius" else "The norm of a step, over all steps"
    )
    return Aggregate(
        Words(title), value, (r"f = e^{\frac{1}{n} \sum_t \ln f_t}",),
        (rf"\ln f = {added(terms)} = {latex_number(float(logs.mean()))}, \quad f = {latex_number(value)}",),
        Words("Factors are multiplied, so that their mean is the geometric one. The logarithms are added up."), (), terms,
    )  # fmt: skip


def _horizon(seen: Probed) -> dict[str, Aggregate]:
    values = seen.result.values
    left, count = values["left"], len(values["distance"])
    measured, predicted = float(values["measured"]), float(values["predicted"])
    good = np.flatnonzero(np.isfinite(left) & (left > 0))
    last = seen.each("left", count - 1)
    ends = tuple(
        Term(1.0, float(left[n]), "", f"l_{{{n}}}", about=seen.each("left", int(n))) for n in dict.fromkeys(good[[0, -1]])
    ) if len(good) else ()  # fmt: skip
    rate = Aggregate(
        Words("The factor of a step back, as it was measured"), measured, (r"\ln l_k \approx a + k \ln f",),
        (f"f = {latex_number(measured)}",),
        Words("It is the slope of the straight line through the logarithms of what is left, by least squares over {count} distances. "
              "Below are the first and the last of them.", {"count": len(good)}), (), ends,
    )  # fmt: skip
    found = {
        "measured": rate,
        "predicted": seen.made(
            Words("The factor of a step back, as the Jacobians predict it"), predicted, r"f = e^{\frac{1}{n} \sum \ln \rho_t}",
            "It is the geometric mean of the spectral radius of the transitions that were looked at.",
        ),
        "count": given(
            Words("The steps of the longest sequence"), count, "T", Words("So many distances were looked at, from 0 on.")
        ),
        "least": last,
    }  # fmt: skip
    steps = float(values["horizon"])
    if math.isfinite(steps):
        found["k"] = _horizon_steps(seen, steps, left, rate)
    return found


def _horizon_steps(seen: Probed, steps: float, left: np.ndarray, rate: Aggregate) -> Aggregate:
    """Where less than one per cent is left."""
    title, below = Words("The memory horizon"), np.flatnonzero(left < LEFT)
    if len(below):
        k = int(below[0])
        high, low = seen.each("left", k - 1), seen.each("left", k)
        above, under = latex_number(high.value), latex_number(max(low.value, 1e-300))
        return Aggregate(
            title, steps, (r"k_{1\%} = k - 1 + \frac{\ln \left( l_{k-1} / 0.01 \right)}{\ln \left( l_{k-1} / l_k \right)}",),
            (rf"k_{{1\%}} = {k - 1} + \frac{{\ln \left( {above} / 0.01 \right)}}{{\ln \left( {above} / {under} \right)}} = {latex_number(steps)}",),
            Words("Between two steps the gradient is taken to fade evenly. Below is what is left at both."), (),
            (Term(1.0, high.value, "", f"l_{{{k - 1}}}", about=high), Term(1.0, low.value, "", f"l_{{{k}}}", about=low)),
        )  # fmt: skip
    last = seen.each("left", len(left) - 1)
    return Aggregate(
        title, steps, (r"k_{1\%} = K + \frac{\ln \left( 0.01 / l_K \right)}{\ln f}",),
        (rf"k_{{1\%}} = {len(left) - 1} + \frac{{\ln \left( 0.01 / {latex_number(last.value)} \right)}}{{\ln {latex_number(rate.value)}}} = {latex_number(steps)}",),
        Words("The sequence is over before, so that it is taken to go on at the measured factor f."), (),
        (Term(1.0, last.value, "", "l_K", about=last), Term(1.0, rate.value, "", "f", about=rate)),
    )  # fmt: skip


def _gates(seen: Probed) -> dict[str, Aggregate]:
    found = {}
    for opening in gate_openings(seen.result):
        each = seen.result.values[f"{opening.gate}/mean"]

        def make(t: int, each: np.ndarray = each, gate: str = opening.gate) -> Term:
            return Term(1 / len(each), float(each[t]), r"\frac{1}{T}", rf"\overline{{g}}_{{{t + 1}}}", about=seen.each("mean", t, gate=gate))  # fmt: skip

        name = {"gate": opening.gate.replace("_", " ")}
        terms = told(np.arange(len(each)), each, 1 / len(each), r"\frac{1}{T}", make, r"\overline{g}_t")
        found[f"{opening.gate} mean"] = Aggregate(
            Words("How far the {gate} gate is open", name), opening.mean, (r"\overline{g} = \frac{1}{T} \sum_t \overline{g}_t",),
            (rf"\overline{{g}} = {added(terms)} = {latex_number(opening.mean)}",), Words("It is the mean over all steps."), (), terms,
        )  # fmt: skip
        for key, value, sign, title in (
            ("closed", opening.closed, r"g < 0.05", "The share of {gate} gates that are stuck at 0"),
            ("open", opening.open, r"g > 0.95", "The share of {gate} gates that are stuck at 1"),
        ):
            found[f"{opening.gate} {key}"] = seen.made(
                Words(title, name), value, rf"s = \frac{{1}}{{T B U}} \sum_{{t,b,u}} \left[ {sign} \right]", "It counts all steps, samples and units.",
            )  # fmt: skip
    return found


def _activations(seen: Probed) -> dict[str, Aggregate]:
    values = seen.result.values
    flat = {key.removesuffix("/saturated"): float(values[key]) for key in values if key.endswith("/saturated")}
    if not flat:
        return {}
    worst = max(flat, key=lambda layer: flat[layer])
    alive = [layer for layer in flat if f"{layer}/dead" in values]
    each = [Probed(seen.result, seen.names, layer).each("dead") for layer in alive]
    terms = tuple(Term(1, one.value, "", f"n_{{{n}}}", about=one) for n, one in enumerate(each, 1))
    count = sum(int(one.value) for one in each)
    return {
        "share": Probed(seen.result, seen.names, worst).each("saturated"),
        "dead": Aggregate(
            Words("Dead units of all layers"), count, (r"n = \sum_l n_l",), (f"n = {added(terms)} = {count}",),
            Words("They are counted layer by layer, of those that can saturate."), (), terms,
        ),
    }  # fmt: skip


def _noise(seen: Probed) -> dict[str, Aggregate]:
    values = seen.result.values
    cosines, size = values["cosine"], float(values["batch_size"])
    mean, variance = float(values["mean_norm"]), float(values["variance"])

    def make(n: int) -> Term:
        return Term(
            1 / len(cosines), float(cosines[n]), r"\frac{1}{n}", rf"\cos_{{{n + 1}}}", about=seen.each("cosine", n)
        )

    terms = told(np.argsort(cosines, kind="stable"), cosines, 1 / len(cosines), r"\frac{1}{n}", make, r"\cos_i")
    value = float(cosines.mean())
    found = {
        "cosine": Aggregate(
            Words("How far the samples agree with their mean gradient"), value, (r"\overline{\cos} = \frac{1}{n} \sum_i \cos_i",),
            (rf"\overline{{\cos}} = {added(terms)} = {latex_number(value)}",), Words("Those that agree least are told first."), (), terms,
        ),
        "count": _samples(seen),
    }  # fmt: skip
    if math.isfinite(size):
        true = mean**2 - variance / len(cosines)
        found["size"] = Aggregate(
            Words("From which batch size on more samples hardly help"), max(1.0, size),
            (r"B = \frac{\operatorname{tr} \Sigma}{\left| \overline{g} \right|^2 - \operatorname{tr} \Sigma / n}",),
            (rf"B = \frac{{{latex_number(variance)}}}{{{latex_number(mean**2)} - {latex_number(variance)} / {len(cosines)}}} = \frac{{{latex_number(variance)}}}{{{latex_number(true)}}} = {latex_number(size)}",),
            Words("The summed variance of the gradients of the samples over the squared length of the true gradient, which is estimated "
                  "without bias. It is 1 at least."),
        )  # fmt: skip
    return found


def _samples(seen: Probed) -> Aggregate:
    note = Words("It is a setting of the probe, as far as the data has so many.")
    return given(Words("Samples that the probe looked at"), len(seen.result.samples), "n", note)


def _which(title: Words, at: int, value: Aggregate, sign: str) -> Aggregate:
    """The place (from 0) of the largest number."""
    return Aggregate(title, at + 1, (sign,), (f"t = {at + 1}",), Words("It is the place of the largest number, counted from 1; below is that number."),
                     (), (Term(1.0, value.value, "", "v", about=value),))  # fmt: skip


_SAID = {
    "itemised": _itemised,
    "weight_share": _weight_share,
    "input_gradient": _input_gradient,
    "truncation": _truncation,
    "factor": _factor,
    "horizon": _horizon,
    "gates": _gates,
    "activations": _activations,
    "noise": _noise,
}
