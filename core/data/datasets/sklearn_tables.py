"""The small classic tables that scikit-learn carries with it, their values as measured: scaling is a later choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.data.dataset import DATASETS, Data, Dataset, DatasetInfo
from core.data.datasets.sklearn_import import sklearn_datasets

__all__ = ["BreastCancer", "Iris", "Wine"]


@DATASETS.register()
@dataclass(frozen=True)
class Iris(Dataset):
    """150 flowers of three species, four lengths each."""

    kind = "iris"
    title = "Iris"
    summary = "3 species of flowers from 4 measurements"
    family: ClassVar[str] = "table"
    uses_sklearn: ClassVar[bool] = True
    citation: ClassVar[str] = (
        "R. A. Fisher, Iris (1936), UCI Machine Learning Repository, doi 10.24432/C56C76, CC BY 4.0; "
        "as bundled with scikit-learn."
    )

    def info(self) -> DatasetInfo:
        """See `Dataset.info`."""
        return DatasetInfo((4,), "classification", 3)

    def load(self, seed: int) -> Data:
        """The whole table; the seed has no part in it."""
        return _table(sklearn_datasets().load_iris())


@DATASETS.register()
@dataclass(frozen=True)
class Wine(Dataset):
    """178 wines of three growers, thirteen chemical values each."""

    kind = "wine"
    title = "Wine"
    summary = "3 growers from 13 chemical values"
    family: ClassVar[str] = "table"
    uses_sklearn: ClassVar[bool] = True
    citation: ClassVar[str] = (
        "S. Aeberhard and M. Forina, Wine (1992), UCI Machine Learning Repository, doi 10.24432/C5PC7J, CC BY 4.0; "
        "as bundled with scikit-learn."
    )

    def info(self) -> DatasetInfo:
        """See `Dataset.info`."""
        return DatasetInfo((13,), "classification", 3)

    def load(self, seed: int) -> Data:
        """The whole table; the seed has no part in it."""
        return _table(sklearn_datasets().load_wine())


@DATASETS.register()
@dataclass(frozen=True)
class BreastCancer(Dataset):
    """569 tumours, malignant or benign, thirty values of the cell nuclei each."""

    kind = "breast_cancer"
    title = "Breast cancer"
    short = "Cancer"
    summary = "Malignant or benign from 30 values"
    family: ClassVar[str] = "table"
    uses_sklearn: ClassVar[bool] = True
    citation: ClassVar[str] = (
        "W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin (Diagnostic) (1993), UCI Machine "
        "Learning Repository, doi 10.24432/C5DW2B, CC BY 4.0; as bundled with scikit-learn."
    )

    def info(self) -> DatasetInfo:
        """See `Dataset.info`."""
        return DatasetInfo((30,), "classification", 2)

    def load(self, seed: int) -> Data:
        """The whole table; the seed has no part in it."""
        return _table(sklearn_datasets().load_breast_cancer())


def _table(bunch: Any) -> Data:
    """The Data of a scikit-learn Bunch of rows (samples, features) and class numbers (samples,)."""
    names = tuple(map(str, bunch.target_names))
    return Data(
        bunch.data.astype(np.float32),
        bunch.target,
        "classification",
        names,
        tuple(map(str, bunch.feature_names)),
    )
