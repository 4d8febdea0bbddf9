"""Classic tables bundled with scikit-learn, unscaled, and its `sklearn.datasets`, which takes a second to import."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from types import ModuleType
from typing import ClassVar

import numpy as np

from ...spec import SettingError, setting
from ..dataset import DATASETS, Data, Dataset, DatasetInfo

_OF_CELLS = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry",
    "fractal dimension",
)  # fmt: skip
_CELL_COLUMNS = (
    *(f"mean {name}" for name in _OF_CELLS),
    *(f"{name} error" for name in _OF_CELLS),
    *(f"worst {name}" for name in _OF_CELLS),
)


class _SklearnTable(Dataset):
    family: ClassVar[str] = "table"
    uses_sklearn: ClassVar[bool] = True
    loader: ClassVar[str]
    """The function of `sklearn.datasets` that loads the table."""
    names: ClassVar[tuple[str, ...]]
    """The names of all columns, known before loading."""
    classes: ClassVar[int]
    rows: ClassVar[int]

    features: str = setting("", "Features", "The columns to learn from, one in a line; all of them if empty.")

    def __post_init__(self) -> None:
        super().__post_init__()
        chosen = self.features.split("\n") if self.features else list(self.names)
        unknown = [name for name in chosen if name not in self.names]
        if unknown:
            raise SettingError(f"{self.title}: there is no column called {unknown[0]!r}")
        # In the order of the table, and empty for all, so that equal choices are equal.
        ordered = [name for name in self.names if name in chosen]
        object.__setattr__(self, "features", "" if len(ordered) == len(self.names) else "\n".join(ordered))

    @property
    def offered_columns(self) -> tuple[str, ...]:
        return self.names

    @property
    def learned_columns(self) -> tuple[str, ...]:
        return tuple(self.features.split("\n")) if self.features else self.names

    @property
    def known_rows(self) -> int:
        return self.rows

    def with_columns(self, names: Sequence[str]) -> Dataset:
        if not names:
            raise SettingError(f"{self.title}: at least one column must be learned from")
        return self.replace(features="\n".join(names))

    def info(self) -> DatasetInfo:
        return DatasetInfo((len(self.learned_columns),), "classes", self.classes)

    def load(self, seed: int) -> Data:
        """The whole table; the seed is ignored."""
        bunch = getattr(sklearn_datasets(), self.loader)()
        learned = self.learned_columns
        values = bunch.data.astype(np.float32)
        if learned != self.names:
            values = np.ascontiguousarray(values[:, [self.names.index(name) for name in learned]])
        return Data(values, bunch.target, "classes", tuple(map(str, bunch.target_names)), learned)


@DATASETS.register()
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
    names: ClassVar[tuple[str, ...]] = (
        "sepal length (cm)",
        "sepal width (cm)",
        "petal length (cm)",
        "petal width (cm)",
    )
    classes: ClassVar[int] = 3
    rows: ClassVar[int] = 150


@DATASETS.register()
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
    names: ClassVar[tuple[str, ...]] = (
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
        "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines",
        "proline",
    )  # fmt: skip
    classes: ClassVar[int] = 3
    rows: ClassVar[int] = 178


@DATASETS.register()
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
    names: ClassVar[tuple[str, ...]] = _CELL_COLUMNS
    classes: ClassVar[int] = 2
    rows: ClassVar[int] = 569


# `sys.modules` contains a module from the start of its import.
_imported = Event()


def sklearn_datasets() -> ModuleType:
    """Import `sklearn.datasets`, or wait for another thread's import."""
    from sklearn import datasets

    _imported.set()
    return datasets  # type: ignore[no-any-return]


def is_sklearn_imported() -> bool:
    """Whether `sklearn_datasets` returns immediately."""
    return _imported.is_set()
