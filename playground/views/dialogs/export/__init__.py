"""What exports share: what is known of a format, and lists of formats, of files and of facts."""

from playground.views.dialogs.export.content import (
    Added,
    CodeSample,
    ExportContent,
    Fact,
    FormatContent,
    ModelGraph,
)

__all__ = ["Added", "CodeSample", "ExportContent", "Fact", "FormatContent", "ModelGraph"]
