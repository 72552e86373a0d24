"""The entries of the catalogue "metrics": numbers for people. Nothing is trained on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.catalogue.spec import Catalogue, Param, Spec


@dataclass(frozen=True)
class MetricSpec(Spec):
    """A metric: what it is for and how to read it."""

    tasks: tuple[str, ...] = ("classification",)
    """"classification", "regression" or both."""
    better: Literal["higher", "lower"] = "higher"
    result: Literal["number", "matrix"] = "number"
    """"matrix": it is a table and can not be drawn over time."""
    unit: str = ""
    """"share" for 0 to 1, "target" for the unit of the target, "%" for per cent."""


_MANNING = "Manning, Raghavan and Schuetze, Introduction to Information Retrieval, Cambridge University Press 2008"
_HYNDMAN = "Hyndman and Koehler, Another look at measures of forecast accuracy, Int. Journal of Forecasting 22, 2006"
_CLASSES: dict[str, object] = {"family": "Classification", "tasks": ("classification",), "unit": "share"}
_NUMBERS: dict[str, object] = {"family": "Regression", "tasks": ("regression",), "better": "lower", "unit": "target"}


def _metric(key: str, title: str, help: str, *parameters: Param, **facts: object) -> MetricSpec:
    return MetricSpec(key, title, help, parameters, runs=f"core.engine.metrics:{key}", **facts)  # type: ignore[arg-type]


METRICS = Catalogue(
    "metric",
    (
        MetricSpec(
            "auto",
            "What fits the data",
            "Accuracy for classes and root mean squared error for numbers.",
            family="Automatic",
            formula=r"\text{accuracy or RMSE}",
            runs="core.engine.metrics:default_metric",
            source="The entries “Accuracy” and “Root mean squared error” of this catalogue",
            when="To begin with.",
            fails="It cannot know which kind of mistake matters to you.",
            tasks=("classification", "regression"),
        ),
        _metric(
            "accuracy",
            "Accuracy",
            "Share of the answers that are right.",
            formula=r"\frac{1}{N} \sum_{i=1}^{N} [\hat{c}_i = c_i]",
            source=f"{_MANNING}, section 8.3",
            when="For classes that are about equally frequent.",
            fails="When one class is rare: always answering with the frequent one already scores high.",
            **_CLASSES,
        ),
        _metric(
            "top_k",
            "Top-k accuracy",
            "Share of the samples whose right class is among the k classes with the highest outputs.",
            Param("k", "k", "int", 3, "How many guesses count.", 1, 1000, effect="next run"),
            formula=r"\frac{1}{N} \sum_{i=1}^{N} [c_i \in \text{top}_k(f(x_i))]",
            source="Russakovsky et al., ImageNet large scale visual recognition challenge, IJCV 115, 2015",
            when="For many classes of which several may be meant.",
            fails="With k near the number of classes everything is right.",
            **_CLASSES,
        ),
        _metric(
            "precision",
            "Precision",
            "Of the samples put into a class, the share that belongs there. With two classes it is told for the second "
            "one, with more it is averaged over the classes that occur.",
            formula=r"\frac{TP}{TP + FP}",
            source=f"{_MANNING}, section 8.3",
            when="When a false alarm is expensive.",
            fails="It says nothing about what was missed. Where nothing was put into a class it counts as 0.",
            **_CLASSES,
        ),
        _metric(
            "recall",
            "Recall",
            "Of the samples that belong to a class, the share that was put there. With two classes it is told for the "
            "second one, with more it is averaged over the classes that occur.",
            formula=r"\frac{TP}{TP + FN}",
            source=f"{_MANNING}, section 8.3",
            when="When a miss is expensive.",
            fails="Putting everything into one class gives it a recall of 1.",
            **_CLASSES,
        ),
        _metric(
            "f1",
            "F1",
            "The harmonic mean of precision and recall: high only when both are.",
            formula=r"\frac{2 \, TP}{2 \, TP + FP + FN}",
            source=f"{_MANNING}, section 8.3",
            when="For rare classes.",
            fails="It ignores the samples rightly left out, and it treats both kinds of mistake alike.",
            **_CLASSES,
        ),
        _metric(
            "auc",
            "AUC",
            "The chance that a sample of the class gets a higher output than a sample that is not of it: 0.5 is "
            "guessing, 1 is perfect. With several classes it is averaged over them.",
            formula=r"P\left(f(x^{+}) > f(x^{-})\right) + \frac{1}{2} P\left(f(x^{+}) = f(x^{-})\right)",
            source="Hanley and McNeil, The meaning and use of the area under a ROC curve, Radiology 143, 1982",
            when="To judge the order of the outputs without choosing a threshold.",
            fails="It has no value where only one class occurs, and on very rare classes it looks better than it is.",
            **_CLASSES,
        ),
        _metric(
            "confusion",
            "Confusion matrix",
            "A table: each row is a true class, each column an answer, each cell a count. Mistakes lie off the "
            "diagonal.",
            formula=r"C_{jk} = \sum_{i=1}^{N} [c_i = j] \, [\hat{c}_i = k]",
            source=f"{_MANNING}, section 13.6",
            when="To see which classes are mixed up.",
            fails="It is a table and not one number, so it cannot be drawn over time.",
            family="Classification",
            result="matrix",
        ),
        _metric(
            "perplexity",
            "Perplexity",
            "Between how many equally likely symbols the network wavers on average: 1 is sure and right, the number of "
            "classes is guessing.",
            formula=r"\exp\left(-\frac{1}{N} \sum_{i=1}^{N} \log f(x_i)_{c_i}\right)",
            source="Jelinek et al., Perplexity: a measure of the difficulty of speech recognition tasks, 1977",
            when="For the next symbol of a text.",
            fails="It needs outputs that are probabilities. A single symbol that was thought impossible makes it huge.",
            family="Classification",
            better="lower",
        ),
        _metric(
            "sequence_accuracy",
            "Sequence accuracy",
            "Share of the sequences in which every counted step is right.",
            formula=r"\frac{1}{N} \sum_{i=1}^{N} \prod_{t} [\hat{c}_{i,t} = c_{i,t}]",
            source="Sutskever, Vinyals and Le, Sequence to sequence learning with neural networks, NeurIPS 2014",
            when="When a sequence is only worth something as a whole, as in copying or sorting.",
            fails="On long sequences it stays at 0 long after most steps are right.",
            **_CLASSES,
        ),
        _metric(
            "mae",
            "Mean absolute error",
            "How far off the predictions are on average, in the unit of the data.",
            formula=r"\frac{1}{N} \sum_{i=1}^{N} |y_i - f(x_i)|",
            source=_HYNDMAN,
            when="When the size of a typical miss should be easy to tell.",
            fails="It hides rare but large misses.",
            **_NUMBERS,
        ),
        _metric(
            "rmse",
            "Root mean squared error",
            "Like the mean absolute error, in the unit of the data, but large misses count more.",
            formula=r"\sqrt{\frac{1}{N} \sum_{i=1}^{N} (y_i - f(x_i))^2}",
            source=_HYNDMAN,
            when="When large misses are worse than many small ones.",
            fails="A single outlier can rule it.",
            **_NUMBERS,
        ),
        _metric(
            "r2",
            "R squared",
            "Share of the variation of the target that the prediction explains: 1 is perfect, 0 is as good as always "
            "answering with the mean, below 0 is worse than that.",
            formula=r"1 - \frac{\sum_i (y_i - f(x_i))^2}{\sum_i (y_i - \bar{y})^2}",
            source="Draper and Smith, Applied Regression Analysis, Wiley 1998",
            when="To compare predictions of different quantities.",
            fails="It has no value where the target is constant, and on a short or strongly trending series it looks "
            "too good.",
            family="Regression",
            tasks=("regression",),
        ),
        _metric(
            "mape",
            "Mean absolute percentage error",
            "How far off the predictions are on average, in per cent of the target.",
            formula=r"\frac{100}{N} \sum_{i=1}^{N} \left| \frac{y_i - f(x_i)}{y_i} \right|",
            source=_HYNDMAN,
            when="To talk about forecasts of quantities far above zero.",
            fails="Near zero it explodes; targets that are exactly zero are left out. Guessing too high costs more "
            "than too low.",
            family="Regression",
            tasks=("regression",),
            better="lower",
            unit="%",
        ),
    ),
)

NUMBERS: tuple[str, ...] = tuple(key for key, spec in METRICS.items() if getattr(spec, "result", "") == "number")
"""The metrics that are one number, which can be drawn over time."""
