"""What is trained as one set of runs: the lanes of a race, many seeds, or a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..experiment.experiment import Experiment
from .compute_target import ComputeTarget
from .sweep import Sweep


@dataclass(frozen=True)
class Pace:
    """How the lanes of a race take turns.

    - `by_seconds`: all have trained for equally long, and not for equally many epochs.
    - `epochs_per_second`: 0 for full speed. `stop_at`: the last epoch, 0 for none.
    """

    by_seconds: bool = False
    epochs_per_second: float = 0.0
    stop_at: int = 0


@dataclass(frozen=True)
class Plan:
    """A set of runs before it is trained.

    - `experiments`: one for each lane of a race, or the one that is trained from every one of `seeds` for `epochs`.
    - `engine`: what an experiment's setting "auto" stands for.
    - `sweep`: its combinations, trained by `target`; `keeps_weights`: among the runs.
    """

    kind: Literal["race", "seeds", "sweep"]
    experiments: tuple[Experiment, ...] = ()
    seeds: tuple[int, ...] = ()
    epochs: int = 0
    engine: str = "auto"
    pace: Pace = Pace()
    sweep: Sweep | None = None
    target: ComputeTarget = ComputeTarget()
    keeps_weights: bool = True
