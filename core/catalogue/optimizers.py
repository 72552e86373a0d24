"""The entries of the catalogue "optimizers": how a gradient becomes a change of the weights.

In the formulas g is the gradient at step t, theta the weights and eta the learning rate. Weight decay is a setting of
the training and is passed on to each of them.
"""

from __future__ import annotations

from typing import Any

from core.catalogue.spec import Catalogue, Param, Spec

_ADAM = "Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015"


def _lr(
    default: float, help: str = "Size of a step. Too small is slow, too large makes the loss jump or explode."
) -> Param:
    return Param(
        "lr", "Learning rate", "float", default, help, 0, 100, open_minimum=True, log=True, effect="next batch"
    )


def _number(key: str, title: str, default: float, help: str, low: float, high: float, **more: Any) -> Param:
    return Param(key, title, "float", default, help, low, high, effect="next batch", advanced=True, **more)


def _flag(key: str, title: str, help: str) -> Param:
    return Param(key, title, "bool", False, help, effect="next batch", advanced=True)


def _beta(key: str, title: str, default: float, help: str) -> Param:
    return _number(key, title, default, help, 0, 0.99999, step=0.01)


def _eps(default: float) -> Param:
    return _number(
        "eps", "Epsilon", default, "A tiny number that prevents a division by zero.", 0, 1, open_minimum=True, log=True
    )


_BETA1 = _beta(
    "beta1",
    "Memory of the gradient",
    0.9,
    "How much of the average gradient is kept at each step: 0.9 looks back about 10 steps.",
)
_BETA2 = _beta(
    "beta2",
    "Memory of its square",
    0.999,
    "How much of the average squared gradient is kept at each step: 0.999 looks back about 1000 steps.",
)
_AMSGRAD = _flag(
    "amsgrad",
    "AMSGrad",
    "Divide by the largest average squared gradient so far, so that the step of a weight can not grow again.",
)
_MOMENTS = r"m = \beta_1 m + (1 - \beta_1) g, \quad v = \beta_2 v + (1 - \beta_2) g^2, \quad "
_HATS = r"\hat{m} = \frac{m}{1 - \beta_1^t}, \quad \hat{v} = \frac{v}{1 - \beta_2^t}, \quad "

OPTIMIZERS = Catalogue(
    "optimizer",
    (
        Spec(
            "sgd",
            "SGD",
            "Takes a step straight downhill: the gradient times the learning rate. Momentum lets steps in the same "
            "direction add up, like a ball that rolls; Nesterov looks at the slope ahead of the ball.",
            (
                _lr(0.01),
                Param(
                    "momentum",
                    "Momentum",
                    "float",
                    0.0,
                    "Share of the last step that is kept: 0 has no memory, 0.9 is usual.",
                    0,
                    0.9999,
                    step=0.05,
                    effect="next batch",
                ),
                Param(
                    "nesterov",
                    "Nesterov",
                    "bool",
                    False,
                    "Corrects the step by the slope ahead. It needs a momentum above 0.",
                    effect="next batch",
                ),
            ),
            family="Plain",
            formula=r"b = \mu b + g, \quad \theta = \theta - \eta b",
            runs="torch.optim.SGD",
            source="Robbins and Monro 1951; momentum as in Sutskever et al., On the importance of initialization and "
            "momentum, ICML 2013",
            when="When every step should be easy to understand, and, with momentum, for the best final result on large "
            "data.",
            fails="One learning rate for all weights: in a narrow valley it swings from side to side, on a plateau it "
            "crawls. One huge gradient throws it far away.",
        ),
        Spec(
            "adam",
            "Adam",
            "Keeps a running average of the gradient and of its square, and divides one by the root of the other. So "
            "each weight gets a step of about the learning rate, whatever the size of its gradient.",
            (_lr(0.001), _BETA1, _BETA2, _eps(1e-8), _AMSGRAD),
            family="Adaptive",
            formula=_MOMENTS + _HATS + r"\theta = \theta - \eta \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}",
            runs="torch.optim.Adam",
            source=f"{_ADAM}; AMSGrad: Reddi, Kale and Kumar, ICLR 2018",
            when="The default: it works on most networks without tuning.",
            fails="Its steps do not shrink by themselves, so the loss keeps jittering unless a schedule lowers the "
            "rate. Weight decay acts unevenly; use AdamW for that.",
        ),
        Spec(
            "adamw",
            "AdamW",
            "Adam with weight decay done apart: each weight shrinks by the same share at each step, instead of through "
            "the gradient. Without weight decay it is Adam.",
            (_lr(0.001), _BETA1, _BETA2, _eps(1e-8), _AMSGRAD),
            family="Adaptive",
            formula=_MOMENTS
            + _HATS
            + r"\theta = \theta - \eta \lambda \theta - \eta \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}",
            runs="torch.optim.AdamW",
            source="Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019",
            when="When weight decay is on; the usual choice for transformers.",
            fails="It jitters at the end like Adam. The decay is tied to the learning rate: a schedule changes both.",
        ),
        Spec(
            "nadam",
            "Nadam",
            "Adam with Nesterov momentum: the average gradient is looked at one step ahead, which often takes curves a "
            "little faster.",
            (
                _lr(0.002),
                _BETA1,
                _BETA2,
                _eps(1e-8),
                _number(
                    "momentum_decay",
                    "Warm-up of the momentum",
                    0.004,
                    "How fast the momentum rises from half of its value at the first steps to its full value.",
                    0,
                    1,
                    step=0.001,
                ),
            ),
            family="Adaptive",
            formula=_MOMENTS + r"\mu_t = \beta_1 \left(1 - \frac{0.96^{t \psi}}{2}\right), \quad \theta = \theta - "
            r"\frac{\eta}{\sqrt{\hat{v}} + \epsilon} \left( \frac{\mu_{t+1} m}{1 - \prod_{i=1}^{t+1} \mu_i} + \frac{(1 "
            r"- \mu_t) g}{1 - \prod_{i=1}^{t} \mu_i} \right)",
            runs="torch.optim.NAdam",
            source="Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop 2016",
            when="Where Adam works but is slow to pick up speed, as in recurrent networks.",
            fails="With a large learning rate it overshoots sooner than Adam.",
        ),
        Spec(
            "radam",
            "RAdam",
            "Adam that knows that its average square is unreliable in the first steps: it starts as SGD with momentum "
            "and turns adaptive when enough gradients were seen.",
            (_lr(0.001), _BETA1, _BETA2, _eps(1e-8)),
            family="Adaptive",
            formula=_MOMENTS
            + r"\rho_t = \rho_{\infty} - \frac{2 t \beta_2^t}{1 - \beta_2^t}, \quad \theta = \theta - \eta \, \hat{m} "
            r"\begin{cases} \frac{r_t}{\sqrt{\hat{v}} + \epsilon} & \rho_t > 5 \\ 1 & \rho_t \leq 5 \end{cases}",
            runs="torch.optim.RAdam",
            source="Liu et al., On the variance of the adaptive learning rate and beyond, ICLR 2020",
            when="When Adam needs a warm-up to start well and you do not want to tune one.",
            fails="In its first steps it is SGD: where gradients are tiny it hardly moves, where they are huge it "
            "jumps.",
        ),
        Spec(
            "adamax",
            "Adamax",
            "Adam that divides by the largest recent gradient instead of the root of the average square. A step is "
            "then never larger than about the learning rate.",
            (_lr(0.002), _BETA1, _BETA2, _eps(1e-8)),
            family="Adaptive",
            formula=r"m = \beta_1 m + (1 - \beta_1) g, \quad u = \max(\beta_2 u, |g| + \epsilon), \quad \theta = "
            r"\theta - \frac{\eta}{1 - \beta_1^t} \frac{m}{u}",
            runs="torch.optim.Adamax",
            source=f"{_ADAM}, section 7.1",
            when="When gradients are zero most of the time and large now and then, as with embeddings.",
            fails="One very large gradient keeps the steps of its weight small for a long time.",
        ),
        Spec(
            "rmsprop",
            "RMSprop",
            "Divides the gradient by the root of its recent average square, so that steep and flat directions get "
            "steps of similar size.",
            (
                _lr(0.01),
                _number(
                    "alpha",
                    "Memory of the square",
                    0.99,
                    "How much of the average squared gradient is kept at each step.",
                    0,
                    0.99999,
                    step=0.01,
                ),
                _eps(1e-8),
                _number("momentum", "Momentum", 0.0, "Share of the last step that is kept.", 0, 0.9999, step=0.05),
                _flag(
                    "centered",
                    "Centred",
                    "Subtract the squared average of the gradient, so that the divisor is its spread.",
                ),
            ),
            family="Adaptive",
            formula=r"v = \alpha v + (1 - \alpha) g^2, \quad \theta = \theta - \eta \frac{g}{\sqrt{v} + \epsilon}",
            runs="torch.optim.RMSprop",
            source="Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine Learning, 2012; centred: Graves, "
            "arXiv:1308.0850, 2013",
            when="A good choice for recurrent networks and for problems that change while training.",
            fails="There is no bias correction: the first steps are about ten times as large as later ones with the "
            "usual memory of 0.99.",
        ),
        Spec(
            "adagrad",
            "Adagrad",
            "Divides the gradient by the root of the sum of all its squares so far. Weights that are seldom used keep "
            "large steps, busy ones slow down.",
            (
                _lr(0.01),
                _number(
                    "lr_decay",
                    "Decay of the rate",
                    0.0,
                    "Divides the learning rate by 1 + this times the step.",
                    0,
                    10,
                    step=0.001,
                ),
                _number(
                    "initial_accumulator_value",
                    "First sum",
                    0.0,
                    "Where the sum of squares starts. More than 0 makes the first steps smaller. It counts from the "
                    "next run.",
                    0,
                    100,
                    step=0.1,
                ),
                _eps(1e-10),
            ),
            family="Adaptive",
            formula=r"s = s + g^2, \quad \theta = \theta - \eta \frac{g}{\sqrt{s} + \epsilon}",
            runs="torch.optim.Adagrad",
            source="Duchi, Hazan and Singer, Adaptive subgradient methods, Journal of Machine Learning Research 12, "
            "2011",
            when="For sparse features, such as words, and for convex problems.",
            fails="The sum only grows, so the steps shrink for good: long trainings come to a halt.",
        ),
        Spec(
            "adadelta",
            "Adadelta",
            "Measures its own steps: the gradient is divided by its recent size and multiplied by the recent size of "
            "the changes. It hardly needs a learning rate.",
            (
                _lr(1.0, "Multiplies the step that the rule finds by itself; 1 is the rule of the paper."),
                _number(
                    "rho", "Memory", 0.9, "How much of the two averages is kept at each step.", 0, 0.99999, step=0.01
                ),
                _eps(1e-6),
            ),
            family="Adaptive",
            formula=r"v = \rho v + (1 - \rho) g^2, \quad d = \frac{\sqrt{u + \epsilon}}{\sqrt{v + \epsilon}} g, \quad "
            r"u = \rho u + (1 - \rho) d^2, \quad \theta = \theta - \eta d",
            runs="torch.optim.Adadelta",
            source="Zeiler, ADADELTA: an adaptive learning rate method, arXiv:1212.5701, 2012",
            when="When no learning rate is known and there is time.",
            fails="It starts very slowly, since its first steps are about the root of epsilon.",
        ),
        Spec(
            "rprop",
            "Rprop",
            "Looks only at the sign of the gradient. Each weight has its own step: it grows while the sign stays the "
            "same and shrinks when the sign flips.",
            (
                _lr(
                    0.01,
                    "Step of every weight at the start. Later each weight finds its own, and a change here counts from "
                    "the next run.",
                ),
                _number(
                    "eta_minus",
                    "Shrink",
                    0.5,
                    "Multiplies the step of a weight when the sign of its gradient flips.",
                    0.01,
                    0.99,
                    step=0.05,
                ),
                _number(
                    "eta_plus",
                    "Grow",
                    1.2,
                    "Multiplies the step of a weight while the sign stays the same.",
                    1.01,
                    5,
                    step=0.05,
                ),
                _number(
                    "step_min",
                    "Smallest step",
                    1e-6,
                    "No step gets smaller than this.",
                    0,
                    1,
                    open_minimum=True,
                    log=True,
                ),
                _number(
                    "step_max",
                    "Largest step",
                    50.0,
                    "No step gets larger than this.",
                    0,
                    1000,
                    open_minimum=True,
                    log=True,
                ),
            ),
            family="Second order and sign",
            formula=r"s = s \begin{cases} \eta^{+} & g \, g_{last} > 0 \\ \eta^{-} & g \, g_{last} < 0 \\ 1 & g \, "
            r"g_{last} = 0 \end{cases} \qquad \theta = \theta - s \, \mathrm{sign}(g)",
            runs="torch.optim.Rprop",
            source="Riedmiller and Braun, A direct adaptive method for faster backpropagation learning: the RPROP "
            "algorithm, ICNN 1993",
            when="With all data in one batch: then it is fast and needs no tuning.",
            fails="With small batches the sign is noise, and the steps shrink or run away.",
        ),
        Spec(
            "lbfgs",
            "L-BFGS",
            "Learns the curvature of the loss from the last few steps and gradients, and jumps towards the bottom of "
            "the bowl that it sees. Here it takes one such step per batch, without a line search.",
            (
                _lr(
                    0.3,
                    "Share of the jump that is taken. 1 is the full jump, which can overshoot without a line search.",
                ),
                Param(
                    "history_size",
                    "Memory",
                    "int",
                    10,
                    "How many past steps describe the curvature.",
                    1,
                    200,
                    unit="steps",
                    effect="next batch",
                    advanced=True,
                ),
            ),
            family="Second order and sign",
            formula=r"\theta = \theta - \eta H g, \quad H \approx \left( \nabla^2 L \right)^{-1}",
            runs="core.engine.optimizers:LBFGS",
            source="Liu and Nocedal, On the limited memory BFGS method for large scale optimization, Mathematical "
            "Programming 45, 1989",
            when="For small networks, with all data in one batch.",
            fails="Small batches: the difference of two gradients is then mostly noise and the curvature is wrong.",
            tags=frozenset({"full batch"}),
        ),
        Spec(
            "lion",
            "Lion",
            "Moves every weight by exactly the learning rate, in the direction of the sign of a mix of the gradient "
            "and its running average.",
            (
                _lr(0.0003),
                _BETA1,
                _beta("beta2", "Memory of the average", 0.99, "How much of the average gradient is kept at each step."),
            ),
            family="Second order and sign",
            formula=r"\theta = \theta - \eta \left( \mathrm{sign}(\beta_1 m + (1 - \beta_1) g) + \lambda \theta "
            r"\right), \quad m = \beta_2 m + (1 - \beta_2) g",
            runs="core.engine.optimizers:Lion",
            source="Chen et al., Symbolic discovery of optimization algorithms, NeurIPS 2023",
            when="For large networks with large batches: it needs half of Adam's memory.",
            fails="All weights move by the same amount, so the rate must be 3 to 10 times smaller than Adam's and must "
            "fall at the end.",
        ),
    ),
)
