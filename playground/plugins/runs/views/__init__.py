"""The page of runs: those that were kept and those that train, in one of several views, and their details."""

from __future__ import annotations

from playground.plugins.runs.views.board import RunsBoard

__all__ = ["RunsBoard"]
