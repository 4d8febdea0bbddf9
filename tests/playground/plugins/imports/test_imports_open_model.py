"""A model's file opens in the window: the table of what fits, the data it is shown on, and the trained document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from core.formats import Npz
from playground.views.dialogs.open_model import OpenModelDialog
from tests.playground.views.dialogs.test_open_model import (
    Make,
    answered,
    model,  # noqa: F401
)
from tests.playground.window.trained_windows import small, wait_for

pytestmark = pytest.mark.shared_window


def test_a_dropped_model_is_opened_and_data_go_to_the_import(
    model: Any, make: Make, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "lilies.npz"
    Npz().write(model, path)
    window = make(small())
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place, none = QPointF(50, 50), Qt.KeyboardModifier.NoModifier
    with answered(OpenModelDialog.accept):
        event = QDropEvent(place, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, none)
        window.dropEvent(event)
        assert event.isAccepted()
        wait_for(qtbot, lambda: window.document.experiment.name == "Lilies")
    tables: list[Path] = []
    window.plugins["imports"].open = tables.append  # type: ignore[method-assign, assignment]
    np.savez(tmp_path / "data.npz", x=np.zeros((4, 2)), y=np.zeros(4))
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "data.npz"))])
    window.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, none))
    assert tables == [tmp_path / "data.npz"]
