"""Well-known stacks for the network of any experiment with points, tables, images or sequences.

A template replaces only the layers: data, loss and optimizer stay. One that gives samples back also chooses that task.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .. import nn
from ..data.datasets import DatasetInfo
from ..nn.initializers import GlorotUniform, HeNormal
from ..train.tasks import FlowMatching, Reconstruction, Task
from .experiment import Experiment, Output
from .stack_problems import with_task

_SHARPNESS: Final = 0.05
"""Beta times the numbers of a sample: with the squared error, as if these deviated by 0.16 from the prediction."""

_MANY: Final = 30
"""From so many numbers on, samples get wide layers."""
_MODEL: Final = 32
# Below this image side, unpadded convolutions leave too little for later layers.
_LARGE: Final = 20


@dataclass(frozen=True)
class Template:
    """`build` makes the hidden layers for samples of a shape; `for_images` is false for rows of numbers.

    `kind` is its name in the program, `task` that of templates for a single one. `usual`: where nothing else is chosen.
    """

    kind: str
    title: str
    summary: str
    build: Callable[[nn.Shape], tuple[nn.Layer, ...]]
    for_images: bool = False
    task: Task | None = None
    usual: bool = False


def templates_for(experiment: Experiment) -> tuple[Template, ...]:
    """The templates for the experiment's data, which those of a single task need to fit also by their size."""
    info = experiment.dataset.info()
    if info.form in ("tokens", "sequence"):
        return _of_sequences(info)
    images = len(experiment.input_shape) == 3
    return tuple(
        template
        for template in TEMPLATES
        if template.for_images == images and not (template.task and template.task.why_not(info))
    )


def usual_template(experiment: Experiment) -> Template:
    """The template that learns the experiment's data and task where nothing is known of them but their form."""
    found = templates_for(experiment)
    own = (
        each for each in found if each.usual and type(each.task or experiment.task) is type(experiment.task)
    )
    # The one of a task comes last, and is better for it than those for all.
    return [found[0], *own][-1]


def with_template(experiment: Experiment, template: Template) -> Experiment:
    """The experiment with the template's layers."""
    task = template.task
    if task is not None and not isinstance(experiment.task, type(task)):
        experiment = with_task(experiment, task)
    layers = template.build(experiment.input_shape)
    return experiment.replace(layers=layers, output=Output(), interventions=())


def _lenet(shape: nn.Shape) -> tuple[nn.Layer, ...]:
    padding = "valid" if min(shape[:2]) >= _LARGE else "same"
    return (
        nn.Conv2D(6, (5, 5), padding="same", activation=nn.Tanh()),
        nn.AveragePooling2D(),
        nn.Conv2D(16, (5, 5), padding=padding, activation=nn.Tanh()),
        nn.AveragePooling2D(),
        nn.Flatten(),
        nn.Dense(120, nn.Tanh()),
        nn.Dense(84, nn.Tanh()),
    )


def _small_cnn(shape: nn.Shape) -> tuple[nn.Layer, ...]:
    padding = "valid" if min(shape[:2]) >= _LARGE else "same"

    def block(filters: int) -> tuple[nn.Layer, ...]:
        convolution = nn.Conv2D(
            filters, (3, 3), padding=padding, activation=nn.ReLU(), kernel_initializer=HeNormal()
        )
        return convolution, nn.BatchNormalization(), nn.MaxPooling2D()

    head = nn.Flatten(), nn.Dropout(0.3), nn.Dense(64, nn.ReLU(), kernel_initializer=HeNormal())
    return (*block(16), *block(32), *head)


def _dense(activation: nn.ActivationFunction, *units: int) -> Callable[[nn.Shape], tuple[nn.Layer, ...]]:
    initializer = HeNormal() if activation == nn.ReLU() else GlorotUniform()
    return lambda _: tuple(nn.Dense(count, activation, kernel_initializer=initializer) for count in units)


def _autoencoder(shape: nn.Shape) -> tuple[nn.Layer, ...]:
    """Hidden layers through a code of two numbers, or of one for points."""
    return _through(shape, nn.Dense(_code(shape)))


def _variational(shape: nn.Shape) -> tuple[nn.Layer, ...]:
    size = _code(shape)
    return _through(shape, nn.Dense(2 * size), nn.Sampling(_SHARPNESS / math.prod(shape)))


def _field(shape: nn.Shape) -> tuple[nn.Layer, ...]:
    """Layers that make a velocity at each place and time, of samples as rows."""
    layers = 3 * (nn.Dense(64, nn.SiLU()),) if math.prod(shape) < _MANY else 2 * (nn.Dense(256, nn.SiLU()),)
    return (*_rows(shape), *layers)


def _rows(shape: nn.Shape) -> tuple[nn.Layer, ...]:
    """What makes samples of a shape rows."""
    return (nn.Flatten(),) if len(shape) > 1 else ()


def _through(shape: nn.Shape, *code: nn.Layer) -> tuple[nn.Layer, ...]:
    """An encoder, the layers of the code, and a decoder."""
    if math.prod(shape) < _MANY:
        return (nn.Dense(16, nn.Tanh()), *code, nn.Dense(16, nn.Tanh()))
    # Digits of 8 x 8, VAE, 60 epochs: a test error of 0.038, and 0.048 with one layer of 128 on each side. ReLU reaches
    # 0.033, but a third of the units behind two numbers die.
    wide, narrow = nn.Dense(128, nn.Tanh()), nn.Dense(64, nn.Tanh())
    return (*_rows(shape), wide, narrow, *code, narrow, wide)


def _code(shape: nn.Shape) -> int:
    """Two numbers make a plane; points are on one already."""
    return 1 if math.prod(shape) <= 2 else 2


def _of_sequences(info: DatasetInfo) -> tuple[Template, ...]:
    """Templates for tokens, or values over time, with a prediction at each position, or one for all of them."""
    each = info.labels == "tokens"
    first: tuple[nn.Layer, ...] = (nn.Embedding(info.vocabulary, 16),) if info.vocabulary else ()
    pooled = () if each else (nn.GlobalAveragePooling1D(),)

    def attending(_: nn.Shape) -> tuple[nn.Layer, ...]:
        wide = nn.Embedding(info.vocabulary, _MODEL) if info.vocabulary else nn.Dense(_MODEL)
        block = (
            nn.Residual((nn.LayerNormalization(), nn.MultiHeadAttention(4, causal=each))),
            nn.Residual((nn.LayerNormalization(), nn.Dense(4 * _MODEL, nn.ReLU()), nn.Dense(_MODEL))),
        )
        return (wide, nn.PositionalEncoding(), *block, *block, nn.LayerNormalization(), *pooled)

    def convolved(_: nn.Shape) -> tuple[nn.Layer, ...]:
        # What follows must not be seen, and each position has a prediction.
        if each:
            return (*first, *(nn.Conv1D(64, 5, padding="causal", activation=nn.ReLU()) for _ in range(2)))
        block = (nn.Conv1D(16, 5, padding="same", activation=nn.ReLU()), nn.MaxPooling1D())
        return (*first, *block, *block, nn.GlobalAveragePooling1D())

    found = [
        Template(
            "gru", "GRU",
            "A state of 64 numbers that gates change, step by step",
            lambda _: (*first, nn.GRU(64, return_sequences=each)),
        ),
        Template(
            "rnn", "RNN",
            "A state of 64 numbers that is new at each step",
            lambda _: (*first, nn.SimpleRNN(64, return_sequences=each)),
        ),
        Template("conv1d", "1-D CNN", "Two convolutions along time, each of 5 positions", convolved),
    ]  # fmt: skip
    title = "Tiny GPT" if each else "Transformer"
    summary = "Two blocks of attention with 4 heads, of 32 numbers"
    transformer = Template("transformer", title, summary, attending)
    found.insert(0 if info.vocabulary else 3, transformer)
    if each:
        summary = "No past: what follows each token, by its own 16 numbers"
        found.append(Template("last_token", "Last token only", summary, lambda _: first))
    elif info.vocabulary:
        summary = "The mean of all tokens, wherever they are"
        found.append(Template("bag_of_tokens", "Bag of tokens", summary, lambda _: (*first, *pooled)))
    else:
        summary = "All values at once, 32 ReLU units"
        found.append(Template("dense", "Dense", summary, lambda _: (nn.Flatten(), nn.Dense(32, nn.ReLU()))))
    return tuple(found)


TEMPLATES: Final = (
    Template(
        "softmax_regression", "Softmax regression",
        "No hidden layer: one weight for every pixel and class",
        lambda _: (nn.Flatten(),),
        for_images=True,
    ),
    Template(
        "perceptron", "Perceptron 160",
        "One hidden layer of 160 sigmoid units, NumpyNet's first network",
        lambda _: (nn.Flatten(), nn.Dense(160, nn.Sigmoid())),
        for_images=True,
    ),
    Template(
        "lenet", "LeNet-5", "Two convolutions and averages, then 120 and 84 units (LeCun et al., 1998)", _lenet, True
    ),
    Template(
        "small_cnn", "Small CNN",
        "Two blocks of convolution, batch norm and max pooling, with dropout before the end",
        _small_cnn,
        for_images=True,
        usual=True,
    ),
    Template("linear", "Linear", "No hidden layer: a straight border", lambda _: ()),
    Template("tensorflow", "4 and 2 units", "What TensorFlow Playground begins with, tanh", _dense(nn.Tanh(), 4, 2)),
    Template(
        "three_layers", "Three layers of 8",
        "Enough for most patterns of points, tanh",
        _dense(nn.Tanh(), 8, 8, 8),
        usual=True,
    ),
    Template("wide", "Wide", "One hidden layer of 64 ReLU units", _dense(nn.ReLU(), 64)),
    Template("deep", "Deep", "Six hidden layers of 16 ReLU units", _dense(nn.ReLU(), *6 * [16])),
    *(
        Template(kind, title, summary, build, for_images, task, usual)
        for kind, title, summary, build, task, usual in (
            (
                "autoencoder", "Autoencoder",
                "Gives samples back through a code of two numbers",
                _autoencoder,
                Reconstruction(),
                True,
            ),
            (
                "vae", "VAE",
                "An autoencoder whose code is drawn at random, so that it has no gaps",
                _variational,
                Reconstruction(),
                False,
            ),
            (
                "from_noise", "From noise",
                "Turns noise into samples: layers of SiLU units, wide enough for a field",
                _field,
                FlowMatching(),
                True,
            ),
        )
        for for_images in (True, False)
    ),
)  # fmt: skip
