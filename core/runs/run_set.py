"""A set of runs: what is trained and listed together."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..io import strict_json
from .holder import is_alive

SetKind = Literal["race", "seeds", "sweep", "lesson"]
SetState = Literal["training", "paused", "done", "failed"]


@dataclass(frozen=True)
class RunSet:
    """A row of the table of sets.

    - `key`: by chance; the addresses of weights name it. `plan_json`: what is trained and where.
    - `engine`: what "auto" has stood for since it was begun. `home`: the file that has its weights, "" for this one.
    - `total`: its members when all are trained; `gone`: those that made room. `listed`: whether its runs are among all.
    - `holder`: the process that trains it, until `held_until` at least. `view`: how it was looked at last.
    """

    id: int
    key: int
    kind: SetKind
    name: str
    created: float
    plan_json: str = field(repr=False)
    engine: str
    state: SetState
    sentence: str
    total: int
    gone: int
    home: str
    listed: int
    holder: str
    held_until: float
    revision: int = field(compare=False)
    view: str = ""

    @property
    def is_held(self) -> bool:
        """Whether a process that lives, as far as is known, trains it."""
        return bool(self.holder) and self.held_until > time.time() and is_alive(self.holder)

    @property
    def is_left(self) -> bool:
        """Whether it has not come to its end, and nobody trains it."""
        return self.state in ("training", "paused") and not self.is_held

    @property
    def plan(self) -> dict[str, Any]:
        """Its plan. Raises `ValueError` where that is damaged."""
        found = strict_json.load(self.plan_json)
        if not isinstance(found, dict):
            raise ValueError("a set's plan must be an object of JSON")
        return found


SET_COLUMNS: Final = ", ".join(
    "plan" if name == "plan_json" else name for name in RunSet.__dataclass_fields__
)
