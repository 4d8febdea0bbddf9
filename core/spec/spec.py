"""Specs: frozen dataclasses whose fields are validated settings.

A layer, dataset, loss, optimizer, initializer or exporter is a *kind*: a registered subclass of `Spec`. Validation,
JSON, forms and exporters are all derived from what `setting()` declares for each field.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import FrozenInstanceError, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

from .instead import InitSignature, unknown_name
from .setting import Setting, SettingError

_unlimited: ContextVar[bool] = ContextVar("unlimited", default=False)


class UnknownSettingError(SettingError, TypeError):
    """An argument that a kind does not have, which is a `TypeError` in Python; the message says what there is."""


@contextmanager
def without_limits() -> Iterator[None]:
    """Let what a program of the library made be more than forms take, as in reading its own files."""
    token = _unlimited.set(True)
    try:
        yield
    finally:
        _unlimited.reset(token)


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
    equations: ClassVar[tuple[str, ...]] = ()
    """Its formula, then its derivatives, as text that is typeset in the documentation; L is the loss."""
    extras: ClassVar[tuple[str, ...]] = ()
    """JSON fields that are not settings; the kind validates them itself, and writes them unless `writes_extras`."""
    writes_extras: ClassVar[bool] = False
    """Whether `to_json` has the extras behind the settings."""
    field_names: ClassVar[tuple[str, ...]] = ()
    """The settings and all else that is given at construction, in order."""
    _compared: ClassVar[tuple[str, ...]] = ()
    _arguments: ClassVar[tuple[str, ...]] = ()
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        made = dataclass(repr=False, eq=False)(cls)
        cls.field_names = tuple(field.name for field in dataclasses.fields(made))
        code = made.__init__.__code__
        cls._arguments = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        cls._compared = tuple(field.name for field in dataclasses.fields(made) if field.compare)

    if not TYPE_CHECKING:
        __signature__ = InitSignature()

        def __new__(cls, *_: Any, **given: Any) -> Self:
            for name in given:
                if name not in cls._arguments:
                    raise UnknownSettingError(unknown_name(cls.__name__, name, cls._arguments))
            return super().__new__(cls)

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
        return tuple([getattr(self, name) for name in self._compared])

    def __post_init__(self) -> None:
        for item in self._own_limits():
            checked = item.check(self.title, getattr(self, item.name))
            object.__setattr__(self, item.name, checked)

    def check_limits(self, names: Collection[str] = ()) -> None:
        """Raise `SettingError` unless forms and files can have the settings, or those of `names` alone."""
        if _unlimited.get():
            return
        for item in self.settings():
            if names and item.name not in names:
                continue
            value = getattr(self, item.name)
            if item.of_forms:
                item.check(self.title, value)
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, Spec):
                    part.check_limits()

    @classmethod
    @cache
    def _own_limits(cls) -> tuple[Setting, ...]:
        """The settings without the limits that are those of forms and files."""
        return tuple(
            dataclasses.replace(item, high=None) if item.of_forms else item for item in cls.settings()
        )

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
        """A copy with some settings changed, within the limits of forms."""
        made = dataclasses.replace(self, **changes)
        made.check_limits(changes.keys())
        return made

    def to_json(self) -> dict[str, Any]:
        """JSON-ready dict: "kind", then every setting by name."""
        result: dict[str, Any] = {"kind": self.kind}
        extras = self.extras if self.writes_extras else ()
        for name in (*(item.name for item in self.settings()), *extras):
            value = getattr(self, name)
            if isinstance(value, Spec):
                value = value.to_json()
            elif isinstance(value, tuple):
                value = [part.to_json() if isinstance(part, Spec) else part for part in value]
            result[name] = value
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
