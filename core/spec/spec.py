"""Specs: frozen dataclasses whose fields are validated settings.

A layer, dataset, loss, optimizer, initializer or exporter is a *kind*: a registered subclass of `Spec`. Validation,
JSON, forms and exporters are all derived from what `setting()` declares for each field.
"""

from __future__ import annotations

import dataclasses
from dataclasses import FrozenInstanceError, dataclass
from functools import cache
from typing import Any, ClassVar, Self, dataclass_transform

from core.spec.setting import Setting


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
class Spec:
    """Base of every kind. Construction validates and normalizes the settings, so every instance is valid.

    A class derived from it is a frozen dataclass without a decorator. Of the methods that `dataclass(frozen=True)`
    would compile for each, all but `__init__` are here once: that saves 6 % of the start.
    """

    kind: ClassVar[str] = ""
    """Name in JSON and on the command line."""
    title: ClassVar[str] = ""
    """Name on the screen and in messages."""
    summary: ClassVar[str] = ""
    """A few words on its use, shown under the title."""
    extras: ClassVar[tuple[str, ...]] = ()
    """JSON fields that are not settings; the kind validates and writes them itself."""
    field_names: ClassVar[tuple[str, ...]] = ()
    """The settings and all else that is given at construction, in order."""
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        made = dataclass(repr=False, eq=False)(cls)
        cls.field_names = tuple(field.name for field in dataclasses.fields(made))

    def __setattr__(self, name: str, value: Any) -> None:
        # `__init__` sets each field once.
        if name in vars(self) or name not in self.field_names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._field_values() == other._field_values()

    def __hash__(self) -> int:
        return hash(self._field_values())

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr
        )
        return f"{type(self).__qualname__}({shown})"

    def _field_values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.field_names])

    def __post_init__(self) -> None:
        for item in self.settings():
            checked = item.check(self.title, getattr(self, item.name))
            object.__setattr__(self, item.name, checked)

    @classmethod
    @cache
    def settings(cls) -> tuple[Setting, ...]:
        """The settings, in field order."""
        return tuple(
            dataclasses.replace(field.metadata["setting"], name=field.name)
            for field in dataclasses.fields(cls)
            if "setting" in field.metadata
        )

    @classmethod
    def setting(cls, name: str) -> Setting:
        """The setting called `name`; `KeyError` when there is none."""
        for item in cls.settings():
            if item.name == name:
                return item
        raise KeyError(name)

    def replace(self, **changes: Any) -> Self:
        """A copy with some settings changed."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """JSON-ready dict: "kind", then every setting by name."""
        result: dict[str, Any] = {"kind": self.kind}
        for item in self.settings():
            value = getattr(self, item.name)
            if isinstance(value, Spec):
                value = value.to_json()
            elif isinstance(value, tuple):
                value = [part.to_json() if isinstance(part, Spec) else part for part in value]
            result[item.name] = value
        return result


@dataclass(frozen=True)
class Difference:
    """A setting that differs between two specs: its path from the outermost spec, and both values."""

    path: tuple[str, ...]
    setting: Setting
    old: Any
    new: Any


def differences(old: Spec, new: Spec, path: tuple[str, ...] = ()) -> tuple[Difference, ...]:
    """Settings that differ between two specs of one kind, recursively.

    A nested spec of another kind is one difference; of the same kind, its settings are compared.
    """
    found: list[Difference] = []
    for item in old.settings():
        before, after = getattr(old, item.name), getattr(new, item.name)
        if before == after:
            continue
        place = (*path, item.name)
        inner = (
            differences(before, after, place)
            if type(before) is type(after) and isinstance(before, Spec)
            else ()
        )
        found += inner
        # What is no setting, such as painted points, may differ as well.
        if not inner or any(getattr(before, name) != getattr(after, name) for name in before.extras):
            found.append(Difference(place, item, before, after))
    return tuple(found)
