"""Both estimators pass scikit-learn's own checks and work in its pipelines, searches and inspections."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from core import (
    L2,
    SGD,
    Adam,
    ClipByNorm,
    Dropout,
    EarlyStopping,
    NetworkClassifier,
    NetworkRegressor,
    Sequence,
    TerminateOnNaN,
)
from tests.core.compiled.two_engines import compiled_engine as compiled_engine

pytestmark = pytest.mark.environment

SKIPPED: Final = {
    "check_array_api_input": "scikit-learn skips it unless SCIPY_ARRAY_API is set; there are no GPU arrays here",
    "check_classifiers_multilabel_output_format_decision_function": "it has predict_proba, as MLPClassifier has",
}
if find_spec("pandas") is None:
    SKIPPED |= dict.fromkeys(
        (
            "check_classifier_data_not_an_array",
            "check_regressor_data_not_an_array",
            "check_sample_weights_pandas_series",
        ),
        "scikit-learn skips it where pandas is missing",
    )
"""Checks that are not run, with the reason; every other one passes."""

IRIS = load_iris()
X, NAMES = IRIS.data, IRIS.target_names[IRIS.target]
RNG = np.random.default_rng(0)


def scaled(**given: Any) -> Any:
    return make_pipeline(StandardScaler(), NetworkClassifier(random_state=0, epochs=40, **given))


# scikit-learn compares to 1e-7 of predictions, which are sums that float32 rounds by as much.
TO_SEVEN_DIGITS = dict.fromkeys(
    (
        "check_sample_weight_equivalence_on_dense_data",
        "check_sample_weight_equivalence_on_sparse_data",
    ),
    "float32 rounds",
)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"dtype": "float32"},
        {
            "dtype": "float32",
            "early_stopping": True,
            "callbacks": (TerminateOnNaN(),),
            "schedule": "cosine_decay",
        },
    ],
    ids=["plain", "float32", "early stopping"],
)
@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_scikit_learns_checks_pass(kind: Any, settings: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check_estimator(
            kind(**settings),
            on_fail=None,
            on_skip=None,
            expected_failed_checks=TO_SEVEN_DIGITS if settings else None,
        )
    failed = {each["check_name"]: str(each["exception"]) for each in found if each["status"] == "failed"}
    skipped = {each["check_name"] for each in found if each["status"] == "skipped"}
    assert failed == {}
    assert skipped <= set(SKIPPED)
    assert sum(each["status"] == "passed" for each in found) > 45


def test_only_float32_can_be_trained_by_the_compiled_engine(compiled_engine: None) -> None:
    engines = {}
    for dtype in ("float32", "float64"):
        model = NetworkRegressor((4,), epochs=1, dtype=dtype).fit(np.eye(6), np.arange(6.0))
        engines[dtype] = model.model_.engine_in_use
    assert engines == {"float32": "compiled", "float64": "numpy"}
    with pytest.raises(ValueError, match="computes in float32, and this network in float64"):
        NetworkRegressor((4,), engine="compiled").fit(np.eye(6), np.arange(6.0))


def test_labels_may_be_texts_and_probabilities_follow_classes() -> None:
    model = scaled().fit(X, NAMES)
    assert list(model.classes_) == sorted(set(NAMES))
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (150, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(model.predict(X), model.classes_[probabilities.argmax(axis=1)])
    assert model.score(X, NAMES) > 0.94
    assert isinstance(model[-1].model_, Sequence)
    assert model[-1].n_iter_ == 40 == len(model[-1].loss_curve_)


def test_the_same_state_gives_the_same_numbers_and_a_clone_or_pickle_too() -> None:
    model = scaled().fit(X, NAMES)
    wanted = model.predict_proba(X)
    np.testing.assert_array_equal(clone(model).fit(X, NAMES).predict_proba(X), wanted)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), wanted)
    assert (
        scaled().set_params(networkclassifier__random_state=1).fit(X, NAMES).predict_proba(X) != wanted
    ).any()


def test_a_search_over_parameters_and_layers() -> None:
    grid = {
        "networkclassifier__hidden_layer_sizes": [(4,), (16, 8)],
        "networkclassifier__layers": [None, (Dropout(0.1),)],
    }
    search = GridSearchCV(scaled(), grid, cv=2, error_score="raise").fit(X, NAMES)
    assert search.best_score_ > 0.8
    assert len(search.cv_results_["params"]) == 4


def test_scores_calibration_and_importance() -> None:
    assert cross_val_score(scaled(), X, NAMES, cv=3).mean() > 0.9
    calibrated = CalibratedClassifierCV(scaled(), cv=2).fit(X, NAMES)
    np.testing.assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1.0)
    found = permutation_importance(scaled().fit(X, NAMES), X, NAMES, n_repeats=3, random_state=0)
    # Petals tell the species, sepals do not.
    assert found.importances_mean[2:].min() > found.importances_mean[:2].max()


def test_early_stopping_holds_samples_out_and_keeps_the_best_weights() -> None:
    model = NetworkClassifier(epochs=2000, early_stopping=True, n_iter_no_change=5, random_state=0).fit(
        X, NAMES
    )
    losses = model.model_.validation_history
    assert model.n_iter_ == len(losses) < 2000
    assert min(losses[-5:]) > min(losses[:-5]) - 1e-4
    assert model.score(X, NAMES) > 0.8


def test_an_epoch_at_a_time_with_all_classes_named_at_first() -> None:
    model = NetworkClassifier(random_state=0)
    for _ in range(60):
        model.partial_fit(X[:100], NAMES[:100], classes=IRIS.target_names)
        model.partial_fit(X[50:], NAMES[50:])
    assert model.n_iter_ == 120
    assert model.score(X, NAMES) > 0.8
    with pytest.raises(ValueError, match=r"y must hold the classes .*, got .*rose"):
        model.partial_fit(X[:1], ["rose"])
    with pytest.raises(ValueError, match="NetworkClassifier: classes must stay"):
        model.partial_fit(X, NAMES, classes=["a", "b"])


def test_classes_and_samples_have_weights() -> None:
    y = np.where(NAMES == "setosa", "rare", "other")
    kept = np.r_[0:5, 50:150]
    noisy = X[kept] + RNG.normal(size=(105, 4))
    plain = NetworkClassifier(random_state=0, epochs=20).fit(noisy, y[kept])
    balanced = NetworkClassifier(random_state=0, epochs=20, class_weight="balanced").fit(noisy, y[kept])
    assert (balanced.predict(noisy) == "rare").sum() > (plain.predict(noisy) == "rare").sum()
    with pytest.raises(ValueError, match="sample_weight must be at least 0, got -1"):
        plain.fit(X, NAMES, sample_weight=-np.ones(150))
    with pytest.raises(ValueError, match=r"must not be 0 for every sample|at least one non-zero"):
        plain.fit(X, NAMES, sample_weight=np.zeros(150))


def test_layers_in_one_line_and_single_precision() -> None:
    model = scaled(layers="dense 8 tanh, dropout 0.1", dtype="float32").fit(X, NAMES)
    assert [layer.kind for layer in model[-1].model_.layers] == ["dense", "dropout", "dense"]
    assert model[-1].model_.dtype == "float32"
    assert model.score(X, NAMES) > 0.9
    # Single precision would make a row's prediction depend on its neighbours.
    np.testing.assert_allclose(model.predict_proba(X[:1]), model.predict_proba(X)[:1], rtol=1e-12)


def test_values_of_any_size_are_learned() -> None:
    inputs = RNG.normal(size=(200, 3))
    y = 1e6 + 5e4 * (inputs[:, 0] - inputs[:, 1])
    model = NetworkRegressor(random_state=0, epochs=200).fit(inputs, y)
    assert model.predict(inputs).shape == (200,)
    assert model.score(inputs, y) > 0.98
    both = NetworkRegressor(random_state=0).fit(inputs, np.column_stack([y, -y]))
    assert both.predict(inputs).shape == (200, 2)
    with pytest.raises(ValueError, match="y must have 2 columns as before, got 1"):
        both.partial_fit(inputs, y)


def test_an_optimizer_keeps_its_rate_unless_another_is_given() -> None:
    def rate(**given: Any) -> float:
        return NetworkClassifier(epochs=0, **given).fit(X, NAMES).model_.learning_rate

    assert rate() == 0.01
    assert rate(optimizer="adam") == rate(optimizer=Adam()) == 0.001
    assert rate(optimizer=SGD(0.5)) == 0.5
    assert rate(optimizer=SGD(0.5), learning_rate=0.2) == rate(learning_rate=0.2) == 0.2


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_early_stopping_an_epoch_at_a_time_is_refused(kind: Any) -> None:
    stopping = kind(early_stopping=True)
    with pytest.raises(
        ValueError, match=r"partial_fit does not support early_stopping=True, since one epoch"
    ):
        stopping.partial_fit(X, IRIS.target)
    assert not hasattr(stopping, "partial_fit")
    assert hasattr(stopping.set_params(early_stopping=False), "partial_fit")


def test_callbacks_schedules_and_clipping_are_those_of_sequence() -> None:
    seen: list[float] = []
    model = NetworkClassifier(
        (4,),
        epochs=9,
        schedule="cosine_decay",
        clipping=ClipByNorm(1.0),
        callbacks=[
            EarlyStopping("loss", patience=9),
            lambda model, epoch: seen.append(model.history["loss"][-1]),
        ],
    ).fit(X, NAMES)
    assert seen == model.loss_curve_
    assert model.callbacks_[0].best == min(seen)
    assert model.callbacks[0].best == np.inf, "parameters stay as they are"
    rates = model.model_.history["learning_rate"]
    assert rates[0] > rates[-1]
    assert model.model_.clipping == ClipByNorm(1.0)
    with pytest.raises(ValueError, match="NetworkClassifier: callbacks must be a list of callbacks, got 3"):
        NetworkClassifier(callbacks=3).fit(X, NAMES)


def test_the_penalty_follows_from_columns_and_rows_but_for_parts() -> None:
    model = NetworkRegressor((4,), epochs=1)
    assert model.fit(np.eye(40)[:, :2], np.arange(40.0)).model_.regularizer == L2(0.01)
    assert model.fit(np.eye(40), np.arange(40.0)).model_.regularizer == L2(0.03)
    assert NetworkRegressor((4,)).partial_fit(np.eye(40), np.arange(40.0)).model_.regularizer.kind == "none"
    chosen = NetworkRegressor((4,), epochs=1, regularizer="l1").fit(np.eye(40), np.arange(40.0))
    assert chosen.model_.regularizer.kind == "l1"


def test_scikit_learn_waits_until_they_are_asked_for() -> None:
    code = "import sys, core; assert 'sklearn' not in sys.modules and 'NetworkRegressor' in dir(core); core.Network_"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "module 'core' has no attribute 'Network_'" in found.stderr
