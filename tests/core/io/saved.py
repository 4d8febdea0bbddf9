"""Saved projects and the files in their folder."""

from __future__ import annotations

from pathlib import Path

from core.experiment.presets import first_preset
from core.experiment.project_file import save_project


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def save(path: Path) -> None:
    save_project(path, first_preset(), None)
