"""Files for a soak: one or more of every kind that the window reads, valid and damaged ones."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.datasets import MnistSubset
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import first_preset
from core.experiment.project_file import SUFFIX, TrainerState, save_project
from core.nn import Dense
from playground.model.autosave_store import AutosaveNote, write_autosave
from tests.fuzz.targets import TARGETS

PROJECTS = Path(__file__).parents[1] / "fixtures" / "projects"
_MUTATED = 3
"""Damaged files of each reader."""


class SampleFiles:
    """Files below `folder`; what the window saves goes to `outputs`."""

    def __init__(self, folder: Path, *, large: bool = True) -> None:
        self._folder = folder
        self.outputs = folder / "outputs"
        for each in (folder, self.outputs):
            each.mkdir(exist_ok=True)
        self.files = [*self._old_projects(), *self._files_of_readers()]
        if large:
            self.files.append(self._large_project())
        self.folders = [self._images("digits", 12), self._images("two", 2, classes=2), folder]

    def written(self) -> list[Path]:
        """Files that the window has saved."""
        return [path for path in self.outputs.iterdir() if path.is_file()]

    def leave_autosave(self, folder: Path) -> None:
        """Leave an autosave of a program that has ended in the window's `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        experiment = first_preset()
        state = TrainerState.of(make_trainer(experiment, prepare(experiment)))
        write_autosave(folder / f"left{SUFFIX}", experiment, state, AutosaveNote(experiment.name))

    def _old_projects(self) -> Iterator[Path]:
        """Copies, since the window saves to the file that it has opened."""
        for path in sorted(PROJECTS.rglob(f"*{SUFFIX}")):
            yield Path(shutil.copy(path, self._folder / f"{path.parent.name}_{path.name}"))

    def _files_of_readers(self) -> Iterator[Path]:
        for target in TARGETS.values():
            rng, seeds = random.Random(target.name), target.seeds()
            mutated = [target.mutate(rng, rng.choice(seeds)) for _ in range(_MUTATED)]
            for number, content in enumerate((*seeds, *mutated)):
                path = self._folder / f"{target.name}_{number}{target.suffix}"
                path.write_bytes(content)
                yield path

    def _large_project(self) -> Path:
        """One that takes long enough to show its progress: 14 MB of weights."""
        experiment = first_preset().replace(layers=(Dense(units=1800), Dense(units=1800)))
        path = self._folder / f"large{SUFFIX}"
        save_project(path, experiment, TrainerState.of(make_trainer(experiment, prepare(experiment))))
        return path

    def _images(self, name: str, count: int, classes: int = 10) -> Path:
        folder, digits = self._folder / name, MnistSubset().load(0)
        for label in range(classes):
            (folder / str(label)).mkdir(parents=True)
            for number in np.flatnonzero(digits.targets == label)[:count]:
                pixels = np.rint(255 * digits.inputs[number, ..., 0]).astype(np.uint8)
                Image.fromarray(pixels).save(folder / str(label) / f"{number}.png")
        (folder / "notes.json").write_text(json.dumps({"not": "an image"}))
        return folder
