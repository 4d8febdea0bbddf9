"""Optimizers, one file per family, and what works beside them: schedules, clipping, regularizers.

The order of the imports is the order of the kinds in menus; those of other modules here follow by themselves.
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
