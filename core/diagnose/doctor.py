"""The training doctor: measures a training and its data and reports why it does not learn well, worst first."""

from __future__ import annotations

import numpy as np

from ..data.datasets import NoScaling
from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData
from ..io.number_text import percent_text, rounded_text
from ..train.class_weights import EqualWeights
from ..train.trainer import Trainer
from .curve_checks import (
    counts_only,
    diverging,
    memorises,
    number,
    one_class,
    overfitting,
    overshooting,
    slow,
    standing_still,
    unusual,
)
from .fixes import SEVERITIES, Finding, Severity, finding
from .layer_checks import alike_units, collapsed, dead_units, gradients, saturated
from .measurements import Measurements, Measurer

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
    return finding("unscaled", "warning", "Unscaled inputs", sentence, measurements, experiment)


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
        f"predicting {names[many]} every time is right in {percent_text(counts[many] / counts.sum())} of cases."
    )
    return finding("imbalanced", severity, "Unequal classes", sentence, measurements, experiment)


def _name(measurements: Measurements, column: int) -> str:
    return measurements.names[column] if column < len(measurements.names) else f"input {column + 1}"


class Doctor:
    """Examines one trainer repeatedly and read-only, on at most 500 samples."""

    def __init__(self, trainer: Trainer, prepared: PreparedData) -> None:
        self._trainer = trainer
        self._measurer = Measurer(trainer, prepared)
        self._examined: Experiment | None = None
        self._since = 0.0

    def examine(self, experiment: Experiment) -> tuple[Finding, ...]:
        """Current findings since the last edit, worst first; their fixes change `experiment`, the one being trained.

        To hold a unit, or to let it go, is no edit here: it tells what the unit is for, and findings wait.
        """
        before = self._examined
        if (
            before is not None
            and experiment.replace(name=before.name, interventions=before.interventions) != before
        ):
            self._since = self._trainer.epoch
        self._examined = experiment
        return diagnose(self._measurer.measure(experiment, self._since), experiment)


def examine(trainer: Trainer, prepared: PreparedData, experiment: Experiment) -> tuple[Finding, ...]:
    """Examine once; see `Doctor.examine`."""
    return Doctor(trainer, prepared).examine(experiment)


def diagnose(measurements: Measurements, experiment: Experiment) -> tuple[Finding, ...]:
    """Compare measurements with limits. Findings that follow from another finding are omitted."""
    found = [it for check in (unscaled, imbalanced) if (it := check(measurements, experiment)) is not None]
    lost = diverging(measurements, experiment) or overshooting(measurements, experiment)
    if lost is not None:
        found.append(lost)
    # Inputs in the thousands saturate the first layer; scaling fixes both.
    rough = any(it.kind == "unscaled" for it in found)
    flat = [it for it in saturated(measurements, experiment) if not (rough and it.layer == 0)]
    layers = alike_units(measurements, experiment) + dead_units(measurements, experiment) + flat
    if lost is None:
        # Dead and saturated units explain vanishing gradients.
        told = bool(layers)
        layers += [it for it in gradients(measurements, experiment) if not told or it.kind != "vanishing"]
    if lost is None:
        stuck = None
        if not layers:
            stuck = (
                slow(measurements, experiment)
                or one_class(measurements, experiment)
                or standing_still(measurements, experiment)
            )
        # The large weights of a network that learns by heart saturate units, too: the cause comes first.
        # A code that says nothing leaves the loss where the mean has it, and no gradient before it.
        stuck = collapsed(measurements, experiment) or counts_only(measurements, experiment) or stuck
        learned = memorises(measurements, experiment) or overfitting(measurements, experiment)
        causes = learned, stuck, None if learned or stuck else unusual(measurements, experiment)
        found += [it for it in causes if it is not None]
    found += layers
    return tuple(sorted(found, key=lambda it: SEVERITIES.index(it.severity)))
