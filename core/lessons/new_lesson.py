"""A new lesson from an experiment: a file with an example of each kind of step, to be changed in any editor."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..experiment.embedded_data import can_embed, embed_data
from ..experiment.experiment import Experiment
from ..experiment.project_file import save_project
from ..experiment.short_text import ShortTextError, experiment_from_text, experiment_to_text
from ..io.atomic_write import atomic_write
from ..io.resources import resource

PLACEHOLDER: Final = re.compile("‹[^‹›]*›")
"""A text that is still to be written."""


def lesson_files(path: Path, experiment: Experiment) -> tuple[Path, ...]:
    """The files that `write_lesson` makes: what no line of text holds, such as a table, is in a project beside."""
    return (path,) if _start_text(experiment) else (path, path.with_name(f"{_id(path)}-start.nnplay"))


def write_lesson(path: Path, experiment: Experiment) -> None:
    """Write a lesson that starts with the experiment. Raises `ValueError`, and `OSError`."""
    id_, start = _id(path), f'text = "{_start_text(experiment)}"'
    for beside in lesson_files(path, experiment)[1:]:
        start = f'file = "{beside.name}"'
        data = embed_data(experiment.dataset) if can_embed(experiment.dataset) else None
        save_project(beside, experiment, None, data=data)
    lesson = (resource("lessons") / "template" / "new-lesson.md").read_text(encoding="utf-8")
    lesson = lesson.replace('"my-lesson"', f'"{id_}"').replace('preset = "moons"', start)
    with atomic_write(path) as out:
        out.write(lesson.encode())


def _id(path: Path) -> str:
    return re.sub("[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "my-lesson"


def _start_text(experiment: Experiment) -> str:
    """The experiment in a line; "" where none holds all of it."""
    try:
        text = experiment_to_text(experiment)
        fits = not can_embed(experiment.dataset) and experiment_from_text(text) == experiment
    except ShortTextError:
        return ""
    return text if fits else ""
