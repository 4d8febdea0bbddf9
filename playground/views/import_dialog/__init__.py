"""The dialogs that show what is in a file or a folder of the user's, and ask what shall be learned from it."""

from __future__ import annotations

from playground.views.import_dialog.dialog import ImportDialog
from playground.views.import_dialog.image_dialog import ImageDialog

__all__ = ["ImageDialog", "ImportDialog"]
