"""The entries of the catalogue "schedules": how the learning rate changes during a run.

In the formulas eta is the learning rate of the optimizer and p the share of the run that is done, from 0 to 1.
"""

from __future__ import annotations

from core.catalogue.spec import Catalogue, Param, Spec


def _share(key: str, title: str, default: float, help: str, low: float = 0.0, high: float = 1.0) -> Param:
    return Param(key, title, "float", default, help, low, high, step=0.01, effect="next run")


def _count(key: str, title: str, default: int, help: str, unit: str = "") -> Param:
    return Param(key, title, "int", default, help, 1, 1000, unit=unit, effect="next run")


SCHEDULES = Catalogue(
    "schedule",
    (
        Spec(
            "constant",
            "Constant",
            "The learning rate stays as it is set.",
            family="Simple",
            formula=r"\eta_p = \eta",
            runs="core.schedule:constant",
            source="Robbins and Monro, A stochastic approximation method, Annals of Mathematical Statistics 22, 1951",
            when="To begin with, and while you change the rate by hand.",
            fails="With small batches the loss keeps jittering around the bottom instead of settling.",
        ),
        Spec(
            "step",
            "Drops",
            "The learning rate is constant for a while, then drops by a factor, several times during the run at equal "
            "distances.",
            (
                _count("count", "Drops", 2, "How many times the rate drops during the run."),
                _share("factor", "Factor", 0.1, "What remains of the rate after a drop.", 0.001),
            ),
            family="Falling",
            formula=r"\eta_p = \eta \, \gamma^{\lfloor p (n + 1) \rfloor}",
            runs="core.schedule:drops",
            source="He et al., Deep residual learning for image recognition, CVPR 2016",
            when="When the loss goes flat at each rate and gets better right after a drop.",
            fails="A drop that comes too early freezes the training at a poor place.",
        ),
        Spec(
            "exponential",
            "Exponential",
            "The learning rate falls by the same percentage at every step.",
            (_share("final", "At the end", 0.01, "Share of the rate that is left at the end of the run.", 0.00001),),
            family="Falling",
            formula=r"\eta_p = \eta \, r^{p}",
            runs="core.schedule:exponential",
            source="Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, section 8.3.1",
            when="For a smooth end without thinking about when to drop.",
            fails="Most of the run has a low rate: if it falls too far, later epochs change nothing.",
        ),
        Spec(
            "cosine",
            "Cosine",
            "The learning rate falls along half a cosine: slowly at first, fast in the middle, slowly at the end. With "
            "restarts it jumps back up and falls again.",
            (
                _share("final", "At the end", 0.0, "Share of the rate that is left at the end of each fall."),
                _count("cycles", "Falls", 1, "1 falls once; more begin again from the full rate."),
            ),
            family="Falling",
            formula=r"\eta_p = \eta \left( r + (1 - r) \frac{1 + \cos(\pi p)}{2} \right)",
            runs="core.schedule:cosine",
            source="Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR 2017",
            when="A good default when the number of epochs is fixed.",
            fails="It must know the length of the run: stopped early, the low rates are never reached.",
        ),
        Spec(
            "one_cycle",
            "One cycle",
            "The learning rate rises from small to its full value in the first part of the run and falls to almost "
            "nothing in the rest.",
            (
                _share("rise", "Rising part", 0.3, "Share of the run in which the rate rises.", 0.01, 0.99),
                _share("start", "At the start", 0.04, "Share of the rate at the first step."),
                _share("final", "At the end", 0.0001, "Share of the rate at the last step."),
            ),
            family="Rising and falling",
            formula=r"\eta_p = \eta \begin{cases} r_0 + (1 - r_0) \frac{1 - \cos(\pi p / a)}{2} & p < a \\ r_1 + (1 - "
            r"r_1) \frac{1 + \cos(\pi (p - a) / (1 - a))}{2} & p \geq a \end{cases}",
            runs="core.schedule:one_cycle",
            source="Smith and Topin, Super-convergence: very fast training of neural networks using large learning "
            "rates, 2018",
            when="To train fast with a high rate in a fixed number of epochs.",
            fails="If the full rate is too high, the loss explodes in the middle of the run.",
        ),
        Spec(
            "plateau",
            "On a plateau",
            "The learning rate stays until the loss stops getting better for some epochs; then it drops.",
            (
                _share("factor", "Factor", 0.5, "What remains of the rate after a drop.", 0.01, 0.99),
                _count("patience", "Patience", 3, "Epochs without improvement before it drops.", "epochs"),
                _share(
                    "threshold", "Improvement", 0.0001, "Share by which the loss must fall to count as better.", 0, 0.5
                ),
                _share("floor", "Lowest", 0.001, "Share of the rate below which it never drops."),
            ),
            family="Watching the loss",
            formula=r"\eta = \max(\gamma \, \eta, \; \eta_{min}) \quad \text{after } k \text{ epochs without a better "
            r"loss}",
            runs="core.schedule:plateau",
            source="Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, section 11.4",
            when="When you do not know how long training will take.",
            fails="A noisy validation loss triggers drops that were not needed.",
        ),
        Spec(
            "warm_up",
            "Warm-up",
            "The learning rate rises in a straight line in the first part of the run, so that the first, wild "
            "gradients do little harm. Then it stays or falls.",
            (
                _share("rise", "Rising part", 0.1, "Share of the run in which the rate rises.", 0, 0.99),
                Param(
                    "after",
                    "Afterwards",
                    "choice",
                    "constant",
                    "What the rate does once it has risen.",
                    choices=(("constant", "Stays"), ("linear", "Falls in a line"), ("cosine", "Falls along a cosine")),
                    effect="next run",
                ),
            ),
            family="Rising and falling",
            formula=r"\eta_p = \eta \, \min\left(1, \frac{p}{a}\right)",
            runs="core.schedule:warm_up",
            source="Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017",
            when="With Adam and large rates, with large batches, and when the loss jumps in the first steps.",
            fails="In a short run it only wastes steps.",
        ),
    ),
)
