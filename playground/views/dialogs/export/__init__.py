"""The dialog that asks how and where to export, and shows how to load what was exported."""

from playground.views.dialogs.export.dialog import ExportDialog, path_fault

__all__ = ["ExportDialog", "path_fault"]
