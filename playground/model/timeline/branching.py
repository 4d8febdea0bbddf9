"""An edit made while an earlier moment is looked at, applied to the settings of that moment."""

from __future__ import annotations

from typing import Any, TypeVar

from core.experiment.experiment import Experiment
from core.spec import Spec

S = TypeVar("S", bound=Spec)
_FIELDS = tuple(name for name in Experiment.__dataclass_fields__ if name not in ("name", "training"))


def with_changes_of(past: Experiment, old: Experiment, new: Experiment) -> Experiment:
    """`past` with each setting that differs between `old` and `new` as in `new`."""
    changed: dict[str, Any] = {name: getattr(new, name) for name in _FIELDS if _differ(name, old, new)}
    training = {
        name: getattr(new.training, name)
        for name in type(new.training).__dataclass_fields__
        if _differ(name, old.training, new.training)
    }
    return past.replace(**changed, training=past.training.replace(**training))


def _differ(name: str, old: Spec, new: Spec) -> bool:
    return bool(getattr(old, name) != getattr(new, name))
