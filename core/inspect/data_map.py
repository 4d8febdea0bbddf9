"""Data map: how sure a run's earlier networks were of the labels of samples, and how much that changed.

S. Swayamdipta et al., Dataset Cartography: Mapping and Diagnosing Datasets with Training Dynamics, 2020.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ..experiment.prepare import PreparedData
from ..nn.network import Network
from ..spec.arrays import Array
from .predictions import Part, confidence

MAX_MAPPED: Final = 10_000
"""Samples: more points than a plot has room for. 50 dense networks for MNIST take 2 s for them, small CNNs 5 s."""
_CHUNK: Final = 512


@dataclass(frozen=True, eq=False)
class DataMap:
    """Of the first samples of the split `part`, in run `run`.

    - `epochs` (moments,): when, ascending. `confidence` (moments, samples): probability of the sample's own class.
    """

    part: Part
    run: int
    epochs: Array
    confidence: Array

    @cached_property
    def mean(self) -> Array:
        """Mean confidence (samples,): high for easy samples, low for hard or mislabelled ones."""
        found: Array = self.confidence.mean(axis=0)
        return found

    @cached_property
    def change(self) -> Array:
        """Standard deviation of the confidence (samples,), the paper's variability: high for ambiguous samples."""
        found: Array = self.confidence.std(axis=0)
        return found


Load = Callable[[], Network | None]
"""Gives the network of a moment; None if it is no longer kept."""


class DataMapPass:
    """Lets the networks of some moments, (epoch, how to load it), predict the same samples, chunk by chunk."""

    def __init__(
        self, moments: Sequence[tuple[float, Load]], prepared: PreparedData, part: Part, run: int = 0
    ) -> None:
        self._part, self._run, self._encoding = part, run, prepared.encoding
        self._samples = (prepared.train if part == "train" else prepared.test).head(MAX_MAPPED)
        self._moments, count = moments, len(self._samples)
        self._sure = np.full((len(moments), count), np.nan, np.float32)
        starts = range(0, count, _CHUNK)
        self._left = [(at, slice(row, row + _CHUNK)) for at in range(len(moments)) for row in starts][::-1]
        self._all = len(self._left)

    @property
    def finished(self) -> bool:
        return not self._left

    @property
    def share(self) -> float:
        """The finished share, 0 … 1."""
        return 1.0 - len(self._left) / max(1, self._all)

    def advance(self) -> None:
        """Let a network predict the next chunk."""
        at, rows = self._left.pop()
        network, part = self._moments[at][1](), self._samples.part(rows)
        if network is not None:
            with np.errstate(all="ignore"):
                outputs = network.predict(part.inputs)
            self._sure[at, rows] = confidence(self._encoding, outputs, part.labels)

    def result(self) -> DataMap:
        """The map of the moments that are still kept, after the remaining chunks."""
        while not self.finished:
            self.advance()
        kept = ~np.isnan(self._sure).any(axis=1)
        epochs = np.array([epoch for epoch, _ in self._moments])
        return DataMap(self._part, self._run, epochs[kept], self._sure[kept])
