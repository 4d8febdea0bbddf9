"""The small classic tables that scikit-learn carries with it, their values as measured: scaling is a later choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.data.data_spec import DataFacts
from core.data.dataset import DATASETS, Data, Dataset
from core.data.datasets.sklearn_files import bundled_table

__all__ = ["BreastCancer", "Iris", "Wine"]

_LENGTHS = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
_CHEMISTRY = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280/od315_of_diluted_wines",
    "proline",
)
_OF_A_NUCLEUS = (
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
_NUCLEI = (
    *(f"mean {name}" for name in _OF_A_NUCLEUS),
    *(f"{name} error" for name in _OF_A_NUCLEUS),
    *(f"worst {name}" for name in _OF_A_NUCLEUS),
)


@DATASETS.register()
@dataclass(frozen=True)
class Iris(Dataset):
    """150 flowers of three species, four lengths each."""

    kind = "iris"
    title = "Iris"
    summary = "3 species of flowers from 4 measurements"
    family: ClassVar[str] = "table"
    citation: ClassVar[str] = (
        "R. A. Fisher, Iris (1936), UCI Machine Learning Repository, doi 10.24432/C56C76, CC BY 4.0; "
        "as bundled with scikit-learn."
    )

    def facts(self) -> DataFacts:
        """See `Dataset.facts`."""
        return DataFacts((4,), "classification", 3)

    def load(self, seed: int) -> Data:
        """The whole table; the seed has no part in it."""
        return _table("iris.csv", "load_iris", _LENGTHS)


@DATASETS.register()
@dataclass(frozen=True)
class Wine(Dataset):
    """178 wines of three growers, thirteen chemical values each."""

    kind = "wine"
    title = "Wine"
    summary = "3 growers from 13 chemical values"
    family: ClassVar[str] = "table"
    citation: ClassVar[str] = (
        "S. Aeberhard and M. Forina, Wine (1992), UCI Machine Learning Repository, doi 10.24432/C5PC7J, CC BY 4.0; "
        "as bundled with scikit-learn."
    )

    def facts(self) -> DataFacts:
        """See `Dataset.facts`."""
        return DataFacts((13,), "classification", 3)

    def load(self, seed: int) -> Data:
        """The whole table; the seed has no part in it."""
        return _table("wine_data.csv", "load_wine", _CHEMISTRY)


@DATASETS.register()
@dataclass(frozen=True)
class BreastCancer(Dataset):
    """569 tumours, malignant or benign, thirty values of the cell nuclei each."""

    kind = "breast_cancer"
    title = "Breast cancer"
    short = "Cancer"
    summary = "Malignant or benign from 30 values"
    family: ClassVar[str] = "table"
    citation: ClassVar[str] = (
        "W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin (Diagnostic) (1993), UCI Machine "
        "Learning Repository, doi 10.24432/C5DW2B, CC BY 4.0; as bundled with scikit-learn."
    )

    def facts(self) -> DataFacts:
        """See `Dataset.facts`."""
        return DataFacts((30,), "classification", 2)

    def load(self, seed: int) -> Data:
        """The whole table; the seed has no part in it."""
        return _table("breast_cancer.csv", "load_breast_cancer", _NUCLEI)


def _table(file: str, loader: str, feature_names: tuple[str, ...]) -> Data:
    values, classes, class_names = bundled_table(file, loader)
    return Data(values.astype(np.float32), classes, "classification", class_names, feature_names)
