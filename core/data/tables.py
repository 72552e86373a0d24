"""Data sets that are tables: one row of measurements per sample, nothing over time."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Field, Normalisation
from core.data.files import bundled_numbers
from core.data.split import Split, random_split, stratified_split

IRIS_FEATURES = ("sepal length", "sepal width", "petal length", "petal width")
WINE_FEATURES = (
    "alcohol",
    "malic acid",
    "ash",
    "alcalinity of ash",
    "magnesium",
    "total phenols",
    "flavanoids",
    "nonflavanoid phenols",
    "proanthocyanins",
    "colour intensity",
    "hue",
    "OD280/OD315",
    "proline",
)
NUCLEUS_FEATURES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
PATIENT_FEATURES = (
    "age",
    "sex",
    "body mass index",
    "blood pressure",
    "total cholesterol",
    "LDL cholesterol",
    "HDL cholesterol",
    "cholesterol ratio",
    "log triglycerides",
    "blood sugar",
)


def iris(*, validation: float, test: float, seed: int) -> Dataset:
    """150 irises of three species, four lengths in centimetres."""
    table = bundled_numbers("iris", "iris.csv", skip=1)
    return _classified(
        "iris",
        "Iris flowers",
        table,
        IRIS_FEATURES,
        ("setosa", "versicolor", "virginica"),
        stratified_split(table[:, -1], validation, test, seed),
        unit="cm",
        source="R. A. Fisher 1936, UCI repository; from scikit-learn, BSD 3-clause.",
    )


def wine(*, validation: float, test: float, seed: int) -> Dataset:
    """178 wines of three growers, 13 chemical measurements."""
    table = bundled_numbers("wine", "wine.csv", skip=1)
    return _classified(
        "wine",
        "Wines",
        table,
        WINE_FEATURES,
        ("grower 1", "grower 2", "grower 3"),
        stratified_split(table[:, -1], validation, test, seed),
        source="M. Forina et al., UCI repository; from scikit-learn, BSD 3-clause.",
    )


def breast_cancer(*, validation: float, test: float, seed: int) -> Dataset:
    """569 tumours, 30 measurements of their cell nuclei, benign or malignant."""
    table = bundled_numbers("breast_cancer", "breast_cancer.csv", skip=1)
    names = tuple(f"{kind} {name}" for kind in ("mean", "error of", "worst") for name in NUCLEUS_FEATURES)
    return _classified(
        "breast_cancer",
        "Breast tumours",
        table,
        names,
        ("malignant", "benign"),
        stratified_split(table[:, -1], validation, test, seed),
        source="W. H. Wolberg et al. 1995, UCI repository; from scikit-learn, BSD 3-clause.",
    )


def diabetes(*, validation: float, test: float, seed: int) -> Dataset:
    """442 patients, ten measurements; the target is how far diabetes has progressed a year later (a score)."""
    raw = bundled_numbers("diabetes", "diabetes_data_raw.csv.gz", delimiter=None)
    score = bundled_numbers("diabetes", "diabetes_target.csv.gz")
    split = random_split(len(raw), validation, test, seed)
    inputs = Normalisation.fitted(raw[split["train"]])
    target = Normalisation.fitted(score[split["train"]])
    return Dataset(
        key="diabetes",
        title="Diabetes after one year",
        task="regression",
        inputs={"x": Field(inputs.apply(raw), names=PATIENT_FEATURES, normalisation=inputs)},
        target=Field(target.apply(score), names=("progression",), normalisation=target),
        split=split,
        source="B. Efron et al. 2004; from scikit-learn, BSD 3-clause.",
    )


def _classified(
    key: str,
    title: str,
    table: np.ndarray,
    names: tuple[str, ...],
    classes: tuple[str, ...],
    split: Split,
    *,
    source: str,
    unit: str = "",
) -> Dataset:
    """A classification data set out of a table whose last column is the class."""
    raw, kind = table[:, :-1], table[:, -1:].astype(np.float32)
    normalisation = Normalisation.fitted(raw[split["train"]])
    return Dataset(
        key=key,
        title=title,
        task="classification",
        inputs={"x": Field(normalisation.apply(raw), names=names, unit=unit, normalisation=normalisation)},
        target=Field(kind, names=("class",), classes=classes, codes=True),
        split=split,
        source=source,
    )
