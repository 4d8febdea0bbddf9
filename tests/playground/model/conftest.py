"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot


@pytest.fixture
def path(tmp_path: Path, qtbot: QtBot) -> Path:
    return tmp_path / "config" / "preferences.json"
