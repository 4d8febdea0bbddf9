"""The columns of a table as a network gets them: numbers, or one-hot categories, each with its fitted scaling."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ...io.model_graphs import ML_DOMAIN, KerasGraph, KerasValue, OnnxGraph, far_origin
from ...spec import Registry, SettingError, Spec, setting
from ..tables.column_builder import read_cell
from ..tables.table import MISSING, ColumnFormat, is_missing

Floats = NDArray[np.float64]

_IN_BRACKETS: Final = re.compile(r".*\S\s*[(\[]\s*([^()\[\]]{1,12}?)\s*[)\]]\s*")
_AT_THE_END: Final = re.compile(
    r".*[^_]_(mm|cm|km|ml|mg|kg|g|ms|hz|khz|mhz|kw|kwh|mph|kmh|percent)", re.IGNORECASE
)


def unit_of(name: str) -> str:
    """The unit in the name of a column, such as "cm" of "petal length (cm)" or "mm" of "bill_length_mm"; else ""."""
    found = _IN_BRACKETS.fullmatch(name) or _AT_THE_END.fullmatch(name)
    unit = found.group(1) if found else ""
    return "" if unit.isdigit() else unit


def without_unit(name: str) -> str:
    """The name of a column without a unit in brackets: "petal length" of "petal length (cm)"."""
    unit = unit_of(name)
    brackets = unit and name.rstrip().endswith((")", "]"))
    return name[: max(map(name.rfind, "(["))].rstrip() if brackets else name


class FittedColumn(Spec):
    """Base of the columns of a table: raw values in, `width` columns of float64 out, before scaling."""

    writes_extras = True

    name: str = setting("", "Name", "The column's name in the table.")

    @property
    def width(self) -> int:
        """Its number of network inputs."""
        return 1

    @property
    def shifts(self) -> tuple[float, ...]:
        """Shift of the scaling, (width,)."""
        raise NotImplementedError

    @property
    def scales(self) -> tuple[float, ...]:
        """Divisor of the scaling, (width,)."""
        raise NotImplementedError

    @property
    def keras_origins(self) -> tuple[float, ...]:
        """The shift that `keras_layers` has subtracted already, (width,)."""
        return (0.0,) * self.width

    @property
    def names_out(self) -> tuple[str, ...]:
        """Names of its network inputs, (width,)."""
        return (self.name,)

    @property
    def number_fills(self) -> tuple[float, ...]:
        """Values in place of missing numbers, (width,); NaN where none may be missing."""
        return (math.nan,) * self.width

    def encode(self, values: Sequence[Any] | NDArray[Any]) -> Floats:
        """Unscaled inputs (n, width) of raw values (n,). `ValueError` names the column and the row, from 0."""
        raise NotImplementedError

    def decode(self, encoded: Floats) -> NDArray[Any]:
        """The inverse of `encode`."""
        raise NotImplementedError

    def keras_layers(self, graph: KerasGraph) -> KerasValue:
        """Declare the column as an input (n, 1), and add its `encode` minus its origins, (n, width), float64.

        NaN is for missing numbers; categories are by their places, -1 is none of them. `SettingError` if Keras cannot
        hold it.
        """
        raise SettingError(f"{self.title} cannot be written as Keras layers yet")

    def onnx_nodes(self, graph: OnnxGraph) -> str:
        """Declare the column as an input (n, 1), and add its `encode` without its fill of numbers.

        Returns the name of (n, width), float64, with NaN for what `encode` refuses. `SettingError` if ONNX cannot
        hold it.
        """
        raise SettingError(f"{self.title} cannot be written as ONNX yet")

    def onnx_input(self, values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
        """Raw values (n,) as that input, (n, 1)."""
        raise NotImplementedError

    def _must_be(self, rule: str, row: int, value: object) -> ValueError:
        shown = value.item() if isinstance(value, np.generic) else value
        return ValueError(f"{self.name}: row {row} must {rule}, got {shown!r:.60}")


COLUMNS: Registry[FittedColumn] = Registry("column")


@COLUMNS.register()
class NumberColumn(FittedColumn):
    """Numbers: float32((x - shift) / scale), where the difference is computed in float64.

    Texts become numbers as `format` says, a `ColumnFormat.text` of numbers or of dates as days: "1.100,50 €" is one of
    "comma". Missing values (None, NaN, infinities, "", "NA", ...) become `fill`; without one they are refused.
    """

    kind = "number"
    title = "Number column"
    extras: ClassVar[tuple[str, ...]] = ("fill",)

    unit: str = setting("", "Unit", "What the numbers count, as in the column's name.")
    fill: float | None = None
    shift: float = setting(0.0, "Shift", "Subtracted first.")
    scale: float = setting(1.0, "Scale", "Divides then.", low=0.0, above=True)
    format: str = setting("point", "Format", "How texts become numbers: point, comma, or days of dates.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.column_format.kind not in ("point", "comma", "days"):
            raise SettingError(f"{self.title}: format must be point, comma or days, got {self.format!r}")
        if self.fill is not None:
            # Checked as the shift is: any finite number.
            checked = self.setting("shift").check(f"{self.title}: fill", self.fill)
            object.__setattr__(self, "fill", checked)

    @property
    def shifts(self) -> tuple[float, ...]:
        return (self.shift,)

    @property
    def scales(self) -> tuple[float, ...]:
        return (self.scale,)

    @property
    def keras_origins(self) -> tuple[float, ...]:
        return (far_origin(self.shift, self.scale),)

    @property
    def number_fills(self) -> tuple[float, ...]:
        return (math.nan if self.fill is None else self.fill,)

    @cached_property
    def column_format(self) -> ColumnFormat:
        """Encoding of texts as numbers."""
        return ColumnFormat.parse(self.format)

    def encode(self, values: Sequence[Any] | NDArray[Any]) -> Floats:
        numbers = self._numbers(values)
        missing = ~np.isfinite(numbers)
        if missing.any():
            if self.fill is None:
                row = int(missing.argmax())
                raise self._must_be("have a number", row, values[row])
            numbers[missing] = self.fill
        return numbers[:, np.newaxis]

    def decode(self, encoded: Floats) -> NDArray[Any]:
        """Numbers (n,)."""
        return encoded[:, 0]

    def keras_layers(self, graph: KerasGraph) -> KerasValue:
        """See `FittedColumn.keras_layers`; the input is float64."""
        x = graph.input(self.name, (1,), "float64")
        (origin,) = self.keras_origins
        if origin:
            x = graph.layer("Rescaling", x, dtype="float64", name="origin", scale=1.0, offset=-origin)
        if self.fill is None:
            return x
        finite = graph.operation("Isfinite", x, dtype="bool")
        return graph.operation("Where", finite, x, self.fill - origin, dtype="float64")

    def onnx_nodes(self, graph: OnnxGraph) -> str:
        """See `FittedColumn.onnx_nodes`; the input is float64, NaN where missing."""
        return graph.input(self.name, np.float64, (1,))

    def onnx_input(self, values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
        return self._numbers(values)[:, np.newaxis]

    def _numbers(self, values: Sequence[Any] | NDArray[Any]) -> Floats:
        """Numbers (n,), NaN where missing."""
        given = np.asarray(values)
        if given.dtype.kind in "biuf":
            return given.astype(np.float64)
        return np.array([self._number(row, value) for row, value in enumerate(values)], np.float64)

    def _number(self, row: int, value: Any) -> float:
        if _is_absent(value):
            return math.nan
        format_ = self.column_format
        wanted = "number" if format_.kind != "days" else "date"
        if wanted == "date" and hasattr(value, "isoformat"):
            value, format_ = str(value.isoformat()), replace(format_, order="ymd")
        try:
            number = read_cell(value, format_) if isinstance(value, str) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = None
        if number is None:
            raise self._must_be(f"be a {wanted}", row, value)
        return number


@COLUMNS.register()
class CategoryColumn(FittedColumn):
    """One of `categories`, as one-hot columns that are scaled like numbers.

    A value that is none of them gives zeros before scaling, as with scikit-learn's
    OneHotEncoder(handle_unknown="ignore"). Missing values become `fill`; without one they are refused.
    """

    kind = "category"
    title = "Category column"
    extras: ClassVar[tuple[str, ...]] = ("categories", "fill")

    categories: tuple[str, ...] = ()
    fill: str | None = None
    shift: tuple[float, ...] = setting((0.0,), "Shift", "Subtracted first, one for each category.")
    scale: tuple[float, ...] = setting(
        (1.0,), "Scale", "Divides then, one for each category.", low=0.0, above=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        categories = self.categories
        texts = isinstance(categories, list | tuple) and all(isinstance(name, str) for name in categories)
        if not texts or not categories or len(set(categories)) < len(categories):
            raise SettingError(f"{self.title}: categories must be different texts, got {categories!r}")
        object.__setattr__(self, "categories", tuple(categories))
        if self.fill is not None and self.fill not in self.categories:
            raise SettingError(f"{self.title}: fill must be one of the categories, got {self.fill!r}")
        for name in ("shift", "scale"):
            numbers = getattr(self, name)
            if len(numbers) not in (1, self.width):
                raise SettingError(
                    f"{self.title}: {name} must be {self.width} numbers, one for each category, got {len(numbers)}"
                )
            object.__setattr__(self, name, numbers * (self.width // len(numbers)))

    @property
    def width(self) -> int:
        return len(self.categories)

    @property
    def shifts(self) -> tuple[float, ...]:
        return self.shift

    @property
    def scales(self) -> tuple[float, ...]:
        return self.scale

    @property
    def names_out(self) -> tuple[str, ...]:
        return tuple(f"{self.name}={category}" for category in self.categories)

    def encode(self, values: Sequence[Any] | NDArray[Any]) -> Floats:
        places = {category: place for place, category in enumerate(self.categories)}
        codes = np.array(
            [places.get(self._text(row, value), -1) for row, value in enumerate(values)], np.intp
        )
        coded = np.zeros((len(codes), self.width))
        known = np.flatnonzero(codes >= 0)
        coded[known, codes[known]] = 1.0
        return coded

    def decode(self, encoded: Floats) -> NDArray[Any]:
        """Names (n,) as objects; None where no category is at least half present."""
        names = np.array([*self.categories, None], object)
        found = np.where(encoded.max(axis=1) < 0.5, self.width, encoded.argmax(axis=1))
        return np.asarray(names[found])

    def keras_layers(self, graph: KerasGraph) -> KerasValue:
        """See `FittedColumn.keras_layers`; the input is int32, as texts need TensorFlow in Keras."""
        x = graph.input(self.name, (1,), "int32")
        return graph.layer(
            "CategoryEncoding",
            x,
            shape=(self.width,),
            dtype="float64",
            num_tokens=self.width,
            output_mode="one_hot",
        )

    def onnx_nodes(self, graph: OnnxGraph) -> str:
        """See `FittedColumn.onnx_nodes`; the input is texts without spaces around, "" where missing."""
        given = graph.input(self.name, str, (1,))
        codes = {category: code for code, category in enumerate(self.categories)}
        unknown, refused = -1, -2
        codes.update(dict.fromkeys(_missing_texts(), refused if self.fill is None else codes[self.fill]))
        with graph.scope(self.name):
            code = graph.call(
                "LabelEncoder",
                given,
                domain=ML_DOMAIN,
                keys_strings=list(codes),
                values_int64s=list(codes.values()),
                default_int64=unknown,
            )
            chosen = graph.call("Equal", code, graph.constant("codes", np.arange(self.width)))
            one_hot = graph.call("Cast", chosen, to=np.float64)
            if self.fill is not None:
                return one_hot
            return graph.call(
                "Where", graph.call("Equal", code, np.array(refused)), np.array(np.nan), one_hot
            )

    def onnx_input(self, values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
        """See `FittedColumn.onnx_input`; "" where missing."""
        texts = ["" if _is_absent(value) else _as_text(value) for value in values]
        return np.array(texts, object)[:, np.newaxis]

    def _text(self, row: int, value: Any) -> str:
        if not _is_absent(value):
            return _as_text(value)
        if self.fill is None:
            raise self._must_be("have a category", row, value)
        return self.fill


def _as_text(value: Any) -> str:
    """A category as it is written in a table: 3.0 is 3."""
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value) if whole else value).strip()


def _missing_texts() -> Iterator[str]:
    """All spellings of a missing value, in small and large letters, without spaces around."""
    for text in sorted(MISSING):
        letters = ({letter, letter.upper()} for letter in text)
        yield from sorted(map("".join, itertools.product(*letters)))


def _is_absent(value: Any) -> bool:
    """Whether a value stands for a missing one: None, NaN, pandas's NA, or a text such as "" and "NA"."""
    if isinstance(value, str):
        return is_missing(value)
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and math.isnan(value)
