"""One row of the command palette: what it is called, what it is for, and what happens when it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Command"]


@dataclass(frozen=True)
class Command:
    """`hint` is the muted text beside the name, `keys` the shortcut, `icon` a name of `views.icons` or "".

    A command that is not `enabled` is listed, so that one learns why it cannot be chosen: the hint says it.
    """

    text: str
    hint: str
    icon: str
    run: Callable[[], object]
    keys: str = ""
    enabled: bool = True
