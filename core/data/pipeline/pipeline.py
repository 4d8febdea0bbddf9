"""The pipeline: everything between a user's samples and a network, and between the network and its predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...spec import SettingError
from ..dataset import Data
from ..raw_form import RawColumn, RawImages, RawSeries, RawTokens
from ..scalers import FittedScaler, Scaling
from ..target_encoding import TargetEncoding
from .columns import CategoryColumn, FittedColumn, NumberColumn, unit_of
from .inputs import INPUTS, FittedInputs, ImageInputs, PointInputs, TableInputs
from .outputs import OUTPUTS, ClassOutputs, FittedOutputs, Predictions, ValueOutputs
from .sequences import SeriesInputs, TokenInputs, TokenOutputs

_VERSION: Final = 1
_KIND: Final = "pipeline"


@dataclass(frozen=True)
class Pipeline:
    """A fitted transformer in scikit-learn's manner: raw samples in, network inputs out, and outputs to predictions.

    What raw samples are depends on `inputs`: the columns of a table, points of the plane, or images in their own range.
    """

    inputs: FittedInputs
    outputs: FittedOutputs

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one network input."""
        return self.inputs.input_shape

    @property
    def n_features_in_(self) -> int:
        """Number of raw columns, or of the numbers of an image."""
        return len(self.inputs.names_in) or int(np.prod(self.input_shape))

    @property
    def feature_names_in_(self) -> NDArray[np.object_]:
        """Names of the raw columns. `AttributeError` for images, which have none."""
        if not self.inputs.names_in:
            raise AttributeError("Images have no feature_names_in_")
        return np.array(self.inputs.names_in, object)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the network inputs, flattened; `input_features` is scikit-learn's, and must be the raw names."""
        if input_features is not None and tuple(input_features) != self.inputs.names_in:
            raise ValueError(
                f"Pipeline: input features must be {', '.join(self.inputs.names_in)}, got {input_features!r:.80}"
            )
        return np.array(self.inputs.names_out, object)

    def transform(self, raw: Any) -> NDArray[np.float32]:
        """Network inputs (n, *input_shape) of raw samples. `ValueError` names the column or image, and the row.

        - Tables: columns by name (a dict, a DataFrame), a list of dicts, or rows in the order of the columns.
        - Points: (n, 2).
        - Images: (n, height, width, channels), from 0 to the data's own highest number.
        """
        return self.inputs.scaled(self.inputs.encode(raw))

    def inverse_transform(self, inputs: NDArray[Any]) -> Any:
        """Raw samples of network inputs (n, *input_shape): columns by name, points or images."""
        return self.inputs.inverse_transform(inputs)

    def decode(self, outputs: NDArray[Any]) -> Predictions:
        """Labels and probabilities, or values, of network outputs (n, outputs)."""
        return self.outputs.decode(np.asarray(outputs))

    def to_json(self) -> dict[str, Any]:
        """A description for JSON."""
        return {
            "kind": _KIND,
            "version": _VERSION,
            "inputs": self.inputs.to_json(),
            "outputs": self.outputs.to_json(),
        }

    @classmethod
    def from_json(cls, data: Any) -> Pipeline:
        """The inverse of `to_json`. Raises `SettingError` for invalid data."""
        if not isinstance(data, Mapping) or data.get("kind") != _KIND:
            raise SettingError(f'This is not a pipeline: it lacks "kind": "{_KIND}"')
        version = data.get("version")
        if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= _VERSION:
            raise SettingError(
                f"Pipeline: version must be at most {_VERSION}, got {version!r}; a newer program made it"
            )
        wrong = sorted(data.keys() ^ {"kind", "version", "inputs", "outputs"})
        if wrong:
            raise SettingError(f"Pipeline must have inputs and outputs and nothing else, got {wrong[0]!r}")
        return cls(INPUTS.from_json(data["inputs"]), OUTPUTS.from_json(data["outputs"]))


def fit_inputs(data: Data, rows: Any, scaling: Scaling, features: tuple[str, ...] = ()) -> FittedInputs:
    """The inputs of a dataset, with `scaling` fitted to its `rows`; unscaled `features` if the samples are points."""
    if features:
        return PointInputs(features)
    if isinstance(data.raw, RawTokens):
        return TokenInputs(data.raw.vocabulary, data.shape[0], data.raw.separator, data.raw.end)
    scaler = scaling.fit(data.inputs[rows])
    if isinstance(data.raw, RawImages):
        raw = data.raw
        return ImageInputs(
            data.shape, raw.high, raw.inverted, raw.fit, float(scaler.shift), float(scaler.scale)
        )
    if isinstance(data.raw, RawSeries):
        return SeriesInputs(_fitted_columns(data.raw.columns, scaler), data.shape[0])  # type: ignore[arg-type]
    return TableInputs(_fitted_columns(data.raw, scaler))


def fit_outputs(data: Data, encoding: TargetEncoding) -> FittedOutputs:
    """The outputs of a dataset under an encoding of its targets."""
    if isinstance(data.raw, RawTokens) and encoding.tokens:
        return TokenOutputs(data.raw.vocabulary)
    if encoding.classes == 0:
        name = data.target_name or "value"
        names = [name] if encoding.outputs == 1 else [f"{name} {i + 1}" for i in range(encoding.outputs)]
        columns = [NumberColumn(each, data.target_unit or unit_of(each)) for each in names]
        for place, (shift, scale) in enumerate(zip(encoding.shift, encoding.scale, strict=True)):
            columns[place] = columns[place].replace(shift=shift, scale=scale)
        return ValueOutputs(tuple(columns))
    names = list(data.class_names) or [str(number) for number in range(encoding.classes)]
    return ClassOutputs(
        tuple(names), encoding.outputs, encoding.low, encoding.high, data.target_name, encoding.cut
    )


def _fitted_columns(raw: tuple[RawColumn, ...], scaler: FittedScaler) -> tuple[FittedColumn, ...]:
    shifts, scales = scaler.shift.tolist(), scaler.scale.tolist()
    columns: list[FittedColumn] = []
    start = 0
    for column in raw:
        part = slice(start, start + column.width)
        start += column.width
        if column.categories:
            fill = None if column.fill is None else str(column.fill)
            scaled = tuple(shifts[part]), tuple(scales[part])
            columns.append(CategoryColumn(column.name, column.categories, fill, *scaled))
        else:
            number = None if column.fill is None else float(column.fill)
            unit = column.unit or unit_of(column.name)
            scaled_ = shifts[part.start], scales[part.start]
            columns.append(NumberColumn(column.name, unit, number, *scaled_, column.format))
    return tuple(columns)
