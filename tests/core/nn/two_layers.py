"""A small network for tests."""

from __future__ import annotations

from core.nn import (
    Dense,
    Dropout,
)
from core.nn.network import Network


def make(seed: int = 0) -> Network:
    return Network([Dense(5, "relu"), Dropout(0.5), Dense(3, "softmax")], (2,), seed=seed)
