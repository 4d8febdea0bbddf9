"""What a pupil does in a test stays in that test."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.plugins.lessons import progress as lesson_progress


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson_progress, "lessons_folder", lambda: tmp_path / "kept")
