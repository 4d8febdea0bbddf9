"""Export the network: between document, session, dialog and disk."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from core.export import EXPORTERS, Exporter, ModelDescription, loading_code
from core.model.trained import describe_model, trained_model
from core.spec import SettingError
from playground.commands.file_commands import file_name
from playground.commands.project_saver import error_reason
from playground.commands.window_controller import WindowController
from playground.views.dialogs.export import ExportDialog
from playground.views.widgets import Toast

__all__ = ["ExportController"]

_LONG_MS = 9000
"""Long enough to read a path and click."""
_PATH_PX = 300


class ExportController(WindowController):
    """Opens the export dialog and writes what it requests."""

    def open(self, kind: str = "") -> None:
        """Open the export dialog with the format `kind` selected."""
        taken = self._session.checkpoint()
        self._pipeline = None if taken is None else taken[1].pipeline
        dialog = ExportDialog(
            EXPORTERS,
            self._themes,
            self._window,
            kind=kind,
            name=file_name(self._document.experiment),
            folder=Path(self._preferences.dialog_folder),
            code_for=self._loading_code,
            check=self._check_export,
        )
        dialog.export_requested.connect(self._on_export_requested)
        self._dialog = dialog
        dialog.open()

    def _on_export_requested(self, exporter: Exporter, path: Path) -> None:
        sentence = self._export(exporter, path)
        if sentence:
            self._dialog.show_error(sentence)
        else:
            self._preferences.last_folder = str(path.parent)
            self._dialog.accept()
            self._report_export(exporter, path)

    def _check_export(self, exporter: Exporter) -> None:
        exporter.check(self._model())

    def _loading_code(self, exporter: Exporter, path: Path) -> str:
        return loading_code(exporter, path, self._model())

    def _model(self) -> ModelDescription:
        return describe_model(self._document.experiment, self._pipeline)

    def _report_export(self, exporter: Exporter, path: Path) -> None:
        try:
            code = self._loading_code(exporter, path)
        except ValueError:  # edited since, so that it cannot run
            code = ""
        middle = Qt.TextElideMode.ElideMiddle
        toast = Toast(
            f"Exported to {self._window.fontMetrics().elidedText(str(path), middle, _PATH_PX)}",
            self._window,
            action="Copy code" if code else "",
            duration_ms=_LONG_MS,
            reduced_motion=self._preferences.reduced_motion,
        )
        toast.setToolTip(str(path))
        toast.action_requested.connect(partial(QGuiApplication.clipboard().setText, code))

    def _export(self, exporter: Exporter, path: Path) -> str:
        """Write the network; returns the reason for a failure, or ""."""
        taken = self._session.checkpoint()
        if taken is None or taken[0].stack() != self._document.experiment.stack():
            return f"There is no network to export. {self._session.message}".rstrip()
        try:
            exporter.write(trained_model(*taken), path)
        except (OSError, SettingError) as error:
            return f"{path.name} cannot be written: {error_reason(error)}"
        return ""
