"""Layers, losses and networks. Imports are in the order of menus; other modules of the package follow."""

# isort: off
from core.nn.layer import LAYERS, Layer, Op, Parameter, OpContext
from core.nn.shapes import LayerError, Shape
from core.nn.dense import Dense
from core.nn.activations import (
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
from core.nn.regularization import Dropout
from core.nn.normalization import BatchNormalization, LayerNormalization
from core.nn.regularization import GaussianNoise, SpatialDropout2D
from core.nn.sampling import Sampling
from core.nn.convolution import Conv2D
from core.nn.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from core.nn.reshape import Flatten, Reshape
from core.nn.residual import Residual
from core.spec import import_modules

# isort: on

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "LAYERS",
    "Activation",
    "ActivationFunction",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "Layer",
    "LayerError",
    "LayerNormalization",
    "LeakyReLU",
    "Linear",
    "MaxPooling2D",
    "Op",
    "OpContext",
    "Parameter",
    "ReLU",
    "Reshape",
    "Residual",
    "Sampling",
    "Shape",
    "SiLU",
    "Sigmoid",
    "Sine",
    "Softmax",
    "Softplus",
    "SpatialDropout2D",
    "Tanh",
]

import_modules(__name__)
