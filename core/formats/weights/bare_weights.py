"""Put arrays of a file that describes no layers onto a given network, where names or places, and shapes, fit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.formats.model_reader import ModelReport, report_of
from core.formats.trained_model import ModelDescription, TrainedModel
from core.formats.weights.rebuilt_model import LAYOUTS, filled_network, named_shapes
from core.nn import Shape
from core.nn.network import Network
from core.spec import SettingError

_COUNTER: Final = "num_batches_tracked"
"""PyTorch counts the batches of a BatchNorm; no weight."""
_LAST_NAMES: Final = frozenset(
    ("weight", "bias", "kernel", "gamma", "beta", "running_mean", "running_var", "moving_mean", "moving_variance")
)  # fmt: skip
WEIGHTS_ALONE: Final = "it has weights alone; open it in the window, while a network that they fit is open"
_BY_PLACE: Final = (
    "Its arrays have other names than here, and are taken by shape and in the order of their names"
)

Shapes = Mapping[str, Shape]


def are_weights(names: Iterable[str]) -> bool:
    """Whether arrays of these names are weights of layers, as "0.weight" and "dense/kernel", and not data."""
    last = {_split(name)[1] if _split(name)[0] else "" for name in names} - {_COUNTER}
    return bool(last & {"weight", "kernel"}) and last <= _LAST_NAMES


def report_onto(
    onto: ModelDescription, shapes: Shapes, read: Callable[[str], NDArray[Any]], title: str
) -> ModelReport:
    """The network `onto` with a file's arrays, which `read` reads by name. Raises `ValueError` if they do not fit."""
    shapes = {name: shape for name, shape in shapes.items() if _split(name)[1] != _COUNTER}
    network = Network(onto.layers, onto.input_shape, seed=None)
    fault = "none of them is called as weights are"
    for layout in LAYOUTS:
        try:
            wanted = named_shapes(network, layout)
        except SettingError:
            continue
        names = {name: name for name in wanted} if wanted == shapes else _by_place(wanted, shapes)
        if names is not None:
            return _report(onto, layout, names, read, title)
        if {_split(name)[1] for name in wanted} & {_split(name)[1] for name in shapes}:
            fault = _fault(wanted, shapes)
    raise ValueError(f"it has weights alone, and they do not fit the network that is open: {fault}")


def _report(
    onto: ModelDescription,
    layout: str,
    names: Mapping[str, str],
    read: Callable[[str], NDArray[Any]],
    title: str,
) -> ModelReport:
    def found(name: str, shape: Shape) -> NDArray[np.float32]:
        with np.errstate(over="ignore"):
            array = np.asarray(read(names[name]), np.float32)
        if not np.isfinite(array).all():
            raise ValueError(f"its array {names[name]:.60} must hold finite numbers only")
        return array

    network = filled_network(onto.layers, onto.input_shape, layout, found)
    remarks = () if list(names) == list(names.values()) else (_BY_PLACE,)
    return replace(report_of(TrainedModel(network, name=onto.name), title, remarks=remarks), is_onto=True)


def _by_place(wanted: Shapes, shapes: Shapes) -> dict[str, str] | None:
    """The arrays of each layer by their shapes; of layers that have equal ones, in the order of their names."""
    groups: dict[Any, list[str]] = defaultdict(list)
    for prefix, parts in sorted(_grouped(shapes).items(), key=lambda item: _natural(item[0])):
        groups[frozenset(parts.items())].append(prefix)
    found: dict[str, str] = {}
    for ours, parts in _grouped(wanted).items():
        same = groups[frozenset(parts.items())]
        if not same:
            return None
        theirs = same.pop(0)
        found |= {ours + last: theirs + last for last in parts}
    return None if any(groups.values()) else found


def _grouped(shapes: Shapes) -> dict[str, dict[str, Shape]]:
    """Shapes by the names of layers, with the separator, and of their arrays."""
    groups: dict[str, dict[str, Shape]] = defaultdict(dict)
    for name, shape in shapes.items():
        layer, last = _split(name)
        groups[layer][last] = shape
    return groups


def _split(name: str) -> tuple[str, str]:
    last = re.split(r"[./]", name)[-1]
    return name.removesuffix(last), last


def _natural(name: str) -> list[Any]:
    """So that "10." comes after "2."."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _fault(wanted: Shapes, shapes: Shapes) -> str:
    """The first array that the network needs and the file lacks."""
    named = bool(wanted.keys() & shapes.keys())
    theirs = {(name if named else _split(name)[1], shape) for name, shape in shapes.items()}
    for name, shape in wanted.items():
        if (name if named else _split(name)[1], shape) not in theirs:
            return f"it needs {name} of shape {shape}"
    return f"it needs {len(wanted):,} arrays, and the file has {len(shapes):,}"
