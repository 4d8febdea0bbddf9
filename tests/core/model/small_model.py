"""A small model and samples."""

from __future__ import annotations

from typing import Any

from core import (
    Dense,
    Sequence,
    Tanh,
)


def small(**given: Any) -> Sequence:
    settings = {"epochs": 20, "feedback_steps": 0, "seed": 1, "learning_rate": 0.02} | given
    return Sequence([Dense(8), Tanh(), Dense(2, activation="softmax")], **settings)
