"""Names of the lanes of a race: those that the user gave, else what differs from the first lane."""

from __future__ import annotations

from collections.abc import Sequence

from core.experiment.experiment import Experiment
from playground.model.runs.setting_choices import lane_name

_MAX_LETTERS = 60


class LaneNames:
    """`given` has a text for each lane, "" where its name is made."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def start(self, count: int) -> None:
        """Begin with as many lanes, without names."""
        self.given = [""] * count

    def rename(self, lane: int, name: str) -> None:
        """Give a lane a name, or with "" its made one again."""
        self.given[lane] = " ".join(name.split())[:_MAX_LETTERS]

    def texts(self, experiments: Sequence[Experiment]) -> list[str]:
        """The name of every lane; no two are the same."""
        found: list[str] = []
        for name, experiment in zip(self.given, experiments, strict=True):
            text = first = name or lane_name(experiment, experiments[0])
            number = 1
            while text in found:
                number += 1
                text = f"{first} ({number})"
            found.append(text)
        return found
