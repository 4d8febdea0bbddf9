"""Import dialogs: preview of a file or folder, and choice of inputs and targets."""

from __future__ import annotations

from playground.views.dialogs.import_data.image_dialog import ImageDialog
from playground.views.dialogs.import_data.table_dialog import TableDialog
from playground.views.dialogs.import_data.text_dialog import TextDialog

__all__ = ["ImageDialog", "TableDialog", "TextDialog"]
