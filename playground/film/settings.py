"""Settings of a film: content, size and speed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

FORMATS: Final = {".webp": "WebP", ".gif": "GIF", ".mp4": "MP4"}
"""Names of the formats by their suffix."""
SHAPES: Final = {"1:1": (1, 1), "16:9": (16, 9), "9:16": (9, 16)}
MAX_FRAMES: Final = 3_600
_SLOW_START = 3.0
"""The film's time to the power of three: an eighth of the epochs in the first half."""


@dataclass(frozen=True)
class FilmSettings:
    """`side` is the shorter side in pixels, `hold` how long the last frame stays, `title` the title card, in seconds.

    `first` and `last` are the places shown: epochs of a timeline, seconds of a recording. Raises `ValueError` for
    values out of range.
    """

    boundary: bool = True
    network: bool = True
    curves: bool = True
    epoch: bool = True
    caption: str = ""
    shape: str = "1:1"
    side: int = 480
    dark: bool = False
    slow_start: bool = True
    seconds: float = 10.0
    fps: int = 30
    loop: bool = True
    hold: float = 1.5
    title: float = 0.0
    first: float = 0.0
    last: float = math.inf

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"Film: the shape must be one of {', '.join(SHAPES)}, got {self.shape!r}")
        for name, low, high in (
            ("side", 120, 2160),
            ("seconds", 0.1, 120.0),
            ("fps", 1, 60),
            ("hold", 0.0, 10.0),
            ("title", 0.0, 10.0),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"Film: {name} must be {low:g} to {high:g}, got {value:g}")
        if not 0.0 <= self.first < self.last:
            raise ValueError(f"Film: last must be above first, got {self.first:g} to {self.last:g}")
        if self.frames > MAX_FRAMES:
            raise ValueError(f"Film: it must have at most {MAX_FRAMES:,} frames, got {self.frames:,}")
        if not (self.boundary or self.network or self.curves):
            raise ValueError("Film: boundary, network or curves must be in the picture")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, even, as video needs them."""
        across, down = SHAPES[self.shape]
        scale = self.side / min(across, down)
        return 2 * round(across * scale / 2), 2 * round(down * scale / 2)

    @property
    def title_frames(self) -> int:
        return round(self.title * self.fps)

    @property
    def frames(self) -> int:
        """Number of frames, with the title card and the held last one."""
        return self.title_frames + max(2, round(self.seconds * self.fps)) + round(self.hold * self.fps)

    def places(self, end: float) -> list[float]:
        """Positions of all frames after the title card: from `first` to `last`, at most `end`."""
        count = max(2, round(self.seconds * self.fps))
        share = np.linspace(0.0, 1.0, count)
        first, last = min(self.first, end), min(self.last, end)
        places = first + (last - first) * (share**_SLOW_START if self.slow_start else share)
        return [*places.tolist(), *[last] * round(self.hold * self.fps)]

    def estimated_bytes(self, suffix: str) -> int:
        """About how large the file gets: measured on films of points, a table and images, within a third."""
        width, height = self.size
        per_pixel = {".webp": 0.026, ".gif": 0.035, ".mp4": 0.0051}[suffix]
        moving = max(2, round(self.seconds * self.fps))
        return math.ceil(per_pixel * width * height * moving)
