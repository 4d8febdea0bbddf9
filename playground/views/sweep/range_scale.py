"""How far the ends of a swept range can be dragged."""

from __future__ import annotations

import math
from typing import Final

from core.sweep.axes import LinearAxis, LogAxis
from core.sweep.setting_paths import SettingPath

_MOST_SPAN: Final = 1000
"""Of bounds between which ends are dragged over all that is allowed."""


def range_scale(axis: LinearAxis | LogAxis, item: SettingPath) -> tuple[float, float]:
    """The lowest and the highest end: within the bounds of the setting, some way beyond the range and its value."""
    of = item.setting
    least, most = -math.inf if of.low is None else of.low, math.inf if of.high is None else of.high
    if isinstance(axis, LogAxis):
        known = [axis.low, axis.high, *([item.value] if item.value > 0 else [])]
        low = 10.0 ** (math.floor(math.log10(min(known))) - 1)
        high = 10.0 ** (math.ceil(math.log10(max(known))) + 1)
        return (max(low, least) if least > 0 else low), min(high, most)
    if most - least <= _MOST_SPAN:
        low, high = least, most
    else:
        beyond = max(axis.high - axis.low, abs(item.value), 1.0)
        low, high = max(least, axis.low - beyond), min(most, axis.high + beyond)
    # The bound itself may not be allowed.
    return (low + (high - low) / 1000 if of.above and low == of.low else low), high
