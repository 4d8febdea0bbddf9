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
from core.layers.convolution import Conv2D
from core.layers.dense import Dense
from core.layers.layer import LAYERS, Layer, LayerError, Op, Parameter, Shape, Site
from core.layers.pooling import AvgPool2D, GlobalAvgPool, MaxPool2D
from core.layers.regularization import Dropout
from core.layers.shape import Flatten, Reshape

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "LAYERS",
    "Activation",
    "ActivationFunction",
    "AvgPool2D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAvgPool",
    "Layer",
    "LayerError",
    "LeakyReLU",
    "Linear",
    "MaxPool2D",
    "Op",
    "Parameter",
    "ReLU",
    "Reshape",
    "Shape",
    "SiLU",
    "Sigmoid",
    "Sine",
    "Site",
    "Softmax",
    "Softplus",
    "Tanh",
]
