"""What a sealed test said when it was opened."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from ..io.bounded_number import finite
from .tasks.task import Score

OPENED: Final = "Open the test"
"""Its mark in the history: no edit, as nothing has changed."""
_NORMAL_95: Final = 1.96


@dataclass(frozen=True)
class Opening:
    """A fact about a run, which no undo takes back.

    - `key`: equal for the same sealed samples. `place`: of the run, as people read it.
    - `loss`, `score`, `samples`: as in a `Figure`.
    - `look`: 1 where nobody had seen these samples before.
    """

    key: str
    place: str
    loss: float
    score: float
    samples: int
    look: int = 1

    @property
    def luck(self) -> float:
        """How far a share may be from that of endless samples, with a chance of 95 %: 1.96 √(p (1 − p) / n).

        3 / n where all or none are right, of which the formula says 0 (the "rule of three").
        """
        spread = max(0.0, self.score * (1.0 - self.score))
        return _NORMAL_95 * math.sqrt(spread / self.samples) if spread else 3.0 / max(1, self.samples)

    def text(self, score: Score) -> str:
        """ "89.0 %, ±6.1 by luck, opened at epoch 120", and which look it was after the first."""
        luck = f", ±{100 * self.luck:.1f} by luck" if score.is_share else ""
        look = f", look {self.look}" if self.look > 1 else ""
        return f"{score.text(self.score)}{luck}, opened at epoch {self.place}{look}"

    def to_json(self) -> dict[str, Any]:
        """JSON-ready values; null is a number that is not finite."""
        return {
            name: None if value != value or value == math.inf else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Opening:
        """The inverse of `to_json`. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        key, place, samples, look = (found[name] for name in ("key", "place", "samples", "look"))
        if not (isinstance(key, str) and isinstance(place, str) and len(key) <= 64 and len(place) <= 64):
            raise ValueError("an opening must have a key and a place")
        if not (type(samples) is type(look) is int and 0 <= samples < 2**53 and 1 <= look < 2**53):
            raise ValueError("an opening must count its samples and looks")
        loss, score = (math.nan if found[name] is None else finite(found[name]) for name in ("loss", "score"))
        return cls(key, place, loss, score, samples, look)
