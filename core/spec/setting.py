"""Settings: the declared fields of a kind, and their validation."""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ..io.bounded_number import finite, whole
from ..io.sentence import SentenceError, in_sentence

_MAX_NUMBERS = 65_536
Held = TypeVar("Held", covariant=True)
Taken = TypeVar("Taken", contravariant=True)


class Given(Generic[Held, Taken]):
    """The annotation of a setting that holds one type and is given another, such as a name for what is called so.

    Type checkers read it as a descriptor, whose `__set__` says what a constructor takes; nothing else does.
    """

    def __get__(self, instance: object, owner: Any) -> Held:
        raise NotImplementedError

    def __set__(self, instance: object, value: Taken) -> None: ...


PairSetting = Given[tuple[int, int], int | Sequence[int]]
"""Two whole numbers, or one for both."""


class Kinds(Protocol):
    """The part of a registry that a setting uses."""

    def __iter__(self) -> Iterator[Any]: ...

    def make(self, value: Any) -> Any: ...

    def parse(self, text: str) -> tuple[Any, ...]: ...


class SettingError(SentenceError):
    """An invalid value for a setting; the message names subject, rule and value, shortened."""


@dataclass(frozen=True)
class Setting:
    """A field of a kind.

    `type` is one of "bool", "int", "float", "text", "choice" (one of `choices`), "pair" (two ints), "shape" (one or
    more ints, at most one of them -1), "numbers" (one or more floats), "kind" (a spec from `registry`) and "kinds" (a
    tuple of such specs). `low` and `high` are inclusive; `above` excludes `low`. A `high` that is `of_forms` binds
    forms and files, but no program that constructs a spec itself. `suggestions` are offered in a menu; `zero` is what 0
    is called where it is no amount; `live` changes apply without a reset of the weights.
    """

    name: str
    type: str
    default: Any
    label: str
    low: float | None = None
    high: float | None = None
    above: bool = False
    of_forms: bool = False
    choices: tuple[str, ...] = ()
    suggestions: tuple[float, ...] = ()
    registry: Kinds | None = None
    unit: str = ""
    help: str = ""
    live: bool = False
    zero: str = ""

    @property
    def limits(self) -> tuple[float, float]:
        """`low` and `high`, infinite where there is none."""
        return -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high

    def check(self, subject: str, value: Any) -> Any:
        """Return `value` in canonical form, or raise `SettingError` about `subject`."""
        return _CHECKS[self.type](self, f"{subject}: {in_sentence(self.label)}", value)


def setting(
    default: Any,
    label: str,
    help: str = "",
    *,
    low: float | None = None,
    high: float | None = None,
    form_high: float | None = None,
    above: bool = False,
    choices: tuple[str, ...] = (),
    suggestions: tuple[float, ...] = (),
    registry: Kinds | None = None,
    unit: str = "",
    live: bool = False,
    zero: str = "",
) -> Any:
    """A dataclass field described by a `Setting`, whose fields are the arguments; `form_high` is a `high` of forms."""
    if registry is not None:
        type_ = "kinds" if isinstance(default, tuple) else "kind"
    elif choices:
        type_ = "choice"
    elif isinstance(default, tuple):
        floats = default and all(isinstance(part, float) for part in default)
        type_ = "numbers" if floats else "pair" if len(default) == 2 else "shape"
    else:
        type_ = {bool: "bool", int: "int", float: "float", str: "text"}[type(default)]
    limits = (low, form_high or high, above, form_high is not None)
    described = Setting(
        "", type_, default, label, *limits, choices, suggestions, registry, unit, help, live, zero
    )
    return dataclasses.field(default=default, metadata={"setting": described})


def _check_bool(rule: Setting, subject: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingError(f"{subject} must be true or false, got {value!r}")
    return value


def _check_int(rule: Setting, subject: str, value: Any) -> int:
    # numbers.Integral accepts numpy integers; a bool is an int to Python, but not to users.
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
    except OverflowError:  # an int of more than 308 digits
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
    # One int stands for both, as in Keras: kernel_size=3 means (3, 3).
    pair = (value, value) if isinstance(value, numbers.Integral) else value
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise SettingError(f"{subject} must be one or two whole numbers, got {value!r}")
    return _check_int(rule, subject, pair[0]), _check_int(rule, subject, pair[1])


def _check_shape(rule: Setting, subject: str, value: Any) -> tuple[int, ...]:
    parts: Any = (value,) if isinstance(value, numbers.Integral) else value
    if isinstance(value, str):
        # Typed or as repr: "7, 7, 16", "7 × 7 × 16" and "(7, 7, 16)".
        words = value.strip(" ()[]").replace("×", ",").replace("x", ",").rstrip(", ").split(",")
        try:
            parts = [whole(word.strip()) for word in words]
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
    parts: Any = (value,) if isinstance(value, numbers.Real) else getattr(value, "tolist", lambda: value)()
    if isinstance(value, str):
        # Typed or as repr: "1, 2.5", "1 2.5" and "(1.0, 2.5)".
        parts = []
        for word in value.strip(" ()[]").replace(",", " ").replace(";", " ").split():
            try:
                parts.append(finite(word))
            except ValueError:
                raise SettingError(f"{subject} must be numbers, got {word!r}") from None
    if not isinstance(parts, (tuple, list)) or not parts:
        raise SettingError(f"{subject} must be one or more numbers, got {value!r}")
    if len(parts) > _MAX_NUMBERS:
        raise SettingError(f"{subject} must be at most {_MAX_NUMBERS:,} numbers, got {len(parts):,}")
    return tuple(_check_float(rule, subject, part) for part in parts)


def _check_kinds(rule: Setting, subject: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        assert rule.registry is not None
        try:
            return rule.registry.parse(value)
        except ValueError as error:
            raise SettingError(f"{subject}: {error}") from None
    if not isinstance(value, (tuple, list)):
        raise SettingError(f"{subject} must be a list, got {value!r}")
    return tuple(_check_kind(rule, subject, part) for part in value)


def _check_kind(rule: Setting, subject: str, value: Any) -> Any:
    assert rule.registry is not None
    try:
        return rule.registry.make(value)
    except SettingError as error:
        # Nested blocks would repeat the subject at each level.
        sentence = str(error)
        raise SettingError(sentence if sentence.startswith(subject) else f"{subject}: {sentence}") from None


_CHECKS: dict[str, Callable[[Setting, str, Any], Any]] = {
    "bool": _check_bool, "int": _check_int, "float": _check_float, "text": _check_text, "choice": _check_choice,
    "pair": _check_pair, "shape": _check_shape, "numbers": _check_numbers, "kind": _check_kind, "kinds": _check_kinds,
}  # fmt: skip
