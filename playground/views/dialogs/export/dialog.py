"""Asks how and where to export the network; the window then writes the file and answers."""

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
    """`exporters` are kinds with a class variable `suffix` (".npz"). Deleted when closed.

    `export_requested(exporter, path)` asks the window to write; the window calls `accept()` when it is done, or
    `show_error(sentence)`, which keeps the dialog open.
    """

    export_requested = Signal(object, object)
    """The exporter's spec, and the Path."""

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
        """`kind` is chosen at first; the file is called `name` and lies in `folder` (at first the user's own).

        `code_for(exporter, path)` gives the program that loads the file; its `ValueError` is a sentence to show.
        `check(exporter)` raises a `ValueError` when the network cannot be written so: nothing is exported then.
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
        """The exporter with its settings as chosen."""
        return self._spec

    def show_error(self, sentence: str) -> None:
        """Say why the file was not written; "" takes the sentence away."""
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
        """Say why the network cannot be written with these settings, and let nobody try."""
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
        """Take the height that the folded or unfolded code needs."""
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
        """Where the file will be; a name without a suffix gets the format's."""
        path = Path(self.path.text().strip())
        try:
            path = path.expanduser()
        except RuntimeError:  # "~nobody"
            return path
        return path if path.suffix or not path.name else path.with_name(path.name + _suffix(self._spec))


def path_fault(text: str) -> str:
    """Why no file can be written at the path that `text` names, in a sentence; "" when it can."""
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
    except (OSError, RuntimeError):  # a name that is too long; "~nobody"
        return f"{text.strip()} cannot be the name of a file."
    return ""


def _suffix(spec: Spec) -> str:
    return str(getattr(spec, "suffix", ""))


def _explained(spec: Spec) -> str:
    """What the format is for, and what its settings do: the names and the order of the arrays."""
    sentences = [spec.summary, *(item.help for item in spec.settings())]
    return "\n".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)


def _file_name(name: str) -> str:
    """A name without the characters that no file system likes."""
    kept = "".join(letter if letter.isalnum() or letter in " -_." else "_" for letter in name).strip(" .")
    return kept or "network"


def _wrapped(parent: QWidget, role: str) -> QLabel:
    label = QLabel(parent)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
