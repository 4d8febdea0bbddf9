"""NetworkRegressor: a network as a regressor of scikit-learn."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin

from ...nn.losses import LOSSES
from .network_estimator import Floats, NetworkEstimator, WithoutEarlyStopping, checked_data


class NetworkRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc,unused-ignore]
    """A network that predicts values, with scikit-learn's methods; put a scaler in front of it.

    >>> model = make_pipeline(StandardScaler(), NetworkRegressor((16, 16), random_state=0)).fit(X, y)

    Parameters are those of `NetworkClassifier`, without `class_weight`; a loss of "auto" is the mean squared error,
    and the output layer is linear. Values are standardized for the network, by mean and deviation of the first fit.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _more_tags(self) -> dict[str, bool]:  # before scikit-learn 1.6
        return {"multioutput": True}

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on X (samples, features), dense or sparse, and y (samples,) or (samples, outputs).

        It begins with new weights unless `warm_start`. Raises `ValueError`.
        """
        X, y = self._checked(X, y, reset=True)
        weights = self._weights(X, sample_weight)
        if not self._goes_on:
            self._start(y, weights)
        return self._fit_part(X, y, weights)

    @WithoutEarlyStopping
    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train one epoch more on X (samples, features) and y (samples,) or (samples, outputs)."""
        first = not hasattr(self, "model_")
        X, y = self._checked(X, y, reset=first)
        weights = self._weights(X, sample_weight)
        if first:
            self._start(y, weights)
        return self._fit_part(X, y, weights, partial=True)

    def predict(self, X: ArrayLike) -> Floats:
        """Values (samples,), or (samples, outputs) after a fit on such."""
        outputs = self._outputs(X) * self._scale + self._mean
        return np.asarray(outputs[:, 0] if self._flat else outputs)

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Floats, Floats]:
        X, y = checked_data(self, X, y, reset, y_numeric=True)
        return X, np.asarray(y, np.float64)

    def _start(self, y: Floats, weights: Floats | None) -> None:
        self._flat = y.ndim == 1
        columns = y.reshape(len(y), -1)
        self._mean = np.average(columns, axis=0, weights=weights)
        deviation = np.sqrt(np.average(np.square(columns - self._mean), axis=0, weights=weights))
        # A constant column keeps its own scale.
        self._scale = np.where(deviation > 0.0, deviation, 1.0)
        loss = LOSSES.make("mean_squared_error" if self.loss == "auto" else self.loss)
        self.model_ = self._new_model(columns.shape[1], "linear", loss)

    def _fit_part(self, X: Floats, y: Floats, weights: Floats | None, partial: bool = False) -> Self:
        columns = y.reshape(len(y), -1)
        if columns.shape[1] != len(self._mean):
            raise ValueError(
                f"NetworkRegressor: y must have {len(self._mean)} columns as before, got {columns.shape[1]}"
            )
        self._learn(X, (columns - self._mean) / self._scale, weights, partial)
        return self
