"""Settings of a film: content, size and speed."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from core.spec import SettingError, Spec, setting

FORMATS: Final = {".webp": "WebP", ".gif": "GIF", ".mp4": "MP4"}
"""Names of the formats by their suffix."""
SHAPES: Final = {"1:1": (1, 1), "16:9": (16, 9), "9:16": (9, 16)}
MAX_FRAMES: Final = 3_600
_SLOW_START = 3.0
"""The film's time to the power of three: an eighth of the epochs in the first half."""


class LastFilm(Spec):
    kind = "film"
    keys = (("last", "export/film"),)
    last: str = setting("", "")
    """Its settings and format as JSON; "" for none."""


class FilmSettings(Spec):
    """`first` and `last` are the epochs between which it goes.

    Raises `SettingError`, a `ValueError`, for values out of range.
    """

    title = "Film"

    boundary: bool = setting(
        True, "Boundary", help="What the network predicts over the plane, with the points."
    )
    network: bool = setting(True, "Network", help="Layers, neurons and weights.")
    curves: bool = setting(True, "Curves", help="Accuracy, and both losses over the epochs.")
    epoch: bool = setting(True, "Epoch", help="The epoch that is seen, in the upper right corner.")
    caption: str = setting("", "Caption", help="The line above the picture, and on the title card.")
    shape: str = setting("1:1", "Shape", choices=tuple(SHAPES), help="Width to height.")
    side: int = setting(
        480,
        "Shorter side",
        low=120,
        high=2160,
        suggestions=(240, 360, 480, 720, 1080),
        unit="px",
        help="Of the picture.",
    )
    seconds: float = setting(
        10.0, "Seconds", low=0.1, high=120.0, suggestions=(5.0, 10.0, 20.0, 60.0),
        help="How long the training lasts in the film.",
    )  # fmt: skip
    fps: int = setting(
        30, "Frames per second", low=1, high=60, suggestions=(10, 20, 30, 60),
        help="More are smoother, and make a larger file.",
    )  # fmt: skip
    hold: float = setting(
        1.5, "Last frame (s)", low=0.0, high=10.0, suggestions=(0.0, 1.5, 3.0),
        help="How long it stays, to look at what was learned before the film begins again.",
    )  # fmt: skip
    title_card: float = setting(
        0.0, "Title card (s)", low=0.0, high=10.0, suggestions=(0.0, 1.5, 3.0),
        help="How long the caption alone is shown at the beginning.",
    )  # fmt: skip
    dark: bool = setting(False, "Dark", help="Light on dark, as the dark theme.")
    slow_start: bool = setting(
        True, "Slow start", help="The first epochs, in which most is learned, last longer than the others."
    )
    loop: bool = setting(True, "Loop", help="Begin again at the end; a video's player decides that itself.")
    first: float = 0.0
    last: float = math.inf

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 <= self.first < self.last:
            raise SettingError(f"Film: last must be above first, got {self.first:g} to {self.last:g}")
        if self.frames > MAX_FRAMES:
            raise SettingError(f"Film: it must have at most {MAX_FRAMES:,} frames, got {self.frames:,}")
        if not (self.boundary or self.network or self.curves):
            raise SettingError("Film: boundary, network or curves must be in the picture")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, even, as video needs them."""
        across, down = SHAPES[self.shape]
        scale = self.side / min(across, down)
        return 2 * round(across * scale / 2), 2 * round(down * scale / 2)

    @property
    def title_frames(self) -> int:
        return round(self.title_card * self.fps)

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
