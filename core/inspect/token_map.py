"""The table of an Embedding layer as a plane: which tokens the network takes for alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.data.pca import principal_components
from core.inspect.embedding import aligned
from core.inspect.snapshot import OFTEN, PARTS, Shown, SnapshotPart
from core.spec.arrays import Array

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
        centred = vectors - vectors.mean(axis=0)
        # Of two numbers the axes are these.
        places: Array = centred if centred.shape[1] == 2 else centred @ principal_components(centred).T
        spread = float(np.square(centred).sum())
        share = min(1.0, float(np.square(places).sum()) / spread) if spread > 0.0 else 0.0
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
