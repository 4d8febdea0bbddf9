"""Reconstructions of test samples by an autoencoder, and the plane of codes, which decodes anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..data.pca import principal_components
from ..experiment.prepare import PreparedData
from ..nn.autoencoder import code_layer, half_of, part_of
from ..nn.network import Network
from ..nn.sampling import divergences
from ..spec.arrays import Array
from .flow_field import PICTURED, images_picture
from .forecast import forecasts_series
from .snapshot import OFTEN, PARTS, Shown, SnapshotPart

MAX_CODES: Final = 1_000
GRID: Final = 15
"""Decoded samples along each side."""
_ROOM: Final = 0.1
# The plane moves only if codes leave it or fill less than this of it.
_MIN_FILLED: Final = 0.6
Axes = tuple[int, int] | None
"""Two numbers of the code, or None for its main directions."""


@dataclass(frozen=True, eq=False)
class Reconstructions:
    """Test samples `rows` (n,) with what the network gives back of them, in the data's own numbers.

    - `given`, `found` (n, *shape): as the network gets them, spoiled where the task does that, and what it makes.
    - `errors` (n,): the mean squared difference of a sample, in the numbers of the network; `mean` is that of all.
    """

    rows: NDArray[np.int64]
    given: Array
    found: Array
    errors: Array
    mean: float


@dataclass(frozen=True, eq=False)
class LatentFrame:
    """Codes of test samples on a plane: the code at `place` is origin + place @ directions.

    - `rows` (n,), `places` (n, 2): test samples, and where they are.
    - `low`, `high` (2,): the ends of the plane. `size`: the numbers of a code; with one, the plane is a line.
    - `tiles` (GRID * GRID, *shape): samples decoded over the plane, the lowest row first; None where not asked for.
    - `divergences` (numbers,): of each number from N(0, 1), in nats; None without a Sampling layer.
    """

    rows: NDArray[np.int64]
    places: Array
    origin: Array
    directions: Array
    low: Array
    high: Array
    axes: Axes
    tiles: Array | None
    divergences: Array | None
    prepared: PreparedData
    decoder: Network

    @property
    def size(self) -> int:
        return len(self.origin)

    def picture(self) -> Array | None:
        """Some decoded images as one (rows, columns, 1), row 0 the lowest, from 0 to 1; None for other samples."""
        if len(self.prepared.data.shape) != 3:
            return None
        # From the top row on, as images are read.
        places = grid_places(self.low, self.high, PICTURED).reshape(PICTURED, PICTURED, 2)[::-1]
        return images_picture(self.decoded(places.reshape(-1, 2)), PICTURED)

    def decoded(self, places: Array) -> Array:
        """Samples (n, *shape) in the data's own numbers, at places (n, 2)."""
        codes = (self.origin + places @ self.directions).astype(np.float32)
        return own_numbers(self.prepared, self.decoder.predict(codes))


def own_numbers(prepared: PreparedData, outputs: Array) -> Array:
    """Samples (n, *shape) as the data have them, from network outputs or inputs (n, ...)."""
    values = prepared.pipeline.decode(outputs.reshape(len(outputs), -1)).values
    assert values is not None
    return values.astype(np.float32).reshape(-1, *prepared.data.shape)


def has_codes(prepared: PreparedData) -> bool:
    """Whether samples are given back, as both parts show it."""
    return prepared.task.gives_back and len(prepared.test) > 0


def has_image_codes(prepared: PreparedData) -> bool:
    """Whether small pictures show decoded images, in place of outputs over the plane of the data."""
    return has_codes(prepared) and len(prepared.data.shape) == 3


def draws_samples(prepared: PreparedData) -> bool:
    """Whether small pictures show what the network makes, on which the points of the data are not drawn."""
    return prepared.task.has_time or has_image_codes(prepared) or forecasts_series(prepared)


@PARTS.register
class ReconstructionsPart(SnapshotPart[tuple[int, bool], Reconstructions]):
    """So many test samples, with True the worst of the first thousand, and else the first."""

    kind = "reconstructions"
    cost = OFTEN

    def take(self, asked: tuple[int, bool], shown: Shown) -> Reconstructions | None:
        if not has_codes(self.prepared):
            return None
        count, worst = asked
        test = self.prepared.test.head(MAX_CODES)
        outputs = self.trainer.network.predict(test.inputs)
        errors = np.mean(np.square(outputs - test.targets), axis=1)
        mean = float(errors.mean())
        rows = (
            np.argsort(-np.nan_to_num(errors, nan=np.inf), kind="stable") if worst else np.arange(len(test))
        )
        rows = rows[:count]
        given, found = (own_numbers(self.prepared, each[rows]) for each in (test.inputs, outputs))
        return Reconstructions(rows, given, found, errors[rows], mean)


@PARTS.register
class LatentPart(SnapshotPart[tuple[Axes, bool], LatentFrame]):
    """The plane along two numbers of the code, or its main directions; with True, samples decoded over it."""

    kind = "latent"
    cost = OFTEN
    _last: LatentFrame | None = None

    def take(self, asked: tuple[Axes, bool], shown: Shown) -> LatentFrame | None:
        network = self.trainer.network
        place = code_layer(network.layers, network.input_shape)
        if not has_codes(self.prepared) or place is None:
            return None
        axes, with_tiles = asked
        test = self.prepared.test.head(MAX_CODES)
        size = network.shapes[place][0]
        is_drawn = network.layers[place].kind == "sampling"
        codes = part_of(network, 0, place if is_drawn else place + 1).predict(test.inputs)
        codes = codes.reshape(len(test), -1).astype(np.float64)
        if not np.isfinite(codes).all():
            return self._last
        apart: Array | None = None
        if is_drawn:
            apart, codes = divergences(codes), codes[:, :size]
        before = self._last if self._last is not None and self._last.size == size else None
        axes, directions = self._directions(codes, axes, before)
        origin = codes.mean(axis=0)
        if axes is not None:
            # On the axes themselves, so that the plane has the numbers of the code.
            origin[list({*axes})] = 0.0
        places = (codes - origin) @ directions.T
        low, high = self._ends(places, before if before is not None and before.axes == axes else None)
        decoder = half_of(network, "decoder")
        frame = LatentFrame(
            np.arange(len(test)), places.astype(np.float32), origin, directions, low, high, axes, None, apart,
            self.prepared, decoder,
        )  # fmt: skip
        if with_tiles:
            frame = LatentFrame(**{**vars(frame), "tiles": frame.decoded(grid_places(low, high))})
        self._last = frame
        return frame

    @staticmethod
    def _directions(codes: Array, axes: Axes, before: LatentFrame | None) -> tuple[Axes, Array]:
        """Unit rows (2, numbers)."""
        size = codes.shape[1]
        if size <= 2:
            axes = (0, size - 1)
        if axes is not None and max(axes) < size:
            directions = np.zeros((2, size))
            directions[0, axes[0]] = 1.0
            directions[1, axes[1]] = 1.0 if axes[0] != axes[1] else 0.0
            return axes, directions
        found = principal_components(codes - codes.mean(axis=0))
        if before is not None and before.axes is None:
            # Turned to the plane before, so that it does not flip.
            u, _, vt = np.linalg.svd(before.directions @ found.T)
            found = u @ vt @ found
        return None, found

    @staticmethod
    def _ends(places: Array, before: LatentFrame | None) -> tuple[Array, Array]:
        low, high = np.percentile(places, [0.5, 99.5], axis=0)
        room = np.maximum(_ROOM * (high - low), 1e-3)
        if before is not None:
            filled = (high - low) / np.maximum(1e-9, before.high - before.low)
            if (low >= before.low).all() and (high <= before.high).all() and filled.min() > _MIN_FILLED:
                return before.low, before.high
        return low - room, high + room

    def continue_from(self, before: Any) -> None:
        # A frame holds its data, and a plane of others says nothing of these.
        if before.prepared.data is self.prepared.data:
            self._last = before._last


def grid_places(low: Array, high: Array, side: int = GRID) -> Array:
    """The middles of side x side cells of a plane, (side * side, 2), the lowest row first."""
    shares = (np.arange(side) + 0.5) / side
    across, up = (start + shares * (end - start) for start, end in zip(low, high, strict=True))
    return np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
