"""The entries of the catalogue "losses": how wrong a prediction f is for a target y. Smaller is better, but for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.catalogue.spec import Catalogue, Param, Spec

Targets = Literal["values", "classes", "signs", "distribution"]


@dataclass(frozen=True)
class LossSpec(Spec):
    """A loss: what it is for, and what it expects of outputs and targets."""

    tasks: tuple[str, ...] = ("regression",)
    """"classification", "regression" or both."""
    activations: tuple[str, ...] = ("identity",)
    """Output activations that fit, the recommended one first."""
    targets: Targets = "values"
    """What the data's target is turned into: numbers (a class becomes a row of 0 and a single 1), class numbers, -1/+1
    or shares."""


_OVER_TIME = (
    Param(
        "over_time",
        "Time steps",
        "choice",
        "all",
        "Which steps of a sequence count. It has no effect where the target is one value per sample.",
        choices=(("all", "All alike"), ("last", "Only the last"), ("custom", "Own weights")),
        effect="next batch",
        advanced=True,
        group="Weights over time",
    ),
    Param(
        "step_weights",
        "Own weights",
        "text",
        "1",
        "Numbers of 0 or more, one per time step, separated by commas. The last one holds for all later steps.",
        effect="next batch",
        advanced=True,
        group="Weights over time",
    ),
)
_CLASS_WEIGHTS = Param(
    "class_weights",
    "Class weights",
    "choice",
    "none",
    "Balanced gives rare classes more weight, so that every class counts the same in total.",
    choices=(("none", "None"), ("balanced", "Balanced")),
    effect="next batch",
)
_REAL = (
    "identity",
    "tanh",
    "sigmoid",
    "softplus",
    "relu",
    "leaky_relu",
    "elu",
    "hard_tanh",
    "hard_sigmoid",
    "softsign",
)
_BOOK = "Goodfellow, Bengio and Courville, Deep Learning, MIT Press 2016"
_BISHOP = "Bishop, Pattern Recognition and Machine Learning, Springer 2006"


def _loss(key: str, title: str, help: str, *parameters: Param, **facts: object) -> LossSpec:
    facts.setdefault("runs", f"core.engine.losses:{key}")
    return LossSpec(key, title, help, (*parameters, *_OVER_TIME), **facts)  # type: ignore[arg-type]


_REGRESSION = (
    _loss(
        "mse",
        "Mean squared error",
        "Takes the difference between target and prediction, squares it and averages. A miss twice as large counts "
        "four times, and the slope gets smaller as the prediction gets closer.",
        family="Regression",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} (y_i - f(x_i))^2",
        source=f"{_BISHOP}, section 1.1",
        when="The default for predicting numbers.",
        fails="One wild outlier can outweigh all other samples. On classes with a saturated sigmoid or softmax it "
        "hardly learns.",
        tasks=("regression", "classification"),
        activations=(*_REAL, "softmax"),
    ),
    _loss(
        "mae",
        "Mean absolute error",
        "Averages how far off the predictions are, in the unit of the target. Every miss pulls with the same force, "
        "however large, so the result is the median and not the mean.",
        family="Regression",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} |y_i - f(x_i)|",
        source="Koenker and Bassett, Regression quantiles, Econometrica 46, 1978",
        when="When the data holds outliers that should not rule the result.",
        fails="The slope does not shrink near the target, so the prediction jitters around it unless the learning rate "
        "falls.",
        activations=_REAL,
    ),
    _loss(
        "rmse",
        "Root mean squared error",
        "The square root of the mean squared error of the batch: the same ranking of predictions, but in the unit of "
        "the target.",
        family="Regression",
        formula=r"L = \sqrt{\frac{1}{N} \sum_{i=1}^{N} (y_i - f(x_i))^2}",
        source="Hyndman and Koehler, Another look at measures of forecast accuracy, International Journal of "
        "Forecasting 22, 2006",
        when="When the loss should be read in the unit of the target.",
        fails="The root is taken per batch, so it depends on the batch size. Near zero its slope does not shrink, and "
        "at exactly zero it has none: the studio then uses 0.",
        activations=_REAL,
    ),
    _loss(
        "mbe",
        "Mean bias error",
        "Averages target minus prediction with its sign. It tells whether a model guesses too low (above zero) or too "
        "high (below zero). As a training loss it has no lowest point: raising every prediction always lowers it.",
        family="Regression",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} (y_i - f(x_i))",
        source="Willmott and Matsuura, Advantages of the mean absolute error over the root mean square error, Climate "
        "Research 30, 2005",
        when="To measure bias. Train with it only to see why a loss needs a lowest point.",
        fails="Always, as a training loss: predictions run away upward, the loss falls without end and nothing is "
        "learned.",
        activations=_REAL,
        tags=frozenset({"unbounded"}),
    ),
    _loss(
        "huber",
        "Huber",
        "Squared error for small misses and straight-line error for large ones, joined smoothly at delta. It is as "
        "calm near the target as the squared error and as patient with outliers as the absolute error.",
        Param(
            "delta",
            "Delta",
            "float",
            1.0,
            "The miss at which the curve turns into a straight line.",
            0,
            1000,
            open_minimum=True,
            log=True,
            effect="next batch",
            unit="target unit",
        ),
        family="Regression",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} \begin{cases} \frac{1}{2} (y_i - f(x_i))^2 & |y_i - f(x_i)| \leq "
        r"\delta \\ \delta \, |y_i - f(x_i)| - \frac{1}{2} \delta^2 & \text{otherwise} \end{cases}",
        source="Huber, Robust estimation of a location parameter, Annals of Mathematical Statistics 35, 1964",
        when="For numbers with a few outliers.",
        fails="Delta has the unit of the target: too large and it is the squared error, too small and every miss pulls "
        "alike.",
        activations=_REAL,
    ),
    _loss(
        "log_cosh",
        "Log-cosh",
        "The logarithm of the hyperbolic cosine of the miss: like half the squared error when it is small, like the "
        "absolute error when it is large, and smooth everywhere.",
        family="Regression",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} \log \cosh(f(x_i) - y_i)",
        source="Green, Bayesian reconstructions from emission tomography data, IEEE Transactions on Medical Imaging 9, "
        "1990",
        when="For numbers with a few outliers, when the loss should have a smooth slope and curvature.",
        fails="It turns straight at a miss of about 1, so targets must be scaled to about that size.",
        activations=_REAL,
    ),
    _loss(
        "quantile",
        "Quantile",
        "Charges differently for guessing too low and too high, so that the prediction becomes a chosen quantile: with "
        "0.9, nine of ten targets should lie below it. Also called pinball loss.",
        Param(
            "q",
            "Quantile",
            "float",
            0.5,
            "Share of the targets that should lie below the prediction; 0.5 is the median.",
            0.001,
            0.999,
            step=0.05,
            effect="next batch",
        ),
        family="Regression",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} \max(q \, (y_i - f(x_i)), \; (q - 1)(y_i - f(x_i)))",
        source="Koenker and Bassett, Regression quantiles, Econometrica 46, 1978",
        when="To forecast a range: train one model for 0.1 and one for 0.9.",
        fails="Near 0 or 1 only few samples pull on one side, so the quantile is uncertain. Its slope never shrinks.",
        activations=_REAL,
    ),
    _loss(
        "poisson",
        "Poisson",
        "How unlikely the counts y are if events arrive at the predicted rate f. The part that does not depend on the "
        "prediction is left out, so the value can be negative.",
        family="Regression",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} (f(x_i) - y_i \log f(x_i))",
        source="Cameron and Trivedi, Regression Analysis of Count Data, Cambridge University Press 1998",
        when="For counts: 0, 1, 2 and so on, such as visitors in an hour.",
        fails="The prediction must be above zero, so the output needs softplus. Negative targets and scaled targets "
        "make no sense.",
        activations=("softplus", "relu", "sigmoid"),
    ),
)

_CLASSIFICATION = (
    _loss(
        "cross_entropy",
        "Cross-entropy",
        "The negative logarithm of the probability that the network gives to the right class. It is 0 for a sure and "
        "right answer and grows without limit for a sure and wrong one. It is computed from the sums before softmax, "
        "so it cannot overflow.",
        Param(
            "label_smoothing",
            "Label smoothing",
            "float",
            0.0,
            "Share of the target that is spread evenly over all classes, so that the network is never asked to be "
            "fully sure.",
            0,
            0.99,
            step=0.01,
            effect="next batch",
        ),
        _CLASS_WEIGHTS,
        family="Classification",
        formula=r"L = -\frac{1}{N} \sum_{i=1}^{N} \sum_{j=1}^{M} y_{ij} \log f(x_i)_j",
        source=f"{_BOOK}, section 6.2.2.3; label smoothing: Szegedy et al., CVPR 2016",
        when="The default for classes that exclude one another, with a softmax output of one unit per class.",
        fails="Wrong labels cost a lot, since a sure answer that is counted as wrong is punished without limit.",
        tasks=("classification",),
        activations=("softmax", "log_softmax", "identity"),
        targets="classes",
    ),
    _loss(
        "bce",
        "Binary cross-entropy",
        "Cross-entropy for yes-or-no questions. Each output unit answers its own question with a probability. Several "
        "classes become one question per class. It is computed from the sums before the sigmoid, so it cannot "
        "overflow.",
        family="Classification",
        formula=r"L = -\frac{1}{N} \sum_{i=1}^{N} \left( y_i \log f(x_i) + (1 - y_i) \log(1 - f(x_i)) \right)",
        source=f"{_BISHOP}, section 4.3.2",
        when="For two classes with one sigmoid unit, or for labels that can be true together.",
        fails="On many classes that exclude one another nearly all answers are no, and the network can do well by "
        "saying no to everything.",
        tasks=("classification",),
        activations=("sigmoid", "identity", "hard_sigmoid"),
        targets="distribution",
    ),
    _loss(
        "hinge",
        "Hinge",
        "Asks that the output has the right sign and is at least 1 away from zero; beyond that it is content and costs "
        "nothing. Targets are -1 and +1. Several classes become one question per class.",
        family="Classification",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} \max(0, 1 - f(x_i) \, y_i)",
        source="Cortes and Vapnik, Support-vector networks, Machine Learning 20, 1995",
        when="When only the decision matters and not a probability.",
        fails="Outputs are not probabilities. Samples beyond the margin give no gradient, and outputs from 0 to 1 "
        "cannot reach a target of -1.",
        tasks=("classification",),
        activations=("identity", "tanh", "hard_tanh"),
        targets="signs",
    ),
    _loss(
        "squared_hinge",
        "Squared hinge",
        "The hinge loss squared: outputs on the wrong side of the margin cost more the further off they are, and the "
        "slope fades smoothly at the margin.",
        family="Classification",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} \max(0, 1 - f(x_i) \, y_i)^2",
        source="Lee and Lin, A study on L2-loss support vector machines, Neural Computation 25, 2013",
        when="Like hinge, when a smooth slope at the margin helps the optimizer.",
        fails="Outliers far on the wrong side count with their square. Outputs are not probabilities.",
        tasks=("classification",),
        activations=("identity", "tanh", "hard_tanh"),
        targets="signs",
    ),
    _loss(
        "kl",
        "KL divergence",
        "How far the predicted distribution is from the target distribution. For a single right class it equals "
        "cross-entropy; for targets that are themselves shares it is 0 when the network gives exactly these shares.",
        family="Classification",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} \sum_{j=1}^{M} y_{ij} \log \frac{y_{ij}}{f(x_i)_j}",
        source="Kullback and Leibler, On information and sufficiency, Annals of Mathematical Statistics 22, 1951",
        when="When the targets are distributions, for instance the outputs of another network.",
        fails="Targets that are negative or do not add up to 1 make no sense. It is not symmetric: y and f cannot be "
        "exchanged.",
        tasks=("classification", "regression"),
        activations=("softmax", "log_softmax", "identity"),
        targets="distribution",
    ),
    _loss(
        "focal",
        "Focal",
        "Cross-entropy that loses interest in samples that are already answered well, so that the hard ones decide. "
        "With gamma 0 it is cross-entropy.",
        Param(
            "gamma",
            "Gamma",
            "float",
            2.0,
            "How fast interest fades as the answer gets surer.",
            0,
            10,
            step=0.5,
            effect="next batch",
        ),
        _CLASS_WEIGHTS,
        family="Classification",
        formula=r"L = -\frac{1}{N} \sum_{i=1}^{N} (1 - p_i)^{\gamma} \log p_i, \quad p_i = \sum_{j=1}^{M} y_{ij} "
        r"f(x_i)_j",
        source="Lin et al., Focal loss for dense object detection, ICCV 2017",
        when="When one class is far more frequent and easy than the others.",
        fails="Wrong labels always look hard and get most of the attention. Probabilities come out too cautious.",
        tasks=("classification",),
        activations=("softmax", "log_softmax", "sigmoid", "identity"),
        targets="classes",
    ),
)

LOSSES = Catalogue("loss", (*_REGRESSION, *_CLASSIFICATION))
