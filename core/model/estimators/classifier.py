"""NetworkClassifier: a network as a classifier of scikit-learn."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from core.model.estimators.network_estimator import Floats, NetworkEstimator, validate_data
from core.nn.losses import LOSSES, Loss
from core.optim import Optimizer
from core.spec.regularizer import Regularizer
from core.train.training_config import EngineName


class NetworkClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc,unused-ignore]
    """A network that predicts classes of any labels, with scikit-learn's methods; put a scaler in front of it.

    >>> model = make_pipeline(StandardScaler(), NetworkClassifier((16, 16), random_state=0)).fit(X, y)

    - `hidden_layer_sizes`, `activation`: units of the Dense layers, and their activation.
    - `layers`: other hidden layers in their place, as objects or in one line ("dense 16 relu, dropout 0.2"); an output
      layer with softmax follows.
    - `loss`, `optimizer`, `regularizer`: names or objects; "auto" is the cross-entropy, and Adam at a rate of 0.01.
      `learning_rate` is in place of the optimizer's own.
    - `batch_size`: "auto" is 200, or all samples.
    - `epochs`; with `early_stopping`, `validation_fraction` of the samples are held out, and training ends when their
      loss has not fallen by `tol` for `n_iter_no_change` epochs; the best weights are kept.
    - `class_weight`: {label: weight} or "balanced". `verbose` is that of `Sequence.fit`. `dtype` is that of training.
    - `engine`: that of `Sequence`; only "float32" can be trained by the compiled one.

    `classes_` are the labels, `model_` the `Sequence`, `loss_curve_` and `n_iter_` its epochs.
    """

    classes_: NDArray[Any]

    def __init__(
        self,
        hidden_layer_sizes: Any = (32,),
        activation: Any = "relu",
        *,
        layers: Any = None,
        loss: str | Loss = "auto",
        optimizer: str | Optimizer = "auto",
        learning_rate: float | None = None,
        regularizer: str | Regularizer = "none",
        batch_size: int | str = "auto",
        epochs: int = 100,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        tol: float = 1e-4,
        class_weight: Any = None,
        shuffle: bool = True,
        verbose: int | str = 0,
        random_state: Any = None,
        dtype: str = "float64",
        engine: EngineName = "auto",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.layers = layers
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.regularizer = regularizer
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.class_weight = class_weight
        self.shuffle = shuffle
        self.verbose = verbose
        self.random_state = random_state
        self.dtype = dtype
        self.engine = engine

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on X (samples, features) and labels y (samples,) from new weights. Raises `ValueError`."""
        X, y = self._checked(X, y, reset=True)
        self.classes_ = np.unique(y)
        self._start()
        return self._fit_part(X, y, sample_weight, self.epochs)

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train one epoch more on X (samples, features) and y (samples,); the first call may name all `classes`."""
        self._check_partial()
        first = not hasattr(self, "model_")
        X, y = self._checked(X, y, reset=first)
        if first:
            self.classes_ = np.unique(y if classes is None else np.asarray(classes))
            self._start()
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise ValueError(f"NetworkClassifier: classes must stay {self.classes_}, got {classes!r}")
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                f"NetworkClassifier: y must hold the classes {self.classes_}, got {unknown[0]!r}"
            )
        return self._fit_part(X, y, sample_weight, 1)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities (samples, classes) in the order of `classes_`; rows sum to 1."""
        return self._outputs(X)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels (samples,)."""
        check_is_fitted(self, "model_")
        return np.asarray(self.classes_[self._outputs(X).argmax(axis=1)])

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Floats, NDArray[Any]]:
        X, y = validate_data(self, X, y, dtype=np.float64, reset=reset)
        check_classification_targets(y)
        return X, column_or_1d(y, warn=True)

    def _start(self) -> None:
        if len(self.classes_) < 2:
            raise ValueError("NetworkClassifier: y must hold at least 2 classes, got 1 class")
        loss = LOSSES.make("cross_entropy" if self.loss == "auto" else self.loss)
        self.model_ = self._new_model(len(self.classes_), "softmax", loss)

    def _fit_part(self, X: Floats, y: NDArray[Any], sample_weight: Any, epochs: int) -> Self:
        more = None if self.class_weight is None else compute_sample_weight(self.class_weight, y)
        weights = self._weights(X, sample_weight, more)
        self._learn(X, np.searchsorted(self.classes_, y), weights, epochs)
        return self
