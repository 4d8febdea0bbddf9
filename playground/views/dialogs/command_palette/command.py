"""One row of the command palette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Command"]


@dataclass(frozen=True)
class Command:
    """`hint` is the muted text beside the name, `keys` the shortcut, `icon` a name of `views.icons` or "".

    A command that is not `enabled` is listed with a hint that says why.
    """

    text: str
    hint: str
    icon: str
    run: Callable[[], object]
    keys: str = ""
    enabled: bool = True
