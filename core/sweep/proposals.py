"""Axes and sweeps to begin with, from what an experiment has."""

from __future__ import annotations

from ..experiment.experiment import Experiment
from ..runs.setting_paths import SettingPath, setting_at, sweepable_settings, with_value
from ..spec import Registry, SettingError
from .axes import Axis, ChoiceAxis, LinearAxis, ListAxis, LogAxis
from .sweep import Sweep

_EPOCHS = 100
_MAX_CHOICES = 6
_MAX_OFFERED = 12
_FACTORS = (0.1, 0.3, 1.0, 3.0, 10.0)


def proposed_axis(item: SettingPath, experiment: Experiment) -> Axis:
    """Values around the present one, all of which the experiment can have."""
    axis = _proposed(item)
    fitting = [value for value in axis.bind(experiment).points() if _fits(experiment, item.path, value)]
    if isinstance(axis, ListAxis | ChoiceAxis):
        return axis.replace(values=tuple(fitting) or (_plain(item.value),))
    return axis


def offered_values(item: SettingPath, experiment: Experiment) -> tuple[object, ...]:
    """Values that are worth a trial beside those of an axis, each of which the experiment can have."""
    of, value = item.setting, item.value
    values: tuple[object, ...] = proposed_axis(item, experiment).bind(experiment).points()
    if of.type == "choice" and of.choices:
        values = of.choices
    elif of.type == "kind" and isinstance(of.registry, Registry):
        values = (value.kind, *(name for name in of.registry.names() if name != value.kind))
    elif of.type == "int" and value > 1:
        values = tuple(dict.fromkeys((value // 4 or 1, value // 2, value, 2 * value, 4 * value)))
    elif of.type == "float" and value > 0 and (of.high is None or of.high > 1):
        values = tuple(float(f"{factor * value:.1g}") if factor != 1 else value for factor in _FACTORS)
    return tuple(each for each in values if _fits(experiment, item.path, each))[:_MAX_OFFERED]


def example_sweep(experiment: Experiment) -> Sweep:
    """Learning rates times widths, where there are hidden Dense layers, else batch sizes; two seeds each."""
    listed = {item.path: item for item in sweepable_settings(experiment)}
    second = "layers.dense.units" if "layers.dense.units" in listed else "batch_size"
    axes = tuple(proposed_axis(listed[path], experiment) for path in ("optimizer.learning_rate", second))
    return Sweep(axes=axes, experiment=experiment, seeds=2, epochs=_EPOCHS)


def _proposed(item: SettingPath) -> Axis:
    of, value = item.setting, item.value
    if item.path == "features":
        return ChoiceAxis(item.path, values=tuple(dict.fromkeys(("x1 x2", value))))
    if of.type == "bool":
        return ChoiceAxis(item.path, values=(False, True))
    if of.type == "choice":
        return ChoiceAxis(item.path, values=of.choices[:_MAX_CHOICES])
    if of.type == "kind" and isinstance(of.registry, Registry):
        others = [name for name in of.registry.names() if name != value.kind]
        return ChoiceAxis(item.path, values=(value.to_json(), *others[: _MAX_CHOICES - 1]))
    if of.type == "int":
        around = (value // 2, value, 2 * value) if value > 1 else (value, value + 1, value + 2)
        return ListAxis(item.path, values=tuple(dict.fromkeys(around)))
    if of.type == "float":
        return _range(item)
    return ListAxis(item.path, values=(_plain(value),))


def _range(item: SettingPath) -> Axis:
    """A range around a number: ratios where it may be small, as a rate, else between its bounds."""
    of, value = item.setting, item.value
    if of.low is not None and of.high is not None and of.high <= 1 and not of.above:
        return LinearAxis(item.path, low=of.low, high=of.high, count=5)
    if value > 0:
        low, high = max(value / 10, of.low or 0.0), min(value * 10, of.high or value * 10)
        return LogAxis(item.path, low=float(f"{low:.3g}"), high=float(f"{high:.3g}"), count=5)
    return LinearAxis(item.path, low=value, high=min(value + 1, of.high or value + 1), count=5)


def _fits(experiment: Experiment, path: str, value: object) -> bool:
    try:
        with_value(experiment, path, value)
    except SettingError:
        return False
    return setting_at(experiment, path) is not None


def _plain(value: object) -> object:
    return (
        [part.to_json() if hasattr(part, "to_json") else part for part in value]
        if isinstance(value, tuple)
        else value
    )
