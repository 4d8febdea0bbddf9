"""NetworkClassifier: a network as a classifier of scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from ...nn.losses import LOSSES
from .network_estimator import Floats, NetworkEstimator, WithoutEarlyStopping, checked_data


@dataclass(eq=False, repr=False)
class NetworkClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc,unused-ignore]
    """A network that predicts classes of any labels, with scikit-learn's methods; put a scaler in front of it.

    >>> model = make_pipeline(StandardScaler(), NetworkClassifier((16, 16), random_state=0)).fit(X, y)

    - `hidden_layer_sizes`, `activation`: units of the Dense layers, and their activation.
    - `layers`: other hidden layers in their place, as objects or in one line ("dense 16 relu, dropout 0.2"); an output
      layer with softmax follows.
    - `loss`, `optimizer`, `regularizer`, `clipping`, `schedule`: names or objects; "auto" is the cross-entropy, Adam at
      a rate of 0.01, and in `fit` L2 that is stronger the fewer rows X has for its columns. `learning_rate` is in place
      of the optimizer's own. `callbacks` are those of `Sequence`.
    - `batch_size`: "auto" is 200, or all samples.
    - `epochs`; with `early_stopping`, `validation_fraction` of the samples are held out, and training ends when their
      loss has not fallen by `tol` for `n_iter_no_change` epochs; the best weights are kept.
    - `class_weight`: {label: weight} or "balanced". With `warm_start` a fit goes on from the last one. `verbose` is as
      that of `Sequence.fit`. `dtype` is that of training.
    - `engine`: that of `Sequence`; only "float32" can be trained by the compiled one.

    `classes_` are the labels, `model_` the `Sequence`, `loss_curve_` and `n_iter_` its epochs.
    """

    class_weight: Any = field(default=None, kw_only=True)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _more_tags(self) -> dict[str, bool]:  # before scikit-learn 1.6
        return {"multilabel": True}

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on X (samples, features), dense or sparse, and labels y (samples,), or 0 and 1 (samples, labels).

        It begins with new weights unless `warm_start`. Raises `ValueError`.
        """
        X, y = self._checked(X, y, reset=True)
        classes = _classes(y)
        if self._goes_on and not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"NetworkClassifier: with warm_start the classes must stay {self.classes_}, got {classes}"
            )
        if not self._goes_on:
            self.classes_ = classes
            self._start(y.ndim == 2)
        return self._fit_part(X, y, sample_weight)

    @WithoutEarlyStopping
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train one epoch more on X (samples, features) and y (samples,); the first call may name all `classes`."""
        first = not hasattr(self, "model_")
        X, y = self._checked(X, y, reset=first)
        if first:
            self.classes_ = _classes(y) if classes is None else np.unique(np.asarray(classes))
            self._start(y.ndim == 2)
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise ValueError(f"NetworkClassifier: classes must stay {self.classes_}, got {classes!r}")
        unknown = np.setdiff1d(y, self.classes_) if y.ndim == 1 else np.empty(0)
        if len(unknown):
            raise ValueError(
                f"NetworkClassifier: y must hold the classes {self.classes_}, got {unknown[0]!r}"
            )
        return self._fit_part(X, y, sample_weight, partial=True)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities (samples, classes) in the order of `classes_`; rows sum to 1, unless y had several labels."""
        return self._outputs(X)

    def predict_log_proba(self, X: ArrayLike) -> Floats:
        """The logarithms of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self._outputs(X)))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels (samples,), or 0 and 1 (samples, labels) after a fit on such."""
        outputs = self._outputs(X)
        if self._has_labels:
            return (outputs > 0.5).astype(np.int64)
        return np.asarray(self.classes_[outputs.argmax(axis=1)])

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Floats, NDArray[Any]]:
        X, y = checked_data(self, X, y, reset)
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            return X, np.asarray(y.toarray() if hasattr(y, "toarray") else y)
        return X, column_or_1d(y, warn=True)

    def _start(self, has_labels: bool) -> None:
        if len(self.classes_) < 2:
            raise ValueError("NetworkClassifier: y must hold at least 2 classes, got 1 class")
        self._has_labels = has_labels
        kind, end = ("binary_cross_entropy", "sigmoid") if has_labels else ("cross_entropy", "softmax")
        loss = LOSSES.make(kind if self.loss == "auto" else self.loss)
        self.model_ = self._new_model(len(self.classes_), end, loss)

    def _fit_part(self, X: Floats, y: NDArray[Any], sample_weight: Any, partial: bool = False) -> Self:
        more = None if self.class_weight is None else compute_sample_weight(self.class_weight, y)
        weights = self._weights(X, sample_weight, more)
        targets = y if self._has_labels else np.searchsorted(self.classes_, y)
        self._learn(X, targets, weights, partial)
        return self


def _classes(y: NDArray[Any]) -> NDArray[Any]:
    """The labels of y (samples,), or the numbers of its columns (samples, labels)."""
    return np.unique(y) if y.ndim == 1 else np.arange(len(y.T))
