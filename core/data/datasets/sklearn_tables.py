"""Classic tables bundled with scikit-learn, unscaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.data.dataset import DATASETS, Data, Dataset, DatasetInfo
from core.data.datasets.sklearn_import import sklearn_datasets

__all__ = ["BreastCancer", "Iris", "Wine"]


@dataclass(frozen=True)
class _SklearnTable(Dataset):
    family: ClassVar[str] = "table"
    uses_sklearn: ClassVar[bool] = True
    loader: ClassVar[str]
    """The function of `sklearn.datasets` that loads the table."""
    shape: ClassVar[tuple[int, int]]
    """Number of features and classes, known before loading."""

    def info(self) -> DatasetInfo:
        """See `Dataset.info`."""
        features, classes = self.shape
        return DatasetInfo((features,), "classification", classes)

    def load(self, seed: int) -> Data:
        """The whole table; the seed is ignored."""
        bunch = getattr(sklearn_datasets(), self.loader)()
        class_names, feature_names = (tuple(map(str, n)) for n in (bunch.target_names, bunch.feature_names))
        values = bunch.data.astype(np.float32)
        return Data(values, bunch.target, "classification", class_names, feature_names)


@DATASETS.register()
@dataclass(frozen=True)
class Iris(_SklearnTable):
    """150 flowers of three species, with four measurements."""

    kind = "iris"
    title = "Iris"
    summary = "3 species of flowers from 4 measurements"
    citation: ClassVar[str] = (
        "R. A. Fisher, Iris (1936), UCI Machine Learning Repository, doi 10.24432/C56C76, CC BY 4.0; "
        "as bundled with scikit-learn."
    )
    loader: ClassVar[str] = "load_iris"
    shape: ClassVar[tuple[int, int]] = (4, 3)


@DATASETS.register()
@dataclass(frozen=True)
class Wine(_SklearnTable):
    """178 wines of three growers, with thirteen chemical values."""

    kind = "wine"
    title = "Wine"
    summary = "3 growers from 13 chemical values"
    citation: ClassVar[str] = (
        "S. Aeberhard and M. Forina, Wine (1992), UCI Machine Learning Repository, doi 10.24432/C5PC7J, CC BY 4.0; "
        "as bundled with scikit-learn."
    )
    loader: ClassVar[str] = "load_wine"
    shape: ClassVar[tuple[int, int]] = (13, 3)


@DATASETS.register()
@dataclass(frozen=True)
class BreastCancer(_SklearnTable):
    """569 tumours, malignant or benign, with thirty values of the cell nuclei."""

    kind = "breast_cancer"
    title = "Breast cancer"
    short = "Cancer"
    summary = "Malignant or benign from 30 values"
    citation: ClassVar[str] = (
        "W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin (Diagnostic) (1993), UCI Machine "
        "Learning Repository, doi 10.24432/C5DW2B, CC BY 4.0; as bundled with scikit-learn."
    )
    loader: ClassVar[str] = "load_breast_cancer"
    shape: ClassVar[tuple[int, int]] = (30, 2)
