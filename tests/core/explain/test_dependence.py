"""Partial dependence and individual curves: scikit-learn's numbers, categories by name, points by coordinate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.inspection import partial_dependence as theirs

from core.data.pipeline import Pipeline
from core.explain.dependence import dependence_columns, partial_dependence
from core.explain.prediction import Prediction
from core.nn.network import Network
from tests.core.explain.tables import coloured
from tests.core.inspect.started import DIGITS, IRIS, MOONS, start


class Estimator(ClassifierMixin, BaseEstimator):
    """Our network behind its pipeline."""

    def __init__(self, network: Network, pipeline: Pipeline, classes: int) -> None:
        self.network, self.pipeline, self.classes = network, pipeline, classes
        self.classes_, self.is_fitted_ = np.arange(classes), True

    def fit(self, X: np.ndarray, y: np.ndarray) -> Estimator:
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        found = self.pipeline.decode(self.network.predict(self.pipeline.transform(X))).probabilities
        assert found is not None
        return found


@pytest.mark.parametrize("column", range(4))
@pytest.mark.parametrize("resolution", [10, 100])
def test_it_is_scikit_learns(column: int, resolution: int) -> None:
    trainer, prepared, _ = start(IRIS, 20)
    rows = prepared.data.inputs[prepared.train_index]
    estimator = Estimator(trainer.network, prepared.pipeline, 3)
    expected = theirs(estimator, rows, [column], kind="both", grid_resolution=resolution)
    for label in range(3):
        prediction = Prediction(trainer.encoding, label)
        found = partial_dependence(
            trainer.network, prepared, prediction, column, 0, resolution=resolution, most=1000
        )
        assert found.column == prepared.pipeline.inputs.names_in[column]
        assert found.grid == pytest.approx(expected["grid_values"][0])
        assert found.average == pytest.approx(expected["average"][label], abs=1e-6)
        assert found.curves == pytest.approx(expected["individual"][label], abs=1e-6)


def test_the_chosen_sample_has_a_curve_of_its_own() -> None:
    trainer, prepared, _ = start(IRIS)
    prediction = Prediction(trainer.encoding, 1)
    found = partial_dependence(trainer.network, prepared, prediction, 2, 5)
    raw = prepared.data.inputs[prepared.test_index[5]]
    assert found.here == raw[2]
    now = prediction.of(trainer.network.predict(prepared.test.inputs[5:6]))[0]
    at = float(np.interp(raw[2], found.grid, found.own))
    assert at == pytest.approx(now, abs=0.02)


def test_categories_are_places_with_names(tmp_path: Path) -> None:
    trainer, prepared, _ = start(coloured(tmp_path), 5)
    found = partial_dependence(trainer.network, prepared, Prediction(trainer.encoding, 0), 0, 0)
    assert set(found.categories) == {"red", "green", "blue"}
    raw = prepared.raw_test_samples(1)
    assert found.categories[int(found.here)] == raw["colour"][0]
    for place, name in enumerate(found.categories):
        inputs = prepared.pipeline.transform({**raw, "colour": [name]})
        said = Prediction(trainer.encoding, 0).of(trainer.network.predict(inputs))[0]
        assert found.own[place] == pytest.approx(said, abs=1e-6)


def test_points_have_two_columns_and_images_none() -> None:
    trainer, prepared, _ = start(MOONS)
    assert dependence_columns(prepared) == ("x1", "x2")
    found = partial_dependence(trainer.network, prepared, Prediction(trainer.encoding, 1), 1, 0)
    assert found.curves.shape == (len(prepared.train_index), 40)
    assert dependence_columns(start(DIGITS, 0)[1]) == ()
