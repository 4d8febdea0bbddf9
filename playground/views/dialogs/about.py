"""The About dialog: name, version and the versions of the libraries."""

from __future__ import annotations

import importlib.metadata
import platform

import numpy as np
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPushButton, QWidget

from playground.views.dialogs.dialog import Dialog
from playground.views.theme.colors import GRID_PX
from playground.views.theme.icons import app_icon
from playground.views.widgets.boxes import hbox, set_up, vbox

_ICON_PX = 64


def version() -> str:
    """The installed version, "" if the package is not installed."""
    try:
        return importlib.metadata.version("numpynet-playground")
    except importlib.metadata.PackageNotFoundError:
        return ""


class AboutDialog(Dialog):
    """Deleted on close. "Copy" puts the versions on the clipboard, for bug reports."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("About NumpyNet Playground", parent)
        self.versions = (
            f"NumpyNet Playground {version()}\n"
            f"Python {platform.python_version()}, numpy {np.__version__}, Qt {qVersion()}\n"
            f"{platform.platform()}"
        )
        picture = QLabel(self)
        picture.setPixmap(app_icon().pixmap(_ICON_PX, _ICON_PX))
        title = set_up(QLabel(f"NumpyNet Playground {version()}".strip(), self), role="value")
        what = QLabel(
            "Build a neural network by dragging layers, watch it learn live, take the weights home.", self
        )
        what.setWordWrap(True)
        details = set_up(QLabel(self.versions.partition("\n")[2], self), role="muted")
        details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        licence = set_up(
            QLabel("Free software under the MIT licence, without any warranty.", self), role="muted"
        )
        texts = vbox(title, what, details, licence, spacing=GRID_PX)
        top = hbox((picture, 0, Qt.AlignmentFlag.AlignTop), (texts, 1), spacing=2 * GRID_PX)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = set_up(QPushButton("Copy versions", self), clicked=self._copy)
        copy.setToolTip("Put the versions on the clipboard, for a report.")
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        vbox(
            top,
            buttons,
            parent=self,
            margins=(3 * GRID_PX, 3 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX),
            spacing=2 * GRID_PX,
        )
        self.setMinimumWidth(460)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.versions)
