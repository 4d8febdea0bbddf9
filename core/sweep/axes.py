"""The axes of a sweep: a setting by path and the values that are tried."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, ClassVar

from ..experiment.experiment import Experiment
from ..runs.setting_paths import setting_at, with_value
from ..spec import Registry, Setting, SettingError, Spec, setting

AXES: Registry[Axis]
_MAX_VALUES = 1000


class Axis(Spec):
    """Base of the kinds: the path of a setting, see `setting_paths`."""

    path: str = setting(
        "optimizer.learning_rate", "Setting", help='Which setting, such as "layers.dense.units".'
    )

    has_order: ClassVar[bool] = True
    """Whether values between two others make sense."""

    def bind(self, experiment: Experiment) -> BoundAxis:
        """The axis of an experiment, its values checked. Raises `SettingError`."""
        return BoundAxis(self, setting_at(experiment, self.path))

    def points(self, of: Setting) -> tuple[Any, ...]:
        """The values of a grid."""
        raise NotImplementedError

    def at(self, share: float, of: Setting) -> Any:
        """The value at a share of the way, from 0 to below 1."""
        values = self.points(of)
        return values[min(int(share * len(values)), len(values) - 1)]


AXES = Registry("axis")


class _Listed(Axis):
    values: tuple[Any, ...] = ()
    extras = ("values",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.values, list | tuple) or not 1 <= len(self.values) <= _MAX_VALUES:
            found = len(self.values) if isinstance(self.values, list | tuple) else self.values
            raise SettingError(f"{self.title}: values must be a list of 1 to {_MAX_VALUES}, got {found!r}")
        values = [part.to_json() if isinstance(part, Spec) else part for part in self.values]
        object.__setattr__(self, "values", tuple(values))

    def __hash__(self) -> int:
        return hash((type(self), self.path, _text(self.values)))

    def to_json(self) -> dict[str, Any]:
        return super().to_json() | {"values": list(self.values)}

    def points(self, of: Setting) -> tuple[Any, ...]:
        return self.values


@AXES.register()
class ListAxis(_Listed):
    """Values in an order, usually numbers."""

    kind = "list"
    title = "List"
    summary = "values one by one"

    __hash__ = _Listed.__hash__


@AXES.register()
class ChoiceAxis(_Listed):
    """Values without an order, such as optimizers, activations or whole networks."""

    kind = "choice"
    title = "Choice"
    summary = "one of several"
    has_order = False

    __hash__ = _Listed.__hash__


class _Range(Axis):
    low: float = setting(0.0, "From")
    high: float = setting(1.0, "To")
    count: int = setting(5, "Values", low=1, high=_MAX_VALUES, help="How many values a grid has.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low > self.high:
            raise SettingError(f"{self.title}: from must be at most to ({self.high:g}), got {self.low:g}")

    def bind(self, experiment: Experiment) -> BoundAxis:
        of = setting_at(experiment, self.path)
        if of.type not in ("int", "float"):
            raise SettingError(f"{self.title}: {self.path} must be a number, got a setting of type {of.type}")
        return BoundAxis(self, of)

    def points(self, of: Setting) -> tuple[Any, ...]:
        shares = [place / max(1, self.count - 1) for place in range(self.count)]
        return tuple(dict.fromkeys(self.at(share, of) for share in shares))

    def at(self, share: float, of: Setting) -> Any:
        value = self._between(share)
        # Four digits: 0.03162 instead of 0.03162277660168379.
        return round(value) if of.type == "int" else float(f"{value:.4g}") if 0 < share < 1 else value

    def _between(self, share: float) -> float:
        raise NotImplementedError


@AXES.register()
class LinearAxis(_Range):
    """Values at equal distances."""

    kind = "linear"
    title = "Linear"
    summary = "equal steps"

    def _between(self, share: float) -> float:
        return self.high if share == 1 else self.low + share * (self.high - self.low)


@AXES.register()
class LogAxis(_Range):
    """Values at equal ratios, for settings such as learning rates."""

    kind = "log"
    title = "Log"
    summary = "equal ratios"

    low: float = setting(0.001, "From", low=0.0, above=True)
    high: float = setting(1.0, "To", low=0.0, above=True)

    def _between(self, share: float) -> float:
        if share in (0, 1):
            return self.high if share else self.low
        return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))


@dataclass(frozen=True)
class BoundAxis:
    """An axis and the setting that it changes."""

    axis: Axis
    setting: Setting

    @property
    def path(self) -> str:
        return self.axis.path

    @property
    def has_range(self) -> bool:
        """Whether any number between its ends can be tried."""
        return isinstance(self.axis, _Range)

    def points(self) -> tuple[Any, ...]:
        """The values of a grid, without repetitions."""
        unique = {_text(value): value for value in self.axis.points(self.setting)}
        return tuple(unique.values())

    def at(self, share: float) -> Any:
        """The value at a share of the way, from 0 to below 1."""
        return self.axis.at(share, self.setting)

    def check(self, experiment: Experiment) -> None:
        """Raise `SettingError` unless every value fits the setting."""
        for value in self.points():
            with_value(experiment, self.path, value)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
