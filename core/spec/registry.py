"""A registry of kinds by name, conversion of user input to specs, and kinds found by importing a package."""

from __future__ import annotations

import bisect
import difflib
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar, cast

from ..io.budget import spend
from .notation import Former, specs_from_text
from .setting import Given, SettingError
from .spec import Spec

K = TypeVar("K", bound=Spec)
S = TypeVar("S", bound=Spec)

KindSetting = Given[K, K | type[K] | str | Mapping[str, Any] | None]
"""A kind, which `Registry.make` makes of what is given."""
Name = TypeVar("Name", bound=str)
NamedSetting = Given[K, K | type[K] | Name | Mapping[str, Any] | None]
"""A `KindSetting` of which type checkers know the names, a `Literal`."""


class Registry(Generic[K]):
    """The kinds of one category, by name. `noun` names the category in messages ("layer", "loss").

    `none` is the name of the kind that None stands for, as in Keras; "" where it stands for nothing.
    """

    absent: ClassVar[str] = ""
    """What may have a kind that is not there, for the message that says so; "" where all are there."""

    def __init__(self, noun: str, none: str = "") -> None:
        self.noun, self._none = noun, none
        self._one = f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
        self._kinds: dict[str, type[K]] = {}
        self._aliases: dict[str, str] = {}
        self._former: dict[str, Former] = {}
        self._admitted: list[type[K]] = []
        self._defined: dict[str, type[K]] = {}

    def register(
        self, *aliases: str, was: Mapping[str, Former] = MappingProxyType({})
    ) -> Callable[[type[S]], type[S]]:
        """Class decorator: register a kind under its `kind` name and `aliases`, and for kinds that it `was`."""

        # A type of its own: type checkers would take every kind for the base of all.
        def enter(kind: type[S]) -> type[S]:
            for name in (kind.kind, *aliases, *was):
                if name in self._kinds or name in self._aliases:
                    raise ValueError(f"{self.noun} {name!r} is registered twice")
            self._kinds[kind.kind] = cast(type[K], kind)
            self._aliases.update(dict.fromkeys((*aliases, *was), kind.kind))
            self._former.update(was)
            return kind

        return enter

    def admit(self, kind: type[S]) -> type[S]:
        """Class decorator: take specs of `kind` that a program makes, without a name or a place in menus."""
        self._admitted.append(cast(type[K], kind))
        return kind

    def define(self, kind: type[S]) -> None:
        """Take a kind that a program defines, in place of its last of that name: files know it, and no menu."""
        if kind.kind in self:
            raise ValueError(f"{self.noun} {kind.kind!r} is there already; call the class otherwise")
        self._defined[kind.kind] = cast(type[K], kind)

    def __iter__(self) -> Iterator[type[K]]:
        return iter(self._kinds.values())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._canonical(name) in self._kinds

    def names(self) -> tuple[str, ...]:
        """Names in order of registration, without aliases."""
        return tuple(self._kinds)

    def get(self, name: str) -> type[K]:
        """The kind called `name`, ignoring case and "-" or "_"; `SettingError` suggests close names."""
        found = self._kinds.get(self._canonical(name)) or self._defined.get(name)
        if found is not None:
            return found
        near = difflib.get_close_matches(name.lower(), [*self._kinds, *self._aliases], 1)
        hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(self._kinds)}"
        hint = f"{self.absent}, or {hint}" if self.absent else hint
        raise SettingError(f"There is no {self.noun} called {name!r}; {hint}")

    def former(self, name: str) -> Former:
        """How a kind called `name` is read, which another may have taken the place of."""
        return next(
            (found for each in _spellings(name) if (found := self._former.get(each)) is not None), Former()
        )

    def make(self, value: str | K | type[K] | Mapping[str, Any] | None) -> K:
        """A spec from a spec, its class, its name, its JSON, or None where that has a meaning."""
        if value is None and self._none:
            value = self._none
        if isinstance(value, Spec):
            if type(value) not in (*self._kinds.values(), *self._admitted, *self._defined.values()):
                raise SettingError(f"Expected {self._one}, got {value.title or type(value).__name__}")
            return value
        if isinstance(value, type) and issubclass(value, Spec):
            return self.make(value())
        if isinstance(value, str):
            return self.get(value)(**self.former(value).settings)
        if isinstance(value, Mapping):
            return self.from_json(value)
        raise SettingError(f"Expected the name of {self._one}, got {value!r}")

    def from_json(self, data: Mapping[str, Any]) -> K:
        """The inverse of `Spec.to_json`. Missing settings take their default; unknown ones are errors."""
        if not isinstance(data, Mapping):
            raise SettingError(f"{self._one.capitalize()} must be described by an object, got {data!r}")
        # A spec with its settings has up to four more in it, and takes some 50 us.
        spend(0, entries=4)
        name = data.get("kind")
        if not isinstance(name, str):
            raise SettingError(f"{self._one.capitalize()} needs a text under 'kind', got {name!r}")
        kind = self.get(name)
        known = {item.name for item in kind.settings()} | set(kind.extras)
        given = self.former(name).with_given({key: value for key, value in data.items() if key != "kind"})
        unknown = sorted(given.keys() - known)
        if unknown:
            raise SettingError(f"{kind.title} has no setting called {unknown[0]!r}; it has {sorted(known)}")
        try:
            made = kind(**given)
        except RecursionError:
            raise SettingError(f"{kind.title}: layers must not be nested so deeply") from None
        made.check_limits()
        return made

    def parse(self, text: str) -> tuple[K, ...]:
        """Specs from one line of text; see `core.spec.notation`."""
        return specs_from_text(self, text)

    def _canonical(self, name: str) -> str:
        for spelling in _spellings(name):
            spelling = self._aliases.get(spelling, spelling)
            if spelling in self._kinds:
                return spelling
        return name


def _spellings(name: str) -> tuple[str, str]:
    return name, name.lower().replace("-", "_").replace(" ", "_")


M = TypeVar("M")
N = TypeVar("N")


def import_modules(package: str) -> None:
    """Import the modules of `package` that it has not imported itself, in alphabetical order.

    Call it at the end of `__init__`, whose own imports define the order in menus. No import statement names these
    modules, so a PyInstaller bundle needs `collect_submodules("core")`.
    """
    for module in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
        if not module.ispkg:
            importlib.import_module(module.name)


class Members(list[M]):
    """Parts of the program that declare themselves, each with a `kind` of its own, in the order of `position`.

    Without settings, unlike the kinds of a `Registry`: tabs, pages, docks, parts of snapshots.
    """

    def register(self, member: N) -> N:
        """Class decorator: take the part in."""
        new = cast(Any, member)
        if any(cast(Any, each).kind == new.kind for each in self):
            raise ValueError(f"{new.kind!r} is registered twice")
        bisect.insort(self, new, key=lambda each: cast(Any, each).position)
        return member
