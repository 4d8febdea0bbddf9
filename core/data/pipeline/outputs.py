"""From network outputs to predictions: classes with probabilities, or values in the target's own units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...io.model_graphs import ML_DOMAIN, KerasGraph, KerasValue, OnnxGraph, far_origin
from ...spec import Registry, SettingError, Spec, setting
from ..target_encoding import TargetEncoding
from .columns import COLUMNS, NumberColumn
from .inputs import INPUTS, FittedInputs, PointInputs


@dataclass(frozen=True, eq=False)
class Predictions:
    """Predictions of a network for n samples.

    - Classes: `numbers` (n,) and `labels` (n,), their names as objects, and `probabilities` (n, classes), which sum to
      1 for one output and for softmax. Of tokens they are (n, time), (n, time) and (n, time, tokens).
    - Values: `values` (n, outputs), float64, in the target's own units.
    - `errors` (n,): of samples that are given back, see `ReconstructionOutputs`.
    """

    numbers: NDArray[np.int64] | None = None
    labels: NDArray[np.object_] | None = None
    probabilities: NDArray[np.float32] | None = None
    values: NDArray[np.float64] | None = None
    errors: NDArray[np.float64] | None = None


class FittedOutputs(Spec):
    """Base of the ways from network outputs to predictions."""

    writes_extras = True

    def decode(self, outputs: NDArray[Any]) -> Predictions:
        """The predictions of network outputs (n, outputs)."""
        raise NotImplementedError

    @property
    def encoding(self) -> TargetEncoding:
        """Encodings of labels as targets, and of outputs as labels."""
        raise NotImplementedError

    def keras_layers(self, graph: KerasGraph, outputs: KerasValue) -> KerasValue:
        """Add the numbers of `decode` for network outputs, (n, outputs); `SettingError` if Keras cannot hold them."""
        raise SettingError(f"{self.title} cannot be written as Keras layers yet")

    def onnx_nodes(self, graph: OnnxGraph, outputs: str, refused: str) -> None:
        """Add `decode` of network outputs, (n, outputs), float32, and declare the predictions as outputs.

        `refused` names samples without a prediction, (n, 1), bool; "" for none. `SettingError` if ONNX cannot hold it.
        """
        raise SettingError(f"{self.title} cannot be written as ONNX yet")


OUTPUTS: Registry[FittedOutputs] = Registry("kind of outputs")


@OUTPUTS.register()
class ClassOutputs(FittedOutputs):
    """Classes: an output for each, or one output of two, which is `low` for the first and `high` for the second.

    The label is that of the largest output; one output means the second class above the share `threshold` of the way
    from `low` to `high`.
    Probabilities are the outputs within 0 and 1; of one output, (output - low) / (high - low) is the second class's.
    """

    kind = "classes"
    title = "Classes"
    extras: ClassVar[tuple[str, ...]] = ("names",)

    names: tuple[str, ...] = ("0", "1")
    outputs: int = setting(2, "Outputs", "Outputs of the network.", low=1)
    low: float = setting(0.0, "Low", "The target of the first of two classes on one output.")
    high: float = setting(1.0, "High", "The target of the second of two classes on one output.")
    target: str = setting("", "Target", "The column that is predicted.")
    threshold: float = setting(
        0.5,
        "Threshold",
        "From which probability on it is the second of two classes on one output.",
        low=0.01,
        high=0.99,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        names = self.names
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            raise SettingError(f"{self.title}: names must be texts, got {names!r:.80}")
        object.__setattr__(self, "names", tuple(names))
        if self.outputs != len(names) and (self.outputs, len(names)) != (1, 2):
            raise SettingError(
                f"{self.title}: outputs must be one for each of {len(names)} names, or 1 for two, got {self.outputs}"
            )
        if self.low >= self.high:
            raise SettingError(f"{self.title}: low must be below high ({self.high:g}), got {self.low:g}")

    @property
    def encoding(self) -> TargetEncoding:
        return TargetEncoding(len(self.names), self.outputs, self.low, self.high, cut=self.threshold)

    def decode(self, outputs: NDArray[Any]) -> Predictions:
        numbers = self.encoding.decode(outputs)
        shares = np.asarray(outputs, np.float32)
        if self.outputs == 1:
            second = (shares - np.float32(self.low)) / np.float32(self.high - self.low)
            shares = np.concatenate([np.float32(1) - second, second], axis=1)
        probabilities = np.clip(np.nan_to_num(shares), np.float32(0), np.float32(1))
        return Predictions(numbers, np.array(self.names, object)[numbers], probabilities)

    def to_json(self) -> dict[str, Any]:
        data = super().to_json()
        # Omitted where it is the middle, so that older programs can read it.
        if self.threshold == 0.5:
            del data["threshold"]
        return data

    def keras_layers(self, graph: KerasGraph, outputs: KerasValue) -> KerasValue:
        """See `FittedOutputs.keras_layers`; probabilities (n, classes), which may lie beyond 0 and 1."""
        if self.outputs > 1:
            return outputs
        second = outputs
        if (self.low, self.high) != (0.0, 1.0):
            scale = 1.0 / (self.high - self.low)
            second = graph.layer("Rescaling", outputs, name="share", scale=scale, offset=-self.low * scale)
        first = graph.layer("Rescaling", second, name="rest", scale=-1.0, offset=1.0)
        return graph.layer("Concatenate", first, second, shape=(2,), name="probabilities", axis=-1)

    def onnx_nodes(self, graph: OnnxGraph, outputs: str, refused: str) -> None:
        """See `FittedOutputs.onnx_nodes`; `label` (n,), texts, and `probabilities` (n, classes), float32.

        Without a prediction, the label is "" and the probabilities are NaN.
        """
        label = graph.output("label", str, ())
        probabilities = graph.output("probabilities", np.float32, (len(self.names),))
        with graph.scope("prediction"):
            if self.outputs == 1:
                above = graph.call("Greater", outputs, np.array(self.encoding.threshold, np.float32))
                code = graph.call("Squeeze", graph.call("Cast", above, to=np.int64), np.array([1]))
                shares = self._onnx_shares(graph, outputs)
            else:
                code, shares = graph.call("ArgMax", outputs, axis=1, keepdims=0), outputs
            if refused:
                code = graph.call("Where", graph.call("Squeeze", refused, np.array([1])), np.array(-1), code)
            onnx_labels(graph, code, self.names, label)
            onnx_shares(graph, shares, refused, probabilities)

    def _onnx_shares(self, graph: OnnxGraph, outputs: str) -> str:
        """Shares of both classes, (n, 2), from one output."""
        if (self.low, self.high) == (0.0, 1.0):
            second = outputs
        else:
            above_low = graph.call("Sub", outputs, np.array(self.low, np.float32))
            second = graph.call("Div", above_low, np.array(self.high - self.low, np.float32))
        first = graph.call("Sub", np.array(1.0, np.float32), second)
        return graph.call("Concat", first, second, axis=1)


def onnx_labels(graph: OnnxGraph, code: str, names: Sequence[str], label: str) -> None:
    """Add the output `label`, the names of `code`; "" for -1."""
    graph.call(
        "LabelEncoder",
        code,
        domain=ML_DOMAIN,
        output=label,
        keys_int64s=list(range(len(names))),
        values_strings=list(names),
        default_string="",
    )


def onnx_shares(graph: OnnxGraph, shares: str, refused: str, probabilities: str) -> None:
    """Add the output `probabilities`, the shares within 0 and 1; NaN where they are refused."""
    bounds = [graph.constant(name, np.array(value, np.float32)) for name, value in (("zero", 0), ("one", 1))]
    clipped = graph.call("Clip", shares, *bounds, output="" if refused else probabilities)
    if refused:
        graph.call("Where", refused, np.array(np.nan, np.float32), clipped, output=probabilities)


@OUTPUTS.register()
class ValueOutputs(FittedOutputs):
    """Values: output * scale + shift of a column for each output, in float64."""

    kind = "values"
    title = "Values"

    columns: tuple[NumberColumn, ...] = setting((), "Columns", "One for each output.", registry=COLUMNS)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.columns or not all(isinstance(column, NumberColumn) for column in self.columns):
            raise SettingError(
                f"{self.title}: columns must be one number for each output, got {self.columns!r:.80}"
            )

    @property
    def encoding(self) -> TargetEncoding:
        shift = tuple(column.shift for column in self.columns)
        scale = tuple(column.scale for column in self.columns)
        if not any(shift) and set(scale) == {1.0}:
            return TargetEncoding(0, len(self.columns))
        return TargetEncoding(0, len(self.columns), shift=shift, scale=scale)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the values."""
        return tuple(column.name for column in self.columns)

    def decode(self, outputs: NDArray[Any]) -> Predictions:
        scale = np.array([column.scale for column in self.columns])
        shift = np.array([column.shift for column in self.columns])
        return Predictions(values=np.asarray(outputs, np.float64) * scale + shift)

    def keras_layers(self, graph: KerasGraph, outputs: KerasValue) -> KerasValue:
        """See `FittedOutputs.keras_layers`; values (n, outputs), float64 where they are scaled."""
        scale = [column.scale for column in self.columns]
        offset = [column.shift for column in self.columns]
        if not any(offset) and set(scale) == {1.0}:
            return outputs
        origins = [far_origin(*each) for each in zip(offset, scale, strict=True)]
        near = [each - origin for each, origin in zip(offset, origins, strict=True)]
        x = graph.layer("Rescaling", outputs, dtype="float64", name="values", scale=scale, offset=near)
        if any(origins):
            x = graph.layer("Rescaling", x, dtype="float64", name="origin", scale=1.0, offset=origins)
        return x

    def onnx_nodes(self, graph: OnnxGraph, outputs: str, refused: str) -> None:
        """See `FittedOutputs.onnx_nodes`; `value` (n, outputs), float64, NaN without a prediction."""
        value = graph.output("value", np.float64, (len(self.columns),))
        with graph.scope("prediction"):
            x = graph.call("Cast", outputs, to=np.float64)
            x = graph.call(
                "Mul", x, graph.constant("scale", np.array([column.scale for column in self.columns]))
            )
            shift = graph.constant("shift", np.array([column.shift for column in self.columns]))
            x = graph.call("Add", x, shift, output="" if refused else value)
            if refused:
                graph.call("Where", refused, np.array(np.nan), x, output=value)


@OUTPUTS.register()
class ReconstructionOutputs(ValueOutputs):
    """The numbers of a sample that is given back, an output for each network input."""

    kind = "reconstruction"
    title = "Reconstruction"

    def with_errors(
        self, predictions: Predictions, inputs: NDArray[Any], outputs: NDArray[Any]
    ) -> Predictions:
        """Predictions with the mean of the squares between network inputs and outputs: large for unusual samples."""
        apart = np.asarray(outputs, np.float64) - inputs.reshape(len(inputs), -1)
        return replace(predictions, errors=np.mean(np.square(apart, out=apart), axis=1))


@OUTPUTS.register()
class VelocityOutputs(ValueOutputs):
    """Velocities of noise that becomes samples, an output for each number of a sample.

    `samples` takes samples as they came to these numbers and back; `classes` are those that can be asked for.
    """

    kind = "velocities"
    title = "Velocities"
    extras: ClassVar[tuple[str, ...]] = ("classes",)

    start: str = setting("normal", "Start from", "The noise.", choices=("normal", "uniform", "ring"))
    samples: FittedInputs = setting(PointInputs(), "Samples", "What the numbers are of.", registry=INPUTS)
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        classes, numbers = self.classes, len(self.samples.names_out)
        if not isinstance(classes, list | tuple) or not all(isinstance(name, str) for name in classes):
            raise SettingError(f"{self.title}: classes must be texts, got {classes!r:.80}")
        object.__setattr__(self, "classes", tuple(classes))
        if numbers != len(self.columns):
            raise SettingError(
                f"{self.title}: columns must be one for each of {numbers} numbers, got {len(self.columns)}"
            )


def scaled_numbers(inputs: FittedInputs) -> tuple[NumberColumn, ...]:
    """The numbers of a sample as network inputs have them, a column for each."""
    names = inputs.names_out
    if isinstance(inputs, PointInputs):
        return tuple(map(NumberColumn, names))
    scaler = inputs.scaler  # type: ignore[attr-defined]
    shifts, scales = (
        np.broadcast_to(np.asarray(values, np.float64), len(names)).tolist()
        for values in (scaler.shift, scaler.scale)
    )
    return tuple(
        NumberColumn(name, shift=shift, scale=scale)
        for name, shift, scale in zip(names, shifts, scales, strict=True)
    )
