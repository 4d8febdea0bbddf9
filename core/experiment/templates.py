"""Well-known stacks for the network of any experiment with points, tables, images or sequences.

A template replaces only the layers: data, loss and optimizer stay. One that gives samples back also chooses that task.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.data.datasets import DatasetInfo
from core.experiment.experiment import Experiment, Output
from core.experiment.stack_problems import with_task
from core.nn import (
    GRU,
    ActivationFunction,
    AveragePooling2D,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    Layer,
    LayerNormalization,
    MaxPooling1D,
    MaxPooling2D,
    MultiHeadAttention,
    PositionalEncoding,
    ReLU,
    Residual,
    Sampling,
    Shape,
    Sigmoid,
    SimpleRNN,
    Tanh,
)
from core.nn.initializers import GlorotUniform, HeNormal
from core.train.tasks import Reconstruction, Task

_SHARPNESS: Final = 0.05
"""Beta times the numbers of a sample: with the squared error, as if these had a deviation of 0.16 around the answer."""

_MANY: Final = 30
"""From so many numbers on, samples get wide layers."""
_MODEL: Final = 32
# Below this image side, unpadded convolutions leave too little for later layers.
_LARGE: Final = 20


@dataclass(frozen=True)
class Template:
    """`build` makes the hidden layers for samples of a shape; `for_images` is false for rows of numbers.

    `task` is that of templates for a single one.
    """

    title: str
    summary: str
    build: Callable[[Shape], tuple[Layer, ...]]
    for_images: bool = False
    task: Task | None = None


def templates_for(experiment: Experiment) -> tuple[Template, ...]:
    """The templates for the experiment's kind of data."""
    info = experiment.dataset.info()
    if info.form in ("tokens", "sequence"):
        return _of_sequences(info)
    images = len(experiment.input_shape) == 3
    return tuple(template for template in TEMPLATES if template.for_images == images)


def with_template(experiment: Experiment, template: Template) -> Experiment:
    """The experiment with the template's layers."""
    task = template.task
    if task is not None and not isinstance(experiment.task, type(task)):
        experiment = with_task(experiment, task)
    layers = template.build(experiment.input_shape)
    return experiment.replace(layers=layers, output=Output(), interventions=())


def _lenet(shape: Shape) -> tuple[Layer, ...]:
    padding = "valid" if min(shape[:2]) >= _LARGE else "same"
    return (
        Conv2D(6, (5, 5), padding="same", activation=Tanh()),
        AveragePooling2D(),
        Conv2D(16, (5, 5), padding=padding, activation=Tanh()),
        AveragePooling2D(),
        Flatten(),
        Dense(120, Tanh()),
        Dense(84, Tanh()),
    )


def _small_cnn(shape: Shape) -> tuple[Layer, ...]:
    padding = "valid" if min(shape[:2]) >= _LARGE else "same"

    def block(filters: int) -> tuple[Layer, ...]:
        convolution = Conv2D(
            filters, (3, 3), padding=padding, activation=ReLU(), kernel_initializer=HeNormal()
        )
        return convolution, BatchNormalization(), MaxPooling2D()

    head = Flatten(), Dropout(0.3), Dense(64, ReLU(), kernel_initializer=HeNormal())
    return (*block(16), *block(32), *head)


def _dense(activation: ActivationFunction, *units: int) -> Callable[[Shape], tuple[Layer, ...]]:
    initializer = HeNormal() if activation == ReLU() else GlorotUniform()
    return lambda _: tuple(Dense(count, activation, kernel_initializer=initializer) for count in units)


def autoencoder(shape: Shape) -> tuple[Layer, ...]:
    """Hidden layers through a code of two numbers, or of one for points."""
    return _through(shape, Dense(_code(shape)))


def _variational(shape: Shape) -> tuple[Layer, ...]:
    size = _code(shape)
    return _through(shape, Dense(2 * size), Sampling(_SHARPNESS / math.prod(shape)))


def _through(shape: Shape, *code: Layer) -> tuple[Layer, ...]:
    """An encoder, the layers of the code, and a decoder."""
    if math.prod(shape) < _MANY:
        return (Dense(16, Tanh()), *code, Dense(16, Tanh()))
    first: tuple[Layer, ...] = (Flatten(),) if len(shape) > 1 else ()
    # Digits of 8 x 8, VAE, 60 epochs: a test error of 0.038, and 0.048 with one layer of 128 on each side. ReLU reaches
    # 0.033, but a third of the units behind two numbers die.
    wide, narrow = Dense(128, Tanh()), Dense(64, Tanh())
    return (*first, wide, narrow, *code, narrow, wide)


def _code(shape: Shape) -> int:
    """Two numbers make a plane; points are on one already."""
    return 1 if math.prod(shape) <= 2 else 2


def _of_sequences(info: DatasetInfo) -> tuple[Template, ...]:
    """Templates for tokens, or values over time, with an answer at each position, or one for all of them."""
    each = info.labels == "tokens"
    first: tuple[Layer, ...] = (Embedding(info.vocabulary, 16),) if info.vocabulary else ()
    pooled = () if each else (GlobalAveragePooling1D(),)

    def attending(_: Shape) -> tuple[Layer, ...]:
        wide = Embedding(info.vocabulary, _MODEL) if info.vocabulary else Dense(_MODEL)
        block = (
            Residual((LayerNormalization(), MultiHeadAttention(4, causal=each))),
            Residual((LayerNormalization(), Dense(4 * _MODEL, ReLU()), Dense(_MODEL))),
        )
        return (wide, PositionalEncoding(), *block, *block, LayerNormalization(), *pooled)

    def convolved(_: Shape) -> tuple[Layer, ...]:
        # What follows must not be seen, and each position has an answer.
        if each:
            return (*first, *(Conv1D(64, 5, padding="causal", activation=ReLU()) for _ in range(2)))
        block = (Conv1D(16, 5, padding="same", activation=ReLU()), MaxPooling1D())
        return (*first, *block, *block, GlobalAveragePooling1D())

    found = [
        Template(
            "GRU",
            "A state of 64 numbers that gates change, step by step",
            lambda _: (*first, GRU(64, return_sequences=each)),
        ),
        Template(
            "RNN",
            "A state of 64 numbers that is new at each step",
            lambda _: (*first, SimpleRNN(64, return_sequences=each)),
        ),
        Template("1-D CNN", "Two convolutions along time, each of 5 positions", convolved),
    ]
    title = "Tiny GPT" if each else "Transformer"
    transformer = Template(title, "Two blocks of attention with 4 heads, of 32 numbers", attending)
    found.insert(0 if info.vocabulary else 3, transformer)
    if each:
        summary = "No past: what follows each token, by its own 16 numbers"
        found.append(Template("Last token only", summary, lambda _: first))
    elif info.vocabulary:
        summary = "The mean of all tokens, wherever they are"
        found.append(Template("Bag of tokens", summary, lambda _: (*first, *pooled)))
    else:
        summary = "All values at once, 32 ReLU units"
        found.append(Template("Dense", summary, lambda _: (Flatten(), Dense(32, ReLU()))))
    return tuple(found)


TEMPLATES: Final = (
    Template(
        "Softmax regression",
        "No hidden layer: one weight for every pixel and class",
        lambda _: (Flatten(),),
        for_images=True,
    ),
    Template(
        "Perceptron 160",
        "One hidden layer of 160 sigmoid units, NumpyNet's first network",
        lambda _: (Flatten(), Dense(160, Sigmoid())),
        for_images=True,
    ),
    Template(
        "LeNet-5", "Two convolutions and averages, then 120 and 84 units (LeCun et al., 1998)", _lenet, True
    ),
    Template(
        "Small CNN",
        "Two blocks of convolution, batch norm and max pooling, with dropout before the end",
        _small_cnn,
        for_images=True,
    ),
    Template("Linear", "No hidden layer: a straight border", lambda _: ()),
    Template("4 and 2 units", "What TensorFlow Playground begins with, tanh", _dense(Tanh(), 4, 2)),
    Template("Three layers of 8", "Enough for most patterns of points, tanh", _dense(Tanh(), 8, 8, 8)),
    Template("Wide", "One hidden layer of 64 ReLU units", _dense(ReLU(), 64)),
    Template("Deep", "Six hidden layers of 16 ReLU units", _dense(ReLU(), *6 * [16])),
    *(
        Template(title, summary, build, for_images, Reconstruction())
        for title, summary, build in (
            ("Autoencoder", "Gives samples back through a code of two numbers", autoencoder),
            ("VAE", "An autoencoder whose code is drawn at random, so that it has no gaps", _variational),
        )
        for for_images in (True, False)
    ),
)
