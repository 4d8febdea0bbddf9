"""The model of a `.keras` file that Keras wrote: its layers, and preprocessing where it has some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ...data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    FittedColumn,
    FittedInputs,
    FittedOutputs,
    NumberColumn,
    Pipeline,
    TableInputs,
    ValueOutputs,
)
from ...io.model_graphs import INPUT, snake_case
from ...io.sentence import short_sentence
from ...nn.function_loss import usual_loss
from ...nn.losses import LOSSES
from ...nn.network import Network
from ...optim import OPTIMIZERS
from ...spec import Registry, SettingError, without_limits
from ...train.tasks.supervised import plain_outputs
from ...train.training_config import TrainingConfig
from ..model_reader import LayerReport, ModelReport
from ..residual_blocks import MisfitError, network_of
from ..trained_experiment import scaled_images
from ..trained_model import TrainedModel
from .flow import Flow, FlowColumn, columns_of, image_of, joined, summed
from .layer_kinds import ATTENTION, KINDS, OPERATIONS, Call, is_known
from .parts import KerasLayer, KerasParts, keras_layers, masks_of

_OPEN_LENGTH: Final = 16
_MASKS: Final = ("NotEqual", "Any", "LogicalAnd", "LogicalOr")
"""Operations by which Keras makes the masks of Masking and Embedding, and those of sums."""
_MERGING: Final = ("Add", "Concatenate", "Isfinite", "Where", *_MASKS, INPUT)


def recognize(parts: KerasParts, name: str) -> ModelReport:
    """The report of a model. Raises `ValueError` where there is nothing to report."""
    version = str(parts.notes.get("keras_version", ""))
    origin = f"Keras {version:.20}" if version else "Keras"
    remarks = []
    if "layers" in parts.notes:
        remarks.append(
            "Its layers are not as this program wrote them, so that they count, not its description"
        )
    with np.errstate(all="ignore"):
        walk = _Walk(parts)
        flow = walk.walked()
        if flow is None:
            return ModelReport(origin, walk.rows, None, tuple(remarks))
        try:
            network = network_of(flow.steps, flow.input_shape)
            pipeline = _pipeline(flow, network)
        except SettingError as error:
            row = LayerReport("preprocessing", None, None, "misfit", short_sentence(str(error)).rstrip("."))
            return ModelReport(origin, (*walk.rows, row), None, tuple(remarks))
    training, note = _training(parts.config.get("compile_config"), network)
    model = TrainedModel(network, pipeline, name, program=origin, training=training, note=note)
    return ModelReport(origin, walk.rows, model, (*remarks, *([note] if note else [])))


def _training(compiled: Any, network: Network) -> tuple[TrainingConfig | None, str]:
    """The optimizer and the loss that a model was compiled with, and which of them are not as they were."""
    if not isinstance(compiled, dict):
        return None, ""
    training, other = TrainingConfig(loss=usual_loss(network)), []
    for name, registry in (("optimizer", OPTIMIZERS), ("loss", LOSSES)):
        if (given := compiled.get(name)) is None:
            continue
        try:
            with without_limits():
                training = training.replace(**{name: _like(given, registry)})
        except (ValueError, TypeError, KeyError, AttributeError):
            kind = given.get("class_name") if isinstance(given, dict) else given
            other.append(
                f"its {name} {kind!r:.60} is not here, which is {getattr(training, name).title} instead"
            )
    return training, " and ".join(other)


def _like(given: Any, registry: Registry[Any]) -> Any:
    """The kind with the settings that Keras wrote. Raises `ValueError` and other errors where there is none."""
    kind = given if isinstance(given, str) else given["class_name"]
    # Names in Keras are of classes, as MeanSquaredError, or of functions, as mean_squared_error.
    made = registry.make(kind if kind in registry else snake_case(kind))
    if given is kind:
        return made
    config = given["config"]
    names = *(item.name for item in made.settings()), *made.extras
    wanted = {name: config[name] for name in names if config.get(name) is not None}
    return made.replace(**wanted)


class _Walk:
    """From the inputs to the output, layer by layer; `rows` are those of the report."""

    def __init__(self, parts: KerasParts) -> None:
        self._parts = parts
        self._flows: dict[str, Flow] = {}
        self._layers: list[KerasLayer] = []
        self.rows: tuple[LayerReport, ...] = ()

    def walked(self) -> Flow | None:
        """The flow at the output; None if a layer does not fit."""
        try:
            self._layers, ends = keras_layers(self._parts.config)
        except MisfitError as misfit:
            self.rows = (LayerReport("model", None, None, "misfit", str(misfit)),)
            return None
        last: Flow | None = None
        for place, layer in enumerate(self._layers):
            try:
                last = self._flows[layer.name] = self._taken(layer)
            except (MisfitError, ValueError) as error:
                rows = () if last is None else last.rows
                row = LayerReport(layer.source, None, None, "misfit", str(error)[:200].rstrip("."))
                self.rows = (*rows, row, *self._unknown(self._layers[place + 1 :]))
                return None
        return self._ended(ends)

    def _ended(self, ends: Sequence[str]) -> Flow | None:
        found = [self._flows[name] for name in ends if name in self._flows]
        fault = ""
        if len(found) != 1 or len(ends) != 1:
            fault = f"it must have one output, got {len(ends)}"
        elif not found[0].steps:
            fault = "it has no layers behind its inputs"
        elif len(found[0].shape) != 1:
            fault = "its output must be a row of numbers"
        if fault:
            rows = found[0].rows if found else ()
            self.rows = (*rows, LayerReport("output", None, None, "misfit", fault))
            return None
        self.rows = found[0].rows
        return found[0]

    def _taken(self, layer: KerasLayer) -> Flow:
        if layer.kind == INPUT:
            return _input(layer)
        if any(parent not in self._flows for parent in layer.parents) or not layer.parents:
            raise MisfitError("what it takes is nowhere made before it")
        flows = [self._flows[parent] for parent in layer.parents]
        if layer.is_operation and layer.kind in _MASKS:
            values = [each for each in layer.given if isinstance(each, int | float)]
            return replace(flows[0], mask=float(values[0]) if values else flows[0].mask)
        masks = [self._flows[name].mask for name in masks_of(layer) if name in self._flows]
        if any(flow.mask is not None for flow in flows) or any(mask != flows[0].masked for mask in masks):
            raise MisfitError("it takes a mask that follows from no layer before it")
        if layer.kind == "Add" and len(flows) == 2:
            return summed(flows[0], flows[1], layer.source)
        if layer.kind == "Concatenate":
            return _shares(flows) or joined(flows)
        if layer.kind == "Isfinite":
            return flows[0]
        if layer.kind == "Where":
            return _filled(layer, flows)
        make = (OPERATIONS if layer.is_operation else KINDS).get(layer.kind)
        if make is None:
            raise MisfitError(f"there is no layer here for {layer.kind:.60}")
        if len(flows) > 1 and (layer.kind != ATTENTION or any(flow is not flows[0] for flow in flows)):
            raise MisfitError("it takes several values")
        return make(Call(layer, flows[0], self._parts))

    def _unknown(self, layers: Sequence[KerasLayer]) -> list[LayerReport]:
        """Rows of layers behind the first misfit that never would fit, one for each class."""
        found: dict[str, LayerReport] = {}
        for layer in layers:
            if not is_known(layer) and layer.kind not in _MERGING:
                reason = f"there is no layer here for {layer.kind:.60}"
                found.setdefault(layer.kind, LayerReport(layer.source, None, None, "misfit", reason))
        return list(found.values())


def _input(layer: KerasLayer) -> Flow:
    shape = layer.settings.get("batch_shape")
    if not isinstance(shape, list) or len(shape) not in (2, 3, 4):
        raise MisfitError(f"inputs must be rows of numbers, sequences or images, got {shape!r:.60}")
    sizes = shape[1:]
    if sizes[0] is None and len(sizes) < 3:
        # Of any length: a network here has one, and a `Sequence` takes others.
        sizes = [_OPEN_LENGTH, *sizes[1:]]
    if not all(type(length) is int and 0 < length < 2**20 for length in sizes):
        raise MisfitError(f"the size of a sample must be known, got {sizes!r:.60}")
    if str(layer.settings.get("dtype")) == "string":
        raise MisfitError("inputs must be numbers, got texts")
    return columns_of(layer.name, sizes[0]) if len(sizes) == 1 else image_of(tuple(sizes))


def _filled(layer: KerasLayer, flows: Sequence[Flow]) -> Flow:
    """A column whose missing numbers are filled, as this program writes it."""
    *_, fill = layer.given
    flow = flows[-1]
    column = len(flow.columns) == 1 and flows[0] is flow and not flow.steps
    if not column or isinstance(fill, bool) or not isinstance(fill, int | float):
        raise MisfitError("there is no layer here for Where")
    raw = (float(fill) - float(flow.offset[0])) / float(flow.scale[0])
    filled = replace(flow, columns=(replace(flow.columns[0], fill=raw),))
    return filled.skip(layer.source, "part of the preprocessing")


def _shares(flows: Sequence[Flow]) -> Flow | None:
    """The shares of both classes, 1 - x and x, side by side; None if that is not what these are."""
    if len(flows) != 2 or not flows[0].steps or flows[0].steps != flows[1].steps:
        return None
    rest, second = (flow.tail or (np.ones(1), np.zeros(1)) for flow in flows)
    sums = np.array([rest[0] + second[0], rest[1] + second[1]]).ravel()
    if flows[1].shape != (1,) or not np.allclose(sums, [0.0, 1.0], atol=1e-6):
        return None
    return replace(flows[1], shape=(2,), is_shares=True)


def _pipeline(flow: Flow, network: Network) -> Pipeline | None:
    """Scaling, columns and predictions; None if the model has none of its own."""
    scaled = bool((flow.scale != 1).any() or flow.offset.any())
    named = len({column.name.rstrip("0123456789") for column in flow.columns}) > 1
    if not (scaled or named or flow.tail or flow.is_shares or any(c.categories for c in flow.columns)):
        return None
    return Pipeline(_inputs(flow), _outputs(flow, network))


def _inputs(flow: Flow) -> FittedInputs:
    scale, shift = 1.0 / flow.scale, -flow.offset / flow.scale
    if flow.columns:
        columns, start = [], 0
        for column in flow.columns:
            part = slice(start, start + max(1, column.categories))
            columns.append(_column(column, shift[part].tolist(), scale[part].tolist()))
            start = part.stop
        return TableInputs(tuple(columns))
    if len(flow.input_shape) != 3:
        raise SettingError("Preprocessing of samples that are neither rows nor images has no place here")
    found = scaled_images(flow.input_shape, abs(float(scale[0])), float(shift[0]))
    if scale[0] > 0:
        return found
    # (1 - x / high - shift) / scale.
    return found.replace(inverted=True, shift=1.0 - float(flow.offset[0]) * found.scale)


def _column(column: FlowColumn, shifts: list[float], scales: list[float]) -> FittedColumn:
    if column.categories:
        names = tuple(map(str, range(column.categories)))
        return CategoryColumn(column.name, names, None, tuple(shifts), tuple(scales))
    return NumberColumn(column.name, fill=column.fill, shift=shifts[0], scale=scales[0])


def _outputs(flow: Flow, network: Network) -> FittedOutputs:
    plain = plain_outputs(network, is_shares=flow.is_shares)
    if flow.tail is None:
        return plain
    if isinstance(plain, ClassOutputs):
        if plain.outputs > 1:
            return plain
        # share = x * scale + offset = (x - low) / (high - low)
        scale, offset = (float(each[0]) for each in flow.tail)
        return plain.replace(low=-offset / scale, high=(1.0 - offset) / scale)
    assert isinstance(plain, ValueOutputs)
    scales, shifts = (np.broadcast_to(each, len(plain.columns)).tolist() for each in flow.tail)
    columns = zip(plain.columns, shifts, scales, strict=True)
    return ValueOutputs(tuple(column.replace(shift=shift, scale=scale) for column, shift, scale in columns))
