"""The layers, one file per family. The order of the imports is the order on the palette."""

# isort: off
from core.layers.layer import LAYERS, Layer, LayerError, Op, Parameter, Shape, Site
from core.layers.dense import Dense
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
from core.layers.regularization import Dropout
from core.layers.normalization import BatchNorm, LayerNorm
from core.layers.noise import GaussianNoise, SpatialDropout2D
from core.layers.convolution import Conv2D
from core.layers.pooling import AvgPool2D, GlobalAvgPool, MaxPool2D
from core.layers.shape import Flatten, Reshape
from core.layers.residual import Residual

# isort: on

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "LAYERS",
    "Activation",
    "ActivationFunction",
    "AvgPool2D",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "GlobalAvgPool",
    "Layer",
    "LayerError",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool2D",
    "Op",
    "Parameter",
    "ReLU",
    "Reshape",
    "Residual",
    "Shape",
    "SiLU",
    "Sigmoid",
    "Sine",
    "Site",
    "Softmax",
    "Softplus",
    "SpatialDropout2D",
    "Tanh",
]
