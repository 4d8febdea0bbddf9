"""Optimizers, one file per family, schedules, gradient clipping and regularizers.

The order of the imports is the order in menus; other modules of the package follow.
"""

# ruff: noqa: I001
from core.optim.optimizer import OPTIMIZERS, Optimizer, OptimizerState
from core.optim.sgd import SGD, Lion, Momentum, Nesterov
from core.optim.adaptive import Adadelta, Adagrad, RMSprop
from core.optim.adam import Adam, Adamax, AdamW, Nadam
from core.optim.lbfgs import LBFGS
from core.spec import import_modules

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Momentum",
    "Nadam",
    "Nesterov",
    "Optimizer",
    "OptimizerState",
    "RMSprop",
]

import_modules(__name__)
