"""The standard library's `dataclass` for frozen classes, which are completed when they are first used.

It compiles six methods of each class. The window imports 330 such classes and uses 66 until it is painted; to compile
the methods of all took 0.09 s, an eighth of the start.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from threading import RLock
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass"]

_ADDED = ("__init__", "__repr__", "__match_args__", "__dataclass_fields__", "__dataclass_params__")
_COMPARING = ("__eq__", "__hash__")
_OF_EVERY_CLASS = ("__dict__", "__weakref__")
# Of threads that use a class at the same time, one completes it and the others wait.
_completing = RLock()

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, eq: bool = True) -> Callable[[type], type]:
        """Class decorator. A completed class is as the standard library makes it."""
        if not frozen:
            raise TypeError(
                "Only frozen dataclasses are completed late; for others there is the standard library's"
            )

        def postpone(cls: type) -> type:
            own = dict(vars(cls))
            late = [name for name in (*_ADDED, *_COMPARING[: 2 * eq]) if own.get(name) is None]
            late += [name for name, value in own.items() if isinstance(value, dataclasses.Field)]
            for name in late:
                setattr(cls, name, _Late(cls, name, own.get(name), eq))
            cls.__setattr__, cls.__delattr__ = _refuse_to_assign, _refuse_to_delete
            return cls

        return postpone


class _Late:
    """What stands in a class for an attribute until the class is completed, which the first use of it does."""

    def __init__(self, cls: type, name: str, declared: Any, eq: bool) -> None:
        self._cls, self._name, self.declared, self._eq = cls, name, declared, eq

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        _complete(self._cls, self._eq)
        if self._name not in vars(self._cls):  # a field without default
            return getattr(owner if instance is None else instance, self._name)
        value = vars(self._cls)[self._name]
        bind = getattr(type(value), "__get__", None)
        return value if bind is None else bind(value, instance, owner)


def _complete(cls: type, eq: bool) -> None:
    with _completing:
        namespace = {name: value for name, value in vars(cls).items() if name not in _OF_EVERY_CLASS}
        late = {name: value for name, value in namespace.items() if isinstance(value, _Late)}
        if not late:
            return
        # A copy is completed: of `cls` itself another thread would find half.
        for name, value in late.items():
            del namespace[name]
            if value.declared is not None:
                namespace[name] = value.declared
        del namespace["__setattr__"], namespace["__delattr__"]
        copy: Any = type(cls)(cls.__name__, cls.__bases__, {**namespace, "__qualname__": cls.__qualname__})
        made = vars(dataclasses.dataclass(frozen=True, eq=eq)(copy))
        for name in [*late, *(made.keys() - vars(cls).keys())]:
            if name in made:
                setattr(cls, name, made[name])
            else:
                delattr(cls, name)


def _refuse_to_assign(self: object, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
