"""Optimizers, one file per family; `OPTIMIZERS` knows them all by name."""

# ruff: noqa: I001 - the order of these lines is the order in menus
from core.optimizers.optimizer import OPTIMIZERS, Optimizer, Updater
from core.optimizers.gradient_descent import SGD, Lion, Momentum, Nesterov
from core.optimizers.adaptive import Adadelta, Adagrad, RMSprop
from core.optimizers.adam import Adam, Adamax, AdamW, Nadam
from core.optimizers.second_order import LBFGS

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
    "RMSprop",
    "Updater",
]
