"""The parts of a `.keras` file: its configuration, its notes, and its weights by path. Nothing in it is run.

The configuration is a graph: its layers in order, what each takes, and where its weights are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io import strict_json
from ...io.archive import MAX_TEXT_BYTES
from ...io.budget import spend
from ...io.model_graphs import INPUT, numbered, snake_case
from ...io.zip_reader import ZipReader
from ...nn.network import MAX_PARAMETERS
from ..residual_blocks import MisfitError
from .hdf5_reader import Hdf5Array, hdf5_arrays

# A model in training has two more numbers for each weight.
_MAX_WEIGHT_BYTES: Final = 3 * 4 * MAX_PARAMETERS
_MAX_PACKING: Final = 50


@dataclass(frozen=True, eq=False)
class KerasParts:
    """Contents of a file. `notes` are those of `metadata.json`."""

    config: Mapping[str, Any]
    notes: Mapping[str, Any]
    content: bytes
    arrays: Mapping[str, Hdf5Array]

    def array(self, path: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """The weights of a path, with finite numbers. Raises `ValueError` if they are missing or of another shape."""
        if path not in self.arrays:
            raise ValueError(f"its weights {path:.80} are missing")
        found = self.arrays[path]
        if found.shape != shape or found.dtype.kind != "f":
            raise ValueError(
                f"its weights {path:.80} must be floats of shape {shape}, got {found.dtype} {found.shape}"
            )
        # Arrays may share their numbers.
        spend(4 * math.prod(shape))
        with np.errstate(over="ignore"):
            array = found.read(self.content).astype(np.float32)
        if not np.isfinite(array).all():
            raise ValueError(f"its weights {path:.80} must hold finite numbers only")
        return array


def read_parts(path: Path) -> KerasParts:
    """The parts of a file. Raises `ValueError` with a sentence, and `OSError`."""
    with ZipReader(path, "Keras file") as archive:
        config = strict_json.load(archive.read("config.json", MAX_TEXT_BYTES))
        notes = (
            strict_json.load(archive.read("metadata.json", MAX_TEXT_BYTES))
            if "metadata.json" in archive
            else {}
        )
        most = min(_MAX_WEIGHT_BYTES, _MAX_PACKING * path.stat().st_size)
        content = archive.read("model.weights.h5", most)
    if not isinstance(config, dict) or not isinstance(notes, dict):
        raise ValueError("its configuration must be an object")
    return KerasParts(config, notes, content, hdf5_arrays(content))


_MAX_LAYERS: Final = 5_000
_OPERATIONS: Final = "keras.src.ops."


@dataclass(frozen=True, eq=False)
class KerasLayer:
    """A layer or operation, called once.

    `parents` are names of layers; `given` are its arguments, None where a parent stands. `path` is that of its weights.
    """

    kind: str
    name: str
    settings: Mapping[str, Any]
    parents: tuple[str, ...]
    given: tuple[Any, ...]
    path: str
    is_operation: bool
    named: Mapping[str, Any] = field(default_factory=dict)
    """Named arguments of its call."""

    @property
    def always_trains(self) -> bool:
        """Whether it is called as in training, also in predictions."""
        return self.named.get("training") is True

    @property
    def source(self) -> str:
        """Its name in the report."""
        return self.name[:80]


def keras_layers(config: Mapping[str, Any]) -> tuple[list[KerasLayer], list[str]]:
    """The layers of a model, inputs first, and the names of its outputs. `ValueError` if it is no graph of layers."""
    kind, inner = config.get("class_name"), config.get("config")
    if not isinstance(inner, dict) or not isinstance(inner.get("layers"), list):
        raise ValueError(f"it is a {kind!r:.60}, and only Sequential and functional models are read")
    entries = inner["layers"]
    if len(entries) > _MAX_LAYERS:
        raise ValueError(f"it must have at most {_MAX_LAYERS:,} layers, got {len(entries):,}")
    if kind == "Sequential":
        layers = list(_in_a_row(config, inner, entries))
        return layers, [layers[-1].name]
    if kind not in ("Functional", "Model"):
        raise ValueError(f"it is a {kind!r:.60}, and only Sequential and functional models are read")
    layers = [
        replace(_layer(entry, path, *_called(entry)), named=_named(entry))
        for entry, path in _with_paths(entries)
    ]
    return layers, list(_ends(inner.get("output_layers")))


def _in_a_row(
    config: Mapping[str, Any], inner: Mapping[str, Any], entries: Sequence[Any]
) -> Iterator[KerasLayer]:
    before = ""
    for entry, path in _with_paths(entries):
        layer = _layer(entry, path, (before,) if before else (), (None,))
        if not before and layer.kind != INPUT:
            build = config.get("build_config") or {}
            shape = inner.get("build_input_shape") or (
                build.get("input_shape") if isinstance(build, dict) else None
            )
            yield KerasLayer(INPUT, "inputs", {"batch_shape": shape}, (), (), "", False)
            layer = _layer(entry, path, ("inputs",), (None,))
        yield layer
        before = layer.name


def _with_paths(entries: Sequence[Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Entries with the groups of their weights: by the names of their classes, in order."""
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise ValueError("its layers must be objects with a class_name")
    names = numbered(snake_case(entry["class_name"][:200]) for entry in entries if not _is_operation(entry))
    for entry in entries:
        yield entry, "" if _is_operation(entry) else f"layers/{next(names)}/vars"


def _layer(
    entry: Mapping[str, Any], path: str, parents: tuple[str, ...], given: tuple[Any, ...]
) -> KerasLayer:
    settings = entry.get("config")
    settings = settings if isinstance(settings, dict) else {}
    name = entry.get("name") or settings.get("name")
    if not isinstance(name, str):
        raise ValueError("its layers must have names")
    return KerasLayer(entry["class_name"], name, settings, parents, given, path, _is_operation(entry))


def _is_operation(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("module", "")).startswith(_OPERATIONS)


def _called(entry: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Parents and arguments of the one call of a layer of a functional model."""
    calls = entry.get("inbound_nodes")
    if not isinstance(calls, list) or len(calls) > 1:
        raise MisfitError(f"{str(entry.get('name'))[:80]} is called more than once")
    if not calls:
        return (), ()
    call = calls[0]
    arguments = call.get("args") if isinstance(call, dict) else None
    if not isinstance(arguments, list):
        raise ValueError("its layers must be called with arguments, as Keras 3 writes them")
    # Merging layers take one list.
    if len(arguments) == 1 and isinstance(arguments[0], list):
        arguments = arguments[0]
    parents = [_parent(argument) for argument in arguments]
    given = tuple(None if parent else argument for parent, argument in zip(parents, arguments, strict=True))
    return tuple(parent for parent in parents if parent), given


def _named(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    for call in entry["inbound_nodes"]:
        if isinstance(named := call.get("kwargs"), dict):
            return named
    return {}


def masks_of(layer: KerasLayer) -> list[str]:
    """The names of what makes the masks that a layer is called with."""
    given = layer.named.get("mask")
    return [name for each in (given if isinstance(given, list) else [given]) if (name := _parent(each))]


def _parent(argument: Any) -> str:
    """The layer that makes a tensor; "" for a constant."""
    if not isinstance(argument, dict) or argument.get("class_name") != "__keras_tensor__":
        return ""
    config = argument.get("config")
    history = config.get("keras_history") if isinstance(config, dict) else None
    if not isinstance(history, list) or len(history) != 3 or not isinstance(history[0], str):
        raise ValueError("its tensors must have a history")
    return history[0]


def _ends(outputs: Any) -> Iterator[str]:
    """Names of layers in a nested list of [name, 0, 0]."""
    if isinstance(outputs, list) and len(outputs) == 3 and isinstance(outputs[0], str):
        yield outputs[0]
    elif isinstance(outputs, list | dict):
        for each in outputs.values() if isinstance(outputs, dict) else outputs:
            yield from _ends(each)
