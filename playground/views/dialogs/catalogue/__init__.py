"""All that one can begin with: presets, data, lessons, and files of one's own."""

from __future__ import annotations

from playground.views.dialogs.catalogue.dialog import CatalogueDialog

__all__ = ["CatalogueDialog"]
