"""A kind with settings of every type."""

from __future__ import annotations

from typing import Any

from core.nn.initializers import INITIALIZERS
from core.spec import Spec, setting


class Thing(Spec):
    kind = "thing"
    title = "Thing"

    flag: bool = setting(False, "Flag")
    count: int = setting(3, "Count", low=1, high=9)
    share: float = setting(0.5, "Share", low=0.0, high=1.0, above=True)
    text: str = setting("a", "Text")
    mode: str = setting("slow", "Mode", choices=("slow", "fast"))
    size: tuple[int, int] = setting((3, 3), "Size", low=1, high=11)
    start: Any = setting(None, "Start", registry=INITIALIZERS)


def thing(**given: Any) -> Thing:
    return Thing(**{"start": "zeros", **given})
