"""Edits of single samples: another class for some, others left out, and what becomes of that when the data change."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.data.datasets import Painted, PaintedPoints
from core.data.label_corrections import LabelCorrections
from core.experiment.experiment import Experiment

__all__ = ["with_corrections", "with_fitting_corrections", "without_corrections"]


def with_corrections(experiment: Experiment, rows: Iterable[int], label: int | None) -> Experiment:
    """The experiment with these rows of its dataset of class `label`; None leaves them out.

    Painted points are painted over or wiped away: they have no other original.
    """
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
    """The experiment with all samples and labels as the dataset has them."""
    return experiment.replace(corrections=LabelCorrections())


def with_fitting_corrections(old: Experiment, new: Experiment) -> Experiment:
    """`new`, which was made from `old`, without corrections of rows that are other samples now."""
    if not new.corrections or new.corrections != old.corrections:
        return new
    same = new.dataset.same_samples(old.dataset) and (
        old.data_seed == new.data_seed or not new.dataset.uses_seed
    )
    return new if same else without_corrections(new)
