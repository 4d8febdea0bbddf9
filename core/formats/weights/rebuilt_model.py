"""Rebuild a model from the description and the arrays that weight formats hold, in either layout."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.pipeline import Pipeline
from core.formats.exporter import named_weights
from core.formats.trained_model import TrainedModel
from core.io.budget import spend
from core.nn import LAYERS, Layer, Shape
from core.nn.network import Network, state_shapes

ReadArray = Callable[[str, Shape], NDArray[np.float32]]
"""Reads the array of a name and shape. Raises `ValueError`."""

LAYOUTS = ("keras", "pytorch")
# float32 holds the numbers below it exactly.
_BASE = 4096


def rebuilt_model(described: Mapping[str, Any], read: ReadArray, most_bytes: int) -> TrainedModel:
    """The model of a `TrainedModel.to_json` with its "layout". Raises `ValueError` for invalid ones.

    `most_bytes` bounds the weights, so that nothing is allocated that the file does not hold.
    """
    try:
        layers = tuple(LAYERS.from_json(layer) for layer in described["layers"])
        shape = _shape(described["input_shape"])
        layout = described["layout"]
        pipeline = described.get("pipeline")
    except (KeyError, TypeError) as error:
        raise ValueError(f"its description is incomplete: {error}") from None
    if layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}, got {layout!r:.60}")
    needed = 4 * sum(math.prod(each) for each in state_shapes(layers, shape).values())
    if needed > most_bytes:
        raise ValueError(f"its layers have {needed:,} bytes of weights, more than the file")
    network = filled_network(layers, shape, layout, read)
    return TrainedModel(
        network,
        None if pipeline is None else Pipeline.from_json(pipeline),
        _text(described, "experiment"),
        _number(described, "seed"),
        _number(described, "epoch"),
        _text(described, "data_sha256"),
    )


def described_model_of(
    network: Network, pipeline: Pipeline | None, described: Mapping[str, Any]
) -> TrainedModel:
    """The model with the origin that its file describes."""
    experiment, data_sha256, program = (
        _text(described, key) for key in ("experiment", "data_sha256", "program")
    )
    seed, epoch = (_number(described, key) for key in ("seed", "epoch"))
    return TrainedModel(network, pipeline, experiment, seed, epoch, data_sha256, program=program)


def origin(title: str, described: Mapping[str, Any]) -> str:
    """Format and writer of a file, from its description."""
    program = _text(described, "program")
    return f"{title}, by {program:.60}" if program else title


def named_shapes(network: Network, layout: str) -> dict[str, Shape]:
    """The shapes of the arrays of a layout, by name. Raises `SettingError` for layers that it has no place for."""
    named = named_weights(network, layout).items()
    return {name: array.shape for name, array in named if array.dtype.kind == "f"}


def filled_network(layers: tuple[Layer, ...], shape: Shape, layout: str, read: ReadArray) -> Network:
    """A network whose weights are found by writing their places instead of them, in two digits."""
    network = Network(layers, shape, seed=None)
    # Places of all weights as whole numbers, and two layouts of copies.
    spend(40 * network.parameter_count)
    state = network.state_dict()
    starts = np.cumsum([0, *(array.size for array in state.values())])
    places = {
        name: np.arange(start, start + array.size).reshape(array.shape)
        for (name, array), start in zip(state.items(), starts, strict=False)
    }
    high = _named(network, layout, {name: place // _BASE for name, place in places.items()})
    low = _named(network, layout, {name: place % _BASE for name, place in places.items()})
    flat = np.zeros(starts[-1], np.float32)
    for name in high:
        found = high[name] * _BASE + low[name]
        flat[found.ravel()] = read(name, found.shape).ravel()
    network.load_state_dict({name: flat[place] for name, place in places.items()})
    return network


def _named(network: Network, layout: str, state: Mapping[str, Any]) -> dict[str, NDArray[np.int64]]:
    """The whole numbers of `state` by the names and in the order of a layout."""
    network.load_state_dict(state)
    # Counters that PyTorch keeps are no weights.
    named = named_weights(network, layout).items()
    return {name: array.astype(np.int64) for name, array in named if array.dtype.kind == "f"}


def _shape(lengths: Any) -> Shape:
    shape = tuple(lengths)
    if not shape or not all(type(length) is int and 0 < length < 2**31 for length in shape):
        raise ValueError(f"the input shape must be whole numbers of at least 1, got {lengths!r:.60}")
    return shape


def _text(described: Mapping[str, Any], name: str) -> str:
    value = described.get(name, "")
    return value if isinstance(value, str) else ""


def _number(described: Mapping[str, Any], name: str) -> int | None:
    value = described.get(name)
    return value if type(value) is int else None
