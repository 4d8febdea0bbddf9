"""The export dialog: formats, settings, code that reads the file, proof, and details of the file."""

from playground.views.dialogs.export.content import CodeSample, ExportContent, Fact, FormatContent, ModelGraph
from playground.views.dialogs.export.dialog import ExportDialog

__all__ = ["CodeSample", "ExportContent", "ExportDialog", "Fact", "FormatContent", "ModelGraph"]
