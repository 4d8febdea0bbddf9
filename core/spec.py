"""Describe a kind of thing once, and read the description everywhere.

A layer, dataset, loss, optimizer, initializer or exporter is a *kind*: a frozen dataclass that derives from `Spec`
and is registered once. Its fields are its settings; what `setting()` says of a field is all that the checks, the
JSON, the forms and the exporters need to know.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import numbers
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Generic, Self, TypeVar

__all__ = ["Registry", "Setting", "SettingError", "Spec", "setting"]


_MOST_NUMBERS = 1000


class SettingError(ValueError):
    """A setting was given a value that breaks its rule; the text names subject, rule and value."""


@dataclass(frozen=True)
class Setting:
    """What is known of one field of a kind.

    `type` is one of "bool", "int", "float", "text", "choice" (one of `choices`), "pair" (two ints), "shape" (one or
    more ints, one of which may be -1), "numbers" (one or more floats), "kind" (a spec from `registry`) and "kinds" (a
    tuple of such specs). `low` and `high` are inclusive unless `above` is set: then `low` itself is excluded.
    `suggestions` are values that a menu offers; `live` says that a change applies without a reset of the weights.
    """

    name: str
    type: str
    default: Any
    label: str
    low: float | None = None
    high: float | None = None
    above: bool = False
    choices: tuple[str, ...] = ()
    suggestions: tuple[float, ...] = ()
    registry: Registry[Any] | None = None
    unit: str = ""
    help: str = ""
    live: bool = False

    def check(self, subject: str, value: Any) -> Any:
        """Return `value` in its canonical form, or raise `SettingError` with a sentence about `subject`."""
        return _CHECKS[self.type](self, f"{subject}: {self.label[:1].lower()}{self.label[1:]}", value)


def setting(
    default: Any,
    label: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: bool = False,
    choices: tuple[str, ...] = (),
    suggestions: tuple[float, ...] = (),
    registry: Registry[Any] | None = None,
    unit: str = "",
    help: str = "",
    live: bool = False,
) -> Any:
    """A dataclass field that carries its own description; see `Setting` for the arguments."""
    if registry is not None:
        type_ = "kinds" if isinstance(default, tuple) else "kind"
    elif choices:
        type_ = "choice"
    elif isinstance(default, tuple):
        floats = default and all(isinstance(part, float) for part in default)
        type_ = "numbers" if floats else "pair" if len(default) == 2 else "shape"
    else:
        type_ = {bool: "bool", int: "int", float: "float", str: "text"}[type(default)]
    described = Setting(
        "", type_, default, label, low, high, above, choices, suggestions, registry, unit, help, live
    )
    return dataclasses.field(default=default, metadata={"setting": described})


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


K = TypeVar("K", bound=Spec)


class Registry(Generic[K]):
    """The kinds of one sort, by name. `noun` names the sort in messages ("layer", "loss")."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._one = f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
        self._kinds: dict[str, type[K]] = {}
        self._aliases: dict[str, str] = {}

    def register(self, *aliases: str) -> Callable[[type[K]], type[K]]:
        """Class decorator: enter a kind under its `kind` name and the given other names."""

        def enter(kind: type[K]) -> type[K]:
            for name in (kind.kind, *aliases):
                if name in self._kinds or name in self._aliases:
                    raise ValueError(f"{self.noun} {name!r} is registered twice")
            self._kinds[kind.kind] = kind
            self._aliases.update(dict.fromkeys(aliases, kind.kind))
            return kind

        return enter

    def __iter__(self) -> Iterator[type[K]]:
        return iter(self._kinds.values())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._canonical(name) in self._kinds

    def names(self) -> tuple[str, ...]:
        """The kinds' names in the order of their registration, without aliases."""
        return tuple(self._kinds)

    def get(self, name: str) -> type[K]:
        """The kind called `name`, case and "-" or "_" aside; `SettingError` names the nearest kinds otherwise."""
        found = self._kinds.get(self._canonical(name))
        if found is not None:
            return found
        near = difflib.get_close_matches(name.lower(), [*self._kinds, *self._aliases], 1)
        hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(self._kinds)}"
        raise SettingError(f"There is no {self.noun} called {name!r}; {hint}")

    def make(self, value: str | K | type[K] | Mapping[str, Any]) -> K:
        """A spec from whatever a user may write: a spec, its class, its name, or its JSON."""
        if isinstance(value, Spec):
            if type(value) not in self._kinds.values():
                raise SettingError(f"Expected {self._one}, got {value.title or type(value).__name__}")
            return value
        if isinstance(value, type) and issubclass(value, Spec):
            return self.make(value())
        if isinstance(value, str):
            return self.get(value)()
        if isinstance(value, Mapping):
            return self.from_json(value)
        raise SettingError(f"Expected the name of {self._one}, got {value!r}")

    def from_json(self, data: Mapping[str, Any]) -> K:
        """The inverse of `Spec.to_json`. A missing setting takes its default; an unknown one is an error."""
        if not isinstance(data, Mapping):
            raise SettingError(f"{self._one.capitalize()} must be described by an object, got {data!r}")
        name = data.get("kind")
        if not isinstance(name, str):
            raise SettingError(f"{self._one.capitalize()} needs a text under 'kind', got {name!r}")
        kind = self.get(name)
        known = {item.name for item in kind.settings()} | set(kind.extras)
        given = {key: value for key, value in data.items() if key != "kind"}
        unknown = sorted(given.keys() - known)
        if unknown:
            raise SettingError(f"{kind.title} has no setting called {unknown[0]!r}; it has {sorted(known)}")
        return kind(**given)

    def _canonical(self, name: str) -> str:
        for spelling in (name, name.lower().replace("-", "_").replace(" ", "_")):
            spelling = self._aliases.get(spelling, spelling)
            if spelling in self._kinds:
                return spelling
        return name


def _check_bool(rule: Setting, subject: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingError(f"{subject} must be true or false, got {value!r}")
    return value


def _check_int(rule: Setting, subject: str, value: Any) -> int:
    # numbers.Integral takes numpy's integers too; a bool is an int to Python but not to a person.
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise SettingError(f"{subject} must be a whole number, got {value!r}")
    number = int(value)
    _check_range(rule, subject, number)
    return number


def _check_float(rule: Setting, subject: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise SettingError(f"{subject} must be a finite number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        number = math.inf
    if not math.isfinite(number):
        raise SettingError(f"{subject} must be a finite number, got {number!r}")
    _check_range(rule, subject, number)
    return number


def _check_range(rule: Setting, subject: str, value: Any) -> None:
    if rule.low is not None and (value < rule.low or (rule.above and value == rule.low)):
        bound = "more than" if rule.above else "at least"
        raise SettingError(f"{subject} must be {bound} {rule.low:g}, got {value!r}")
    if rule.high is not None and value > rule.high:
        raise SettingError(f"{subject} must be at most {rule.high:g}, got {value!r}")


def _check_text(rule: Setting, subject: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SettingError(f"{subject} must be a text, got {value!r}")
    return value


def _check_choice(rule: Setting, subject: str, value: Any) -> str:
    if value not in rule.choices:
        raise SettingError(f"{subject} must be one of {', '.join(rule.choices)}, got {value!r}")
    return str(value)


def _check_pair(rule: Setting, subject: str, value: Any) -> tuple[int, int]:
    # One whole number stands for both, as in Keras: kernel_size=3 means (3, 3).
    pair = (value, value) if isinstance(value, numbers.Integral) else value
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise SettingError(f"{subject} must be one or two whole numbers, got {value!r}")
    return _check_int(rule, subject, pair[0]), _check_int(rule, subject, pair[1])


def _check_shape(rule: Setting, subject: str, value: Any) -> tuple[int, ...]:
    parts: Any = (value,) if isinstance(value, numbers.Integral) else value
    if isinstance(value, str):
        # As it is typed and as Python shows it: "7, 7, 16", "7 × 7 × 16" and "(7, 7, 16)".
        words = value.strip(" ()[]").replace("×", ",").replace("x", ",").rstrip(", ").split(",")
        try:
            parts = [int(word) for word in words]
        except ValueError:
            parts = None
    if not isinstance(parts, (tuple, list)) or not 1 <= len(parts) <= 3:
        raise SettingError(f"{subject} must be one to three whole numbers, got {value!r}")
    shape = tuple(_check_int(rule, subject, part) for part in parts)
    if any(length < 1 and length != -1 for length in shape) or shape.count(-1) > 1:
        raise SettingError(
            f"{subject} must be lengths of at least 1, with one -1 for the rest, got {value!r}"
        )
    return shape


def _check_numbers(rule: Setting, subject: str, value: Any) -> tuple[float, ...]:
    parts: Any = (value,) if isinstance(value, numbers.Real) else value
    if isinstance(value, str):
        # As it is typed and as Python shows it: "1, 2.5", "1 2.5" and "(1.0, 2.5)".
        parts = []
        for word in value.strip(" ()[]").replace(",", " ").replace(";", " ").split():
            try:
                parts.append(float(word))
            except ValueError:
                raise SettingError(f"{subject} must be numbers, got {word!r}") from None
    if not isinstance(parts, (tuple, list)) or not 1 <= len(parts) <= _MOST_NUMBERS:
        raise SettingError(f"{subject} must be one or more numbers, got {value!r}")
    return tuple(_check_float(rule, subject, part) for part in parts)


def _check_kinds(rule: Setting, subject: str, value: Any) -> tuple[Spec, ...]:
    if isinstance(value, str):
        assert rule.registry is not None
        # The notation is made of specs, so it cannot be imported before them.
        from core.notation import specs_from_text

        try:
            return specs_from_text(rule.registry, value)
        except ValueError as error:
            raise SettingError(f"{subject}: {error}") from None
    if not isinstance(value, (tuple, list)):
        raise SettingError(f"{subject} must be a list, got {value!r}")
    return tuple(_check_kind(rule, subject, part) for part in value)


def _check_kind(rule: Setting, subject: str, value: Any) -> Spec:
    assert rule.registry is not None
    try:
        made: Spec = rule.registry.make(value)
    except SettingError as error:
        raise SettingError(f"{subject}: {error}") from None
    return made


_CHECKS: dict[str, Callable[[Setting, str, Any], Any]] = {
    "bool": _check_bool,
    "int": _check_int,
    "float": _check_float,
    "text": _check_text,
    "choice": _check_choice,
    "pair": _check_pair,
    "shape": _check_shape,
    "numbers": _check_numbers,
    "kind": _check_kind,
    "kinds": _check_kinds,
}
