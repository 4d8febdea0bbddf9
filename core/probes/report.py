"""The callback by which a probe says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Report = Callable[[Any], None]
"""Called with the progress, a `NamedTuple` or dataclass of the probe's own; what it raises ends the probe."""


def no_report(_progress: Any) -> None:
    """For callers that only want the result."""
