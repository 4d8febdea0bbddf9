"""Choice of the export format and file; the window writes the file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.spec import Registry, Spec
from playground.views.dialogs.export.loading_code import LoadingCode
from playground.views.theme.theme import GRID_PX, ThemeSource
from playground.views.widgets import Captioned, ChoiceCombo
from playground.views.widgets.restyle import restyle
from playground.views.widgets.settings_form import SettingsForm

__all__ = ["ExportDialog", "path_fault"]

_WIDTH_PX = 460


class ExportDialog(QDialog):
    """`exporters` are kinds with a class variable `suffix` (".npz"). Deleted on close.

    `export_requested(exporter, path)` requests the export; the window then calls `accept()`, or `show_error(sentence)`,
    which keeps the dialog open.
    """

    export_requested = Signal(object, object)
    """Carries the exporter's spec and the Path."""

    def __init__(
        self,
        exporters: Registry[Any],
        themes: ThemeSource,
        parent: QWidget,
        *,
        kind: str = "",
        name: str = "network",
        folder: Path | None = None,
        code_for: Callable[[Any, Path], str] | None = None,
        check: Callable[[Any], None] | None = None,
    ) -> None:
        """`kind` is the default format; the default file is `name` in `folder` (or the home folder).

        `code_for(exporter, path)` returns the code that loads the file; its `ValueError` is shown. `check(exporter)`
        raises a `ValueError` if the network cannot be exported, which disables "Export".
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export")
        self.setMinimumWidth(_WIDTH_PX)
        self._exporters = exporters
        self._code_for, self._check = code_for, check
        kinds = list(exporters)
        self._spec: Spec = exporters.make(kind or kinds[0])
        self.format = ChoiceCombo(
            [(item.kind, item.title) for item in kinds],
            self._spec.kind,
            name="Format",
            tooltip="What reads the file afterwards decides.",
            parent=self,
        )
        self.form = SettingsForm(themes, self)
        self.explanation = _wrapped(self, "muted")
        self.path = QLineEdit(str((folder or Path.home()) / f"{_file_name(name)}{_suffix(self._spec)}"), self)
        self.path.setAccessibleName("File")
        self.path.setToolTip("Where the file is written.")
        self.browse = QPushButton("Browse…", self)
        self.browse.setToolTip("Choose a folder and a name.")
        self.code = LoadingCode(themes, self)
        self.code.setVisible(code_for is not None)
        self.error = _wrapped(self, "danger")
        self.refusal = _wrapped(self, "danger")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.export_button = QPushButton("Export", self)
        self.export_button.setProperty("primary", "true")
        self.export_button.setDefault(True)
        self.export_button.setToolTip("Write the file.")
        self.buttons.addButton(self.export_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self.format.chosen.connect(self._choose_format)
        self.form.spec_changed.connect(self._change_spec)
        self.path.textEdited.connect(self._path_edited)
        self.path.textChanged.connect(self._show_code)
        self.code.requested.connect(self._show_code)
        self.code.disclosure.toggled_open.connect(self._fit)
        self.browse.clicked.connect(self._browse)
        self.buttons.accepted.connect(self._export)
        self.buttons.rejected.connect(self.reject)
        self._show_spec()
        self.show_error("")
        self.path.setFocus()

    @property
    def exporter(self) -> Spec:
        """The chosen exporter with its settings."""
        return self._spec

    def show_error(self, sentence: str) -> None:
        """Show why the file was not written; "" hides the message."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        restyle(self.path, invalid="true" if sentence else "false")

    def _lay_out(self) -> None:
        file = QWidget(self)
        row = QHBoxLayout(file)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        row.addWidget(self.path, 1)
        row.addWidget(self.browse)
        file.setFocusProxy(self.path)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID_PX, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        column.setSpacing(12)
        column.addWidget(Captioned("Format", self.format, self))
        column.addWidget(self.explanation)
        column.addWidget(self.form)
        column.addWidget(self.refusal)
        column.addWidget(Captioned("File", file, self))
        column.addWidget(self.error)
        column.addWidget(self.code, 1)
        column.addStretch(0)
        column.addWidget(self.buttons)

    def _show_spec(self) -> None:
        self.form.show_spec(self._spec)
        self.form.setVisible(bool(self._spec.settings()))
        self.explanation.setText(_explained(self._spec))
        self._show_refusal()
        self._show_code()

    def _show_refusal(self) -> None:
        """Show why the network cannot be exported with these settings, and disable "Export"."""
        sentence = ""
        if self._check is not None:
            try:
                self._check(self._spec)
            except ValueError as error:
                sentence = f"{error}."
        self.refusal.setText(sentence)
        self.refusal.setVisible(bool(sentence))
        self.export_button.setEnabled(not sentence)

    def _show_code(self) -> None:
        if self._code_for is None or not self.code.is_open:
            return
        try:
            self.code.show_code(self._code_for(self._spec, self._target()))
        except ValueError as error:
            self.code.show_code("")
            self.code.text.setPlaceholderText(str(error))

    def _fit(self) -> None:
        """Fit the height to the folded or unfolded code."""
        if (layout := self.layout()) is not None:
            layout.activate()
        self.resize(max(self.width(), self.sizeHint().width()), self.sizeHint().height())

    def _choose_format(self, kind: str) -> None:
        old = _suffix(self._spec)
        self._spec = self._exporters.make(kind)
        text = self.path.text()
        if old and text.endswith(old):
            self.path.setText(text[: -len(old)] + _suffix(self._spec))
        self.show_error("")
        self._show_spec()

    def _change_spec(self, spec: Spec, _name: str) -> None:
        self._spec = spec
        self._show_refusal()
        self._show_code()

    def _path_edited(self, _text: str) -> None:
        self.show_error("")

    def _browse(self) -> None:
        suffix = _suffix(self._spec)
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Export to", self.path.text(), f"{self._spec.title} (*{suffix});;All files (*)"
        )
        if chosen:
            self.path.setText(chosen)
            self.show_error("")

    def _export(self) -> None:
        if not self.export_button.isEnabled():
            return
        text = self.path.text().strip()
        fault = path_fault(text)
        if fault:
            self.show_error(fault)
            self.path.setFocus()
            return
        self.show_error("")
        self.export_requested.emit(self._spec, self._target())

    def _target(self) -> Path:
        """The path of the file, with the format's suffix added if it has none."""
        path = Path(self.path.text().strip())
        try:
            path = path.expanduser()
        except RuntimeError:  # unknown user in "~name"
            return path
        return path if path.suffix or not path.name else path.with_name(path.name + _suffix(self._spec))


def path_fault(text: str) -> str:
    """Why no file can be written at the path `text`, as a sentence; "" if one can."""
    if not text.strip():
        return "The file needs a name."
    if "\0" in text:
        return "The name of a file has no zero byte."
    path = Path(text.strip()).expanduser()
    try:
        if path.is_dir():
            return f"{path} is a folder; the file needs a name in it."
        if not path.parent.is_dir():
            return f"There is no folder {path.parent}."
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            return f"You may not write to {path}."
    except (OSError, RuntimeError):  # name too long, or unknown user in "~name"
        return f"{text.strip()} cannot be the name of a file."
    return ""


def _suffix(spec: Spec) -> str:
    return str(getattr(spec, "suffix", ""))


def _explained(spec: Spec) -> str:
    """Purpose of the format, and the effect of its settings: names and order of the arrays."""
    sentences = [spec.summary, *(item.help for item in spec.settings())]
    return "\n".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)


def _file_name(name: str) -> str:
    """A name without characters that file systems forbid."""
    kept = "".join(letter if letter.isalnum() or letter in " -_." else "_" for letter in name).strip(" .")
    return kept or "network"


def _wrapped(parent: QWidget, role: str) -> QLabel:
    label = QLabel(parent)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
