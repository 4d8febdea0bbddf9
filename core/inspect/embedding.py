"""A 2D embedding of the last hidden layer's outputs.

Principal component analysis (K. Pearson, 1901) projects them. Its orientation is arbitrary, so each frame is aligned to
the one before: the orthogonal Procrustes problem (P. H. Schönemann, 1966).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.pca import principal_components
from core.inspect.snapshot import OFTEN, PARTS, Shown, SnapshotPart
from core.nn.compute_cost import forward_flops
from core.nn.network import Network
from core.spec.arrays import Array

# Enough samples to show the classes; more hide each other. Large networks get fewer.
_MIN_SAMPLES, _MAX_SAMPLES = 60, 400
_WORK = 400_000_000


@dataclass(frozen=True, eq=False)
class EmbeddingFrame:
    """`places` (n, 2), centred, of the test samples `rows` (n,) after `layer` of the stack (-1: the inputs).

    `share` is the fraction of variance that both components explain, 0 … 1.
    """

    rows: NDArray[np.int64]
    places: Array
    layer: int
    share: float


class Embedding:
    """Embeds an evenly spread subset of `inputs` (samples, *shape), aligned to the earlier frame `before`."""

    def __init__(self, network: Network, inputs: Array, before: EmbeddingFrame | None = None) -> None:
        self._network = network
        count = min(len(inputs), max(_MIN_SAMPLES, min(_MAX_SAMPLES, _WORK // forward_flops(network))))
        self._rows = np.linspace(0, max(0, len(inputs) - 1), count).astype(np.int64)
        self._inputs = np.ascontiguousarray(inputs[self._rows])
        self.last: EmbeddingFrame | None = None
        self._before = before

    def project(self) -> EmbeddingFrame | None:
        """Project the samples, aligned to the previous frame. Returns the previous frame if outputs are not finite."""
        outputs = hidden_outputs(self._network, self._inputs)
        if not len(outputs) or not np.isfinite(outputs).all():
            return self.last
        # Large outputs must not overflow when multiplied with each other.
        outputs = outputs.astype(np.float64)
        centred = outputs - outputs.mean(axis=0)
        places: Array = centred @ principal_components(centred).T
        spread = float(np.sum(np.square(centred)))
        share = float(np.sum(np.square(places))) / spread if spread > 0.0 else 0.0
        before = self.last or self._before
        if before is not None and len(before.places) == len(places):
            places = aligned(places, before.places)
        layer = len(self._network.layers) - 2
        self.last = EmbeddingFrame(self._rows, places.astype(np.float32), layer, min(1.0, share))
        return self.last


def hidden_outputs(network: Network, inputs: Array) -> Array:
    """Outputs of the penultimate layer, (samples, features), or the flattened inputs if there is none."""
    layer = len(network.layers) - 2
    if layer < 0:
        return inputs.reshape(len(inputs), math.prod(network.input_shape))
    return network.outputs_at([str(layer)], inputs)[str(layer)].reshape(
        len(inputs), math.prod(network.shapes[layer])
    )


def aligned(places: Array, before: Array) -> Array:
    """Rotate and reflect `places` (n, 2) to minimize the squared distance to `before` (n, 2).

    Both are centred. With the singular value decomposition U S Vᵀ of placesᵀ · before, the rotation is U Vᵀ.
    """
    u, _, vt = np.linalg.svd(places.T @ before)
    turned: Array = places @ (u @ vt)
    return turned


@PARTS.register
class EmbeddingPart(SnapshotPart[bool, EmbeddingFrame]):
    """That of the test samples. After an edit, the next run's is not turned against it."""

    kind = "embedding"
    cost = OFTEN
    _embedding: Embedding | None = None
    _before: EmbeddingFrame | None = None

    def take(self, asked: bool, shown: Shown) -> EmbeddingFrame | None:
        if self._embedding is None:
            self._embedding = Embedding(self.trainer.network, self.prepared.test.inputs, self._before)
        return self._embedding.project()

    def continue_from(self, before: EmbeddingPart) -> None:
        last = None if before._embedding is None else before._embedding.last
        self._before = last or before._before
