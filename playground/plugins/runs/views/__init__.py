"""The page of kept runs: their table, and the comparison of those that are selected."""

from __future__ import annotations

from playground.plugins.runs.views.board import RunsBoard

__all__ = ["RunsBoard"]
