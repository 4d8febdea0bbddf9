"""What somebody predicts of a training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Guess:
    """A prediction: what was said, as a text and as a band, and what came of it. Shares are in percent.

    `band` is None where the choices stand for no range, `did` while it has not trained or where nothing is measured.
    """

    measure: str
    is_share: bool
    said: str
    band: tuple[float, float] | None
    did: float | None
    is_right: bool

    @property
    def label(self) -> str:
        """Text beside its band."""
        return f"your guess: {self.said}"
