"""Datasets: kinds that load validated, read-only `Data` from a seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, Protocol, Self, get_args

import numpy as np
from numpy.typing import NDArray

from ..spec import Registry, Spec
from .data_error import DataError as DataError
from .raw_form import RawColumn, RawForm, RawImages, RawSeries, RawTokens
from .seal import Seal

Labels = Literal["classes", "values", "tokens", "none"]
"""Kind of labels: one class, values, or the token that follows at each position."""
Form = Literal["row", "image", "sequence", "tokens"]
"""Shape of a sample: (features,), (height, width, channels), (time, channels), or (time,) of integers."""
Floats = NDArray[np.float32] | NDArray[np.float64]
_FORMS: Final[dict[int, Form]] = {1: "row", 2: "sequence", 3: "image"}
MAX_VOCABULARY: Final = 65_536
NOT_COUNTED: Final = -1
"""The target of a position that nothing has to be told of."""


@dataclass(frozen=True)
class DatasetInfo:
    """`shape` of one sample; `outputs` counts the classes or values of its `labels`.

    `train_samples` and `test_samples` are set for predefined splits, else 0. Infos are equal when the same network fits
    both, whatever their number of samples. A sample of tokens has whole numbers below its `vocabulary`.
    """

    shape: tuple[int, ...]
    labels: Labels
    outputs: int
    train_samples: int = field(default=0, compare=False)
    test_samples: int = field(default=0, compare=False)
    vocabulary: int = 0

    @property
    def has_split(self) -> bool:
        """Whether the data have a predefined split."""
        return self.train_samples > 0

    @property
    def form(self) -> Form:
        """The shape of a sample."""
        return "tokens" if self.vocabulary else _FORMS[len(self.shape)]

    @property
    def classes(self) -> int:
        """The number of classes; 0 for other labels."""
        return self.outputs if self.labels == "classes" else 0


@dataclass(frozen=True, eq=False)
class Data:
    """Samples and targets as read-only arrays.

    `inputs` is (samples, features), (samples, height, width, channels) or (samples, time, channels): float32, or
    float64 for features that float32 would round; or tokens (samples, time) of the smallest unsigned type. `targets`
    is int64 (samples,) with class numbers from 0, which without labels all are, values (samples, outputs) of such
    floats, or int32 (samples, time): the token that follows, -1 where none is asked for. `class_names` has one name
    per class, `feature_names` one per feature of vectors; either may be empty.
    `stable_split` keeps each sample in its split when others are added. With a predefined split, the first
    `train_samples` are for training and the others for testing. With a `gap` they are in the order of time, and that
    many between those for training and those for testing are left out, since they overlap. `floor` is the loss in nats
    that nobody can go below, where it is known. `years` (samples, time + outputs) are when the values of a series and
    those that follow were, with fractions; None where that is not known. `rows` (samples,) are those of the file that
    the samples come from, from 0; None where it has no others. `raw` describes what `inputs` were before encoding
    (default: the very same numbers); `target_name` and `target_unit` are those of what is predicted. Raises
    `ValueError` when they are inconsistent.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    labels: Labels
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    stable_split: bool = False
    train_samples: int = 0
    raw: RawForm = ()
    target_name: str = ""
    target_unit: str = ""
    gap: int | None = None
    floor: float = math.nan
    years: NDArray[np.float64] | None = None
    rows: NDArray[np.int64] | None = None
    gaps: NDArray[np.bool_] | None = None
    """Which values were missing, (samples, columns of `raw`); None where none was."""
    rest: NDArray[np.int64] | None = None
    """The rows (samples,) that they have where nothing is sealed; None if nothing is."""
    sealed: int = 0
    """How many rows are sealed beside them."""
    unknown: int = 0
    """How many labels were left out with their samples, or in a text, as none that was seen is the same."""

    def __post_init__(self) -> None:
        if self.labels not in get_args(Labels):
            raise ValueError(f"Data: labels must be classes, values, tokens or none, got {self.labels!r}")
        given, targets = np.asarray(self.inputs), np.asarray(self.targets)
        inputs = _checked_tokens(given, self.vocabulary) if self.vocabulary else _checked_inputs(given)
        if self.labels == "tokens":
            targets = _checked_following(targets, inputs.shape, self.vocabulary)
        else:
            check = _checked_values if self.labels == "values" else _checked_classes
            targets = check(targets, inputs.shape[0])
        inputs, targets = _read_only(inputs), _read_only(targets)
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "targets", targets)
        object.__setattr__(self, "class_names", tuple(self.class_names))
        object.__setattr__(self, "feature_names", tuple(self.feature_names))
        self._check_names()
        object.__setattr__(self, "raw", self.raw or self._same_raw())
        self._check_raw()
        if not 0 <= self.train_samples < max(1, self.samples):
            raise ValueError(
                f"Data: train samples must be from 0 to {self.samples - 1}, got {self.train_samples}"
            )

    @property
    def samples(self) -> int:
        """The number of samples."""
        return int(self.inputs.shape[0])

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample: (features,), (height, width, channels), (time, channels), or (time,) of tokens."""
        return self.inputs.shape[1:]

    @property
    def vocabulary(self) -> int:
        """The number of different tokens; 0 for other samples."""
        return len(self.raw.vocabulary) if isinstance(self.raw, RawTokens) else 0

    @property
    def form(self) -> Form:
        """The shape of a sample."""
        return "tokens" if self.vocabulary else _FORMS[len(self.shape)]

    @property
    def n_classes(self) -> int:
        """The number of classes; 0 for other labels."""
        if self.labels != "classes":
            return 0
        return len(self.class_names) or int(self.targets.max()) + 1

    @property
    def outputs(self) -> int:
        """The number of classes, of values, or of different tokens."""
        if self.labels == "tokens":
            return self.vocabulary
        return int(self.targets.shape[1]) if self.labels == "values" else max(1, self.n_classes)

    def take(self, indices: NDArray[np.int64] | slice) -> Data:
        """The samples at `indices` (n,), in that order, with all classes, even those without samples."""
        names = self.class_names or tuple(map(str, range(self.n_classes)))
        return Data(
            self.inputs[indices],
            self.targets[indices],
            self.labels,
            names,
            self.feature_names,
            raw=self.raw,
            target_name=self.target_name,
            target_unit=self.target_unit,
            gap=self.gap,
            floor=self.floor,
            years=None if self.years is None else self.years[indices],
            rows=None if self.rows is None else self.rows[indices],
            gaps=None if self.gaps is None else self.gaps[indices],
        )

    def seen(self, seal: Seal) -> Data:
        """The samples that may be seen, which keep their rows, and have no split yet. Raises `DataError`."""
        rest, sealed = self._divided(seal)
        rows = rest if self.rows is None else self.rows[rest]
        made = replace(self.take(consecutive(rest)), rows=rows, rest=rest, sealed=len(sealed))
        return replace(made, stable_split=self.stable_split)

    def hidden(self, seal: Seal) -> Data:
        """The samples that are sealed."""
        rows = self._divided(seal)[1]
        return replace(self.take(consecutive(rows)), rest=rows)

    def _divided(self, seal: Seal) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        classes = self.targets if self.labels == "classes" else None
        return seal.divide(self.samples, self.gap, self.train_samples, classes)

    def in_classes_of(self, seen: Data) -> Data:
        """The samples with the numbers of the classes that were `seen`; those of other classes are `unknown`."""
        if not seen.class_names:
            return self
        places = numbers_in(self.class_names, seen.class_names)[self.targets]
        known = np.flatnonzero(places >= 0)
        if not len(known):
            raise DataError("None of the sealed samples has a class that is seen among the others")
        return replace(
            self.take(known),
            targets=places[known],
            class_names=seen.class_names,
            rest=None if self.rest is None else self.rest[known],
            unknown=self.samples - len(known),
        )

    def filled_from(self, rows: NDArray[np.int64] | slice) -> Data:
        """The data with gaps filled by what is usual among the samples at `rows` alone, those for training."""
        if not isinstance(self.raw, tuple) or not any(column.is_usual for column in self.raw):
            return self
        inputs, columns, start = self.inputs.copy(), [], 0
        for place, column in enumerate(self.raw):
            part = slice(start, start + column.width)
            start = part.stop
            gaps = np.zeros(self.samples, np.bool_) if self.gaps is None else self.gaps[:, place]
            known = self.inputs[rows, part][~gaps[rows]]
            if column.is_usual and len(known):
                fill: NDArray[Any] = np.zeros(column.width)
                if column.categories:
                    fill[known.sum(axis=0).argmax()] = 1.0
                    column = replace(column, fill=column.categories[int(fill.argmax())])
                else:
                    fill[0] = known.mean(dtype=np.float64)
                    # As the others, which float32 holds.
                    if (known == known.astype(np.float32)).all():
                        fill = fill.astype(np.float32)
                    column = replace(column, fill=float(fill[0]))
                inputs[gaps, part] = fill
            columns.append(column)
        return replace(self, inputs=inputs, raw=tuple(columns))

    def row_numbers(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of the file, counted from 1 below its header, of the samples at `indices` (n,)."""
        found: NDArray[np.int64] = (indices if self.rows is None else self.rows[indices]) + 1
        return found

    def _same_raw(self) -> RawForm:
        """The raw form of inputs that were not encoded."""
        if len(self.shape) == 3:
            return RawImages()
        names = self.feature_names or (f"x{i + 1}" for i in range(self.shape[-1]))
        columns = tuple(map(RawColumn, names))
        return columns if len(self.shape) == 1 else RawSeries(columns)

    def _check_raw(self) -> None:
        raw = self.raw
        if isinstance(raw, RawTokens):
            return
        width = 0
        if not isinstance(raw, RawImages):
            width = sum(column.width for column in (raw.columns if isinstance(raw, RawSeries) else raw))
        form = {RawImages: "image", RawSeries: "sequence"}.get(type(raw), "row")
        if form != self.form or (form != "image" and width != self.shape[-1]):
            raise ValueError(f"Data: raw must describe samples of shape {self.shape}, got {width} columns")

    def _check_names(self) -> None:
        if self.class_names:
            if self.labels != "classes":
                raise ValueError(
                    f"Data: {self.labels} must have no class names, got {list(self.class_names)}"
                )
            highest = int(self.targets.max())
            if highest >= len(self.class_names):
                raise ValueError(
                    f"Data: targets must be below the number of class names ({len(self.class_names)}), got {highest}"
                )
        if self.feature_names and self.shape != (len(self.feature_names),):
            raise ValueError(
                f"Data: feature names must be one per column, got {len(self.feature_names)} names for samples of "
                f"shape {self.shape}"
            )


class Downloadable(Protocol):
    """Files that are downloaded on request: key, title, and size as text ("11.6 MB")."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def size(self) -> str: ...


class Dataset(Spec):
    """Base of all datasets."""

    family: ClassVar[str] = ""
    """Gallery section: "points" (in the plane), "table", "images" or "sequences"."""
    short: ClassVar[str] = ""
    """Short title."""
    citation: ClassVar[str] = ""
    """Source and licence in one sentence; empty for generated data."""
    uses_sklearn: ClassVar[bool] = False
    """Whether `load` imports scikit-learn, which takes over a second the first time."""
    tests_on_training: ClassVar[bool] = False
    """Whether its test samples are its training samples, as those of its source."""
    can_seal: ClassVar[bool] = True
    """Whether samples can be set aside that nobody knows."""
    told: ClassVar[tuple[str, ...]] = ()
    """Settings that repeat what is in the samples that may be seen."""
    selectable: ClassVar[bool] = True
    """Whether it is offered in lists. False for kinds made by a dialog, whose settings belong together."""

    @property
    def label(self) -> str:
        """Display name: the kind's title, or the name of the user's file or folder."""
        return self.title

    @property
    def uses_seed(self) -> bool:
        """Whether samples or their order depend on the seed."""
        return self.family != "table"

    @property
    def known_rows(self) -> int:
        """The number of rows of a table; 0 where it is not known before loading."""
        return 0

    @property
    def idle(self) -> frozenset[str]:
        """The settings that change nothing beside the others as they are."""
        return frozenset()

    def info(self) -> DatasetInfo:
        """Properties of `load`'s result, without loading."""
        raise NotImplementedError

    def thumbnail_image(self) -> NDArray[np.float32] | None:
        """Gallery picture (height, width) from 0 to 1; None to show the data."""
        return None

    def missing_download(self) -> Downloadable | None:
        """The download that `load` requires; None if there is none."""
        return None

    def same_samples(self, other: Dataset) -> bool:
        """Whether each row is the same sample in `other`, for the same seed; paths may differ."""
        return self == other

    @property
    def offered_columns(self) -> tuple[str, ...]:
        """Names of the columns of a table that can be learned from; empty where there is no choice, or not yet."""
        return ()

    @property
    def learned_columns(self) -> tuple[str, ...]:
        """Those of `offered_columns` that are inputs."""
        return ()

    def with_columns(self, names: Sequence[str]) -> Dataset:
        """The same data with other `learned_columns`. Raises `SettingError` or `DataError` if they do not fit."""
        raise NotImplementedError

    @property
    def sources(self) -> tuple[Path, ...]:
        """The user's files, and folders of files, that it is read from; none where a project holds what was read."""
        return ()

    def unavailable_reason(self) -> str:
        """The reason why a user's file or folder cannot be read, from a quick check; "" if none is found."""
        return ""

    def load(self, seed: int) -> Data:
        """Generate or read the data, deterministically for equal settings and seed; of files what may be seen."""
        raise NotImplementedError

    def under(self, seal: Seal) -> Self:
        """The same data, of which what is sealed decides nothing that is known of them."""
        return self

    def load_sealed(self, seal: Seal, seen: Data) -> Data:
        """What is sealed, in the terms of what is `seen`: a category that is none of those is zeros, as in
        scikit-learn's OneHotEncoder(handle_unknown="ignore"), and a label that is none of those is `unknown`."""
        return self.load(seal.seed).hidden(seal)


class DatasetRegistry(Registry[Dataset]):
    """Iterates over selectable kinds; the others are available by name, since files may contain them."""

    def __iter__(self) -> Iterator[type[Dataset]]:
        return (kind for kind in super().__iter__() if kind.selectable)

    def names(self) -> tuple[str, ...]:
        return tuple(kind.kind for kind in self)


DATASETS = DatasetRegistry("dataset")


def numbers_in(names: Sequence[str], known: Sequence[str]) -> NDArray[np.int64]:
    """The number (names + 1,) of each name in those that are known; -1 for others, and at the end."""
    places = {name: place for place, name in enumerate(known)}
    return np.array([*(places.get(name, -1) for name in names), -1])


def consecutive(rows: NDArray[np.int64]) -> NDArray[np.int64] | slice:
    """The same rows as a slice if they follow one another, so that indexing copies nothing."""
    if len(rows) > 1 and (np.diff(rows) == 1).all():
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _checked_inputs(inputs: NDArray[Any]) -> Floats:
    if inputs.ndim not in (2, 3, 4):
        raise ValueError(
            "Data: inputs must be (samples, features), (samples, time, channels) or "
            f"(samples, height, width, channels), got an array of shape {inputs.shape}"
        )
    if inputs.size == 0:
        raise ValueError(f"Data: inputs must hold at least one number, got an array of shape {inputs.shape}")
    return _as_exact("inputs", inputs)


def _checked_tokens(inputs: NDArray[Any], vocabulary: int) -> NDArray[Any]:
    if inputs.ndim != 2 or inputs.size == 0 or inputs.dtype.kind not in "iu":
        raise ValueError(
            "Data: tokens must be whole numbers (samples, time), "
            f"got an array of {inputs.dtype} of shape {inputs.shape}"
        )
    if vocabulary > MAX_VOCABULARY:
        raise ValueError(
            f"Data: a vocabulary must have at most {MAX_VOCABULARY:,} tokens, got {vocabulary:,}"
        )
    low, high = int(inputs.min()), int(inputs.max())
    if low < 0 or high >= vocabulary:
        raise ValueError(f"Data: tokens must be from 0 to {vocabulary - 1}, got {low if low < 0 else high}")
    # A megabyte of text stays one.
    return inputs.astype(np.min_scalar_type(vocabulary - 1), copy=False)


def _checked_following(targets: NDArray[Any], shape: tuple[int, ...], vocabulary: int) -> NDArray[np.int32]:
    if not vocabulary or targets.shape != shape or targets.dtype.kind not in "iu":
        raise ValueError(
            f"Data: tokens that follow must be whole numbers of the shape {shape} of tokens, "
            f"got an array of {targets.dtype} of shape {targets.shape}"
        )
    low, high = int(targets.min()), int(targets.max())
    if low < NOT_COUNTED or not 0 <= high < vocabulary:
        raise ValueError(
            f"Data: tokens that follow must be from 0 to {vocabulary - 1}, or {NOT_COUNTED} but not all of them, "
            f"got {low if low < NOT_COUNTED else high}"
        )
    return targets.astype(np.int32, copy=False)


def _checked_classes(targets: NDArray[Any], samples: int) -> NDArray[np.int64]:
    if targets.shape != (samples,):
        raise ValueError(
            f"Data: targets must be one class per sample ({samples}), got an array of shape {targets.shape}"
        )
    if not np.issubdtype(targets.dtype, np.integer):
        raise ValueError(f"Data: classes must be whole numbers, got an array of {targets.dtype}")
    if targets.min() < 0:
        raise ValueError(f"Data: classes must be at least 0, got {targets.min()}")
    return targets.astype(np.int64, copy=False)


def _checked_values(targets: NDArray[Any], samples: int) -> Floats:
    if targets.ndim != 2 or targets.shape[0] != samples or targets.shape[1] == 0:
        raise ValueError(f"Data: values must be ({samples}, outputs), got an array of shape {targets.shape}")
    return _as_exact("targets", targets)


def _as_exact(subject: str, array: NDArray[Any]) -> Floats:
    """float32, or float64 columns that float32 would round."""
    numbers = _finite(subject, array)
    # A column such as 1.7e9 ± 100 has all its digits beyond float32, but not once it is scaled.
    rounded = array.ndim == 2 and array.dtype == np.float64 and not (numbers == array).all()
    return array if rounded else numbers


def _finite(subject: str, array: NDArray[Any]) -> NDArray[np.float32]:
    # Numbers beyond float32 become infinite here and are reported as such.
    with np.errstate(over="ignore"):
        numbers = array.astype(np.float32, copy=False)
    if not np.isfinite(numbers.ravel()).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        raise ValueError(
            f"Data: {subject} must be finite numbers, got {array[place]} in sample {place[0]} at {place[1:]}"
        )
    return numbers


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    # A view, so that the caller's array stays writable.
    view = array.view()
    view.flags.writeable = False
    return view
