"""Layers, losses and networks. Imports are in the order of menus; other modules of the package follow."""

# isort: off
from .layer import LAYERS, Layer, Op, Parameter, OpContext
from .layer_types import LayerError, Shape
from .dense import Dense
from .activations import (
    ACTIVATIONS, ELU, GELU, Activation, ActivationFunction, LeakyReLU, Linear, ReLU, Sigmoid, SiLU, Sine, Softmax,
    Softplus, Tanh,
)  # fmt: skip
from .regularization import Dropout
from .normalization import BatchNormalization, LayerNormalization
from .regularization import GaussianNoise, SpatialDropout2D
from .sampling import Sampling
from .convolution import Conv2D
from .pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from .embedding import Embedding, Masking, PositionalEncoding
from .attention import MultiHeadAttention
from .recurrent import GRU, LSTM, SimpleRNN
from .bidirectional import Bidirectional
from .convolution1d import Conv1D
from .pooling1d import AveragePooling1D, GlobalAveragePooling1D, GlobalMaxPooling1D, MaxPooling1D
from .reshape import Flatten, Reshape
from .residual import Residual
from .scaling import Normalization, Rescaling
from . import more_losses as more_losses
from ..spec import import_modules

# isort: on

__all__ = [
    "ACTIVATIONS", "ELU", "GELU", "GRU", "LAYERS", "LSTM", "Activation", "ActivationFunction", "AveragePooling1D",
    "AveragePooling2D", "BatchNormalization", "Bidirectional", "Conv1D", "Conv2D", "Dense", "Dropout", "Embedding",
    "Flatten", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "Layer",
    "LayerError", "LayerNormalization", "LeakyReLU", "Linear", "Masking", "MaxPooling1D", "MaxPooling2D",
    "MultiHeadAttention", "Normalization", "Op", "OpContext", "Parameter", "PositionalEncoding", "ReLU", "Rescaling",
    "Reshape", "Residual", "Sampling", "Shape", "SiLU", "Sigmoid", "SimpleRNN", "Sine", "Softmax", "Softplus",
    "SpatialDropout2D", "Tanh",
]  # fmt: skip

import_modules(__name__)
