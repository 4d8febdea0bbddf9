"""Base of both estimators: parameters, samples and their weights, fits with early stopping."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from types import MethodType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from ...nn import ACTIVATIONS, LAYERS, Dense, Layer
from ...nn.losses import Loss
from ...optim import Adam, Optimizer
from ...optim.clipping import Clipping
from ...optim.regularizers import NoRegularizer, usual_regularizer
from ...optim.schedules import Schedule
from ...spec.instead import InitSignature, unknown_name
from ...spec.regularizer import Regularizer
from ...train.training_config import EngineName
from ..callbacks import EarlyStopping
from ..check_inputs import listed
from ..fitting import choose_optimizer
from ..sequence import Sequence

try:
    from sklearn.utils.validation import validate_data as validate_data
except ImportError:  # before scikit-learn 1.6 it is a method

    def validate_data(estimator: Any, *given: Any, **options: Any) -> Any:
        return estimator._validate_data(*given, **options)


class PartsRefusedError(AttributeError, ValueError):
    """No attribute for who asks whether there is one, as with `available_if`, and a value for who trains."""


class WithoutEarlyStopping:
    """A method that there is while `early_stopping` is off. Raises `PartsRefusedError`."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method

    def __get__(self, estimator: NetworkEstimator | None, owner: type | None = None) -> Callable[..., Any]:
        if estimator is None:
            return self._method
        if estimator.early_stopping:
            raise PartsRefusedError(
                f"{type(estimator).__name__}: {self._method.__name__} does not support early_stopping=True, since "
                "one epoch has nothing to compare with; use fit, or early_stopping=False"
            )
        return MethodType(self._method, estimator)


_LARGEST_BATCH: Final = 200
# A hundred epochs in large batches are few steps: they get farther with ten times Keras's cautious rate.
_RATE: Final = 0.01
Floats = NDArray[Any]


def checked_data(
    estimator: NetworkEstimator, X: Any, y: Any, reset: bool, **options: Any
) -> tuple[Floats, Any]:
    """X (samples, features) in float64, a sparse one filled up, and y. Raises `ValueError`."""
    X, y = validate_data(
        estimator, X, y, accept_sparse="csr", dtype=np.float64, multi_output=True, reset=reset, **options
    )
    return _dense(X), y


def _dense(X: Any) -> Floats:
    # Networks multiply whole matrices.
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X)


class _Checked(BaseEstimator):  # type: ignore[misc,unused-ignore]
    """Names arguments that there are not; a class below has the constructor, whose signature scikit-learn reads."""

    # Not parameters, as they would be in a dataclass: fits make them.
    model_: Sequence
    classes_: NDArray[Any]

    if not TYPE_CHECKING:
        __signature__ = InitSignature()

        def __new__(cls, *_: Any, **given: Any) -> NetworkEstimator:
            known = cls._get_param_names()
            for name in given:
                if name not in known:
                    raise TypeError(unknown_name(cls.__name__, name, known))
            return super().__new__(cls)


@dataclass(eq=False, repr=False)
class NetworkEstimator(_Checked):
    """Base of the estimators; see `NetworkClassifier`."""

    hidden_layer_sizes: Any = (32,)
    activation: Any = "relu"
    _: KW_ONLY
    layers: Any = None
    loss: str | Loss = "auto"
    optimizer: str | Optimizer = "auto"
    learning_rate: float | None = None
    regularizer: str | Regularizer = "auto"
    clipping: str | Clipping = "none"
    schedule: str | Schedule = "constant"
    callbacks: Any = None
    batch_size: int | str = "auto"
    epochs: int = 100
    early_stopping: bool = False
    validation_fraction: float = 0.1
    n_iter_no_change: int = 10
    tol: float = 1e-4
    warm_start: bool = False
    shuffle: bool = True
    verbose: int | str = 0
    random_state: Any = None
    dtype: str = "float64"
    engine: EngineName = "auto"

    @property
    def coefs_(self) -> list[Floats]:
        """The kernels of all Dense layers, as in `MLPClassifier`."""
        return self._arrays("kernel")

    @property
    def intercepts_(self) -> list[Floats]:
        """The biases of all Dense layers, as in `MLPClassifier`."""
        return self._arrays("bias")

    @property
    def loss_(self) -> float:
        """The mean loss of the last epoch."""
        return self.loss_curve_[-1]

    def _arrays(self, name: str) -> list[Floats]:
        check_is_fitted(self, "model_")
        layers = zip(self.model_.network.layers, self.model_.network.weights, strict=True)
        return [
            arrays[name].copy() for layer, arrays in layers if isinstance(layer, Dense) and name in arrays
        ]

    @property
    def _goes_on(self) -> bool:
        """Whether a fit begins with the weights of the last one."""
        return self.warm_start and hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    @property
    def n_iter_(self) -> int:
        """The number of epochs of all fits since the weights were initialized."""
        return len(self.loss_curve_)

    @property
    def loss_curve_(self) -> list[float]:
        """The mean loss of every epoch."""
        check_is_fitted(self, "model_")
        return self.model_.loss_history

    def _stack(self, outputs: int, end: str) -> list[Layer]:
        """The hidden layers and the output layer."""
        if self.layers is None:
            sizes = self.hidden_layer_sizes
            single = isinstance(sizes, int | np.integer)
            units = [sizes] if single else listed("hidden_layer_sizes", sizes, "numbers", type(self).__name__)
            function = ACTIVATIONS.make(self.activation)
            hidden: list[Layer] = [Dense(each, activation=function) for each in units]
        else:
            layers, owner = self.layers, type(self).__name__
            given = (
                LAYERS.parse(layers) if isinstance(layers, str) else listed("layers", layers, "layers", owner)
            )
            hidden = [LAYERS.make(layer) for layer in given]
        return [*hidden, Dense(outputs, activation=ACTIVATIONS.make(end))]

    def _new_model(self, outputs: int, end: str, loss: Loss) -> Sequence:
        chosen = Adam(learning_rate=_RATE) if self.optimizer == "auto" else self.optimizer
        # A generator that is passed in moves on, so that another fit starts with other weights.
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        return Sequence(
            self._stack(outputs, end),
            loss=loss,
            optimizer=choose_optimizer(chosen, self.learning_rate),
            regularizer="none" if self.regularizer == "auto" else self.regularizer,
            clipping=self.clipping,
            schedule=self.schedule,
            epochs=self.epochs,
            feedback_steps=0,
            shuffle=self.shuffle,
            seed=seed,
            dtype=self.dtype,
            engine=self.engine,
            metrics=(),
        )

    def _weights(
        self, X: Floats, sample_weight: ArrayLike | None, more: Floats | None = None
    ) -> Floats | None:
        """Weights (samples,) of a mean of 1 over those that are not 0; None where all count the same."""
        if sample_weight is None and more is None:
            return None
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
        if weights.min(initial=0.0) < 0.0:
            raise ValueError(
                f"{type(self).__name__}: sample_weight must be at least 0, got {weights.min():g}"
            )
        weights = weights if more is None else weights * more
        if not weights.any():
            raise ValueError(f"{type(self).__name__}: sample_weight must not be 0 for every sample")
        mean = weights[weights > 0.0].mean()
        return np.asarray(weights / mean)

    def _learn(self, X: Floats, y: Floats, weights: Floats | None, partial: bool) -> None:
        """Train `model_` on X (samples, features) and y, class numbers or values; one epoch where more may follow."""
        if weights is not None:
            # As if they were not there: neither in a batch nor among those held out.
            kept = weights > 0.0
            X, y, weights = X[kept], y[kept], weights[kept]
        held: tuple[Any, ...] | None = None
        given, owner = self.callbacks, type(self).__name__
        # Copies, as a fit leaves parameters as they are.
        self.callbacks_ = copy.deepcopy(
            [] if given is None else listed("callbacks", given, "callbacks", owner)
        )
        if self.early_stopping:
            X, y, weights, held = self._split(X, y, weights)
            patience = self.n_iter_no_change
            self.callbacks_ += [EarlyStopping("val_loss", patience, self.tol, restore_best_weights=True)]
        if self.regularizer == "auto":
            usual = NoRegularizer() if partial else usual_regularizer(X.shape[1], len(X))
            self.model_.regularizer = usual
        size = min(_LARGEST_BATCH, len(X)) if self.batch_size == "auto" else self.batch_size
        self.model_.fit(
            X,
            y,
            batch_size=size,  # type: ignore[arg-type]
            epochs=1 if partial else self.epochs,
            verbose=self.verbose,
            callbacks=self.callbacks_,
            validation_data=held,
            sample_weight=weights,
        )

    def _split(self, X: Floats, y: Floats, weights: Floats | None) -> tuple[Any, ...]:
        parts = [X, y] if weights is None else [X, y, weights]
        counts = np.bincount(y) if y.ndim == 1 and y.dtype.kind == "i" else np.zeros(0, int)
        share = int(np.ceil(self.validation_fraction * len(X)))
        stratify = (
            y if len(counts) and counts[counts > 0].min() > 1 and share >= np.count_nonzero(counts) else None
        )
        found = train_test_split(
            *parts, test_size=self.validation_fraction, random_state=self.model_.seed, stratify=stratify
        )
        train, held = found[::2], found[1::2]
        return train[0], train[1], None if weights is None else train[2], tuple(held)

    def _outputs(self, X: ArrayLike) -> Floats:
        """Outputs (samples, outputs), in double precision, so that they do not depend on the other samples."""
        check_is_fitted(self, "model_")
        checked = _dense(validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False))
        outputs = self._double().predict(checked)
        if not np.isfinite(outputs).all():
            raise ValueError(f"{type(self).__name__}: X leads to outputs that are no finite numbers")
        return np.asarray(outputs)

    def _double(self) -> Sequence:
        if self.model_.dtype == "float64":
            return self.model_
        double = Sequence(self.model_._layers, loss=self.model_.loss, dtype="float64")
        double._initialize(self.model_.network.input_shape)
        double.set_weights(self.model_.get_weights())
        return double
