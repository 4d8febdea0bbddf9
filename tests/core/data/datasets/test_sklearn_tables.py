"""scikit-learn's tables are complete and unchanged."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import (
    DATASETS,
    BreastCancer,
    Dataset,
    Iris,
    Wine,
)
from core.data.datasets.sklearn_tables import sklearn_datasets
from core.spec import SettingError


def test_tables_are_the_known_ones() -> None:
    iris, wine, cancer = (kind().load(seed=0) for kind in (Iris, Wine, BreastCancer))
    assert np.bincount(iris.targets).tolist() == [50, 50, 50]
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert iris.feature_names[0] == "sepal length (cm)"
    np.testing.assert_allclose(iris.inputs[0], [5.1, 3.5, 1.4, 0.2], rtol=1e-6)
    assert np.bincount(wine.targets).tolist() == [59, 71, 48]
    assert wine.feature_names[-1] == "proline"
    assert wine.inputs.max() == 1680
    assert np.bincount(cancer.targets).tolist() == [212, 357]
    assert cancer.class_names == ("malignant", "benign")


@pytest.mark.parametrize(
    ("table", "loader"),
    [(Iris(), "load_iris"), (Wine(), "load_wine"), (BreastCancer(), "load_breast_cancer")],
)
def test_tables_keep_the_names_of_scikit_learn(table: Dataset, loader: str) -> None:
    data, bunch = table.load(0), getattr(sklearn_datasets(), loader)()
    assert data.class_names == tuple(bunch.target_names)
    assert data.feature_names == tuple(bunch.feature_names)
    # Plain str: NumPy's string type would have another repr in exported code.
    assert {type(name) for name in (*data.class_names, *data.feature_names)} == {str}


@pytest.mark.parametrize("table", [Iris(), Wine(), BreastCancer()])
def test_columns_are_left_out(table: Dataset) -> None:
    names, whole = table.offered_columns, table.load(0)
    assert table.learned_columns == names == whole.feature_names
    fewer = table.with_columns((names[-1], names[1]))
    data = fewer.load(0)
    assert fewer.learned_columns == data.feature_names == (names[1], names[-1])
    assert np.array_equal(data.inputs, whole.inputs[:, [1, -1]])
    assert data.shape == fewer.info().shape == (2,)
    assert fewer.with_columns(names) == table
    assert DATASETS.from_json(fewer.to_json()) == fewer


def test_columns_must_be_of_the_table() -> None:
    with pytest.raises(SettingError, match="at least one column"):
        Iris().with_columns(())
    with pytest.raises(SettingError, match="no column called 'weight'"):
        Iris(features="weight")
