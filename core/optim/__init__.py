"""Optimizers, schedules, clipping and regularizers. Imports are in the order of menus; other modules follow."""

# ruff: noqa: I001
from .optimizer import OPTIMIZERS, Optimizer, OptimizerState
from .sgd import SGD, Lion, Momentum, Nesterov
from .adaptive import Adadelta, Adagrad, RMSprop
from .adam import Adam, Adamax, AdamW, Nadam
from .lbfgs import LBFGS
from ..spec import import_modules

__all__ = [
    "LBFGS", "OPTIMIZERS", "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Lion", "Momentum", "Nadam",
    "Nesterov", "Optimizer", "OptimizerState", "RMSprop",
]  # fmt: skip

import_modules(__name__)
