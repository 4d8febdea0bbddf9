"""Each idiom of scikit-learn runs on our estimators, and means there what it means on scikit-learn's networks."""

from __future__ import annotations

import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

from core import NetworkClassifier, NetworkRegressor
from tests.sklearn_idioms import SKLEARN_IDIOMS, Estimators, SklearnIdiom, run_quietly

OURS = Estimators(NetworkClassifier, NetworkRegressor, "epochs")
THEIRS = Estimators(MLPClassifier, MLPRegressor, "max_iter")


@pytest.mark.parametrize("idiom", SKLEARN_IDIOMS, ids=lambda idiom: idiom.call)
def test_an_idiom_means_what_it_means_in_scikit_learn(idiom: SklearnIdiom) -> None:
    assert run_quietly(idiom, OURS) == run_quietly(idiom, THEIRS)
