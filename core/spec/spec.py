"""Describe a kind of thing once, and read the description everywhere.

A layer, dataset, loss, optimizer, initializer or exporter is a *kind*: a frozen dataclass that derives from `Spec`
and is registered once. Its fields are its settings; what `setting()` says of a field is all that the checks, the
JSON, the forms and the exporters need to know.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self

from core.spec.setting import Setting

__all__ = ["Difference", "Spec", "differences"]


@dataclass(frozen=True)
class Spec:
    """Base of every kind. Construction checks and normalizes the settings, so that a spec that exists is valid."""

    kind: ClassVar[str] = ""
    """The kind's name in JSON and on the command line."""
    title: ClassVar[str] = ""
    """The kind's name on the screen and in messages."""
    summary: ClassVar[str] = ""
    """A few words under the title: what it is for."""
    extras: ClassVar[tuple[str, ...]] = ()
    """Fields that are in the JSON and yet no settings; the kind itself checks and writes them."""

    def __post_init__(self) -> None:
        for item in self.settings():
            checked = item.check(self.title, getattr(self, item.name))
            object.__setattr__(self, item.name, checked)

    @classmethod
    @cache
    def settings(cls) -> tuple[Setting, ...]:
        """The kind's settings, in the order of its fields."""
        return tuple(
            dataclasses.replace(field.metadata["setting"], name=field.name)
            for field in dataclasses.fields(cls)
            if "setting" in field.metadata
        )

    @classmethod
    def setting(cls, name: str) -> Setting:
        """The setting called `name`; raises `KeyError` when the kind has none."""
        for item in cls.settings():
            if item.name == name:
                return item
        raise KeyError(name)

    def replace(self, **changes: Any) -> Self:
        """A copy with some settings changed."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready description: the kind's name, then every setting by name."""
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
    """One setting whose value differs between two specs: its path from the outermost spec, and both values."""

    path: tuple[str, ...]
    setting: Setting
    old: Any
    new: Any


def differences(old: Spec, new: Spec, path: tuple[str, ...] = ()) -> tuple[Difference, ...]:
    """The settings that differ between two specs of one kind, down to the innermost.

    A setting whose value is a spec of another kind is one difference; of the same kind, its own settings are compared.
    """
    found: list[Difference] = []
    for item in old.settings():
        before, after = getattr(old, item.name), getattr(new, item.name)
        if before == after:
            continue
        place = (*path, item.name)
        inner = isinstance(before, Spec) and type(before) is type(after)
        found += differences(before, after, place) if inner else [Difference(place, item, before, after)]
    return tuple(found)
