"""Sequences as network inputs and predictions: values over time, and the tokens of texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...io.model_graphs import ML_DOMAIN, KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ...spec import SettingError, setting
from ..dataset import MAX_VOCABULARY
from ..scalers import FittedScaler
from ..target_encoding import TargetEncoding
from ..texts import OTHER_WORD, cut_text, numbered, numbers_of, shown_text, shown_token
from .columns import COLUMNS, NumberColumn
from .inputs import INPUTS, FittedInputs, Floats, keras_scaled, onnx_scaled
from .outputs import OUTPUTS, FittedOutputs, Predictions, onnx_labels, onnx_shares


@INPUTS.register()
class SeriesInputs(FittedInputs):
    """Values over time, (samples, time, channels): (x - shift) / scale of a column for each channel."""

    kind = "series"
    title = "Series"

    columns: tuple[NumberColumn, ...] = setting((), "Columns", "One for each channel.", registry=COLUMNS)
    length: int = setting(2, "Length", "Steps in time of a sample.", low=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.columns or not all(isinstance(column, NumberColumn) for column in self.columns):
            raise SettingError(
                f"{self.title}: columns must be one number for each channel, got {self.columns!r:.80}"
            )

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(time, channels)"""
        return (self.length, len(self.columns))

    @property
    def names_out(self) -> tuple[str, ...]:
        """ "name_0" of the first step in time, channel by channel."""
        return tuple(f"{column.name}_{step}" for step in range(self.length) for column in self.columns)

    @cached_property
    def scaler(self) -> FittedScaler:
        """The scaling of all channels, (channels,)."""
        shifts = np.array([column.shift for column in self.columns], np.float64)
        return FittedScaler(shifts, np.array([column.scale for column in self.columns], np.float32))

    def encode(self, raw: Any) -> NDArray[Any]:
        """float32 (n, time, channels); of one channel `raw` may be (n, time)."""
        series = np.asarray(raw)
        if series.ndim == 2 and len(self.columns) == 1:
            series = series[..., np.newaxis]
        if series.ndim != 3 or series.shape[1:] != self.input_shape or series.dtype.kind not in "biuf":
            raise ValueError(
                f"Series: raw must be numbers (samples, {self.length}, {len(self.columns)}), "
                f"got an array of {series.dtype} of shape {series.shape}"
            )
        if not np.isfinite(series).all():
            row = int(np.argwhere(~np.isfinite(series))[0][0])
            raise ValueError(f"Series: sample {row} must have finite numbers, got others")
        return series.astype(np.float32)

    def scaled(self, encoded: NDArray[Any]) -> Floats:
        return self.scaler.transform(encoded)

    def raw(self, encoded: NDArray[Any]) -> Floats:
        return np.asarray(encoded, np.float32)

    def inverse_transform(self, inputs: NDArray[Any]) -> Floats:
        """Values (n, time, channels) in their own units."""
        return self.scaler.inverse_transform(np.asarray(inputs)).astype(np.float32)

    def keras_layers(self, graph: KerasGraph) -> KerasValue:
        """See `FittedInputs.keras_layers`; one input `series` (n, time, channels)."""
        return keras_scaled(
            graph, graph.input("series", self.input_shape), self.scaler.shift, self.scaler.scale
        )

    def onnx_nodes(self, graph: OnnxGraph) -> tuple[OnnxValue, str]:
        """See `FittedInputs.onnx_nodes`; one input `series` (n, time, channels), float32."""
        series = graph.input("series", np.float32, self.input_shape)
        with graph.scope("inputs"):
            return OnnxValue(
                onnx_scaled(graph, graph.call("Cast", series, to=np.float64), self.scaler), 2
            ), ""

    def onnx_inputs(self, raw: Any) -> dict[str, NDArray[Any]]:
        return {"series": self.encode(raw)}


def _checked_vocabulary(title: str, vocabulary: Any) -> tuple[str, ...]:
    texts = isinstance(vocabulary, list | tuple) and all(isinstance(token, str) for token in vocabulary)
    if not texts or not 2 <= len(vocabulary) <= MAX_VOCABULARY or len(set(vocabulary)) < len(vocabulary):
        raise SettingError(
            f"{title}: vocabulary must be from 2 to {MAX_VOCABULARY:,} different texts, got {vocabulary!r:.80}"
        )
    return tuple(vocabulary)


@INPUTS.register()
class TokenInputs(FittedInputs):
    """Texts as rows of token numbers, (samples, time), each the place of a token in `vocabulary`.

    A text is cut at each `separator`, or into its characters. The token number `end` begins it, and fills it up to its
    length; -1 is for texts without one, which the first token fills up. Of longer ones the last tokens are taken.
    """

    kind = "tokens"
    title = "Tokens"
    extras: ClassVar[tuple[str, ...]] = ("vocabulary",)

    vocabulary: tuple[str, ...] = ("0", "1")
    length: int = setting(16, "Length", "Tokens of a sample.", low=1, high=512)
    separator: str = setting("", "Separator", "What stands between tokens; nothing between characters.")
    end: int = setting(-1, "End", "The number of the token that begins and ends a text.", low=-1)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "vocabulary", _checked_vocabulary(self.title, self.vocabulary))
        if self.end >= len(self.vocabulary):
            raise SettingError(f"{self.title}: end must be below {len(self.vocabulary)}, got {self.end}")

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The tokens as they can be seen; the one that begins and ends a text is a dot."""
        return tuple(
            "·" if number == self.end else shown_token(token) for number, token in enumerate(self.vocabulary)
        )

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(time,)"""
        return (self.length,)

    @property
    def names_out(self) -> tuple[str, ...]:
        """ "token_0", ..."""
        return tuple(f"token_{place}" for place in range(self.length))

    @cached_property
    def _known(self) -> dict[str, int]:
        return numbered(self.vocabulary)

    def tokens(self, text: str) -> list[int]:
        """The numbers of the tokens of a text, of any length. `ValueError` names the first that is not known."""
        return numbers_of(cut_text(text, self.separator), self._known)

    def read_as(self, text: str) -> str:
        """ "Zoë is read as zoe" where tokens of a text are known in another spelling only; else ""."""
        read = self.text(self.tokens(text))
        same = read == self.separator.join(cut_text(text, self.separator))
        return "" if same else f"{shown_text(text)} is read as {shown_text(read)}"

    def text(self, numbers: Iterable[int]) -> str:
        """The inverse of `tokens`."""
        return self.separator.join(self.vocabulary[number] for number in numbers)

    def encode(self, raw: Any) -> NDArray[Any]:
        """The smallest unsigned type (n, time), of texts, or of token numbers (n, time)."""
        kind = np.min_scalar_type(len(self.vocabulary) - 1)
        if isinstance(raw, np.ndarray) and raw.dtype.kind in "iu":
            if raw.ndim != 2 or raw.shape[1] != self.length:
                raise ValueError(
                    f"Tokens: raw must be (samples, {self.length}), got an array of shape {raw.shape}"
                )
            if raw.size and not 0 <= raw.min() <= raw.max() < len(self.vocabulary):
                raise ValueError(f"Tokens: numbers must be from 0 to {len(self.vocabulary) - 1}, got others")
            return raw.astype(kind)
        if isinstance(raw, str) or not isinstance(raw, Iterable):
            raise ValueError(f"Tokens: raw must be texts, or an array of whole numbers, got {raw!r:.60}")
        rows = [self._row(place, text) for place, text in enumerate(raw)]
        found = np.full((len(rows), self.length), max(0, self.end), kind)
        for row, numbers in zip(found, rows, strict=True):
            row[: len(numbers)] = numbers
        return found

    def _row(self, place: int, text: Any) -> list[int]:
        if not isinstance(text, str):
            raise ValueError(f"Tokens: text {place} must be a text, got {text!r:.60}")
        try:
            numbers = self.tokens(text)
        except ValueError as error:
            raise ValueError(f"Tokens: text {place} cannot be read: {error}") from None
        return [*([self.end] if self.end >= 0 else ()), *numbers][-self.length :]

    def scaled(self, encoded: NDArray[Any]) -> NDArray[Any]:
        """The very same numbers: what reads them looks them up."""
        return np.ascontiguousarray(encoded)

    def raw(self, encoded: NDArray[Any]) -> list[str]:
        """See `FittedInputs.raw`; texts end before their `end`."""
        return [self.text(self._without_end(row.tolist())) for row in np.asarray(encoded)]

    def _without_end(self, numbers: list[int]) -> Sequence[int]:
        if self.end < 0 or not numbers:
            return numbers
        if numbers[0] == self.end:
            numbers = numbers[1:]
        return numbers[: numbers.index(self.end)] if self.end in numbers else numbers

    def inverse_transform(self, inputs: NDArray[Any]) -> list[str]:
        return self.raw(np.asarray(inputs).astype(np.int64))

    def keras_layers(self, graph: KerasGraph) -> KerasValue:
        """See `FittedInputs.keras_layers`; one input `tokens` (n, time) of numbers, as texts need TensorFlow."""
        return graph.input("tokens", self.input_shape)

    def onnx_nodes(self, graph: OnnxGraph) -> tuple[OnnxValue, str]:
        """See `FittedInputs.onnx_nodes`; one input `tokens` (n, time) of texts: opset 17 cannot cut one."""
        tokens, other = graph.input("tokens", str, self.input_shape), self._known.get(OTHER_WORD, -1)
        with graph.scope("inputs"):
            numbers = graph.call(
                "LabelEncoder",
                tokens,
                domain=ML_DOMAIN,
                keys_strings=list(self.vocabulary),
                values_int64s=list(range(len(self.vocabulary))),
                default_int64=other,
            )
            x = OnnxValue(graph.call("Cast", numbers, to=np.float32), 1)
            if other >= 0:
                return x, ""
            least = graph.call("ReduceMin", x.name, axes=[1], keepdims=1)
            return x, graph.call("Less", least, np.array(0, np.float32))

    def onnx_inputs(self, raw: Any) -> dict[str, NDArray[Any]]:
        return {"tokens": np.array(self.vocabulary, object)[self.encode(raw)]}


@OUTPUTS.register()
class TokenOutputs(FittedOutputs):
    """The token that follows at each position: an output for each of a vocabulary, (samples, time, tokens)."""

    kind = "tokens"
    title = "Next tokens"
    extras: ClassVar[tuple[str, ...]] = ("vocabulary",)

    vocabulary: tuple[str, ...] = ("0", "1")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "vocabulary", _checked_vocabulary(self.title, self.vocabulary))

    @property
    def encoding(self) -> TargetEncoding:
        return TargetEncoding(len(self.vocabulary), len(self.vocabulary), tokens=True)

    @property
    def names(self) -> tuple[str, ...]:
        """The tokens."""
        return self.vocabulary

    def decode(self, outputs: NDArray[Any]) -> Predictions:
        """Numbers (n, time), tokens (n, time), and probabilities (n, time, tokens)."""
        numbers = np.argmax(outputs, axis=-1)
        shares = np.clip(np.nan_to_num(np.asarray(outputs, np.float32)), np.float32(0), np.float32(1))
        return Predictions(numbers, np.array(self.vocabulary, object)[numbers], shares)

    def keras_layers(self, graph: KerasGraph, outputs: KerasValue) -> KerasValue:
        """See `FittedOutputs.keras_layers`; probabilities (n, time, tokens), which may lie beyond 0 and 1."""
        return outputs

    def onnx_nodes(self, graph: OnnxGraph, outputs: str, refused: str) -> None:
        """See `FittedOutputs.onnx_nodes`; `label` (n, time), texts, and `probabilities` (n, time, tokens)."""
        # They follow the tokens that are the only input.
        ((time,),) = (port.shape for port in graph.inputs)
        label = graph.output("label", str, (time,))
        probabilities = graph.output("probabilities", np.float32, (time, len(self.vocabulary)))
        with graph.scope("prediction"):
            code = graph.call("ArgMax", outputs, axis=2, keepdims=0)
            if refused:
                code = graph.call("Where", refused, np.array(-1), code)
                refused = graph.call("Unsqueeze", refused, np.array([2]))
            onnx_labels(graph, code, self.vocabulary, label)
            onnx_shares(graph, outputs, refused, probabilities)
