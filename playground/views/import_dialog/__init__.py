"""The dialog that shows what is in a file of the user's, and asks what shall be learned from what."""

from __future__ import annotations

from playground.views.import_dialog.dialog import ImportDialog

__all__ = ["ImportDialog"]
