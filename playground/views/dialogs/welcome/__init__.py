"""The welcome dialog: presets as thumbnails."""

from __future__ import annotations

from playground.views.dialogs.welcome.dialog import Preset, WelcomeDialog, read_presets

__all__ = ["Preset", "WelcomeDialog", "read_presets"]
