"""Optimizers, one file per family; `OPTIMIZERS` knows them all by name."""

# ruff: noqa: I001 - the order of these lines is the order in menus
from core.optim.optimizer import OPTIMIZERS, Optimizer, OptimizerState
from core.optim.sgd import SGD, Lion, Momentum, Nesterov
from core.optim.adaptive import Adadelta, Adagrad, RMSprop
from core.optim.adam import Adam, Adamax, AdamW, Nadam
from core.optim.lbfgs import LBFGS

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
