"""The export dialog: format, file, and code that loads the file."""

from playground.views.dialogs.export.dialog import ExportDialog, path_fault

__all__ = ["ExportDialog", "path_fault"]
