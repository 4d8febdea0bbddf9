"""Checks of the data: unscaled inputs and imbalanced classes."""

from __future__ import annotations

import numpy as np

from core.data.datasets import NoScaling
from core.diagnose import fixes as remedies
from core.diagnose.curve_checks import number
from core.diagnose.finding import Finding, Severity
from core.diagnose.measurements import Measurements
from core.experiment.experiment import Experiment
from core.io.number_text import rounded_text
from core.train.class_weights import EqualWeights

# With deviations further apart than this, no learning rate suits all inputs.
_UNLIKE = 10.0
# Deviations too far from 1 even if they are all alike.
_LARGE, _SMALL = 5.0, 0.02
_IMBALANCED, _VERY_IMBALANCED = 3.0, 10.0


def unscaled(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """Skipped for points, because the plane has their scale."""
    if experiment.dataset.family == "points" or not isinstance(experiment.scaling, NoScaling):
        return None
    deviations = measurements.deviations
    # A constant column has no scale.
    there = np.flatnonzero(deviations > 1e-9)
    if not len(there):
        return None
    low, high = (int(there[pick(deviations[there])]) for pick in (np.argmin, np.argmax))
    smallest, largest = float(deviations[low]), float(deviations[high])
    table = experiment.dataset.family == "table"
    if table and largest > _UNLIKE * smallest:
        sentence = (
            f"The inputs differ {rounded_text(largest / smallest)} times in size: {_name(measurements, high)} has a "
            f"standard deviation of {number(largest)}, {_name(measurements, low)} of {number(smallest)}."
        )
    elif largest > _LARGE or largest < _SMALL:
        what = f"The inputs have standard deviations of up to {number(largest)}"
        if experiment.dataset.info().form == "image":
            what = f"The pixels have a standard deviation of {number(largest)}"
        sentence = f"{what}; networks learn best from values around 1."
    else:
        return None
    fixes = remedies.applicable(remedies.scale_inputs(experiment))
    return Finding("unscaled", "warning", "Unscaled inputs", sentence, None, fixes, experiment)


def imbalanced(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """Skipped with class weights, which handle the imbalance."""
    counts = measurements.class_counts
    if len(counts) < 2 or not isinstance(experiment.training.class_weights, EqualWeights):
        return None
    few, many = int(np.argmin(counts)), int(np.argmax(counts))
    if counts[many] < _IMBALANCED * counts[few]:
        return None
    severity: Severity = "warning" if counts[many] >= _VERY_IMBALANCED * counts[few] else "note"
    names = measurements.class_names or tuple(map(str, range(len(counts))))
    sentence = (
        f"Class {names[many]} has {counts[many]:,} training samples, class {names[few]} only {counts[few]:,}: "
        f"answering {names[many]} every time is right in {100 * counts[many] / counts.sum():.0f} % of cases."
    )
    fixes = remedies.applicable([remedies.balance_classes(experiment)])
    return Finding("imbalanced", severity, "Unequal classes", sentence, None, fixes, experiment)


def _name(measurements: Measurements, column: int) -> str:
    return measurements.names[column] if column < len(measurements.names) else f"input {column + 1}"
