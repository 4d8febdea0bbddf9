"""NumpyNet: a small, fast, readable neural network library on numpy."""

from core.layers import (
    ELU,
    GELU,
    Activation,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    SiLU,
    Sine,
    Softmax,
    Softplus,
    Tanh,
)
from core.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    HalfSquaredError,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
)
from core.metrics import (
    Accuracy,
    ClassificationMatrix,
    accuracy,
    confusion_matrix,
    f1,
    mean_absolute_error,
    mean_squared_error,
    precision,
    r2_score,
    recall,
)
from core.network import Network
from core.optimizers import SGD, Adagrad, Adam, AdamW, Momentum, Nesterov, RMSprop
from core.regularizers import L1, L2
from core.sequence import Sequence
from core.training import DivergedError, Samples, Trainer

RelU = ReLU
"""NumpyNet's spelling."""

__version__ = "0.1.0"

__all__ = [
    "ELU",
    "GELU",
    "L1",
    "L2",
    "SGD",
    "Accuracy",
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "BinaryCrossEntropy",
    "ClassificationMatrix",
    "CrossEntropy",
    "Dense",
    "DivergedError",
    "Dropout",
    "Flatten",
    "HalfSquaredError",
    "Huber",
    "LeakyReLU",
    "Linear",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Momentum",
    "Nesterov",
    "Network",
    "RMSprop",
    "ReLU",
    "RelU",
    "RootMeanSquaredError",
    "Samples",
    "Sequence",
    "SiLU",
    "Sigmoid",
    "Sine",
    "Softmax",
    "Softplus",
    "Tanh",
    "Trainer",
    "accuracy",
    "confusion_matrix",
    "f1",
    "mean_absolute_error",
    "mean_squared_error",
    "precision",
    "r2_score",
    "recall",
]
