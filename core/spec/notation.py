"""A one-line notation for specs: "conv2d 8 3x3 relu, batch_normalization, dense 4".

A word is a value for the first setting that accepts it; `name=value` names the setting.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from ..io import strict_json
from ..io.bounded_number import finite, whole
from .setting import Setting, SettingError
from .spec import Spec

_MAX_LETTERS: Final = 100_000


def specs_to_text(specs: tuple[Spec, ...]) -> str:
    """The notation of specs, defaults omitted; JSON where the notation cannot express a value."""
    try:
        return ", ".join(map(_spec_to_text, specs))
    except _NotInWordsError:
        return json.dumps([spec.to_json() for spec in specs])


@dataclass(frozen=True)
class Former:
    """What a kind was that another has taken the place of: its settings there, and the new names of some."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    def with_given(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The settings of the kind of now, for those `given` by their names of then."""
        return {**self.settings, **{self.renamed.get(name, name): value for name, value in given.items()}}


K = TypeVar("K", bound=Spec, covariant=True)


class Kinds(Protocol[K]):
    """The part of a registry that the notation uses."""

    def get(self, name: str) -> type[K]: ...

    def former(self, name: str) -> Former: ...

    def from_json(self, data: Mapping[str, Any]) -> K: ...


def specs_from_text(registry: Kinds[K], text: str) -> tuple[K, ...]:
    """The inverse of `specs_to_text`; `SettingError` names the invalid word.

    A text above 100,000 letters is refused: what is pasted may be a file of any size.
    """
    if len(text) > _MAX_LETTERS:
        raise SettingError(f"The text must have at most {_MAX_LETTERS:,} characters, got {len(text):,}")
    if text.lstrip().startswith("["):
        return tuple(registry.from_json(data) for data in strict_json.load(text.encode()))
    parts = (part.split() for part in text.split(","))
    return tuple(
        _spec_from_words(registry.get(words[0]), words[1:], registry.former(words[0]))
        for words in parts
        if words
    )


class _NotInWordsError(Exception):
    """The notation cannot express a value, such as a spec with settings."""


def _spec_to_text(spec: Spec) -> str:
    words = [spec.kind]
    free = list(spec.settings())
    for item in spec.settings():
        value = getattr(spec, item.name)
        if value == item.default:
            continue
        word = _word(value)
        if next((other for other in free if _takes(other, word)), None) == item:
            free.remove(item)
            words.append(word)
        else:
            words.append(f"{item.name}={word}")
    if _spec_from_words(type(spec), words[1:]) != spec:
        raise _NotInWordsError
    return " ".join(words)


def _word(value: Any) -> str:
    if isinstance(value, Spec):
        if value != type(value)():
            raise _NotInWordsError
        return value.kind
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        if not value or not all(isinstance(part, int) for part in value):
            raise _NotInWordsError
        return "x".join(map(str, value))
    word = str(value)
    if any(sign in word for sign in " ,=") or not word:
        raise _NotInWordsError
    return word


def _spec_from_words(kind: type[K], words: list[str], former: Former | None = None) -> K:
    free, former = list(kind.settings()), former or Former()
    given: dict[str, Any] = {}
    for word in words:
        name, named, value = word.partition("=")
        if named:
            name = former.renamed.get(name, name)
            item = next((other for other in free if other.name == name), None)
        else:
            value = word
            item = next((other for other in free if _takes(other, word)), None)
        if item is None:
            raise SettingError(f"{kind.title} has no setting for {word!r}")
        free.remove(item)
        given[item.name] = _value(item, value)
    made = kind(**former.with_given(given))
    made.check_limits()
    return made


def _takes(rule: Setting, word: str) -> bool:
    """Whether a setting accepts a bare word."""
    try:
        rule.check("", _value(rule, word))
    except SettingError:
        return False
    return rule.type != "text"


def _value(rule: Setting, word: str) -> Any:
    if rule.type == "bool":
        return {"true": True, "false": False}.get(word.lower(), word)
    try:
        if rule.type in ("int", "float"):
            return whole(word) if rule.type == "int" else finite(word)
        return tuple(map(whole, word.split("x", 1))) if rule.type == "pair" else word
    except ValueError:
        return word
