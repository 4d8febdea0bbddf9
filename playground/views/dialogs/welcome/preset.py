"""What the welcome page knows of a ready-made experiment: its file, its name, its data, and a line about its layers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.data.datasets import Dataset
from core.experiment.experiment import Experiment
from core.experiment.project_file import load_experiment
from core.nn import Dense

__all__ = ["Preset", "read_presets"]


@dataclass(frozen=True)
class Preset:
    """`line` says of what the network is made. The name may begin with a family: "TF Playground: circle"."""

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
        """The line, with the family in front of it."""
        family, _, rest = self.name.partition(": ")
        return f"{family} · {self.line}" if rest else self.line


def read_presets(paths: Iterable[Path]) -> list[Preset]:
    """The presets in their order; a file that cannot be read is left out."""
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
