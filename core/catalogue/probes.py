"""The entries of the catalogue "probes": what can be asked about a network on demand, and what the answer costs.

A probe looks at some samples with the weights as they are, without dropout, and returns plain numbers. None of them
changes the training. In the formulas h_t is the state of the layer at step t, L the loss and T the last step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.catalogue.spec import Catalogue, Param, Spec


@dataclass(frozen=True)
class ProbeSpec(Spec):
    """A probe: what it asks, about what, and at which cost."""

    about: Literal["layer", "network"] = "layer"
    """"layer": it needs the id of a layer; "network": it answers for all of it."""
    cost: str = ""
    """What it computes beside the training, in words. A training step is one pass forward and one backward."""


def _samples(default: int, help: str = "How many samples it looks at.") -> Param:
    return Param("samples", "Samples", "int", default, help, 1, 1024, effect="now")


def _at_most(key: str, title: str, default: int, help: str) -> Param:
    return Param(key, title, "int", default, help, 2, 1024, effect="now")


PROBES = Catalogue(
    "probe",
    (
        ProbeSpec(
            "itemised",
            "Where the gradient comes from",
            "Splits dL/dh of every step by the later steps at which the loss was felt: a triangle whose rows add up to "
            "the total gradient.",
            (
                _samples(4),
                _at_most("columns", "Columns", 64, "Later steps are grouped into at most this many columns."),
            ),
            family="Gradient through time",
            formula=r"\frac{\partial L}{\partial h_t} = \sum_{s \geq t} \frac{\partial L_s}{\partial h_t}",
            runs="core.engine.probes_time:itemised",
            source="Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013, section 2",
            when="To see how far back each error reaches, where there is a loss at many steps.",
            fails="With a loss on the last step only: the triangle is then a single column.",
            cost="One training step with as many copies of each sample as there are columns.",
        ),
        ProbeSpec(
            "weight_share",
            "Which steps teach the weights",
            "The share of every time step in the gradient of the layer's weights, and how much of it cancels.",
            (_samples(32),),
            family="Gradient through time",
            formula=r"\frac{\partial L}{\partial W} = \sum_{t=1}^{T} G_t, \quad 1 - \frac{|\sum_t G_t|}{\sum_t |G_t|}",
            runs="core.engine.probes_time:weight_share",
            source="Werbos: Backpropagation through time, what it does and how to do it, 1990",
            when="When training stalls although the gradient is not small: steps may pull against one another.",
            fails="It speaks of one step of the optimizer, not of where training will go.",
            cost="One training step, and a small pass over the layer alone for every time step.",
        ),
        ProbeSpec(
            "input_gradient",
            "Which inputs mattered",
            "dL/dx of every time step and feature: how the loss would change with the input.",
            (_samples(32),),
            family="Gradient through time",
            formula=r"\frac{\partial L}{\partial x_t}",
            runs="core.engine.probes_time:input_gradient",
            source="Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks, 2014",
            when="To ask what an answer hung on.",
            fails="Where the network is saturated: an input can matter and yet have no slope.",
            about="network",
            cost="One training step.",
        ),
        ProbeSpec(
            "truncation",
            "What truncation loses",
            "The cosine between the gradient of truncated back-propagation and the full one, for several lengths.",
            (_samples(32), _at_most("columns", "Lengths", 8, "How many truncation lengths it tries.")),
            family="Gradient through time",
            formula=r"\cos(g_k, g) = \frac{g_k \cdot g}{|g_k| |g|}",
            runs="core.engine.probes_time:truncation",
            source="Tallec, Ollivier: Unbiasing truncated backpropagation through time, 2017",
            when="Before you choose a truncation length.",
            fails="Where the full gradient is nearly 0: its direction then means little.",
            about="network",
            cost="One training step for each length, and one for the full gradient.",
        ),
        ProbeSpec(
            "factor",
            "The factor of each step",
            "How the state of one step moves that of the next: norm of the Jacobian and its spectral radius, the "
            "spectral radius of the recurrent weights, and the share of saturated units.",
            (_samples(4), _at_most("columns", "Steps", 32, "It looks at most at this many time steps, evenly spread.")),
            family="Memory",
            formula=r"\left\| \frac{\partial h_{t+1}}{\partial h_t} \right\|_2",
            runs="core.engine.probes_memory:factor",
            source="Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013",
            when="To see whether gradients vanish because of the weights or because of saturation.",
            fails="A norm above 1 is no proof that gradients explode: directions matter too.",
            cost="One training step, one small pass over the layer's cycle for every unit in it, and eigenvalues of its Jacobians.",
        ),
        ProbeSpec(
            "horizon",
            "Memory horizon",
            "The factor by which the gradient changes with each step back, predicted from the Jacobians and measured, "
            "and the number of steps after which less than one per cent is left.",
            (_samples(8), _at_most("columns", "Steps", 32, "Steps at which it predicts, evenly spread.")),
            family="Memory",
            formula=r"\left| \frac{\partial L}{\partial h_{T-k}} \right| \approx \rho^k, \quad k_{1\%} = \frac{\ln 0.01}{\ln \rho}",
            runs="core.engine.probes_memory:horizon",
            source="Hochreiter, Bengio, Frasconi, Schmidhuber: Gradient flow in recurrent nets, 2001",
            when="To compare with the distance over which your task needs to remember.",
            fails="A single number hides that some directions are remembered much longer than others.",
            cost="Two training steps, one small pass over the layer's cycle for every unit in it, and eigenvalues of its Jacobians.",
        ),
        ProbeSpec(
            "gates",
            "Gates",
            "How far the gates of an LSTM or GRU are open at every step, and how many are stuck at 0 or 1.",
            (_samples(32),),
            family="Memory",
            formula=r"\bar{f}_t = \frac{1}{B U} \sum_{b,u} \sigma(a^f_{t,b,u})",
            runs="core.engine.probes_memory:gates",
            source="Karpathy, Johnson, Fei-Fei: Visualizing and understanding recurrent networks, 2015",
            when="To see what a block has learned to keep: a forget gate near 1 remembers.",
            fails="For layers without gates.",
            cost="One training step.",
        ),
        ProbeSpec(
            "activations",
            "Activation statistics",
            "Mean, spread and range of what every layer says, a histogram, and the shares of saturated and of dead "
            "units.",
            (_samples(64), _at_most("columns", "Bars", 32, "Bars of the histogram.")),
            family="State",
            formula=r"\frac{1}{N} \sum_i \left[ |f'(a_i)| < 0.1 \right]",
            runs="core.engine.probes_state:activations",
            source="Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010",
            when="When a layer does not learn: units at the flat ends of their activation pass no gradient.",
            fails="On few samples: a unit can look dead because nothing asked for it.",
            about="network",
            cost="One training step.",
        ),
        ProbeSpec(
            "noise",
            "Gradient noise",
            "How much the gradients of single samples differ: their lengths, their cosines with the mean, and the batch "
            "size from which on more samples hardly help.",
            (_samples(16),),
            family="State",
            formula=r"B_{\text{simple}} = \frac{\operatorname{tr} \Sigma}{|g|^2}",
            runs="core.engine.probes_state:noise",
            source="McCandlish, Kaplan, Amodei: An empirical model of large-batch training, 2018, equation 2.9",
            when="To choose a batch size.",
            fails="With few samples: the estimate itself is then noisy.",
            about="network",
            cost="One training step with a batch of one for every sample.",
        ),
    ),
)


def probe_spec(key: str) -> ProbeSpec:
    """The ProbeSpec of a key; an unknown one raises UnknownName."""
    spec = PROBES[key]
    assert isinstance(spec, ProbeSpec)
    return spec
