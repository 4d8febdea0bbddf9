"""From raw samples to network inputs: the columns of a table, points of the plane, or images."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ...spec import Registry, SettingError, Spec, setting
from ..features import FEATURES, build_features
from ..scalers import FittedScaler
from .columns import COLUMNS, FittedColumn
from .raw_rows import columns_of

Floats = NDArray[np.float32]


class FittedInputs(Spec):
    """Base of the ways from raw samples to network inputs: `encode`, then `scaled`.

    What `encode` returns is what `Data.inputs` holds, bit by bit, for the raw samples of a dataset.
    """

    writes_extras = True

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one network input."""
        raise NotImplementedError

    @property
    def names_in(self) -> tuple[str, ...]:
        """Names of the raw columns; empty for images."""
        return ()

    @property
    def names_out(self) -> tuple[str, ...]:
        """Names of the network inputs, flattened."""
        raise NotImplementedError

    def encode(self, raw: Any) -> NDArray[Any]:
        """Unscaled samples of raw ones, as in `Data.inputs`. `ValueError` says what does not fit, and where."""
        raise NotImplementedError

    def scaled(self, encoded: NDArray[Any]) -> Floats:
        """Network inputs (n, *input_shape) of unscaled samples."""
        raise NotImplementedError

    def raw(self, encoded: NDArray[Any]) -> Any:
        """The inverse of `encode`: raw samples in the form that `transform` takes."""
        raise NotImplementedError

    def inverse_transform(self, inputs: NDArray[Any]) -> Any:
        """Raw samples of network inputs (n, *input_shape)."""
        raise NotImplementedError

    def keras_layers(self, graph: KerasGraph) -> KerasValue:
        """Declare the raw samples as inputs, and add `transform`; `SettingError` if Keras cannot hold it."""
        raise SettingError(f"{self.title} cannot be written as Keras layers yet")

    def onnx_nodes(self, graph: OnnxGraph) -> tuple[OnnxValue, str]:
        """Declare the raw samples as inputs, and add `transform`: the network inputs, and which samples it refuses.

        These are the name of (n, 1), bool, or "" if it refuses none. `SettingError` if ONNX cannot hold it.
        """
        raise SettingError(f"{self.title} cannot be written as ONNX yet")

    def onnx_inputs(self, raw: Any) -> dict[str, NDArray[Any]]:
        """Raw samples, in the forms that `encode` takes, as those inputs by name."""
        raise NotImplementedError


INPUTS: Registry[FittedInputs] = Registry("kind of inputs")


@INPUTS.register()
class TableInputs(FittedInputs):
    """The columns of a table, in the order of the network's inputs."""

    kind = "table"
    title = "Table"

    columns: tuple[FittedColumn, ...] = setting((), "Columns", "The columns in order.", registry=COLUMNS)

    def __post_init__(self) -> None:
        super().__post_init__()
        names = self.names_in
        if not all(names) or not names or len(set(names)) < len(names):
            raise SettingError(
                f"{self.title}: columns must be at least one, with different names, got {names!r:.80}"
            )

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(inputs,), counting one for each category."""
        return (sum(column.width for column in self.columns),)

    @property
    def names_in(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def names_out(self) -> tuple[str, ...]:
        """A column's name, or "name=category"."""
        return tuple(name for column in self.columns for name in column.names_out)

    @cached_property
    def scaler(self) -> FittedScaler:
        """The scaling of all columns, (inputs,)."""
        shifts = [shift for column in self.columns for shift in column.shifts]
        scales = [scale for column in self.columns for scale in column.scales]
        return FittedScaler(np.array(shifts, np.float64), np.array(scales, np.float32))

    def encode(self, raw: Any) -> NDArray[Any]:
        """float64 (n, inputs); for the forms of `raw` see `columns_of`."""
        values = columns_of(raw, self.names_in)
        parts = [column.encode(part) for column, part in zip(self.columns, values, strict=True)]
        return np.concatenate(parts, axis=1)

    def scaled(self, encoded: NDArray[Any]) -> Floats:
        with np.errstate(over="ignore"):
            inputs = self.scaler.transform(encoded)
        # NaN if any number is NaN; unlike isfinite, min and max need no array of the same length.
        if not (np.isfinite(inputs.min(initial=0.0)) and np.isfinite(inputs.max(initial=0.0))):
            row, place = np.argwhere(~np.isfinite(inputs))[0]
            raise ValueError(
                f"{self.names_out[place]}: row {row} must be within float32, got {encoded[row, place]:g}"
            )
        return inputs

    def inverse_transform(self, inputs: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Raw values (n,) of every column by name; None where a one-hot row has no category."""
        return self.raw(self.scaler.inverse_transform(np.asarray(inputs)).astype(np.float64))

    def raw(self, encoded: NDArray[Any]) -> dict[str, NDArray[Any]]:
        found, start = {}, 0
        for column in self.columns:
            found[column.name] = column.decode(encoded[:, start : start + column.width])
            start += column.width
        return found

    def keras_layers(self, graph: KerasGraph) -> KerasValue:
        """See `FittedInputs.keras_layers`; an input (n, 1) for each column, with its name."""
        parts = [column.keras_layers(graph) for column in self.columns]
        x = parts[0]
        if len(parts) > 1:
            x = graph.layer(
                "Concatenate", *parts, shape=self.input_shape, dtype="float64", name="columns", axis=-1
            )
        origins = np.array([origin for column in self.columns for origin in column.keras_origins])
        return keras_scaled(graph, x, self.scaler.shift - origins, self.scaler.scale)

    def onnx_nodes(self, graph: OnnxGraph) -> tuple[OnnxValue, str]:
        """See `FittedInputs.onnx_nodes`; an input (n, 1) for each column, with its name."""
        parts = [column.onnx_nodes(graph) for column in self.columns]
        with graph.scope("inputs"):
            x = graph.call("Concat", *parts, axis=1)
            fills = np.array([fill for column in self.columns for fill in column.number_fills])
            if not np.isnan(fills).all():
                missing = graph.call("Or", graph.call("IsNaN", x), graph.call("IsInf", x))
                x = graph.call("Where", missing, graph.constant("fill", fills), x)
            x = onnx_scaled(graph, x, self.scaler)
            # 0 times a number is NaN only for those that are not finite, and so is a sum with one of them.
            nothing = graph.call(
                "ReduceSum", graph.call("Mul", x, np.zeros(1, np.float32)), np.array([1]), keepdims=1
            )
            refused = graph.call("IsNaN", nothing)
        return OnnxValue(x, 1), refused

    def onnx_inputs(self, raw: Any) -> dict[str, NDArray[Any]]:
        values = columns_of(raw, self.names_in)
        return {
            column.name: column.onnx_input(part) for column, part in zip(self.columns, values, strict=True)
        }


@INPUTS.register()
class PointInputs(FittedInputs):
    """Points of the plane (n, 2), as `core.data.features` of their coordinates, unscaled."""

    kind = "points"
    title = "Points"
    extras: ClassVar[tuple[str, ...]] = ("features",)

    features: tuple[str, ...] = ("x1", "x2")

    def __post_init__(self) -> None:
        super().__post_init__()
        features = self.features
        known = isinstance(features, list | tuple) and all(
            isinstance(name, str) and name in FEATURES for name in features
        )
        if not known or not features:
            raise SettingError(
                f"{self.title}: features must be some of {', '.join(FEATURES)}, got {features!r}"
            )
        object.__setattr__(self, "features", tuple(features))

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(features,)"""
        return (len(self.features),)

    @property
    def names_in(self) -> tuple[str, ...]:
        return ("x1", "x2")

    @property
    def names_out(self) -> tuple[str, ...]:
        return self.features

    def encode(self, raw: Any) -> NDArray[Any]:
        """float32 (n, 2), of an array or of columns called x1 and x2."""
        if isinstance(raw, np.ndarray) and raw.dtype.kind in "biuf" and raw.ndim == 2 and raw.shape[1] == 2:
            return np.asarray(raw, np.float32)
        columns = [np.asarray(column, np.float32) for column in columns_of(raw, self.names_in)]
        return np.stack(columns, axis=1)

    def scaled(self, encoded: NDArray[Any]) -> Floats:
        """The features (n, features) of points (n, 2)."""
        return build_features(encoded, self.features)

    def raw(self, encoded: NDArray[Any]) -> Floats:
        return np.asarray(encoded, np.float32)

    def inverse_transform(self, inputs: NDArray[Any]) -> Floats:
        """Points (n, 2). `ValueError` unless x1 and x2 are among the features."""
        if not {"x1", "x2"} <= set(self.features):
            raise ValueError(f"Points: features must include x1 and x2, got {', '.join(self.features)}")
        places = [self.features.index("x1"), self.features.index("x2")]
        return np.asarray(inputs, np.float32)[:, places]

    def keras_layers(self, graph: KerasGraph) -> KerasValue:
        """See `FittedInputs.keras_layers`; one input `x` (n, 2)."""
        points = graph.input("x", (2,))
        if self.features == self.names_in:
            return points
        # Cropped, as a product with a kernel would be rounded on some graphics cards.
        column = graph.layer("Reshape", points, shape=(2, 1), name="points", target_shape=[2, 1])
        places = {
            name: graph.layer("Cropping1D", column, shape=(1, 1), name=name, cropping=[axis, 1 - axis])
            for axis, name in enumerate(self.names_in)
        }
        columns = [_keras_feature(graph, name, places) for name in self.features]
        x = columns[0]
        if len(columns) > 1:
            shape = (len(columns), 1)
            x = graph.layer("Concatenate", *columns, shape=shape, name="features", axis=1)
        return graph.layer("Flatten", x, shape=self.input_shape, name="row")

    def onnx_nodes(self, graph: OnnxGraph) -> tuple[OnnxValue, str]:
        """See `FittedInputs.onnx_nodes`; one input `x` (n, 2), float32."""
        points = graph.input("x", np.float32, (2,))
        if self.features == self.names_in:
            return OnnxValue(points, 1), ""
        with graph.scope("inputs"):
            places = {
                name: graph.call("Gather", points, np.array([axis]), axis=1)
                for axis, name in enumerate(self.names_in)
            }
            columns = []
            for operator, *of in (FEATURES[name].onnx for name in self.features):
                given = [places[name] for name in of]
                columns.append(given[0] if operator == "Identity" else graph.call(operator, *given))
            return OnnxValue(graph.call("Concat", *columns, axis=1), 1), ""

    def onnx_inputs(self, raw: Any) -> dict[str, NDArray[Any]]:
        return {"x": self.encode(raw)}


@INPUTS.register()
class ImageInputs(FittedInputs):
    """Images of numbers from 0 to `high`: (x / high - shift) / scale in float32, of 1 - x / high if `inverted`.

    With a `fit` (see `core.data.images.read_image`), bytes of another size are resized, and colours made grey.
    """

    kind = "images"
    title = "Images"

    shape: tuple[int, ...] = setting((28, 28, 1), "Shape", "Height, width and channels.")
    high: float = setting(1.0, "High", "The number that counts as 1.", low=0.0, above=True)
    inverted: bool = setting(False, "Inverted", "Whether high numbers count as 0.")
    fit: str = setting(
        "", "Fit", "How images of another size become squares.", choices=("", "crop", "pad", "stretch")
    )
    shift: float = setting(0.0, "Shift", "Subtracted from numbers of 0 to 1.")
    scale: float = setting(1.0, "Scale", "Divides then.", low=0.0, above=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise SettingError(f"{self.title}: shape must be height, width and channels, got {self.shape}")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(height, width, channels)"""
        return self.shape

    @property
    def names_out(self) -> tuple[str, ...]:
        """ "pixel_0_0", or "pixel_0_0_0" of several channels: row, column, channel."""
        height, width, channels = self.shape
        places = np.ndindex(height, width) if channels == 1 else np.ndindex(height, width, channels)
        return tuple("_".join(("pixel", *map(str, place))) for place in places)

    @property
    def scaler(self) -> FittedScaler:
        """The scaling of all pixels, ()."""
        return FittedScaler(np.asarray(self.shift, np.float32), np.asarray(self.scale, np.float32))

    def encode(self, raw: Any) -> NDArray[Any]:
        """float32 (n, height, width, channels) from 0 to 1; of one channel, `raw` may be (n, height, width)."""
        images = self._sized(_as_images(raw))
        finite = images.dtype.kind != "f" or bool(
            np.isfinite(images.min(initial=0)) & np.isfinite(images.max(initial=0))
        )
        if not finite:
            place = tuple(int(i) for i in np.argwhere(~np.isfinite(images))[0])
            raise ValueError(
                f"Images: image {place[0]} must have finite numbers, got {images[place]} at {place[1:]}"
            )
        if self.high != 1.0:
            # As datasets do, for the very same numbers.
            images = np.multiply(images, np.float32(1 / self.high), dtype=np.float32, casting="same_kind")
        images = np.asarray(images, np.float32)
        return np.subtract(np.float32(1), images) if self.inverted else images

    def scaled(self, encoded: NDArray[Any]) -> Floats:
        return self.scaler.transform(encoded)

    def inverse_transform(self, inputs: NDArray[Any]) -> Floats:
        """Images from 0 to `high` (n, height, width, channels)."""
        return self._images(self.scaler.inverse_transform(np.asarray(inputs)).astype(np.float32))

    def raw(self, encoded: NDArray[Any]) -> Floats:
        """See `FittedInputs.raw`; whole numbers where they are counted in bytes."""
        images = self._images(np.asarray(encoded, np.float32))
        return images if self.high == 1.0 else np.rint(images)

    def _images(self, encoded: Floats) -> Floats:
        if self.inverted:
            encoded = np.subtract(np.float32(1), encoded)
        return encoded * np.float32(self.high)

    def keras_layers(self, graph: KerasGraph) -> KerasValue:
        """See `FittedInputs.keras_layers`; one input `image` (n, height, width, channels) of this size."""
        x = graph.input("image", self.shape)
        if self.high != 1.0 or self.inverted:
            sign, offset = (-1, 1.0) if self.inverted else (1, 0.0)
            x = graph.layer("Rescaling", x, name="range", scale=sign / self.high, offset=offset)
        return keras_scaled(graph, x, self.scaler.shift, self.scaler.scale)

    def onnx_nodes(self, graph: OnnxGraph) -> tuple[OnnxValue, str]:
        """See `FittedInputs.onnx_nodes`; one input `image` (n, height, width, channels), float32, of this size."""
        x = graph.input("image", np.float32, self.shape)
        with graph.scope("inputs"):
            if self.high != 1.0:
                x = graph.call("Mul", x, np.array(1 / self.high, np.float32))
            if self.inverted:
                x = graph.call("Sub", np.array(1.0, np.float32), x)
            return OnnxValue(onnx_scaled(graph, x, self.scaler), 3), ""

    def onnx_inputs(self, raw: Any) -> dict[str, NDArray[Any]]:
        return {"image": np.asarray(self._sized(_as_images(raw)), np.float32)}

    def _sized(self, images: NDArray[Any]) -> NDArray[Any]:
        """Images of this shape, resized and made grey if they may be."""
        height, width, channels = self.shape
        if images.shape[1:] == self.shape:
            return images
        if self.fit and images.dtype == np.uint8 and images.shape[-1] in (1, 3):
            # Importing Pillow is a tenth of the start-up time, and most images have the right size.
            from ..images.read_image import resize_image

            sized = [resize_image(image, height, channels == 3, self.fit) for image in images]
            return np.array(sized, np.uint8).reshape(-1, height, width, channels)
        wanted = f"(samples, {height}, {width}, {channels})"
        bytes_too = " or bytes of any size" if self.fit else ""
        raise ValueError(f"Images: raw must be {wanted}{bytes_too}, got an array of shape {images.shape}")


def keras_scaled(graph: KerasGraph, x: KerasValue, shift: NDArray[Any], scale: NDArray[Any]) -> KerasValue:
    """(x - shift) / scale in the samples' type.

    Keras's Normalization rounds its means to float32, whatever its type, and takes no deviation below 1e-7.
    """
    shift, scale = shift.astype(np.float64), scale.astype(np.float64)
    if not shift.any() and (scale == 1.0).all():
        return x
    settings = {"scale": (1.0 / scale).tolist(), "offset": (-shift / scale).tolist()}
    return graph.layer("Rescaling", x, dtype=x.dtype, name="scaling", **settings)


def _keras_feature(graph: KerasGraph, name: str, places: Mapping[str, KerasValue]) -> KerasValue:
    """A feature of x1 and x2, each (n, 1, 1)."""
    operator, *of = FEATURES[name].onnx
    given = [places[each] for each in of]
    if operator == "Identity":
        return given[0]
    if operator == "Mul":
        return graph.layer("Multiply", *given, name=name)
    return graph.operation(operator, *given)


def onnx_scaled(graph: OnnxGraph, x: str, scaler: FittedScaler) -> str:
    """`FittedScaler.transform` of samples in the shift's type; float32."""
    scaled = bool(scaler.shift.any() or (scaler.scale != 1.0).any())
    if scaled:
        x = graph.call("Sub", x, graph.constant("shift", scaler.shift))
    if scaler.shift.dtype != np.float32:
        x = graph.call("Cast", x, to=np.float32)
    return graph.call("Div", x, graph.constant("scale", scaler.scale)) if scaled else x


def _as_images(raw: Any) -> NDArray[Any]:
    images = np.asarray(raw)
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.dtype.kind not in "biuf":
        raise ValueError(
            "Images: raw must be numbers (samples, height, width, channels), "
            f"got an array of {images.dtype} of shape {images.shape}"
        )
    return images
