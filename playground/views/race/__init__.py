"""The page on which two to four configurations race."""

from __future__ import annotations

from playground.views.race.page import RacePage

__all__ = ["RacePage"]
