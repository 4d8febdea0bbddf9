"""NumpyNet: a small, fast, readable neural network library on numpy."""

import sys
from collections.abc import Callable
from importlib import import_module
from opcode import opmap
from typing import TYPE_CHECKING, Any
from warnings import warn

# isort: off
from .io.version import __version__ as __version__
from .model.callbacks import Callback, CSVLogger, EarlyStopping, ModelCheckpoint
from .model.fitting import History
from .model.keras_functions import set_random_seed, to_categorical
from .model.rate_callbacks import LambdaCallback, LearningRateScheduler, ReduceLROnPlateau, TerminateOnNaN
from .model.sequence import Sequence
from .model.stack import Input
from .nn import (
    ELU, GELU, GRU, LSTM, Activation, AveragePooling1D, AveragePooling2D, BatchNormalization, Bidirectional, Conv1D,
    Conv2D, Dense, Dropout, Embedding, Flatten, GaussianNoise, GlobalAveragePooling1D, GlobalAveragePooling2D,
    GlobalMaxPooling1D, LayerNormalization, LeakyReLU, Linear, Masking, MaxPooling1D, MaxPooling2D,
    MultiHeadAttention, Normalization, PositionalEncoding, ReLU, Rescaling, Reshape, Residual, Sampling, Sigmoid,
    SiLU, SimpleRNN, Sine, Softmax, Softplus, SpatialDropout2D, Tanh,
)  # fmt: skip
from .nn.custom_layer import CustomLayer
from .nn.initializers import (
    Constant, GlorotNormal, GlorotUniform, HeNormal, HeUniform, LeCunNormal, LeCunUniform, Ones, Orthogonal,
    RandomNormal, RandomUniform, Zeros,
)  # fmt: skip
from .nn.losses import (
    BinaryCrossentropy, CrossEntropy, Huber, MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError,
)  # fmt: skip
from .nn.more_losses import (
    BinaryFocalCrossentropy, CategoricalFocalCrossentropy, CosineSimilarity, Hinge, KLDivergence, Poisson,
    SquaredHinge,
)  # fmt: skip
from .optim import LBFGS, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Lion, Nadam, RMSprop
from .optim.clipping import ClipByNorm, ClipByValue
from .optim.regularizers import L1, L2
from .optim.schedules import CosineDecay, ExponentialDecay, OneCycle, StepDecay
from .spec.instead import FORMER, instead_of
from .train.metric_kinds import (
    AUC, BinaryAccuracy, CategoricalAccuracy, F1Score, Precision, R2Score, Recall, TopKCategoricalAccuracy,
)  # fmt: skip
from .train.metrics import Accuracy, ClassificationMatrix
from .train.train_step import DivergedError

# isort: on

if TYPE_CHECKING:
    from .explain.comparison import compare_models
    from .explain.explain import explain
    from .model.estimators import NetworkClassifier, NetworkRegressor
    from .notebook.live import LivePlot, live
    from .reports.plots import plot_boundary, plot_confusion, plot_history

    watch: Callable[..., Any]

_LAZY = {"NetworkClassifier": ".model.estimators", "NetworkRegressor": ".model.estimators"}
_LAZY |= dict.fromkeys(("LivePlot", "live"), ".notebook.live")
_LAZY["compare_models"] = ".explain.comparison"
_LAZY["explain"] = ".explain.explain"
_LAZY["watch"] = "playground.watching"
_LAZY |= dict.fromkeys(("plot_boundary", "plot_confusion", "plot_history"), ".reports.plots")
"""Names that need more than numpy, which is imported with them; `watch` opens the window."""


if not TYPE_CHECKING:  # which would take any name for one

    def __getattr__(name: str) -> Any:
        if name in _LAZY:
            return getattr(import_module(_LAZY[name], __name__), name)
        if name in FORMER:
            home, instead = FORMER[name]
            advice = f"{instead}, or " * bool(instead) + f"{name} of {__name__}{home}"
            warn(f"{__name__}.{name} will go: use {advice}", DeprecationWarning, stacklevel=2)
            return getattr(import_module(home, __name__), name)
        advice = instead_of(name, () if name.startswith("_") else __all__)
        caller = sys._getframe(1)
        # An AttributeError is replaced there, and what it says.
        if caller.f_code.co_code[caller.f_lasti] == opmap["IMPORT_FROM"]:
            raise ImportError(f"cannot import name {name!r} from {__name__!r}{advice}", name=name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{advice}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


RelU = ReLU
"""NumpyNet's spelling."""

Sequential = Sequence
"""Keras's name of the class."""

load_model = Sequence.load

# Keras's spellings; class numbers and one-hot rows go to the same loss here.
CategoricalCrossentropy = CrossEntropy
SparseCategoricalCrossentropy = CrossEntropy

# Short names for Keras's long ones.
AvgPool2D = AveragePooling2D
BatchNorm = BatchNormalization
GlobalAvgPool = GlobalAveragePooling2D
LayerNorm = LayerNormalization
MaxPool2D = MaxPooling2D

__all__ = [
    "AUC", "ELU", "GELU", "GRU", "L1", "L2", "LBFGS", "LSTM", "SGD", "Accuracy", "Activation", "Adadelta", "Adagrad",
    "Adam", "AdamW", "Adamax", "AveragePooling1D", "AveragePooling2D", "AvgPool2D", "BatchNorm", "BatchNormalization",
    "Bidirectional", "BinaryAccuracy", "BinaryCrossentropy", "BinaryFocalCrossentropy", "CSVLogger", "Callback",
    "CategoricalAccuracy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy", "ClassificationMatrix",
    "ClipByNorm", "ClipByValue", "Constant", "Conv1D", "Conv2D", "CosineDecay", "CosineSimilarity", "CrossEntropy",
    "CustomLayer", "Dense", "DivergedError", "Dropout", "EarlyStopping", "Embedding", "ExponentialDecay", "F1Score",
    "Flatten", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAvgPool",
    "GlobalMaxPooling1D", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Hinge", "History", "Huber",
    "Input", "KLDivergence", "LambdaCallback", "LayerNorm", "LayerNormalization", "LeCunNormal", "LeCunUniform",
    "LeakyReLU", "LearningRateScheduler", "Linear", "Lion", "LivePlot", "Masking", "MaxPool2D", "MaxPooling1D",
    "MaxPooling2D", "MeanAbsoluteError", "MeanSquaredError", "ModelCheckpoint", "MultiHeadAttention", "Nadam",
    "NetworkClassifier", "NetworkRegressor", "Normalization", "OneCycle", "Ones", "Orthogonal", "Poisson",
    "PositionalEncoding", "Precision", "R2Score", "RMSprop", "RandomNormal", "RandomUniform", "ReLU", "Recall",
    "ReduceLROnPlateau", "RelU", "Rescaling", "Reshape", "Residual", "RootMeanSquaredError", "Sampling", "Sequence",
    "Sequential", "SiLU", "Sigmoid", "SimpleRNN", "Sine", "Softmax", "Softplus", "SparseCategoricalCrossentropy",
    "SpatialDropout2D", "SquaredHinge", "StepDecay", "Tanh", "TerminateOnNaN", "TopKCategoricalAccuracy", "Zeros",
    "compare_models", "explain", "live", "load_model", "plot_boundary", "plot_confusion", "plot_history",
    "set_random_seed", "to_categorical", "watch",
]  # fmt: skip
