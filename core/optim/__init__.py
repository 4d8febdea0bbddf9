"""Optimizers, schedules, clipping and regularizers. Imports are in the order of menus; other modules follow."""

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
