"""The welcome dialog: presets as thumbnails."""

from __future__ import annotations

from playground.views.dialogs.welcome.dialog import WelcomeDialog
from playground.views.dialogs.welcome.preset import Preset, read_presets

__all__ = ["Preset", "WelcomeDialog", "read_presets"]
