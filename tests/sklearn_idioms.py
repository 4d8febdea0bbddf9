"""Idioms of scikit-learn, each as one function that runs on its own `MLPClassifier` and `MLPRegressor`, and on ours.

What both sides must agree on are shapes, names, types and rules, and not numbers: they are other networks.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

RNG = np.random.default_rng(0)
X: Final = RNG.normal(size=(60, 3))
Y: Final = np.where(X[:, 0] > 0, "on", "off")
LABELS: Final = (X > 0).astype(int)
VALUES: Final = X @ np.array([1.0, -2.0, 0.5])


class Estimators(NamedTuple):
    """`classifier(**params)` and `regressor(**params)` of one side, and the parameter of the number of epochs."""

    classifier: Callable[..., Any]
    regressor: Callable[..., Any]
    epochs: str


class SklearnIdiom(NamedTuple):
    """`run(estimators)` gives what both sides must agree on."""

    call: str
    run: Callable[[Estimators], Any]


def _quiet(k: Estimators, kind: str = "classifier", **given: Any) -> Any:
    """An estimator that is trained briefly."""
    return getattr(k, kind)(**{"hidden_layer_sizes": (4,), k.epochs: 3, "random_state": 0} | given)


def _fitted(k: Estimators) -> Any:
    return _quiet(k).fit(X, Y)


def _pipeline(k: Estimators) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), _quiet(k)).fit(X, Y).predict(X).shape


def _columns(k: Estimators) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    parts = make_column_transformer((StandardScaler(), [0, 1]), (OneHotEncoder(), [2]))
    mixed = np.c_[X[:, :2], X[:, 2] > 0]
    return make_pipeline(parts, _quiet(k)).fit(mixed, Y).predict_proba(mixed).shape


def _grid(k: Estimators) -> Any:
    from sklearn.model_selection import GridSearchCV

    search = GridSearchCV(_quiet(k), {"hidden_layer_sizes": [(2,), (3,)]}, cv=2).fit(X, Y)
    return sorted(search.best_params_), len(search.cv_results_["params"]), search.predict(X).shape


def _random(k: Estimators) -> Any:
    from sklearn.model_selection import RandomizedSearchCV

    given = {"tol": [0.0, 0.1], "batch_size": [8, 16]}
    search = RandomizedSearchCV(_quiet(k), given, n_iter=2, cv=2, random_state=0).fit(X, Y)
    return search.cv_results_["params"]


def _halving(k: Estimators) -> Any:
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    search = HalvingGridSearchCV(_quiet(k), {"hidden_layer_sizes": [(2,), (3,)]}, cv=2, random_state=0)
    return search.fit(X, Y).n_iterations_


def _scores(k: Estimators) -> Any:
    from sklearn.model_selection import cross_val_score

    return cross_val_score(_quiet(k), X, Y, cv=3).shape


def _validated(k: Estimators) -> Any:
    from sklearn.model_selection import cross_validate

    return sorted(
        cross_validate(_quiet(k), X, Y, cv=2, scoring=["accuracy", "roc_auc"], return_train_score=True)
    )


def _out_of_fold(k: Estimators) -> Any:
    from sklearn.model_selection import cross_val_predict

    return cross_val_predict(_quiet(k), X, Y, cv=2, method="predict_proba").shape


def _learning_curve(k: Estimators) -> Any:
    from sklearn.model_selection import learning_curve

    sizes, train, test = learning_curve(_quiet(k), X, Y, cv=2, train_sizes=[0.5, 1.0])
    return sizes.tolist(), train.shape, test.shape


def _validation_curve(k: Estimators) -> Any:
    from sklearn.model_selection import validation_curve

    train, _ = validation_curve(_quiet(k), X, Y, param_name="batch_size", param_range=[8, 16], cv=2)
    return train.shape


def _calibrated(k: Estimators) -> Any:
    from sklearn.calibration import CalibratedClassifierCV

    return CalibratedClassifierCV(_quiet(k), cv=2).fit(X, Y).predict_proba(X).shape


def _importance(k: Estimators) -> Any:
    from sklearn.inspection import permutation_importance

    return permutation_importance(_fitted(k), X, Y, n_repeats=2, random_state=0).importances.shape


def _dependence(k: Estimators) -> Any:
    from sklearn.inspection import partial_dependence

    return partial_dependence(_fitted(k), X, [0], grid_resolution=5)["average"].shape


def _clone(k: Estimators) -> Any:
    from sklearn.base import clone

    again = clone(_fitted(k))
    return hasattr(again, "classes_"), again.get_params()["hidden_layer_sizes"]


def _partial(k: Estimators) -> Any:
    model = _quiet(k).partial_fit(X[:30], Y[:30], classes=["off", "on"])
    return model.partial_fit(X[30:], Y[30:]).predict(X).shape, model.classes_.tolist()


def _not_fitted(k: Estimators) -> Any:
    from sklearn.exceptions import NotFittedError

    try:
        _quiet(k).predict(X)
    except NotFittedError:
        return "NotFittedError"
    return "none"


def _wrong_width(k: Estimators) -> Any:
    try:
        _fitted(k).predict(X[:, :2])
    except ValueError as error:
        return "2 features" in str(error)
    return "none"


def _named_columns(k: Estimators) -> Any:
    class Frame(np.ndarray):
        """Not a DataFrame: pandas is not needed for names here."""

    model = _quiet(k).fit(X.view(Frame), Y)
    return model.n_features_in_


def _several(k: Estimators) -> Any:
    model = _quiet(k, "regressor").fit(X, np.c_[VALUES, -VALUES])
    return model.predict(X).shape


def _voting(k: Estimators) -> Any:
    from sklearn.ensemble import VotingClassifier

    both = [("a", _quiet(k)), ("b", _quiet(k, random_state=1))]
    return VotingClassifier(both, voting="soft").fit(X, Y).predict_proba(X).shape


def _bagging(k: Estimators) -> Any:
    from sklearn.ensemble import BaggingClassifier

    return len(BaggingClassifier(_quiet(k), n_estimators=2, random_state=0).fit(X, Y).estimators_)


def _stacking(k: Estimators) -> Any:
    from sklearn.ensemble import StackingRegressor

    return StackingRegressor([("net", _quiet(k, "regressor"))], cv=2).fit(X, VALUES).predict(X).shape


def _one_against_rest(k: Estimators) -> Any:
    from sklearn.multiclass import OneVsRestClassifier

    three = np.digitize(X[:, 0], [-0.5, 0.5])
    return OneVsRestClassifier(_quiet(k)).fit(X, three).predict_proba(X).shape


def _transformed(k: Estimators) -> Any:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler

    return (
        TransformedTargetRegressor(_quiet(k, "regressor"), transformer=StandardScaler())
        .fit(X, VALUES)
        .score(X, VALUES)
        <= 1.0
    )


def _report(k: Estimators) -> Any:
    from sklearn.metrics import classification_report

    return sorted(classification_report(Y, _fitted(k).predict(X), output_dict=True, zero_division=0.0))


def _scorer(k: Estimators) -> Any:
    from sklearn.metrics import get_scorer

    return 0 <= get_scorer("roc_auc")(_fitted(k), X, Y) <= 1


def _several_labels(k: Estimators) -> Any:
    model = _quiet(k).fit(X, LABELS)
    return [
        model.predict(X).shape,
        model.predict_proba(X).shape,
        model.classes_.tolist(),
        model.score(X, LABELS) >= 0,
    ]


def _log_probabilities(k: Estimators) -> Any:
    model = _fitted(k)
    return bool(np.allclose(model.predict_log_proba(X), np.log(model.predict_proba(X))))


def _sparse(k: Estimators, kind: str) -> Any:
    from scipy.sparse import csr_matrix

    answers = Y if kind == "classifier" else VALUES
    model = _quiet(k, kind).fit(csr_matrix(X), answers)
    dense, sparse = model.predict(X), model.predict(csr_matrix(X))
    return sparse.shape, bool((dense == sparse).all() if kind == "classifier" else np.allclose(dense, sparse))


def _warm(k: Estimators) -> Any:
    model = _quiet(k, warm_start=True).fit(X, Y)
    before = model.predict_proba(X)
    model.fit(X, Y)
    cold = _quiet(k).fit(X, Y).fit(X, Y)
    return [bool((before == model.predict_proba(X)).all()), bool((before == cold.predict_proba(X)).all())]


def _warm_classes(k: Estimators) -> Any:
    try:
        _quiet(k, warm_start=True).fit(X, Y).fit(X, np.where(X[:, 0] > 0, "on", "up"))
    except ValueError:
        return "ValueError"
    return "none"


def _arrays(k: Estimators) -> Any:
    model = _quiet(k, hidden_layer_sizes=(5, 4)).fit(X, np.digitize(X[:, 0], [-0.5, 0.5]))
    return [w.shape for w in model.coefs_], [b.shape for b in model.intercepts_]


def _dumped(k: Estimators) -> Any:
    import io

    import joblib

    file = io.BytesIO()
    joblib.dump(_fitted(k), file)
    file.seek(0)
    return joblib.load(file).predict(X[:3]).shape


def _weighted(k: Estimators) -> Any:
    model = _fitted(k)
    return 0 <= model.score(X, Y, sample_weight=np.linspace(0, 1, len(X))) <= 1


def _in_a_grid(k: Estimators) -> Any:
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    steps = Pipeline([("scale", StandardScaler()), ("net", _quiet(k))])
    found = GridSearchCV(steps, {"net__activation": ["relu", "tanh"]}, cv=2, scoring="neg_log_loss").fit(X, Y)
    return sorted(found.best_params_), found.best_score_ <= 0


def _bad(k: Estimators, **given: Any) -> Any:
    try:
        _quiet(k, **given).fit(X, Y)
    except ValueError:
        return "ValueError"
    return "none"


def _repeated(k: Estimators) -> Any:
    return bool((_fitted(k).predict_proba(X) == _fitted(k).predict_proba(X)).all())


SKLEARN_IDIOMS: Final = (
    SklearnIdiom("fit(X, y) returns self", lambda k: (m := _quiet(k)).fit(X, Y) is m),
    SklearnIdiom("predict gives the labels of y", lambda k: set(_fitted(k).predict(X)) <= {"on", "off"}),
    SklearnIdiom("predict_proba", lambda k: _fitted(k).predict_proba(X).shape),
    SklearnIdiom(
        "predict_proba rows sum to 1", lambda k: bool(np.allclose(_fitted(k).predict_proba(X).sum(1), 1))
    ),
    SklearnIdiom("classes_", lambda k: _fitted(k).classes_.tolist()),
    SklearnIdiom("n_features_in_", lambda k: _fitted(k).n_features_in_),
    SklearnIdiom("score of a classifier", lambda k: 0 <= _fitted(k).score(X, Y) <= 1),
    SklearnIdiom(
        "score of a regressor", lambda k: _quiet(k, "regressor").fit(X, VALUES).score(X, VALUES) <= 1
    ),
    SklearnIdiom("fit(X, Y) of several values", _several),
    SklearnIdiom("fit(X, y) of an array's subclass", _named_columns),
    SklearnIdiom("get_params()", lambda k: _quiet(k, tol=0.5).get_params()["tol"]),
    SklearnIdiom("set_params(tol=1)", lambda k: _quiet(k).set_params(tol=1).get_params()["tol"]),
    SklearnIdiom(
        "random_state repeats",
        _repeated,
    ),
    SklearnIdiom("early_stopping=True", lambda k: _quiet(k, early_stopping=True).fit(X, Y).predict(X).shape),
    SklearnIdiom("n_iter_", lambda k: _fitted(k).n_iter_),
    SklearnIdiom("loss_curve_", lambda k: len(_fitted(k).loss_curve_)),
    SklearnIdiom("clone", _clone),
    SklearnIdiom("pickle", lambda k: pickle.loads(pickle.dumps(_fitted(k))).predict(X).shape),
    SklearnIdiom("partial_fit(classes=...)", _partial),
    SklearnIdiom("predict before fit", _not_fitted),
    SklearnIdiom("predict of another width", _wrong_width),
    SklearnIdiom("make_pipeline", _pipeline),
    SklearnIdiom("make_column_transformer", _columns),
    SklearnIdiom("GridSearchCV", _grid),
    SklearnIdiom("RandomizedSearchCV", _random),
    SklearnIdiom("HalvingGridSearchCV", _halving),
    SklearnIdiom("cross_val_score", _scores),
    SklearnIdiom("cross_validate", _validated),
    SklearnIdiom("cross_val_predict", _out_of_fold),
    SklearnIdiom("learning_curve", _learning_curve),
    SklearnIdiom("validation_curve", _validation_curve),
    SklearnIdiom("CalibratedClassifierCV", _calibrated),
    SklearnIdiom("permutation_importance", _importance),
    SklearnIdiom("partial_dependence", _dependence),
    SklearnIdiom("VotingClassifier", _voting),
    SklearnIdiom("BaggingClassifier", _bagging),
    SklearnIdiom("StackingRegressor", _stacking),
    SklearnIdiom("OneVsRestClassifier", _one_against_rest),
    SklearnIdiom("TransformedTargetRegressor", _transformed),
    SklearnIdiom("classification_report", _report),
    SklearnIdiom("get_scorer", _scorer),
    SklearnIdiom("fit(X, labels) of several labels", _several_labels),
    SklearnIdiom("predict_log_proba", _log_probabilities),
    SklearnIdiom("fit(csr_matrix(X), y)", lambda k: _sparse(k, "classifier")),
    SklearnIdiom("fit(csr_matrix(X), values)", lambda k: _sparse(k, "regressor")),
    SklearnIdiom("warm_start=True", _warm),
    SklearnIdiom("warm_start=True with other classes", _warm_classes),
    SklearnIdiom("coefs_, intercepts_", _arrays),
    SklearnIdiom("loss_", lambda k: _fitted(k).loss_ == _fitted(k).loss_curve_[-1]),
    SklearnIdiom("joblib.dump, load", _dumped),
    SklearnIdiom("score(X, y, sample_weight)", _weighted),
    SklearnIdiom("GridSearchCV over net__activation, neg_log_loss", _in_a_grid),
    SklearnIdiom("fit(X, y) of true and false", lambda k: _quiet(k).fit(X, Y == "on").predict(X).dtype.kind),
    SklearnIdiom("fit(X, column)", lambda k: _quiet(k).fit(X, Y[:, None]).predict(X).shape),
    SklearnIdiom("hidden_layer_sizes=7", lambda k: _quiet(k, hidden_layer_sizes=7).fit(X, Y).coefs_[0].shape),
    SklearnIdiom(
        "hidden_layer_sizes=()", lambda k: _quiet(k, hidden_layer_sizes=()).fit(X, Y).predict(X).shape
    ),
    SklearnIdiom("activation='unknown'", lambda k: _bad(k, activation="unknown")),
    SklearnIdiom("partial_fit with early_stopping", lambda k: _refused_parts(k)),
)


def _refused_parts(k: Estimators) -> Any:
    try:
        _quiet(k, early_stopping=True).partial_fit(X, Y, classes=["off", "on"])
    except ValueError as error:
        return "partial_fit does not support early_stopping=True" in str(error)
    return "none"


def run_quietly(idiom: SklearnIdiom, side: Estimators) -> Any:
    """The answer, without the warnings of three epochs being too few."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return idiom.run(side)
