"""Pipelines of every kind with networks and raw samples for them, for tests of ONNX files."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data.features import FEATURES
from core.data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    FittedInputs,
    FittedOutputs,
    ImageInputs,
    NumberColumn,
    Pipeline,
    PointInputs,
    SeriesInputs,
    TableInputs,
    TokenInputs,
    TokenOutputs,
    ValueOutputs,
)
from core.data.texts import OTHER_WORD
from core.nn import (
    ACTIVATIONS,
    GRU,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    MultiHeadAttention,
    PositionalEncoding,
    Reshape,
    Residual,
    SpatialDropout2D,
)
from core.nn.network import Network

TABLE = TableInputs(
    (
        NumberColumn("time", "s", None, 1_700_000_011.3, 57.7),
        NumberColumn("length (mm)", "mm", 41.5, 40.0, 5.0),
        CategoryColumn("sex", ("female", "male"), "male", (0.4, 0.6), (0.5, 0.5)),
        NumberColumn("count"),
        CategoryColumn("island", ("Ä, b", "C"), None, (0.0, 0.0), (1.0, 1.0)),
    )
)
GREY = ImageInputs((8, 9, 1), 16.0, False, "", 0.3, 0.35)
INK = ImageInputs((8, 9, 1), 255.0, True, "pad", 0.0, 1.0)
COLOUR = ImageInputs((7, 8, 3), 255.0, False, "crop", 0.45, 0.25)
EVERY_FEATURE = PointInputs(tuple(FEATURES))
SERIES = SeriesInputs((NumberColumn("load", "", None, 40.0, 5.0), NumberColumn("wind")), 6)
LETTERS = TokenInputs((".", "a", "b", "ß", '"', "\\"), 6, "", 0)
WORDS = TokenInputs((OTHER_WORD, "one", "two", "!"), 5, " ")
NEXT_LETTER, NEXT_WORD = TokenOutputs(LETTERS.vocabulary), TokenOutputs(WORDS.vocabulary)
THREE = ClassOutputs(("a", "ß c", "3"), 3)
SHARES = ClassOutputs(("no", "yes"), 1)
SIGNS = ClassOutputs(("no", "yes"), 1, -1.0, 1.0)
PRICES = ValueOutputs(
    (NumberColumn("price", "", None, 4200.0, 800.0), NumberColumn("time", "", None, 1.7e9, 100.0))
)
LAST: dict[FittedOutputs, Layer] = {
    NEXT_LETTER: Dense(6, "softmax"), NEXT_WORD: Dense(4, "softmax"),
    THREE: Dense(3, "softmax"), SHARES: Dense(1, "sigmoid"), SIGNS: Dense(1, "tanh"), PRICES: Dense(2),
}  # fmt: skip

OF_ROWS: list[Layer] = [
    *(Dense(5, ACTIVATIONS.make(name)) for name in ACTIVATIONS.names()),
    Residual((Dense(4, "tanh"), LayerNormalization())), BatchNormalization(), Dropout(0.5), Dense(7),
]  # fmt: skip
OF_IMAGES: list[Layer] = [
    Conv2D(4, 3, activation="relu"), BatchNormalization(), MaxPooling2D((2, 1), strides=1, padding="same"),
    Residual((Conv2D(5, 3, padding="same", dilation_rate=2), LayerNormalization()), activation="gelu"),
    SpatialDropout2D(), AveragePooling2D(2, strides=(1, 2), padding="same"), Reshape((-1, 1, 5)), Flatten(),
]  # fmt: skip
CASES = {
    "table": Pipeline(TABLE, THREE),
    "values": Pipeline(TABLE, PRICES),
    "points": Pipeline(EVERY_FEATURE, SIGNS),
    "grey": Pipeline(GREY, THREE),
    "colour": Pipeline(COLOUR, THREE),
}


def network_for(pipeline: Pipeline) -> Network:
    """A small network that fits the pipeline, with random weights."""
    shape, inputs = pipeline.input_shape, pipeline.inputs
    if isinstance(inputs, TokenInputs | SeriesInputs):
        tokens = isinstance(inputs, TokenInputs)
        first: list[Layer] = (
            [Embedding(len(inputs.vocabulary), 8), PositionalEncoding()] if tokens else [GRU(8)]
        )
        block = Residual((LayerNormalization(), MultiHeadAttention(2)))
        each = isinstance(pipeline.outputs, TokenOutputs)
        whole = [] if each or not tokens else [GlobalAveragePooling1D()]
        return shaken(
            Network([*first, *([block] if tokens else []), *whole, LAST[pipeline.outputs]], shape, seed=1)
        )
    hidden: list[Layer] = (
        [Dense(7, "tanh")] if len(shape) == 1 else [Conv2D(4, 3, activation="relu"), Flatten()]
    )
    return shaken(Network([*hidden, LAST[pipeline.outputs]], shape, seed=1))


def deep_network_for(pipeline: Pipeline) -> Network:
    """A network with every kind of layer of rows or of images."""
    hidden = OF_ROWS if len(pipeline.input_shape) == 1 else OF_IMAGES
    return shaken(Network([*hidden, LAST[pipeline.outputs]], pipeline.input_shape, seed=1))


def shaken(network: Network) -> Network:
    """With weights of no initializer, so that no two classes are alike."""
    network.parameters += (
        np.random.default_rng(2).normal(0.0, 0.2, network.parameters.shape).astype(np.float32)
    )
    return network


def raw_samples(inputs: FittedInputs, count: int = 40) -> Any:
    """Raw samples as users have them: gaps, unknown categories, bytes."""
    rng = np.random.default_rng(4)
    if isinstance(inputs, ImageInputs):
        return rng.integers(0, int(inputs.high) + 1, (count, *inputs.shape))
    if isinstance(inputs, SeriesInputs):
        return rng.normal(30.0, 10.0, (count, *inputs.input_shape)).astype(np.float32)
    if isinstance(inputs, TokenInputs):
        known = ["three", *inputs.vocabulary[1:]] if inputs.separator else list(inputs.vocabulary[1:])
        return [inputs.separator.join(rng.choice(known, rng.integers(0, 9))) for _ in range(count)]
    if isinstance(inputs, PointInputs):
        return rng.uniform(-6.0, 6.0, (count, 2)).astype(np.float32)
    return {
        "time": 1_700_000_000 + rng.integers(-100, 100, count) + 0.25,
        "length (mm)": np.where(np.arange(count) % 7 == 0, np.nan, rng.normal(40.0, 5.0, count)),
        "sex": rng.choice(["female", "male", "", "NA", "n/A", "Null", "?", "other"], count).tolist(),
        "count": rng.integers(0, 5, count),
        "island": rng.choice(["Ä, b", "C", "unknown"], count).tolist(),
    }
