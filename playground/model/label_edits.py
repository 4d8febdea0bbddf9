"""Edits of single samples: relabel some, remove others, and drop edits that do not fit new data."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.data.datasets import Painted, PaintedPoints
from core.data.label_corrections import LabelCorrections
from core.experiment.experiment import Experiment


def with_corrections(experiment: Experiment, rows: Iterable[int], label: int | None) -> Experiment:
    """The experiment with dataset rows relabelled, or removed by None; painted points are edited themselves."""
    rows = [int(row) for row in rows]
    dataset = experiment.dataset
    if not isinstance(dataset, Painted):
        return experiment.replace(corrections=experiment.corrections.with_label(rows, label))
    points = dataset.points.array.copy()
    if label is None:
        points = np.delete(points, rows, axis=0)
    else:
        points[rows, 2] = label
    return experiment.replace(dataset=dataset.replace(points=PaintedPoints.of_array(points)))


def without_corrections(experiment: Experiment) -> Experiment:
    """The experiment with all original samples and labels."""
    return experiment.replace(corrections=LabelCorrections())


def with_fitting_corrections(old: Experiment, new: Experiment) -> Experiment:
    """`new`, made from `old`, without corrections whose rows are other samples now."""
    if not new.corrections or new.corrections != old.corrections:
        return new
    same = new.dataset.same_samples(old.dataset) and (
        old.data_seed == new.data_seed or not new.dataset.uses_seed
    )
    return new if same else without_corrections(new)
