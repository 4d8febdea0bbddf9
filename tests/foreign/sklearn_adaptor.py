"""A plugin for pytest that gives scikit-learn's tests of MLPs our estimators, with the arguments of MLPs."""

from __future__ import annotations

from typing import Any

import sklearn.neural_network
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from core import L2, SGD, Adam, NetworkClassifier, NetworkRegressor

_ACTIVATIONS = {"identity": "linear", "logistic": "sigmoid"}


class _Adapted(BaseEstimator):  # type: ignore[misc]
    """An estimator of ours behind the arguments of an MLP, made at the first fit."""

    kind: Any

    def __init__(
        self, hidden_layer_sizes: Any = (100,), activation: Any = "relu", *, solver: Any = "adam", alpha: Any = 0.0001,
        batch_size: Any = "auto", learning_rate: Any = "constant", learning_rate_init: Any = 0.001, power_t: Any = 0.5,
        max_iter: Any = 200, shuffle: Any = True, random_state: Any = None, tol: Any = 1e-4, verbose: Any = False,
        warm_start: Any = False, momentum: Any = 0.9, nesterovs_momentum: Any = True, early_stopping: Any = False,
        validation_fraction: Any = 0.1, beta_1: Any = 0.9, beta_2: Any = 0.999, epsilon: Any = 1e-8,
        n_iter_no_change: Any = 10, max_fun: Any = 15000,
    ) -> None:  # fmt: skip
        for name, value in list(locals().items()):
            if name not in ("self", "__class__"):
                setattr(self, name, value)

    def _arguments(self) -> dict[str, Any]:
        given: dict[str, Any] = self.get_params()
        if given["learning_rate"] != "constant":
            raise NotImplementedError("not here: a rate that changes is a schedule or a callback of Sequence")
        optimizer: Any = {
            "adam": lambda: Adam(beta_1=given["beta_1"], beta_2=given["beta_2"], epsilon=given["epsilon"]),
            "sgd": lambda: SGD(momentum=given["momentum"], nesterov=given["nesterovs_momentum"]),
            "lbfgs": lambda: "lbfgs",
        }[given["solver"]]()
        names = "hidden_layer_sizes batch_size shuffle random_state tol warm_start early_stopping validation_fraction"
        return {
            **{name: given[name] for name in (*names.split(), "n_iter_no_change")},
            "activation": _ACTIVATIONS.get(given["activation"], given["activation"]),
            "optimizer": optimizer,
            "learning_rate": None if given["solver"] == "lbfgs" else given["learning_rate_init"],
            "regularizer": L2(float(given["alpha"])) if given["alpha"] else "none",
            "epochs": given["max_iter"],
            "verbose": int(given["verbose"]),
        }

    def _made(self) -> Any:
        own = vars(self).setdefault("ours", self.kind(**self._arguments()))
        return own.set_params(**self._arguments())

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        self._made().fit(X, y, sample_weight=sample_weight)
        return self

    @property
    def partial_fit(self) -> Any:
        made = self._made()
        method = made.partial_fit

        def run(*given: Any, **named: Any) -> Any:
            method(*given, **named)
            return self

        return run

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "ours" not in vars(self):
            raise AttributeError(name)
        return getattr(self.ours, name)

    def predict(self, X: Any) -> Any:
        return self.ours.predict(X)

    def score(self, *given: Any) -> Any:
        return self.ours.score(*given)


class MLPClassifier(ClassifierMixin, _Adapted):  # type: ignore[misc]
    kind = NetworkClassifier


class MLPRegressor(RegressorMixin, _Adapted):  # type: ignore[misc]
    kind = NetworkRegressor


sklearn.neural_network.MLPClassifier = MLPClassifier
sklearn.neural_network.MLPRegressor = MLPRegressor
