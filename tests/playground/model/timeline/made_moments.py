"""Moments without a trainer, of any size."""

from __future__ import annotations

import numpy as np

from core.experiment.experiment import Experiment
from core.train.figures import Figures, Place
from playground.model.timeline.moment import Moment, Vectors

_EXPERIMENT = Experiment()


def moment(
    position: float, run: int = 1, *, size: int = 100, segment: int = 0, resumable: bool = True
) -> tuple[Moment, Vectors]:
    """A moment of `size` parameters, all of them its position."""
    vectors = (np.full(size, position, np.float32), np.empty(0, np.float32))
    numbers = {"updates": 0} if resumable else None
    return (
        Moment(
            run, segment, Place(int(position), position=position), _EXPERIMENT, Figures(), 0.1, None, numbers,
            vectors[0].nbytes,
        ),
        vectors,
    )  # fmt: skip
