"""User-painted points, stored in the experiment, so that they are saved and undone with it."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable
from dataclasses import field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...io import strict_json
from ...spec import SettingError, setting
from ..dataset import DATASETS, Data, Dataset, DatasetInfo

Triple = tuple[float, float, int]

MAX_PAINTED = 20_000
MAX_CLASSES = 10
DECIMALS = 3
"""0.001 is finer than a hand can place, and keeps files short."""

_MAX_COORDINATE = 1e6
_MAX_BYTES = 1_000_000
"""Of the points as JSON, of which 20,000 have half as many."""


class PaintedPoints(tuple[Triple, ...]):
    """Validated triples (x1, x2, class number from 0), coordinates rounded to three decimals.

    A type of its own, so that twenty thousand points are not validated again at every change of another setting.
    """

    _array: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, value: Iterable[Any]) -> PaintedPoints:
        """Validate triples from a file; `SettingError` for the first invalid one."""
        if isinstance(value, PaintedPoints):
            return value
        if not isinstance(value, (list, tuple)):
            raise SettingError(f"Painted: points must be a list of [x1, x2, class], got {value!r}")
        if len(value) > MAX_PAINTED:
            raise SettingError(f"Painted: points must be at most {MAX_PAINTED:,}, got {len(value):,}")
        return cls(_triple(point) for point in value)

    @classmethod
    def of_array(cls, points: NDArray[Any]) -> PaintedPoints:
        """Triples from rows (n, 3) of x1, x2 and class number; rows beyond `MAX_PAINTED` are dropped."""
        rows = np.asarray(points, np.float64).reshape(-1, 3)[:MAX_PAINTED]
        if not np.isfinite(rows).all() or not ((rows[:, 2] >= 0) & (rows[:, 2] < MAX_CLASSES)).all():
            raise SettingError("Painted: points must be finite numbers with a class from 0 to 9")
        # Adding zero converts -0.0 to 0.0.
        places = np.round(np.clip(rows[:, :2], -_MAX_COORDINATE, _MAX_COORDINATE), DECIMALS) + 0.0
        first, second = places.T.tolist()
        return cls(zip(first, second, rows[:, 2].astype(int).tolist(), strict=True))

    @property
    def array(self) -> NDArray[np.float64]:
        """Rows (n, 3) of x1, x2 and class number, read-only."""
        if self._array is None:
            self._array = np.array(self, np.float64).reshape(-1, 3)
            self._array.flags.writeable = False
        return self._array


def _triple(point: Any) -> Triple:
    if not isinstance(point, (list, tuple)) or len(point) != 3:
        raise SettingError(f"Painted: a point must be [x1, x2, class], got {point!r}")
    *places, number = point
    for place in places:
        real = isinstance(place, (int, float)) and not isinstance(place, bool)
        # Not ">", which is false for NaN.
        if not real or not abs(place) <= _MAX_COORDINATE:
            raise SettingError(f"Painted: a point must lie within {_MAX_COORDINATE:,.0f} of 0, got {point!r}")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < MAX_CLASSES:
        raise SettingError(f"Painted: a point's class must be from 0 to {MAX_CLASSES - 1}, got {point!r}")
    first, second = (round(float(place), DECIMALS) + 0.0 for place in places)
    return first, second, int(number)


def _starter() -> PaintedPoints:
    """Two round clusters of twenty points in a sunflower arrangement."""
    turn = np.arange(20) * math.pi * (3.0 - math.sqrt(5.0))
    reach = 1.5 * np.sqrt((np.arange(20) + 0.5) / 20)
    patch = np.column_stack([reach * np.cos(turn), reach * np.sin(turn)])
    away = np.array([2.0, 1.5])
    low = np.column_stack([patch - away, np.zeros(20)])
    high = np.column_stack([patch + away, np.ones(20)])
    return PaintedPoints.of_array(np.vstack([low, high]))


@DATASETS.register()
class Painted(Dataset):
    """The user's own points, of any number; `core.experiment.problems` reports when they cannot be trained on.

    `classes` can be painted; it grows to include all classes that have points.
    """

    kind = "painted"
    can_seal = False
    title = "Painted"
    summary = "Points that you paint yourself"
    family: ClassVar[str] = "points"
    extras: ClassVar[tuple[str, ...]] = ("points",)

    classes: int = setting(
        2, "Classes", "How many classes can be painted. Those that have points stay", low=2, high=MAX_CLASSES
    )
    points: PaintedPoints = field(default_factory=_starter, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        points = PaintedPoints.of(self.points)
        object.__setattr__(self, "points", points)
        highest = max((number for _, _, number in points), default=0)
        object.__setattr__(self, "classes", max(self.classes, highest + 1))

    @property
    def painted_classes(self) -> int:
        """Number of classes with at least one point."""
        return len({number for _, _, number in self.points})

    def info(self) -> DatasetInfo:
        return DatasetInfo((2,), "classes", self.classes)

    def load(self, seed: int) -> Data:
        """The points in the order of painting. `ValueError` when there are none."""
        if not self.points:
            raise ValueError("Painted: there must be at least one point, got none")
        rows = self.points.array
        return Data(
            rows[:, :2].astype(np.float32),
            rows[:, 2].astype(np.int64),
            "classes",
            # As of points that are not painted: painting on them renames no class.
            tuple(map(str, range(self.classes))),
            ("x₁", "x₂"),
            stable_split=True,
        )

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "points": [list(point) for point in self.points]}

    def to_bytes(self) -> bytes:
        """The points and classes, packed, to keep them outside of a project."""
        return zlib.compress(strict_json.dump(self.to_json()).encode())

    @classmethod
    def from_bytes(cls, packed: bytes) -> Painted:
        """The inverse of `to_bytes`. Raises `ValueError`."""
        try:
            data = strict_json.load(zlib.decompressobj().decompress(packed, _MAX_BYTES))
        except zlib.error as error:
            raise ValueError(f"Painted: the points are damaged: {error}") from None
        made = DATASETS.from_json(data)
        if not isinstance(made, cls):
            raise ValueError(f"Painted: there must be painted points, got {made.kind}")
        return made

    @classmethod
    def of_data(cls, data: Data) -> Painted:
        """Convert points of the plane; values above 0 become class 1, others 0."""
        if data.shape != (2,):
            raise ValueError(f"Painted: points must have two features, got samples of shape {data.shape}")
        values = data.labels == "values"
        labels = (data.targets[:, 0] > 0.0) if values else data.targets
        rows = np.column_stack([data.inputs, labels])
        return cls(
            classes=max(2, min(data.n_classes, MAX_CLASSES)),
            points=PaintedPoints.of_array(rows[rows[:, 2] < MAX_CLASSES]),
        )
