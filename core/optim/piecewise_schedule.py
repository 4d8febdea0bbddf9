"""A learning rate schedule through points."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Final

from ..spec import SettingError, setting
from .schedules import SCHEDULES, Schedule

MAX_SHARE: Final = 1_000.0


@SCHEDULES.register("drawn", "piecewise_linear")
class PiecewiseLinear(Schedule):
    """base * the share that lies on straight lines between points, over epochs; constant before and after them.

    On a logarithmic scale the logarithms of the shares lie on straight lines, as in PyTorch's ExponentialLR.
    """

    kind = "piecewise"
    title = "Piecewise linear"
    summary = "Straight lines through points of your own"

    points: tuple[float, ...] = setting(
        (0.0, 1.0, 50.0, 1.0, 100.0, 0.01),
        "Points",
        "Pairs of an epoch and the share of the learning rate there: 0, 1, 50, 1, 100, 0.01 begins to fall at 50.",
        low=0.0,
        high=1_000_000.0,
        live=True,
    )
    scale: str = setting(
        "log",
        "Scale",
        "Whether the rate or its logarithm lies on a straight line between two points.",
        choices=("log", "linear"),
        live=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.points) % 2:
            raise SettingError(f"{self.title}: points must be pairs, got {len(self.points)} numbers")
        for before, after in zip(self.epochs, self.epochs[1:], strict=False):
            if not before < after:
                raise SettingError(
                    f"{self.title}: epochs of points must ascend, got {before:g} before {after:g}"
                )
        for share in self.shares:
            if share > MAX_SHARE:
                raise SettingError(f"{self.title}: shares must be at most {MAX_SHARE:g}, got {share:g}")
            if share == 0.0 and self.scale == "log":
                raise SettingError(f"{self.title}: shares must be more than 0 on a logarithmic scale, got 0")

    @property
    def epochs(self) -> tuple[float, ...]:
        """The epochs of the points, ascending."""
        return self.points[::2]

    @property
    def shares(self) -> tuple[float, ...]:
        """The shares of the points."""
        return self.points[1::2]

    def rate(self, base: float, step: int, steps_per_epoch: int) -> float:
        return base * self.share_at(step / steps_per_epoch)

    def share_at(self, epoch: float) -> float:
        """The share of the learning rate at a fractional epoch."""
        epochs, shares = self.epochs, self.shares
        after = bisect_right(epochs, epoch)
        if after in (0, len(epochs)):
            return shares[min(after, len(epochs) - 1)]
        part = (epoch - epochs[after - 1]) / (epochs[after] - epochs[after - 1])
        low, high = shares[after - 1], shares[after]
        if self.scale == "log":
            return math.exp(math.log(low) + part * (math.log(high) - math.log(low)))
        return low + part * (high - low)
