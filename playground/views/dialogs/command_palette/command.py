"""One row of the command palette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """`also` are other words for it, which stand muted beside its name and are searched, else `hint`, what it does.

    `keys` is the shortcut, `icon` a name of `views.icons` or "", `key` what it is remembered by: the text can change.

    A command that is not `enabled` is listed with a hint that says why.
    """

    text: str
    hint: str
    icon: str
    run: Callable[[], object]
    keys: str = ""
    enabled: bool = True
    also: str = ""
    key: str = ""
