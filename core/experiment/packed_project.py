"""A project as bytes, for databases and other processes; files are read and written by `project_file`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from core.experiment.experiment import Experiment
from core.experiment.project_file import SUFFIX, TrainerState, load_project, save_project

__all__ = ["pack_project", "unpack_project"]


def pack_project(experiment: Experiment, state: TrainerState) -> bytes:
    """The content of a project file. Raises as `save_project` does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"run{SUFFIX}"
        save_project(path, experiment, state)
        return path.read_bytes()


def unpack_project(packed: bytes) -> tuple[Experiment, TrainerState | None]:
    """The inverse of `pack_project`. Raises as `load_project` does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"run{SUFFIX}"
        path.write_bytes(packed)
        return load_project(path)
