"""The experiments that ship with the project, and the classics among them: famous results, each with its paper."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from ..io import strict_json
from ..io.resources import resource, texts_of
from ..spec import SettingError
from .experiment import Experiment
from .project_file import load_experiment

CLASSICS: Final = "Classics"
CLASSIC_TEXTS: Final = ("claim", "paper", "differs")
"""What of a classic's file is translated; a source is cited as it is."""
CLASSIC_SEEDS: Final = 16
"""So many seeds of a classic are trained, from 0; its file says which of them reached what the paper says."""


@dataclass(frozen=True, eq=False)
class Classic:
    """What the source of a preset says, and how that is measured.

    - `paper`: its result, after "The paper: "; `differs`: what is not as in the source, a sentence; "" for nothing.
    - `source`: where it says so, with page, section or figure, or "As commonly cited." where nobody looked.
    - `measure`: one of `core.inspect.classics.MEASURES` by its kind, and its limits.
    - `epochs`: after so many it is measured. `reached`: those of the first `seeds` that had it then.
    - `sweep`: the axes that the source tried, as in a sweep's JSON.
    """

    source: str
    claim: str
    paper: str
    measure: Mapping[str, Any]
    epochs: int
    reached: tuple[int, ...]
    seeds: int = CLASSIC_SEEDS
    differs: str = ""
    sweep: Sequence[Mapping[str, Any]] = ()

    @property
    def share(self) -> str:
        """How many seeds reached it: "5 of 16 seeds reach it"."""
        return f"{len(self.reached)} of {self.seeds} seeds reach it"

    @property
    def cited(self) -> str:
        """Authors and year of the source: "A. Power and others, 2022"."""
        year = re.search(r"\((\d{4})\)", self.source)
        return ", ".join([self.source.partition(":")[0], *(year.groups() if year else ())])

    def sentence(self, yours: str) -> str:
        """The paper's result, that of a run, and how many seeds were counted when the classic was made."""
        return f"The paper: {self.paper}. Yours: {yours}. Counted here: {self.share}."


@dataclass(frozen=True, eq=False)
class Preset:
    """A file of an experiment. Its name may begin with a group: "TF Playground: circle"; classics are one.

    `experiment` has its name, and `classic` its texts, in the language that is spoken; `name` is that of the file.
    """

    path: Path
    name: str
    experiment: Experiment
    classic: Classic | None = None

    @property
    def short(self) -> str:
        """The file's name without digits: "spirals"."""
        return self.path.stem.lstrip("0123456789_")

    @property
    def group(self) -> str:
        """The group's name; "" for none."""
        if self.classic is not None:
            return CLASSICS
        group, _, rest = self.name.partition(": ")
        return group if rest else ""

    @property
    def heading(self) -> str:
        """The name without its group."""
        if self.classic is not None:
            return self.experiment.name
        rest = self.experiment.name.partition(": ")[2] or self.experiment.name
        return rest[:1].upper() + rest[1:]


def read_preset(path: Path) -> Preset:
    """Read a preset's file. Raises `OSError` and `ValueError`."""
    experiment, texts = load_experiment(path), texts_of("presets")
    name = experiment.name
    experiment = experiment.replace(name=texts.get(name, name))
    known = strict_json.load(path.read_bytes()).get("classic")
    if known is None:
        return Preset(path, name, experiment)
    told = {key: texts.get(known[key], known[key]) for key in CLASSIC_TEXTS if key in known}
    return Preset(path, name, experiment, Classic(**{**known, **told, "reached": tuple(known["reached"])}))


def preset_files() -> tuple[Path, ...]:
    """Files of all presets, ordered by the digits in their names."""
    return tuple(sorted(resource("presets").glob("*.json")))


@cache
def presets() -> tuple[Preset, ...]:
    """All presets, in the same order."""
    return tuple(map(read_preset, preset_files()))


def first_preset(*, simple: bool = False) -> Experiment:
    """The experiment of a new window; `simple`: a small one, in the simple view."""
    return preset_named("moons") if simple else read_preset(preset_files()[0]).experiment


def preset_named(name: str) -> Experiment:
    """The preset of a file name without digits ("spirals") or a title. `SettingError` lists the known ones."""
    wanted = name.lower()
    for preset in presets():
        names = preset.name, preset.experiment.name
        if wanted in (preset.short, preset.path.stem, *map(str.lower, names)):
            return preset.experiment
    known = [preset.short for preset in presets()]
    near = difflib.get_close_matches(wanted, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    raise SettingError(f"There is no preset called {name!r}; {hint}")


def classic_of(experiment: Experiment) -> Preset | None:
    """The classic of which an experiment has the data and the network, whatever else was changed; None if of none."""

    def key(each: Experiment) -> tuple[object, ...]:
        return each.dataset, each.task, each.layers

    return next((p for p in presets() if p.classic and key(p.experiment) == key(experiment)), None)
