"""Import dialogs: preview of a file or folder, and choice of inputs and targets."""

from __future__ import annotations

from playground.views.dialogs.import_data.image_dialog import ImageDialog
from playground.views.dialogs.import_data.table_dialog import TableDialog

__all__ = ["ImageDialog", "TableDialog"]
