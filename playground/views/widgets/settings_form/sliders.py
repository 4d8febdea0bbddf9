"""Sliders for bounded numeric settings: step, scale and value format."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QWidget

from core.spec import Setting
from playground.views.widgets import LabeledSlider

_STEPS = 50
_LOG_RATIO = 100


def fits_slider(setting: Setting) -> bool:
    """Whether a float gets a slider: a short range with both ends on the scale."""
    if setting.type != "float" or setting.suggestions or setting.low is None or setting.high is None:
        return False
    span = setting.high - setting.low
    ticks = span / _step(setting)
    return span <= 1 and abs(ticks - round(ticks)) < 1e-6


def slider_for(setting: Setting, value: float, parent: QWidget | None = None) -> LabeledSlider:
    """A slider over the setting's range, logarithmic for integers over more than two decades.

    Its value is a float for integers too: round it. Raises `ValueError` for an unbounded setting.
    """
    if setting.low is None or setting.high is None:
        raise ValueError(f"{setting.label} must have two limits to be shown as a slider")
    step = _step(setting)
    low = setting.low + step if setting.above else setting.low
    log = setting.type == "int" and low > 0 and setting.high / low > _LOG_RATIO
    decimals = 0 if setting.type == "int" else max(0, -math.floor(math.log10(step) + 1e-9))
    return LabeledSlider(
        setting.label,
        low,
        setting.high,
        value,
        default=setting.default,
        step=step,
        log=log,
        formatter=lambda number: written(number, decimals, setting.unit),
        tooltip=setting.help,
        parent=parent,
    )


def written(number: float, decimals: int, unit: str = "") -> str:
    """The number with `decimals` digits, or as many as are needed to be exact."""
    text = f"{number:,.{decimals}f}"
    if decimals and abs(round(number, decimals) - number) > 1e-9:
        text = f"{number:.6g}"
    return f"{text} {unit}".rstrip()


def _step(setting: Setting) -> float:
    """1 for integers, else 1, 2 or 5 times a power of ten, at most a fiftieth of the range."""
    if setting.type == "int" or setting.low is None or setting.high is None:
        return 1.0
    wanted = (setting.high - setting.low) / _STEPS
    power = 10.0 ** math.floor(math.log10(wanted) + 1e-9)
    factor = max(f for f in (1, 2, 5) if f * power <= wanted * (1 + 1e-9))
    return float(f"{factor * power:.6g}")
