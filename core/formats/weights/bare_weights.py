"""Networks of a file's arrays: by its description, or on a given network where names or places, and shapes, fit."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...data.pipeline import Pipeline
from ...io.budget import spend
from ...nn import LAYERS, Layer, Shape
from ...nn.function_loss import usual_loss
from ...nn.network import Network, state_shapes
from ...spec import SettingError
from ...train.training_config import training_from_json
from ..exporter import named_weights
from ..model_reader import ModelReport, report_of
from ..trained_model import PROGRAM, ModelDescription, TrainedModel

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
    return described_model_of(network, None if pipeline is None else Pipeline.from_json(pipeline), described)


def described_model_of(
    network: Network, pipeline: Pipeline | None, described: Mapping[str, Any]
) -> TrainedModel:
    """The model with the origin that its file describes."""
    experiment, data_sha256, program = (
        _text(described, key) for key in ("experiment", "data_sha256", "program")
    )
    seed, epoch = (_number(described, key) for key in ("seed", "epoch"))
    training, note = training_from_json(described.get("training"), usual_loss(network))
    return TrainedModel(
        network,
        pipeline,
        experiment,
        seed,
        epoch,
        data_sha256,
        program or PROGRAM,
        training=training,
        note=note,
    )


def origin(title: str, described: Mapping[str, Any]) -> str:
    """Format and writer of a file, from its description."""
    program = _text(described, "program")
    return f"{title}, by {program:.60}" if program else title


def filled_network(layers: tuple[Layer, ...], shape: Shape, layout: str, read: ReadArray) -> Network:
    """A network with the weights of a layout's arrays. Raises `ValueError` for numbers that it has no place for."""
    network = Network(layers, shape, seed=None)
    numbers = np.zeros(network.parameter_count, np.float32)
    # Counters that PyTorch keeps are no weights.
    for name, (place, rest) in places_of(network, lambda: _floats(network, layout)).items():
        found, known = read(name, place.shape), place >= 0
        if (found != rest)[~known].any():
            raise ValueError(
                f"its array {name:.60} must be zeros, as the layer here has no such weights; add it to the others"
            )
        numbers[place[known]] = found[known]
    set_numbers(network, numbers)
    return network


Places = dict[str, tuple[NDArray[np.int64], NDArray[Any]]]


def places_of(network: Network, write: Callable[[], Mapping[str, NDArray[Any]]]) -> Places:
    """Which of the network's numbers stand where in the arrays of `write`, and what stands at the other places.

    By name, places have the array's shape and are -1 where a number is none of the network's, such as a second bias
    that a layer has there and not here. They are found by writing them instead of the weights, in two digits, of which
    the first is never 0, and then zeros; the network is left with these.
    """
    count = network.parameter_count
    # Places of all weights as whole numbers, and three copies.
    spend(40 * count)
    numbers, seen = np.arange(count), np.zeros(count, bool)
    written: list[Mapping[str, NDArray[Any]]] = []
    for digits in (numbers // _BASE + 1, numbers % _BASE, np.zeros_like(numbers)):
        set_numbers(network, digits)
        # Copies, as what is written may be views.
        written.append({name: array.copy() for name, array in write().items()})
    found: Places = {}
    for name, high in written[0].items():
        low, rest = written[1][name], written[2][name]
        place = np.full(high.shape, -1, np.int64)
        known = (high != rest) & (high == high)
        place[known] = (high[known].astype(np.int64) - 1) * _BASE + low[known].astype(np.int64)
        seen[place[known]] = True
        found[name] = place, rest
    if not seen.all():
        raise ValueError(f"it lacks {np.count_nonzero(~seen):,} of the network's {count:,} numbers")
    return found


def set_numbers(network: Network, numbers: NDArray[Any]) -> None:
    """Write all numbers of a network, those that learn and then its state, (numbers,)."""
    split = network.parameters.size
    network.parameters[...], network.state[...] = numbers[:split], numbers[split:]


def _floats(network: Network, layout: str) -> dict[str, NDArray[Any]]:
    return {name: array for name, array in named_weights(network, layout).items() if array.dtype.kind == "f"}


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
            wanted = {name: array.shape for name, array in _floats(network, layout).items()}
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
    return [part.zfill(20) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _fault(wanted: Shapes, shapes: Shapes) -> str:
    """The first array that the network needs and the file lacks."""
    named = bool(wanted.keys() & shapes.keys())
    theirs = {(name if named else _split(name)[1], shape) for name, shape in shapes.items()}
    for name, shape in wanted.items():
        if (name if named else _split(name)[1], shape) not in theirs:
            return f"it needs {name} of shape {shape}"
    return f"it needs {len(wanted):,} arrays, and the file has {len(shapes):,}"
