"""The experiments that ship with the project."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

from ..io.resources import resource
from ..spec import SettingError
from .experiment import Experiment
from .project_file import load_experiment


def preset_files() -> tuple[Path, ...]:
    """Files of all presets, ordered by the digits in their names."""
    return tuple(sorted(resource("presets").glob("*.json")))


@cache
def presets() -> tuple[Experiment, ...]:
    """The experiments of all presets, in the same order."""
    return tuple(map(load_experiment, preset_files()))


def first_preset() -> Experiment:
    """The experiment of a new window."""
    return load_experiment(preset_files()[0])


def preset_named(name: str) -> Experiment:
    """The preset of a file name without digits ("spirals") or a title. `SettingError` lists the known ones."""
    wanted = name.lower()
    for path in preset_files():
        short = path.stem.lstrip("0123456789_")
        if wanted in (short, path.stem) or wanted == load_experiment(path).name.lower():
            return load_experiment(path)
    known = [path.stem.lstrip("0123456789_") for path in preset_files()]
    near = difflib.get_close_matches(wanted, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    raise SettingError(f"There is no preset called {name!r}; {hint}")
