"""Single numbers that a probe measured: what each is, over which samples, and where it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.catalogue.probes import probe_spec
from core.describe import Words
from core.formula import factor, latex_number
from core.reports import ProbeResult
from core.why.numbers import Aggregate, Number, Term

_EACH: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("itemised", "norm"): (
        "The gradient at t = {t} that comes from the losses at s = {s}", r"g_s = \left| \frac{\partial L_s}{\partial h_t} \right|",
        "It is the gradient with only these losses: its length over all units, as a mean over the samples.",
    ),
    ("itemised", "share"): (
        "The share of the losses at s = {s} in the gradient at t = {t}", r"p_s = \frac{g_s \cdot g}{\left| g \right|^2}",
        "g is the whole gradient at the step, g_s what these losses make of it. The shares of a step add up to 1; one that "
        "works against the others is below 0.",
    ),
    ("itemised", "total"): (
        "The gradient at t = {t}", r"g = \left| \frac{\partial L}{\partial h_t} \right|",
        "It is the length over all units, as a mean over the samples.",
    ),
    ("weight_share", "share"): (
        "The share of t = {t} in the gradient of the weights of “{layer}”", r"p_t = \frac{G_t \cdot G}{\left| G \right|^2}, \quad G = \sum_t G_t",
        "G_t is what the use of the weights at this step adds to their gradient. The shares add up to 1; one that works "
        "against the others is below 0.",
    ),
    ("weight_share", "norm"): (
        "The length of what t = {t} adds to the gradient of the weights of “{layer}”", r"\left| G_t \right| = \sqrt{\sum_W \sum_{i,j} G_{t,ij}^2}",
        "It goes over all weights that the layer uses at every step.",
    ),
    ("weight_share", "cosine"): (
        "How far t = {t} agrees with the whole gradient of the weights of “{layer}”",
        r"\cos = \frac{G_t \cdot G}{\left| G_t \right| \left| G \right|}", "1 is the same direction, 0 a right angle, -1 the opposite one.",
    ),
    ("truncation", "cosine"): (
        "How far the gradient truncated after {k} steps agrees with the full one", r"\cos = \frac{g_k \cdot g}{\left| g_k \right| \left| g \right|}",
        "It goes over all weights of the network. 1 is the same direction.",
    ),
    ("truncation", "ratio"): (
        "How long the gradient truncated after {k} steps is, in lengths of the full one", r"r = \frac{\left| g_k \right|}{\left| g \right|}",
        "It goes over all weights of the network.",
    ),
    ("factor", "norm"): (
        "How much the step to t = {t} of “{layer}” can stretch a state", r"f = \left\| \frac{\partial h_t}{\partial h_{t-k}} \right\|_2",
        "It is the largest singular value of the Jacobian, as a mean over the samples; k is the shortest way of the layer back to itself.",
    ),
    ("factor", "radius"): (
        "The spectral radius of the step to t = {t} of “{layer}”", r"\rho = \max_k \left| \lambda_k \right|",
        "It is the largest size of an eigenvalue of the Jacobian of the whole cycle, as a mean over the samples.",
    ),
    ("factor", "saturated"): (
        "The share of saturated units of “{layer}” at t = {t}", r"s = \frac{1}{B U} \sum_{b,u} \left[ \left| f'(a_{b,u}) \right| < 0.1 \right]",
        "A unit (or a gate) is saturated where its activation is nearly flat.",
    ),
    ("horizon", "left"): (
        "What is left of the gradient of “{layer}” {k} steps back", r"l_k = \frac{\left| \partial L / \partial h_{T-k} \right|}{\left| \partial L / \partial h_T \right|}",
        "The loss is felt at the last step T alone. It is the length over all units, as a mean over the samples.",
    ),
    ("gates", "mean"): (
        "How far the {gate} gate of “{layer}” is open at t = {t}", r"\overline{g}_t = \frac{1}{B U} \sum_{b,u} g_{t,b,u}",
        "It is the mean over all units and samples.",
    ),
    ("noise", "norm"): (
        "The length of the gradient of sample {sample}", r"\left| g_i \right| = \sqrt{\sum_w \left( \frac{\partial L_i}{\partial w} \right)^2}",
        "It goes over all weights of the network.",
    ),
    ("noise", "cosine"): (
        "How far the gradient of sample {sample} agrees with the mean of all", r"\cos = \frac{g_i \cdot \overline{g}}{\left| g_i \right| \left| \overline{g} \right|}",
        "It goes over all weights of the network. 1 is the same direction.",
    ),
    ("activations", "mean"): ("The mean of what “{layer}” says", r"\overline{h} = \frac{1}{N} \sum_i h_i", "It goes over all units, samples and steps."),
    ("activations", "std"): (
        "How far what “{layer}” says is spread", r"s = \sqrt{\frac{1}{N} \sum_i \left( h_i - \overline{h} \right)^2}",
        "It goes over all units, samples and steps.",
    ),
    ("activations", "min"): ("The least that “{layer}” says", r"v = \min_i h_i", "It goes over all units, samples and steps."),
    ("activations", "max"): ("The most that “{layer}” says", r"v = \max_i h_i", "It goes over all units, samples and steps."),
    ("activations", "saturated"): (
        "The share of saturated units of “{layer}”", r"s = \frac{1}{N} \sum_i \left[ \left| f'(a_i) \right| < 0.1 \right]",
        "A unit (or a gate) is saturated where its activation is nearly flat. It goes over all units, samples and steps.",
    ),
    ("activations", "dead"): (
        "Units of “{layer}” that are dead", r"n = \sum_u \left[ h_u \text{ never changes} \right]",
        "A unit is dead that says the same to all samples at all steps, or whose slope is 0 everywhere.",
    ),
    ("activations", "histogram"): (
        "Values of “{layer}” from {low} to {high}", r"n = \sum_i \left[ a \leq h_i < b \right]",
        "It counts all units, samples and steps; the last bar counts its upper end too.",
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Probed:
    """What a probe found, number by number."""

    result: ProbeResult
    names: Mapping[str, str]
    """What the user calls each layer, by id."""
    layer: str = ""
    """Id of the layer that is looked at, where the probe is about all of the network."""

    def each(self, name: str, *place: int, gate: str = "") -> Aggregate:
        """The number ``name`` (see ``_EACH``) at a place, counted from 0: steps first."""
        found, layer = self.result, self.result.layer or self.layer
        prefix = {"gates": f"{gate}/", "activations": f"{layer}/"}.get(found.key, "")
        value = found.values[f"{prefix}{name}"][place]
        title, symbol, note = _EACH[found.key, name]
        at = place[0] if place else 0
        about: dict[str, object] = {"layer": self.names.get(layer, layer), "t": at + 1, "k": at}
        step: int | None = at
        if found.key == "itemised" and len(place) > 1:
            first, last = int(found.values["first"][place[1]]) + 1, int(found.values["last"][place[1]]) + 1
            about["s"] = first if first == last else f"{first}…{last}"
        if found.key == "truncation":
            about["k"], step = int(found.values["length"][at]), None
        if found.key == "factor" and name != "saturated":
            step = int(found.values["step"][at])
            about["t"] = step + 1
        if found.key == "noise":
            about["sample"] = int(found.samples[at])
        if found.key == "activations":
            step = None
        if name == "histogram":
            edges = found.values[f"{prefix}edges"]
            about |= {"low": f"{edges[at]:.4g}", "high": f"{edges[at + 1]:.4g}"}
        if gate:
            about["gate"] = gate.replace("_", " ")
        value = int(value) if name in ("dead", "histogram") else float(value)
        return self.made(Words(title, about), value, symbol, note, self._leads(layer, step))

    def gradient(self, value: float, place: tuple[int, ...], first: bool) -> Aggregate:
        """dL/dx of the chosen input at a place (step and feature, or feature alone): of the first sample, or the mean size."""
        unit, step = place[-1], place[0] if len(place) > 1 else None
        sample = int(self.result.samples[0])
        where = {
            "layer": self.names.get(self.layer, self.layer),
            "feature": unit + 1,
            "t": (step or 0) + 1,
            "sample": sample,
        }
        title = "dL/dx of feature {feature} of “{layer}”" + ("" if step is None else " at t = {t}")
        sign = rf"g = \frac{{\partial L}}{{\partial x_{{{unit + 1}}}}}"
        lead = Number("gradient", self.layer, unit, step)
        if first:
            made = self.made(Words(title + ", sample {sample}", where), value, sign, "It is the gradient of one sample, with its sign.", (lead,))  # fmt: skip
            return Aggregate(
                made.title, value, made.symbols, made.numbers, made.note, made.leads, (), (sample, "train")
            )
        mean = rf"v = \frac{{1}}{{B}} \sum_b \left| {sign.removeprefix('g = ')} \right|"
        return self.made(
            Words(title + ", mean size", where), value, mean, "It is the mean of the sizes over the samples.", (lead,)
        )

    def factor_between(self, k: int) -> Aggregate:
        """By how much the step from k - 1 to k steps back changes the gradient."""
        one, other = (self.each("left", at) for at in (k, k - 1))
        value = one.value / other.value if one.value > 0 and other.value > 0 else float("nan")
        terms = (
            Term(1.0, one.value, "", rf"l_{{{k}}}", about=one),
            Term(1.0, other.value, "", rf"l_{{{k - 1}}}", about=other),
        )
        return Aggregate(
            Words("The factor of the step from {last} to {k} steps back", {"last": k - 1, "k": k}), value, (r"f = \frac{l_k}{l_{k-1}}",),
            (rf"f = \frac{{{latex_number(one.value)}}}{{{latex_number(other.value)}}} = {latex_number(value)}",),
            Words("What is left of the gradient at one distance, over what is left one step before."), (), terms,
        )  # fmt: skip

    def at_that_rate(self, rate: Aggregate, k: int, value: float, start: float) -> Aggregate:
        """What would be left k steps back if every step had the same factor."""
        shown = rf"{factor(start)} \cdot {factor(rate.value)}^{{{k}}} = {latex_number(value)}"
        return Aggregate(
            Words("What would be left {k} steps back at a constant factor", {"k": k}), value, (r"l_k = l_0 \, \rho^k",),
            (f"l_k = {shown}",), Words("It is a line with the same factor at every step. Below is that factor."), (),
            (Term(1.0, rate.value, "", r"\rho", about=rate),),
        )  # fmt: skip

    def made(self, title: Words, value: float, line: str, note: str, leads: tuple[Number, ...] = ()) -> Aggregate:
        """A number over the samples that the probe looked at; ``line`` is its formula."""
        seen = {"count": len(self.result.samples), "batch": self.result.batch}
        sign = line.partition(" = ")[0]
        return Aggregate(
            title, value, (line,), (f"{sign} = {latex_number(value)}",),
            Words(note + " The probe looked at {count} samples, with the weights after {batch} batches.", seen), leads,
        )  # fmt: skip

    def _leads(self, layer: str, step: int | None) -> tuple[Number, ...]:
        if probe_spec(self.result.key).about == "network" and self.result.key != "activations":
            return (Number("loss"),)
        return (Number("norm", layer, 0, step, "gradient"), Number("norm", layer, 0, step, "value"))
