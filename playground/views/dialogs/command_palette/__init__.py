"""The command palette: fuzzy search over all commands."""

from __future__ import annotations

from playground.views.dialogs.command_palette.matching import Command, Match, best_matches, match
from playground.views.dialogs.command_palette.palette import CommandPalette

__all__ = ["Command", "CommandPalette", "Match", "best_matches", "match"]
