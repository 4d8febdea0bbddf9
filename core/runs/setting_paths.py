"""The settings of an experiment by path, such as "optimizer.learning_rate" or "layers.dense.units".

A path goes from setting to setting by name, separated by points. Settings of training are at the top, as in files.
In `layers`, a number names one layer, and a kind all layers of that kind. A kind after a setting that holds one, as in
"regularizer.l2.rate", selects that kind first. "depth" is the number of hidden Dense layers, "features" the inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from ..data.features import FEATURES
from ..experiment.experiment import MAX_LAYERS, Experiment
from ..experiment.stack_problems import places_of, shapes_of
from ..nn import LAYERS, Dense, Layer
from ..nn.interventions import remap
from ..nn.stage import outer
from ..spec import Registry, Setting, SettingError, Spec
from ..train.training_config import TrainingConfig

_NOT_SWEPT: Final = {"name", "seed", "sealed", "training"}
_TRAINING: Final = {item.name for item in TrainingConfig.settings()}
_DEPTH: Final = Setting(
    "depth",
    "int",
    0,
    "Depth",
    0,
    MAX_LAYERS,
    help="How many hidden Dense layers there are, each with what follows it. The last one is repeated.",
)
_FEATURES: Final = Setting(
    "features", "choice", "", "Inputs", help='The features, as names with spaces: "x1 x2 sin_x1".'
)
_LAYERS: Final = Setting(
    "layers",
    "kinds",
    (),
    "Layers",
    registry=LAYERS,
    help='The hidden layers, as "dense 16 relu, dense 8 relu".',
)


@dataclass(frozen=True)
class SettingPath:
    """A setting of an experiment: its path, description and value; `group` is its card, "" of the training."""

    path: str
    setting: Setting
    value: Any
    group: str

    @property
    def title(self) -> str:
        """The label, with the card where the label alone says too little: "Dense: Units"."""
        return f"{self.group}: {self.setting.label}" if self.group else self.setting.label

    @property
    def is_number(self) -> bool:
        """Whether a range of values can be swept."""
        return self.setting.type in ("int", "float")


def sweepable_settings(experiment: Experiment) -> tuple[SettingPath, ...]:
    """All settings that a sweep may change, those of training first."""
    config, data = experiment.training, experiment.dataset
    found = [*_of(config, "", "", experiment)]
    found += [_path(experiment, "depth", "Network"), _path(experiment, "layers", "Network")]
    counts = [(kind, len(list(each))) for kind, each in groupby(sorted(x.kind for x in experiment.layers))]
    for kind, count in counts:
        title = LAYERS.get(kind).title
        first = next(layer for layer in experiment.layers if layer.kind == kind)
        found += _of(first, f"layers.{kind}.", f"All {title}" if count > 1 else title, experiment)
    if len(experiment.layers) > 1:
        for index, layer in enumerate(experiment.layers):
            found += _of(layer, f"layers.{index}.", f"{index + 1}. {layer.title}", experiment)
    found += _of(experiment.output, "output.", "Output", experiment)
    if data.family == "points":
        found.append(_path(experiment, "features", "Data"))
    found += _of(experiment, "", "Data", experiment)
    return tuple(found)


def setting_at(experiment: Experiment, path: str) -> Setting:
    """The setting at a path. Raises `SettingError` if there is none, or none that can be swept."""
    return _found(experiment, path)[0]


def value_at(experiment: Experiment, path: str) -> Any:
    """The value at a path; of several layers, the first one's. Raises `SettingError`."""
    return _found(experiment, path)[1]


def with_value(experiment: Experiment, path: str, value: Any) -> Experiment:
    """The experiment with another value at a path, from JSON too. Raises `SettingError`."""
    setting_at(experiment, path)
    head, *rest = path.split(".")
    if path == "depth":
        changed = experiment.replace(layers=_with_depth(experiment.layers, _DEPTH.check("Network", value)))
    elif path == "features":
        changed = experiment.replace(features=_names(value))
    elif path == "layers":
        changed = experiment.replace(layers=_LAYERS.check("Network", value))
    elif head == "layers":
        changed = experiment.replace(layers=_with_layers(experiment.layers, rest, value))
    elif head == "output":
        changed = experiment.replace(output=_with(experiment.output, rest, value))
    elif head in _TRAINING:
        changed = experiment.replace(training=_with(experiment.training, [head, *rest], value))
    else:
        changed = _with(experiment, [head, *rest], value)
    return _with_fitting_interventions(experiment, changed)


def _of(spec: Spec, prefix: str, group: str, experiment: Experiment) -> Iterator[SettingPath]:
    for item in spec.settings():
        if item.type in ("text", "kinds") or (isinstance(spec, Experiment) and item.name in _NOT_SWEPT):
            continue
        value = getattr(spec, item.name)
        yield SettingPath(f"{prefix}{item.name}", item, value, group)
        if item.type == "kind":
            yield from _of(value, f"{prefix}{item.name}.", value.title, experiment)


def _path(experiment: Experiment, path: str, group: str) -> SettingPath:
    return SettingPath(path, *_found(experiment, path), group)


def _found(experiment: Experiment, path: str) -> tuple[Setting, Any]:
    head, *rest = path.split(".")
    if path == "depth":
        return _DEPTH, sum(isinstance(layer, Dense) for layer in experiment.layers)
    if path == "features":
        return replace(_FEATURES, choices=tuple(FEATURES)), " ".join(experiment.features)
    if path == "layers":
        return _LAYERS, experiment.layers
    if head == "layers":
        layers = experiment.layers
        return _walk(layers[_places(layers, rest[0])[0]], rest[1:], path)
    if head == "output":
        return _walk(experiment.output, rest, path)
    if head in _TRAINING:
        return _walk(experiment.training, [head, *rest], path)
    if head in _NOT_SWEPT:
        why = "seeds are counted by `seeds`" if head == "seed" else "all trials have that of the experiment"
        raise SettingError(f"Sweep: {head} cannot be swept; {why}")
    return _walk(experiment, [head, *rest], path)


def _walk(spec: Spec, names: Sequence[str], path: str) -> tuple[Setting, Any]:
    item = _setting(spec, names, path)
    value = getattr(spec, names[0])
    if len(names) == 1:
        if item.type in ("text", "kinds"):
            raise SettingError(f"Sweep: {path} is text or a list, which cannot be swept")
        return item, value
    if item.type == "kinds" and value:
        return _walk(value[_places(value, names[1])[0]], names[2:], path)
    inner, rest = _chosen(item, value, names[1:], path)
    return _walk(inner, rest, path)


def _with(spec: Spec, names: Sequence[str], value: Any) -> Any:
    path = ".".join(names)
    item, before = _setting(spec, names, path), getattr(spec, names[0])
    if len(names) == 1:
        return spec.replace(**{names[0]: value})
    if item.type == "kinds":
        return spec.replace(**{names[0]: _with_layers(before, names[1:], value)})
    inner, rest = _chosen(item, before, names[1:], path)
    return spec.replace(**{names[0]: _with(inner, rest, value)})


def _setting(spec: Spec, names: Sequence[str], path: str) -> Setting:
    for item in spec.settings():
        if names and item.name == names[0]:
            return item
    known = ", ".join(item.name for item in spec.settings()) or "none"
    wanted = names[0] if names else ""
    raise SettingError(f"Sweep: {path}: {spec.title} has no setting called {wanted!r}; it has {known}")


def _chosen(item: Setting, value: Any, names: Sequence[str], path: str) -> tuple[Spec, Sequence[str]]:
    """The spec that the rest of a path is about: the value, or another kind that the path names."""
    if item.type != "kind" or not isinstance(item.registry, Registry):
        raise SettingError(f"Sweep: {path}: {item.label} has no settings of its own")
    if any(own.name == names[0] for own in value.settings()) or names[0] not in item.registry:
        return value, names
    kind = item.registry.get(names[0])
    return (value if type(value) is kind else kind()), names[1:]


def _places(layers: Sequence[Layer], word: str) -> list[int]:
    """The indices of the layers that a word names, at least one."""
    if word.isdecimal():
        if len(word) < 10 and int(word) < len(layers):
            return [int(word)]
        raise SettingError(f"Sweep: layers must be from 0 to {len(layers) - 1}, got {word}")
    places = [place for place, layer in enumerate(layers) if layer.kind == word]
    if not places:
        known = ", ".join(dict.fromkeys(layer.kind for layer in layers)) or "none"
        raise SettingError(f"Sweep: layers must be named by a number or a kind ({known}), got {word!r}")
    return places


def _with_layers(layers: tuple[Layer, ...], names: Sequence[str], value: Any) -> tuple[Layer, ...]:
    places = _places(layers, names[0])
    return tuple(
        _with(layer, names[1:], value) if place in places else layer for place, layer in enumerate(layers)
    )


def _with_depth(layers: tuple[Layer, ...], depth: int) -> tuple[Layer, ...]:
    """The layers with `depth` Dense ones, each with what follows it."""
    starts = [place for place, layer in enumerate(layers) if isinstance(layer, Dense)]
    if not starts:
        return (*layers, *(Dense(),) * depth)
    blocks = [layers[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    blocks = [*blocks[:depth], *blocks[-1:] * max(0, depth - len(blocks))]
    return (*layers[: starts[0]], *(layer for block in blocks for layer in block))


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    if not isinstance(value, list | tuple):
        raise SettingError(f"Sweep: features must be names with spaces, got {value!r}")
    return tuple(value)


def _with_fitting_interventions(before: Experiment, after: Experiment) -> Experiment:
    """Without what is held of neurons that are no longer there."""
    held = before.interventions
    if not held or (before.stack() == after.stack() and before.input_shape == after.input_shape):
        return after
    if shapes_of(after)[1] is not None:
        return after.replace(interventions=())
    places, count = places_of(after), min(len(before.layers), len(after.layers))
    same = {path: path for path in places if outer(path) < count}
    return after.replace(interventions=remap(held, same, places))
