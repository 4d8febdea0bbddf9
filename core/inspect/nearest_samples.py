"""The training samples that are nearest to one sample: what the network could have learned its prediction from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.batches import Samples
from ..spec.arrays import Array, Indices
from .snapshot import PARTS, Shown, SnapshotPart


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
