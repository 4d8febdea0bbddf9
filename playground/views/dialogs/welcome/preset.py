"""A preset on the welcome page: file, name, data and layer summary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.data.datasets import Dataset
from core.experiment.experiment import Experiment
from core.experiment.project_file import load_experiment
from core.nn import Dense


@dataclass(frozen=True)
class Preset:
    """`line` summarizes the layers. The name may begin with a family: "TF Playground: circle"."""

    path: Path
    name: str
    line: str
    dataset: Dataset
    data_seed: int

    @property
    def heading(self) -> str:
        """The name without its family."""
        rest = self.name.partition(": ")[2] or self.name
        return rest[:1].upper() + rest[1:]

    @property
    def caption(self) -> str:
        """The line, prefixed by the family."""
        family, _, rest = self.name.partition(": ")
        return f"{family} · {self.line}" if rest else self.line


def read_presets(paths: Iterable[Path]) -> list[Preset]:
    """The presets in order; unreadable files are skipped."""
    found = []
    for path in paths:
        try:
            experiment = load_experiment(path)
        except (OSError, ValueError):
            continue
        line = described(experiment)
        found.append(Preset(path, experiment.name, line, experiment.dataset, experiment.data_seed))
    return found


def described(experiment: Experiment) -> str:
    """ "6 · 5 · 3 units", "Conv2D, MaxPool, Flatten, Dense", "no hidden layer"."""
    layers = experiment.layers
    if not layers:
        return "no hidden layer"
    if all(isinstance(layer, Dense) for layer in layers):
        widths = " · ".join(str(layer.units) for layer in layers if isinstance(layer, Dense))
        return f"{widths} units"
    return ", ".join(layer.title for layer in layers)
