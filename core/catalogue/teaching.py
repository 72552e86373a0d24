"""The entries of the catalogue "teaching": how often a network that reads its own answers is given the right ones instead.

In the formulas epsilon is the probability that a step reads the true previous answer, and p the share of the run that is
done, from 0 to 1.
"""

from __future__ import annotations

from core.catalogue.spec import Catalogue, Param, Spec

_BENGIO = "Bengio, Vinyals, Jaitly and Shazeer, Scheduled sampling for sequence prediction with RNNs, NeurIPS 2015"


def _chance(key: str, title: str, default: float, help: str, low: float = 0.0) -> Param:
    return Param(key, title, "float", default, help, low, 1.0, step=0.05, effect="next batch")


_END = _chance("end", "At the end", 0.0, "Probability at the end of the run.")

TEACHING = Catalogue(
    "way of teacher forcing",
    (
        Spec(
            "constant",
            "Constant",
            "Every step reads the true previous answer with the same probability throughout the run; 1 is teacher forcing, "
            "0 is free running.",
            (_chance("chance", "Probability of the true answer", 1.0, "Probability of reading the true previous answer."),),
            family="Simple",
            formula=r"\epsilon_p = \epsilon",
            runs="core.teaching:constant",
            source="Williams and Zipser, A learning algorithm for continually running fully recurrent neural networks, "
            "Neural Computation 1, 1989",
            when="To begin with: at 1 the network learns fastest, because a mistake does not spoil what follows.",
            fails="At 1 the network never sees its own mistakes, and one of them leads it astray when it runs freely.",
        ),
        Spec(
            "linear",
            "Linear",
            "The true previous answers are given less and less often, by the same amount in every step of training.",
            (_chance("start", "At first", 1.0, "Probability at the beginning of the run."), _END),
            family="Scheduled sampling",
            formula=r"\epsilon_p = \epsilon_0 + (\epsilon_1 - \epsilon_0) \, p",
            runs="core.teaching:linear",
            source=_BENGIO,
            when="To get a network used to its own mistakes step by step.",
            fails="Where it ends at 0 before the network is right most of the time, it learns from nonsense.",
        ),
        Spec(
            "exponential",
            "Exponential",
            "The true previous answers are given less and less often, by the same percentage in every step of training.",
            (_chance("end", "At the end", 0.1, "Probability at the end of the run.", 0.001),),
            family="Scheduled sampling",
            formula=r"\epsilon_p = \epsilon_1^{\,p}",
            runs="core.teaching:exponential",
            source=_BENGIO,
            when="Where the network learns fast and soon does not need the true answers.",
            fails="The probability falls most at the very beginning, when the network knows least.",
        ),
        Spec(
            "inverse_sigmoid",
            "Inverse sigmoid",
            "The true previous answers are given nearly always at first and nearly never at the end; in between the "
            "probability falls along an S.",
            (
                Param("middle", "Middle", "float", 0.5, "Share of the run after which the probability is one half.", 0.0, 1.0, step=0.05, effect="next batch"),
                Param("width", "Width", "float", 0.1, "How slowly it falls: the share of the run in which it goes from 73 to 50 %.", 0.005, 1.0, step=0.01, effect="next batch"),
            ),
            family="Scheduled sampling",
            formula=r"\epsilon_p = \frac{1}{1 + e^{(p - m) / w}}",
            runs="core.teaching:inverse_sigmoid",
            source=_BENGIO + " (their k / (k + exp(i / k)), with middle and width of its own)",
            when="A good default for scheduled sampling: the network first learns, then lets go.",
            fails="A narrow S changes what is learned within a few batches, and the loss jumps.",
        ),
    ),
)  # fmt: skip
