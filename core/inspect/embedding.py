"""2D embeddings: of the last hidden layer's outputs, and of the table of an Embedding layer.

Principal component analysis (K. Pearson, 1901) projects them. Its orientation is arbitrary, so each frame is aligned to
the one before: the orthogonal Procrustes problem (P. H. Schönemann, 1966).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..data.pca import principal_components
from ..nn.network import Network, forward_flops
from ..spec.arrays import Array
from .snapshot import OFTEN, PARTS, Shown, SnapshotPart

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
        places, share = _projected(outputs.astype(np.float64))
        before = self.last or self._before
        if before is not None and len(before.places) == len(places):
            places = aligned(places, before.places)
        layer = len(self._network.layers) - 2
        self.last = EmbeddingFrame(self._rows, places.astype(np.float32), layer, share)
        return self.last


def _projected(vectors: Array, *, turned: bool = True) -> tuple[Array, float]:
    """Centred places (n, 2) of vectors (n, features), and the share of the variance that they explain."""
    centred = vectors - vectors.mean(axis=0)
    places: Array = centred @ principal_components(centred).T if turned else centred
    spread = float(np.square(centred).sum())
    return places, min(1.0, float(np.square(places).sum()) / spread) if spread > 0.0 else 0.0


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


MAX_SHOWN: Final = 120
"""More tokens hide each other."""
_NEAREST: Final = 3


@dataclass(frozen=True, eq=False)
class TokenMap:
    """`places` (n, 2) of the first n tokens, centred; `share` is the fraction of variance that both axes explain.

    `nearest` (n, 3) are the tokens whose vectors are most alike, by the cosine.
    """

    places: Array
    share: float
    nearest: NDArray[np.int64]


@PARTS.register
class TokenMapPart(SnapshotPart[bool, TokenMap]):
    """That of the first Embedding layer; None without one."""

    kind = "token_map"
    cost = OFTEN
    _last: TokenMap | None = None

    def take(self, asked: bool, shown: Shown) -> TokenMap | None:
        tables = (
            weights["embeddings"] for weights in self.trainer.network.weights if "embeddings" in weights
        )
        table = next(tables, None)
        if table is None:
            return None
        vectors = table[:MAX_SHOWN].astype(np.float64)
        if not np.isfinite(vectors).all():
            return self._last
        # Of two numbers the axes are these.
        places, share = _projected(vectors, turned=vectors.shape[1] != 2)
        if self._last is not None and self._last.places.shape == places.shape:
            places = aligned(places, self._last.places)
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        alike = (vectors / lengths) @ (vectors / lengths).T
        np.fill_diagonal(alike, -np.inf)
        nearest = np.argsort(-alike, axis=1, kind="stable")[:, : min(_NEAREST, len(vectors) - 1)]
        self._last = TokenMap(places.astype(np.float32), share, nearest)
        return self._last

    def continue_from(self, before: TokenMapPart) -> None:
        self._last = before._last
