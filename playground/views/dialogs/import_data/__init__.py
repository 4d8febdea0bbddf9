"""The dialogs that show what is in a file or a folder of the user's, and ask what shall be learned from it."""

from __future__ import annotations

from playground.views.dialogs.import_data.image_dialog import ImageDialog
from playground.views.dialogs.import_data.table_dialog import TableDialog

__all__ = ["ImageDialog", "TableDialog"]
