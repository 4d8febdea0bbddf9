"""The layers, one file per family."""

from core.layers.activation import (
    ACTIVATIONS,
    ELU,
    GELU,
    Activation,
    ActivationFunction,
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
from core.layers.dense import Dense
from core.layers.layer import LAYERS, Layer, LayerError, Op, Parameter, Shape, Site
from core.layers.regularization import Dropout
from core.layers.shape import Flatten

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "LAYERS",
    "Activation",
    "ActivationFunction",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "LayerError",
    "LeakyReLU",
    "Linear",
    "Op",
    "Parameter",
    "ReLU",
    "Shape",
    "SiLU",
    "Sigmoid",
    "Sine",
    "Site",
    "Softmax",
    "Softplus",
    "Tanh",
]
