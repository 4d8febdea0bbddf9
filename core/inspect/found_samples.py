"""Samples that are looked for: the nearest, the next mistake, those that excite a neuron, and those of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.batches import Samples
from ..data.drawing import Drawing
from ..experiment.prepare import PreparedData
from ..nn.network import Network, forward_flops
from ..spec.arrays import Array, Indices
from ..train.slow_step import sample_losses
from ..train.trainer import Trainer
from .feature_map import Place
from .snapshot import PARTS, SELDOM, NewSamples, Shown, SnapshotPart, SnapshotRequest


@dataclass(frozen=True, eq=False)
class NearestSamples:
    """The nearest first.

    - `rows` (n,): their rows in the training part.
    - `inputs` (n, *input_shape), `labels` (n,): as the network takes them, and what they are.
    """

    rows: Indices
    inputs: Array
    labels: NDArray[Any]


class NearestSearch:
    """Compares a sample with all training samples, by the Euclidean distance of the network's inputs.

    20,000 images of 28 x 28 pixels take 6 ms; the lengths of all samples are computed once.
    """

    def __init__(self, train: Samples) -> None:
        self._train = train
        self._flat = train.inputs.reshape(len(train), -1)
        self._lengths: Array | None = None
        self._found: tuple[object, NearestSamples] | None = None

    def find(self, sample: Array, count: int, key: object, own: int = -1) -> NearestSamples:
        """The `count` nearest to a sample (*input_shape), without row `own`; the same object for an equal `key`."""
        if self._found is None or self._found[0] != (key, count):
            self._found = (key, count), self._search(sample, count, own)
        return self._found[1]

    def _search(self, sample: Array, count: int, own: int) -> NearestSamples:
        if self._lengths is None:
            self._lengths = np.einsum("nf,nf->n", self._flat, self._flat)
        # |x - s|² without |s|², which is the same for all.
        distances = self._lengths - 2.0 * (self._flat @ sample.reshape(-1))
        if own >= 0:
            distances[own] = np.inf
        count = min(count, len(distances) - (own >= 0))
        rows = np.argpartition(distances, count - 1)[:count] if count < len(distances) else np.arange(count)
        rows = rows[np.argsort(distances[rows], kind="stable")]
        return NearestSamples(rows, self._train.inputs[rows], self._train.labels[rows])


@PARTS.register
class NearestPart(SnapshotPart[int, NearestSamples]):
    """So many training samples nearest to the one in the network."""

    kind = "nearest"
    follows_sample = True
    _search: NearestSearch | None = None

    def take(self, asked: int, shown: Shown) -> NearestSamples | None:
        if shown.sample is None or not len(self.prepared.train):
            return None
        if self._search is None:
            self._search = NearestSearch(self.prepared.train)
        # A training sample is nearest to itself.
        own = ~shown.request.sample if shown.request.sample < 0 and shown.drawing is None else -1
        return self._search.find(shown.sample, asked, shown.sample_key, own)


_BATCH = 256


@dataclass(frozen=True)
class Misclassified:
    """Result of a search in a run: a sample of `PreparedData.find`, or None if every prediction is correct."""

    run: int
    row: int | None


class MistakeSearch:
    """Searches the test samples after row `after`, wrapping around. Raises `ValueError` for regression."""

    def __init__(self, trainer: Trainer, prepared: PreparedData, after: int, run: int = 0) -> None:
        if not trainer.task.classifies:
            raise ValueError("Mistakes: there must be classes, but there are values to predict")
        self._trainer, self._samples, self._run = trainer, prepared.test, run
        self._left = np.roll(np.arange(len(prepared.test)), -(after + 1))
        self._row: int | None = None

    @property
    def finished(self) -> bool:
        return self._row is not None or not len(self._left)

    def advance(self) -> None:
        """Check the next chunk of samples."""
        rows, self._left = self._left[:_BATCH], self._left[_BATCH:]
        predicted = self._trainer.encoding.decode(self._trainer.network.predict(self._samples.inputs[rows]))
        wrong = np.flatnonzero(predicted != self._samples.labels[rows])
        if len(wrong):
            self._row = int(rows[wrong[0]])

    def result(self) -> Misclassified:
        """The result, after checking the remaining samples."""
        while not self.finished:
            self.advance()
        return Misclassified(self._run, self._row)


class HardestSearch:
    """Searches the training samples for the one with the largest loss; one that is no number is the largest."""

    def __init__(self, trainer: Trainer, prepared: PreparedData, run: int = 0) -> None:
        self._trainer, self._samples, self._run = trainer, prepared.train, run
        self._left = list(trainer.network.parts(len(prepared.train)))[::-1]
        self._largest, self._row = -np.inf, 0

    @property
    def finished(self) -> bool:
        return not self._left

    def advance(self) -> None:
        """Look at the next chunk of samples."""
        part = self._left.pop()
        with np.errstate(all="ignore"):
            losses = np.nan_to_num(sample_losses(self._trainer, self._samples.part(part)), nan=np.inf)
        if losses.max() > self._largest:
            self._largest, self._row = float(losses.max()), part.start + int(losses.argmax())

    def result(self) -> Misclassified:
        """The result, after the remaining samples."""
        while not self.finished:
            self.advance()
        return Misclassified(self._run, ~self._row)


_WORK = 200_000_000
_MIN_SAMPLES, _MAX_SAMPLES = 32, 256


@dataclass(frozen=True)
class TopPatch:
    """A sample's row, the position of its maximum on the unit's map, and the maximum."""

    row: int
    place: Place
    value: float


@dataclass(frozen=True)
class TopPatches:
    """Strongest first; empty if the unit is inactive on all `searched` samples."""

    layer: int
    unit: int
    searched: int
    patches: tuple[TopPatch, ...]


def top_patches(network: Network, inputs: Array, layer: int, unit: int, count: int = 6) -> TopPatches | None:
    """The `count` samples of `inputs` (samples, *input_shape) with the largest maxima on the unit's map.

    Searches as many as fit in a few hundredths of a second. None if the unit has no map.
    """
    if not 0 <= layer < len(network.layers) or len(network.shapes[layer]) != 3:
        return None
    if not 0 <= unit < network.shapes[layer][2]:
        return None
    searched = min(len(inputs), max(_MIN_SAMPLES, min(_MAX_SAMPLES, _WORK // max(1, forward_flops(network)))))
    maps = np.nan_to_num(network.layer_outputs(inputs[:searched])[layer][..., unit])
    flat = maps.reshape(searched, -1)
    places, tops = flat.argmax(axis=1), flat.max(axis=1)
    found = []
    for row in np.argsort(-tops, kind="stable")[:count].tolist():
        if tops[row] > 0.0:
            down, across = divmod(int(places[row]), maps.shape[2])
            found.append(TopPatch(row, (down, across), float(tops[row])))
    return TopPatches(layer, unit, searched, tuple(found))


@PARTS.register
class TopPatchesPart(SnapshotPart[tuple[int, int], TopPatches]):
    """Those of the inspected neuron, among the test samples."""

    kind = "top_patches"
    cost = SELDOM

    @classmethod
    def asked(cls, request: SnapshotRequest) -> tuple[int, int] | None:
        place = request.neuron
        return None if place is None or isinstance(place[0], str) else (place[0], place[1])

    def take(self, asked: tuple[int, int], shown: Shown) -> TopPatches | None:
        return top_patches(self.trainer.network, self.prepared.test.inputs, *asked)


class PredictedDrawing(NamedTuple):
    """A drawing that fits the network, and its `output` (outputs,)."""

    drawing: Drawing
    output: Array


def drawn_input(drawing: Drawing | None, network: Network, prepared: PreparedData) -> Array | None:
    """A drawing as network input; None if it does not fit the data."""
    if drawing is None or prepared.features or drawing.pixels.shape != network.input_shape:
        return None
    return prepared.pipeline.inputs.scaled(drawing.pixels)


@PARTS.register
class DrawingPart(SnapshotPart[Drawing, PredictedDrawing]):
    """The drawing beside the chosen sample, or in its place."""

    kind = "drawing"
    follows_sample = True

    @classmethod
    def asked(cls, request: SnapshotRequest) -> Drawing | None:
        return request.drawn

    def take(self, asked: Drawing, shown: Shown) -> PredictedDrawing | None:
        inputs = drawn_input(asked, self.trainer.network, self.prepared)
        if inputs is None:
            return None
        return PredictedDrawing(asked, self.trainer.network.predict(inputs[None])[0].copy())


@PARTS.register
class NewOutputsPart(SnapshotPart[NewSamples, Array]):
    """Outputs (n, outputs) for new samples that fit the network."""

    kind = "new_outputs"
    follows_sample = True

    @classmethod
    def asked(cls, request: SnapshotRequest) -> NewSamples | None:
        return request.new_samples

    def take(self, asked: NewSamples, shown: Shown) -> Array | None:
        network = self.trainer.network
        if asked.inputs.shape[1:] != network.input_shape:
            return None
        return network.predict(asked.inputs).copy()
