"""Layers, losses and networks. Imports are in the order of menus; other modules of the package follow."""

# isort: off
from core.nn.layer import LAYERS, Layer, Op, Parameter, OpContext
from core.nn.layer_types import LayerError, Shape
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
from core.nn.embedding import Embedding, PositionalEncoding
from core.nn.attention import MultiHeadAttention
from core.nn.recurrent import GRU, LSTM, SimpleRNN
from core.nn.convolution1d import Conv1D
from core.nn.pooling1d import AveragePooling1D, GlobalAveragePooling1D, GlobalMaxPooling1D, MaxPooling1D
from core.nn.reshape import Flatten, Reshape
from core.nn.residual import Residual
from core.spec import import_modules

# isort: on

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "GRU",
    "LAYERS",
    "LSTM",
    "Activation",
    "ActivationFunction",
    "AveragePooling1D",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "Layer",
    "LayerError",
    "LayerNormalization",
    "LeakyReLU",
    "Linear",
    "MaxPooling1D",
    "MaxPooling2D",
    "MultiHeadAttention",
    "Op",
    "OpContext",
    "Parameter",
    "PositionalEncoding",
    "ReLU",
    "Reshape",
    "Residual",
    "Sampling",
    "Shape",
    "SiLU",
    "Sigmoid",
    "SimpleRNN",
    "Sine",
    "Softmax",
    "Softplus",
    "SpatialDropout2D",
    "Tanh",
]

import_modules(__name__)
