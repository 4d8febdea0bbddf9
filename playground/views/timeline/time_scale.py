"""Where epochs lie along the timeline, and which of them are labelled."""

from __future__ import annotations

import math
from dataclasses import dataclass

_FACTORS = (1, 2, 5)
_LABEL_PX = 64.0


@dataclass(frozen=True)
class TimeScale:
    """Epochs from 0 to `end` over `width` pixels from `left` on."""

    left: float
    width: float
    end: float

    def place(self, position: float) -> float:
        """Pixel of a position in epochs."""
        return self.left + self.width * min(1.0, position / max(1e-9, self.end))

    def position(self, place: float) -> float:
        """Position, in epochs, of a pixel."""
        return min(1.0, max(0.0, (place - self.left) / max(1.0, self.width))) * self.end

    def labels(self) -> list[int]:
        """Round epochs with room for a label each."""
        step = self._step(_LABEL_PX)
        return list(range(0, int(self.end) + 1, step)) if self.end >= 1 else [0]

    def ticks(self) -> list[float]:
        """Positions of small ticks between the labels."""
        step = self._step(_LABEL_PX) / 5
        return [index * step for index in range(int(self.end / step) + 1)]

    def _step(self, least_px: float) -> int:
        least = self.end * least_px / max(1.0, self.width)
        if least <= 1:
            return 1
        power = int(10 ** math.floor(math.log10(least)))
        return next(factor * power for factor in (*_FACTORS, 10) if factor * power >= least)
