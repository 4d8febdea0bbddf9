"""Advice for names that Keras and scikit-learn have and this library has not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Final

_GRADIENTS: Final = "Sequence(clipping=ClipByNorm(1.0)) or ClipByValue limits gradients"
_CONSTRAINTS: Final = "weights have no constraints; regularizer=L2(...) of Sequence keeps them small"
_IMAGES: Final = "images are (height, width, channels) here"
_CURVES: Final = "CSVLogger writes a table, and watch(model, X, y) shows the training in a window"
_STACKS: Final = "a network is a stack of layers, Sequence([...]), with skips by Residual((...))"
_DATA: Final = (
    "scale X before, as by scikit-learn's StandardScaler; a project of the window has it as model.pipeline"
)
_CONFIG: Final = "save(path) writes layers and weights, and Sequence.load(path) reads them"

_INSTEAD: Final = {
    **dict.fromkeys(("clipnorm", "clipvalue", "global_clipnorm"), _GRADIENTS),
    **dict.fromkeys(("kernel_constraint", "bias_constraint"), _CONSTRAINTS),
    **dict.fromkeys(
        ("input_shape", "input_dim", "batch_input_shape"), "put Input(4) or Input((28, 28, 1)) in front"
    ),
    **dict.fromkeys(
        ("bias_regularizer", "activity_regularizer"), "penalties are on kernels: kernel_regularizer"
    ),
    "recurrent_dropout": "states are kept whole, as in PyTorch and cuDNN; dropout silences inputs",
    "data_format": _IMAGES,
    "batch_size": "batch_size of fit, or of Sequence",
    "seed": "seed of Sequence, or set_random_seed(...)",
    "lr": "learning_rate",
    "decay": "schedule of Sequence, such as ExponentialDecay()",
    "max_value": "there is ReLU() alone",
    # Of Sequence.
    **dict.fromkeys(("to_json", "get_config", "from_config", "save_spec"), _CONFIG),
    **dict.fromkeys(
        ("input", "output", "inputs", "outputs"), "model.activations(X, layer) has the outputs of a layer"
    ),
    **dict.fromkeys(
        ("add_loss", "add_metric"), "compile(loss=..., metrics=[...]) takes functions of (y_true, y_pred)"
    ),
    "fit_generator": "fit(generator, steps_per_epoch=...)",
    "predict_proba": "predict gives probabilities; NetworkClassifier has scikit-learn's methods",
    # Of the package.
    **dict.fromkeys(("Model", "Functional", "Add", "Concatenate", "model_from_json"), _STACKS),
    **dict.fromkeys(
        ("Layer", "Lambda"), "a layer of your own is a CustomLayer, with call and backward in numpy"
    ),
    "custom_objects": "a CustomLayer is known where its class is defined",
    **dict.fromkeys(("TensorBoard", "RemoteMonitor", "ProgbarLogger"), _CURVES),
    **dict.fromkeys(("Resizing", "StringLookup", "CategoryEncoding"), _DATA),
    "BackupAndRestore": "ModelCheckpoint(path) keeps every epoch, and Sequence.load(path) goes on",
    "pad_sequences": "numpy.pad fills each up to one length; Embedding(mask_zero=True) and Masking leave that out",
    # Of the estimators.
    "max_iter": "epochs",
    "alpha": "regularizer=L2(...)",
    "solver": "optimizer",
    "learning_rate_init": "learning_rate",
    "beta_1": "optimizer=Adam(beta_1=...)",
    "beta_2": "optimizer=Adam(beta_2=...)",
    "epsilon": "optimizer=Adam(epsilon=...)",
    "momentum": "optimizer=SGD(momentum=...)",
    "nesterovs_momentum": "optimizer=SGD(momentum=0.9, nesterov=True)",
    "power_t": "optimizer=SGD(...)",
    "max_fun": 'optimizer="lbfgs" and epochs',
}


FORMER: Final = {
    "BinaryCrossEntropy": (".nn.losses", "BinaryCrossentropy"),
    "HalfSquaredError": (".nn.losses", "MeanSquaredError"),
    "Momentum": (".optim", "SGD(momentum=0.9)"),
    "Nesterov": (".optim", "SGD(momentum=0.9, nesterov=True)"),
    "Network": (".nn.network", ""),
    "ReduceOnPlateau": (".optim.schedules", "ReduceLROnPlateau among the callbacks"),
    "RunUntil": (".model.callbacks", "EarlyStopping, or a function of the model and the epoch"),
    "Samples": (".data.batches", ""),
    "StopOnNaN": (".model.rate_callbacks", "TerminateOnNaN"),
    "Trainer": (".train.trainer", ""),
} | dict.fromkeys(
    (
        *("accuracy", "confusion_matrix", "f1", "mean_absolute_error", "mean_squared_error"),
        *("precision", "r2_score", "recall"),
    ),
    (".train.metrics", "scikit-learn's metrics"),
)
"""Names that the package had: the module that has each, and what to use instead."""


def instead_of(name: str, known: Iterable[str] = ()) -> str:
    """Advice for `name`, behind a semicolon: known advice, or the nearest of `known`; "" without either."""
    if name in _INSTEAD:
        return f"; {_INSTEAD[name]}"
    near = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def unknown_name(subject: str, name: str, known: Iterable[str]) -> str:
    """The sentence on an argument that `subject` does not have."""
    known = list(known)
    advice = instead_of(name, known) or f"; there are {', '.join(known) or 'none'}"
    return f"{subject}: there is no argument {name!r}{advice}"


class InitSignature:
    """For `__signature__` of a class whose `__new__` names unknown arguments: what `__init__` takes.

    Debian 12's Python, 3.11.2, says of such a class that it takes what `__new__` does, (*_, **given).
    """

    def __get__(self, instance: object, owner: Any) -> Any:
        from inspect import signature

        found = signature(owner.__init__)
        return found.replace(parameters=[*found.parameters.values()][1:])
