"""The scale of the whole window: text, controls and pictures. Qt reads it when the application is made."""

from __future__ import annotations

import os
from typing import Final

SCALES: Final = (100, 125, 150, 175, 200)
"""In percent."""
_VARIABLE: Final = "QT_SCALE_FACTOR"


def apply_scale(percent: int) -> None:
    """Set the scale, before the QApplication is made. One that the user's environment sets stays."""
    if _VARIABLE not in os.environ and percent != 100:
        os.environ[_VARIABLE] = f"{percent / 100:g}"


def applied_scale() -> int:
    """The scale in percent that this program was started with."""
    try:
        return round(100 * float(os.environ.get(_VARIABLE, "1")))
    except (ValueError, OverflowError):
        # Qt ignores what is no number.
        return 100


def fitting_scales(screen: tuple[int, int], window: tuple[int, int]) -> tuple[int, ...]:
    """The scales at which a window of at least this size fits on the screen; sizes as Qt reports them now."""
    room = min(has / needs for has, needs in zip(screen, window, strict=True)) * applied_scale()
    return tuple(scale for scale in SCALES if scale == SCALES[0] or scale <= room)
