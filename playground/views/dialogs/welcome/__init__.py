"""The welcome dialog: presets as thumbnails."""

from __future__ import annotations

from playground.views.dialogs.welcome.dialog import WelcomeDialog, read_presets

__all__ = ["WelcomeDialog", "read_presets"]
