"""Exports: the network, programs, documents and pictures as files, in a dialog and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.plugin import PLUGINS, ActionRow, Hideable, Plugin, late
from playground.plugins.export.command_line import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.spec import Spec


def _rows(_window: Any, kinds: Iterable[type[Spec]]) -> tuple[ActionRow, ...]:
    """One row per format, named "export_" and its kind: the dialog opens with this format."""
    return tuple(
        ActionRow(f"export_{kind.kind}", f"Export {kind.title}…", "", "", "", kind.summary,
            run="export.open", arguments=(kind.kind,), control="export")
        for kind in kinds
    )  # fmt: skip


_COMMAND = ActionRow(
    "export", "&Export…", "export", "Ctrl+E", "file",
    "Write the network, a program, pictures or tables to files.",
    run="export.open", starts_group=True,
    also="download, deploy, share a file, send to a friend", after="embed_data",
)  # fmt: skip
_CONTROL = Hideable("export", "Export", "bar", ("plugins.export.button",), after="theme")
PLUGINS.register(
    Plugin("export", "Export", commands=(_COMMAND,), looks_back=True, command_line=(COMMAND,), hideable=(_CONTROL,),
        controller=late(__name__, "ExportController"), gives={"export_rows": _rows})
)  # fmt: skip
