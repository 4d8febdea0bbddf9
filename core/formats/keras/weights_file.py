"""Weights alone, as Keras's `.weights.h5` has them: by the kind and the place of each layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...io.atomic_write import atomic_write
from ...io.budget import check_ordinary
from ...io.model_graphs import array_places
from ...io.sentence import opening
from ...nn.network import Network
from ...nn.summary import layer_names
from ...spec.arrays import Array
from .hdf5_reader import hdf5_arrays
from .hdf5_writer import hdf5_bytes
from .writer import put

SUFFIX = ".weights.h5"


def save_weights(network: Network, path: Path) -> None:
    """Write the weights atomically. Raises `ValueError` for another suffix, and `OSError`."""
    if not path.name.endswith(SUFFIX):
        raise ValueError(
            f"Sequence: a file of weights must end with {SUFFIX}, got {path.name!r}; save(path) writes the whole model"
        )
    layers: dict[str, Any] = {}
    for name, place, array in _places(network):
        put(layers.setdefault(name, {"vars": {}}), place, np.asarray(array, np.float32))
    with atomic_write(path) as file:
        file.write(hdf5_bytes({"layers": layers}))


def load_weights(network: Network, path: Path) -> None:
    """Read a file of `save_weights`, or of Keras, into a network. Raises `ValueError` where it does not fit."""
    check_ordinary(path)
    most = 2 * network.parameter_count * 8 + 1_000_000
    if path.stat().st_size > most:
        raise ValueError(f"{path.name} cannot be opened: it holds more than the weights of this model")
    with opening(path):
        content = path.read_bytes()
        arrays = hdf5_arrays(content)
        found: list[Array] = []
        for name, within, into in _places(network):
            place = f"layers/{name}/{within}"
            if place not in arrays or arrays[place].shape != into.shape:
                got = f"of shape {arrays[place].shape}" if place in arrays else "missing"
                raise ValueError(f"{place} must have the shape {into.shape}, and is {got}")
            found.append(arrays[place].read(content))
    network.set_weights(found)


def _places(network: Network) -> Iterator[tuple[str, str, Array]]:
    """Keras's name of each layer, the place of each of its arrays there, and the array."""
    unnamed: Sequence[Any] = [layer.replace(name="") for layer in network.layers]
    for name, layer, arrays in zip(layer_names(unnamed), network.layers, network.weights, strict=True):
        names = [f"{name}/{each}" for each in arrays]
        for place, array in zip(array_places(type(layer).__name__, names), arrays.values(), strict=True):
            yield name, place, array
