"""The entries of the catalogue "activations": what a unit makes of its weighted sum z."""

from __future__ import annotations

from core.catalogue.spec import Catalogue, Param, Spec

_BOOK = "Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, section 6.3"


def _slope(key: str, title: str, default: float, help: str) -> Param:
    return Param(key, title, "float", default, help, minimum=0, maximum=1, step=0.01)


ACTIVATIONS = Catalogue(
    "activation",
    (
        Spec(
            "identity",
            "Identity",
            "The unit passes its weighted sum on unchanged. Its slope is 1 everywhere, so it never weakens a gradient, "
            "but layers of such units, however many, can only compute what a single layer could.",
            family="Linear and step",
            formula=r"f(z) = z",
            runs="core.engine.activations:identity",
            source=_BOOK,
            when="For the output of a regression, where any number may be right.",
            fails="In hidden layers: without a bend the network stays linear. In a recurrent layer the state can grow "
            "without limit.",
        ),
        Spec(
            "step",
            "Step",
            "The unit is off below zero and on from zero upward, like the first artificial neurons. Its true slope is "
            "zero, so nothing could be learned through it; the studio sends the gradient straight through where z is "
            "inside the window, as if the unit were linear there. The gradients shown are therefore estimates, not "
            "exact.",
            (
                Param(
                    "window",
                    "Gradient window",
                    "float",
                    1.0,
                    "The gradient passes with slope 1 where z is at most this far from 0, and is 0 elsewhere. 0 lets "
                    "it pass everywhere.",
                    minimum=0,
                    maximum=100,
                    step=0.1,
                ),
            ),
            family="Linear and step",
            formula=r"f(z) = \begin{cases} 1 & z \geq 0 \\ 0 & z < 0 \end{cases} \qquad f'(z) := \begin{cases} 1 & |z| "
            r"\leq w \\ 0 & |z| > w \end{cases}",
            runs="core.engine.activations:step",
            source="McCulloch and Pitts 1943; straight-through gradient: Bengio, Leonard and Courville, "
            "arXiv:1308.3432, 2013",
            when="To study the perceptron, or units that can only be on or off.",
            fails="Learning is rough and may stall: the straight-through gradient is not the slope of the loss.",
            tags=frozenset({"estimate"}),
        ),
        Spec(
            "sigmoid",
            "Sigmoid",
            "Squeezes any number into the range from 0 to 1, so that the output can be read as a probability. Its "
            "slope is at most 0.25 and dies out on both sides.",
            family="S-shaped",
            formula=r"f(z) = \frac{1}{1 + e^{-z}}",
            runs="torch.sigmoid",
            source=_BOOK,
            when="For yes-or-no outputs, and for gates, as in LSTM and GRU.",
            fails="In deep or recurrent layers: every pass multiplies the gradient by 0.25 or less, so it vanishes. "
            "Outputs are never negative, which slows the next layer.",
        ),
        Spec(
            "hard_sigmoid",
            "Hard sigmoid",
            "A sigmoid made of three straight lines: 0 below -3, 1 above 3, and a ramp between. It is cheap to compute "
            "and reaches 0 and 1 exactly.",
            family="S-shaped",
            formula=r"f(z) = \min\left(1, \max\left(0, \frac{z + 3}{6}\right)\right)",
            runs="core.engine.activations:hard_sigmoid",
            source="Courbariaux, Bengio and David, BinaryConnect, NeurIPS 2015; the slope 1/6 as in Howard et al., "
            "ICCV 2019",
            when="For gates on small devices, or to see saturation with sharp edges.",
            fails="Outside -3 to 3 the gradient is exactly zero: a unit that gets there may never come back.",
        ),
        Spec(
            "tanh",
            "Tanh",
            "Squeezes any number into the range from -1 to 1. Its slope is 1 at zero and dies out on both sides. Being "
            "centred on zero, it keeps the signal balanced from layer to layer.",
            family="S-shaped",
            formula=r"f(z) = \tanh(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}",
            runs="torch.tanh",
            source=_BOOK,
            when="The usual choice for the state of a recurrent layer: bounded, and with slope 1 near zero.",
            fails="With large weights the units saturate and the gradient vanishes, over layers and over time steps.",
        ),
        Spec(
            "hard_tanh",
            "Hard tanh",
            "A tanh made of three straight lines: it passes z unchanged between -1 and 1 and cuts off the rest.",
            family="S-shaped",
            formula=r"f(z) = \min(1, \max(-1, z))",
            runs="torch.nn.functional.hardtanh",
            source="Collobert, Large Scale Machine Learning, PhD thesis, Universite Paris 6, 2004",
            when="For a bounded state that is cheap to compute and exactly linear in the middle.",
            fails="Outside -1 to 1 the gradient is exactly zero.",
        ),
        Spec(
            "relu",
            "ReLU",
            "Passes positive numbers unchanged and turns negative ones into 0. Where it is on, the gradient passes at "
            "full strength.",
            family="Rectifiers",
            formula=r"f(z) = \max(0, z)",
            runs="torch.relu",
            source="Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, ICML 2010",
            when="The default for hidden layers of feed-forward networks.",
            fails="A unit whose z is always negative gets no gradient and stays dead. In a recurrent layer the state "
            "can explode.",
        ),
        Spec(
            "leaky_relu",
            "Leaky ReLU",
            "Like ReLU, but negative numbers keep a small slope instead of none, so that no unit can die completely.",
            (_slope("negative_slope", "Slope below 0", 0.01, "Slope for negative z. 0 is ReLU, 1 is the identity."),),
            family="Rectifiers",
            formula=r"f(z) = \begin{cases} z & z > 0 \\ a z & z \leq 0 \end{cases}",
            runs="torch.nn.functional.leaky_relu",
            source="Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, ICML 2013",
            when="When many ReLU units die during training.",
            fails="With a tiny slope a unit on the negative side still learns very slowly; the state of a recurrent "
            "layer is not bounded.",
        ),
        Spec(
            "prelu",
            "PReLU",
            "A leaky ReLU that learns its own slope for negative numbers. One slope is shared by all units of the "
            "layer and is trained with the weights.",
            (_slope("slope", "First slope", 0.25, "Slope for negative z before training starts."),),
            family="Rectifiers",
            formula=r"f(z) = \begin{cases} z & z > 0 \\ a z & z \leq 0 \end{cases} \qquad a \text{ learned}",
            runs="torch.nn.functional.prelu",
            source="He et al., Delving deep into rectifiers, ICCV 2015",
            when="When there is enough data to let the network choose the slope.",
            fails="Weight decay also pulls the slope to zero; on little data the extra freedom can overfit.",
            tags=frozenset({"learned"}),
        ),
        Spec(
            "elu",
            "ELU",
            "Passes positive numbers unchanged and bends negative ones smoothly towards a floor. The mean output stays "
            "near zero, which helps the next layer.",
            (
                Param(
                    "alpha",
                    "Alpha",
                    "float",
                    1.0,
                    "Depth of the floor: the output never goes below minus alpha.",
                    0,
                    10,
                    step=0.1,
                ),
            ),
            family="Rectifiers",
            formula=r"f(z) = \begin{cases} z & z > 0 \\ \alpha (e^{z} - 1) & z \leq 0 \end{cases}",
            runs="torch.nn.functional.elu",
            source="Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by exponential linear "
            "units, ICLR 2016",
            when="In deep feed-forward networks without normalisation layers.",
            fails="Far below zero it is flat and the gradient vanishes; it costs an exponential for each unit.",
        ),
        Spec(
            "selu",
            "SELU",
            "An ELU with two fixed constants, chosen so that the outputs of a layer keep mean 0 and variance 1 by "
            "themselves when the weights start with variance 1 / inputs.",
            family="Rectifiers",
            formula=r"f(z) = \lambda \begin{cases} z & z > 0 \\ \alpha (e^{z} - 1) & z \leq 0 \end{cases} \qquad "
            r"\lambda \approx 1.0507, \; \alpha \approx 1.6733",
            runs="torch.selu",
            source="Klambauer et al., Self-normalizing neural networks, NeurIPS 2017",
            when="In plain deep feed-forward networks with normalised inputs.",
            fails="The promise does not hold with ordinary dropout, with skip connections or through time.",
        ),
        Spec(
            "gelu",
            "GELU",
            "Multiplies z by the chance that a random bell-curve number is below z. It looks like a ReLU with a soft "
            "corner and a small dip below zero.",
            (
                Param(
                    "approximate",
                    "Formula",
                    "choice",
                    "none",
                    "The exact formula, or the quicker one built from tanh.",
                    choices=(("none", "Exact"), ("tanh", "Tanh approximation")),
                ),
            ),
            family="Smooth rectifiers",
            formula=r"f(z) = z \, \Phi(z) = \frac{z}{2} \left(1 + \mathrm{erf}\left(\frac{z}{\sqrt{2}}\right)\right)",
            runs="torch.nn.functional.gelu",
            source="Hendrycks and Gimpel, Gaussian error linear units, arXiv:1606.08415, 2016",
            when="The usual choice in transformers and other large feed-forward parts.",
            fails="It is slower than ReLU and seldom better in small networks.",
        ),
        Spec(
            "silu",
            "SiLU",
            "Multiplies z by its own sigmoid, so that the unit acts as its own gate. Also called Swish.",
            family="Smooth rectifiers",
            formula=r"f(z) = z \, \sigma(z) = \frac{z}{1 + e^{-z}}",
            runs="torch.nn.functional.silu",
            source="Elfwing, Uchibe and Doya, Sigmoid-weighted linear units, Neural Networks 107, 2018",
            when="In deep networks where a smooth ReLU trains more steadily.",
            fails="It is slower than ReLU, and not bounded above: a recurrent state can explode.",
        ),
        Spec(
            "softplus",
            "Softplus",
            "A smooth ReLU: its slope is the sigmoid, so it changes gently from off to on, and its output is always "
            "above 0.",
            (
                Param(
                    "beta",
                    "Sharpness",
                    "float",
                    1.0,
                    "Large values come closer to ReLU.",
                    0,
                    100,
                    open_minimum=True,
                    log=True,
                ),
            ),
            family="Smooth rectifiers",
            formula=r"f(z) = \frac{1}{\beta} \log\left(1 + e^{\beta z}\right)",
            runs="torch.nn.functional.softplus",
            source="Dugas et al., Incorporating second-order functional knowledge for better option pricing, NeurIPS "
            "2000",
            when="For outputs that must be positive, such as a rate or a width.",
            fails="In hidden layers: outputs are never negative and it is slower than ReLU.",
        ),
        Spec(
            "softsign",
            "Softsign",
            "Squeezes any number into the range from -1 to 1 like tanh, but approaches the ends much more slowly, so "
            "that its slope dies out more slowly too.",
            family="S-shaped",
            formula=r"f(z) = \frac{z}{1 + |z|}",
            runs="torch.nn.functional.softsign",
            source="Bergstra et al., Quadratic polynomials learn better image features, Technical report 1337, "
            "Universite de Montreal, 2009",
            when="When tanh units saturate too early.",
            fails="Its slope falls quickly just beside zero, so signals shrink through many layers or steps.",
        ),
        Spec(
            "mish",
            "Mish",
            "Multiplies z by the tanh of its softplus. It is a smooth relative of ReLU with a small dip below zero.",
            family="Smooth rectifiers",
            formula=r"f(z) = z \tanh\left(\log\left(1 + e^{z}\right)\right)",
            runs="torch.nn.functional.mish",
            source="Misra, Mish: a self regularized non-monotonic activation function, BMVC 2020",
            when="As a smooth choice in deep feed-forward networks.",
            fails="It is the slowest of the rectifiers to compute, and not bounded above.",
        ),
        Spec(
            "softmax",
            "Softmax",
            "Turns the sums of all units of a layer into shares that are positive and add up to 1, so that they can be "
            "read as the probabilities of classes. Each unit depends on all the others.",
            family="Over all units",
            formula=r"f(z)_j = \frac{e^{z_j}}{\sum_{k=1}^{M} e^{z_k}}",
            runs="torch.softmax",
            source="Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990",
            when="For the output of a classification into several classes, with the cross-entropy loss.",
            fails="With a single unit it is always 1. When one share is near 1 the gradient is near zero, so pair it "
            "with cross-entropy.",
            tags=frozenset({"vector"}),
        ),
        Spec(
            "log_softmax",
            "Log-softmax",
            "The logarithm of softmax, computed without overflow. All outputs are 0 or below; their exponentials add "
            "up to 1.",
            family="Over all units",
            formula=r"f(z)_j = z_j - \log \sum_{k=1}^{M} e^{z_k}",
            runs="torch.log_softmax",
            source="Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016, section 6.2.2.3",
            when="When the output should be log-probabilities, as KL divergence wants them.",
            fails="Its numbers are hard to read, and losses that expect probabilities do not fit it.",
            tags=frozenset({"vector"}),
        ),
    ),
)
