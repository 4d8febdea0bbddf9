"""The training doctor: measures a training and its data and reports why it does not learn well, worst first.

Here are the checks of layers and inputs; those of the curves stand in curve_checks.py. The limits were tuned on the
healthy presets and on the faults in tests/core/diagnose/illnesses.py.
"""

from __future__ import annotations

import numpy as np

from ..data.datasets import NoScaling
from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData
from ..io.number_text import percent_text, rounded_text
from ..io.sentence import in_sentence
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
    percent,
    slow,
    standing_still,
    unusual,
)
from .fixes import SEVERITIES, Finding, Severity, finding, usual_weights
from .measurements import Measurements, Measurer

# Healthy networks have some dead units; from this share on, the layer is effectively smaller.
_DEAD_SHARE = 0.2
_DEAD_ALARM = 0.75
# A layer is saturated if this share of its outputs is near an end ...
_SATURATED_SHARE = 0.75
# ... and the loss is still high: confident correct predictions are fine.
_STILL_WRONG = 0.4
# In healthy networks, RMS gradients of the first and last layer are within a factor of 100.
_FADING = 1e-3
_BURSTING = 1e3
_LARGE_GRADIENT = 100.0
# Healthy codes say some nats of a sample; less than a tenth is nothing after so many epochs.
_COLLAPSED = 0.1
_SETTLED = 3


def alike_units(measurements: Measurements, experiment: Experiment) -> list[Finding]:
    """Hidden layers whose units have all the same weights, and so the same gradients."""
    alike = [index for index, layer in enumerate(measurements.layers[:-1]) if layer.alike]
    if not alike or usual_weights(experiment) is None:
        return []
    index = alike[0]
    sentence = (
        f"Layer {index + 1}: all {measurements.layers[index].units} units have the same weights, so they learn the "
        "same: together they are one unit."
    )
    return [finding("alike", "alarm", "Units all alike", sentence, measurements, experiment, index)]


def dead_units(measurements: Measurements, experiment: Experiment) -> list[Finding]:
    found = []
    for index, layer in enumerate(measurements.layers):
        if layer.dead == 0 or layer.dead < _DEAD_SHARE * layer.units:
            continue
        severity: Severity = "alarm" if layer.dead >= _DEAD_ALARM * layer.units else "warning"
        samples = (
            f"all {measurements.samples:,}"
            if measurements.rows == measurements.samples
            else f"{measurements.rows:,}"
        )
        one, many = "Without a gradient it cannot learn.", "Without a gradient they cannot learn."
        sentence = (
            f"Layer {index + 1}: {layer.dead} of {layer.units} ReLU units are 0 on {samples} training samples. "
            f"{one if layer.units == layer.dead == 1 else many}"
        )
        found.append(finding("dead", severity, "Dead ReLU units", sentence, measurements, experiment, index))
    return found


def collapsed(measurements: Measurements, experiment: Experiment) -> Finding | None:
    """The codes of a Sampling layer are those of N(0, 1), whatever the sample is."""
    if len(measurements.history) <= _SETTLED:
        return None
    for index, layer in enumerate(measurements.layers):
        if layer.spread is None or layer.spread > _COLLAPSED:
            continue
        sentence = (
            f"Layer {index + 1}: the code has collapsed. It says {number(layer.spread)} nats of a sample, so that the "
            "decoder makes the same of every one: the spread weighs more than the error."
        )
        return finding("collapsed", "warning", "Code collapsed", sentence, measurements, experiment, index)
    return None


def saturated(measurements: Measurements, experiment: Experiment) -> list[Finding]:
    history = measurements.history
    if not len(history) or measurements.train_loss < _STILL_WRONG * measurements.baseline:
        return []
    found = []
    # A confident output is no fault.
    for index, layer in enumerate(measurements.layers[:-1]):
        if layer.at_ends is None or layer.at_ends < _SATURATED_SHARE or layer.function is None:
            continue
        function = layer.function
        sentence = (
            f"Layer {index + 1}: {percent(layer.at_ends)} of the {in_sentence(function.title)} outputs lie at "
            f"{function.low:g} or {function.high:g}, where the function is flat and passes no gradient back."
        )
        found.append(finding("saturated", "warning", "Saturated", sentence, measurements, experiment, index))
    return found


def gradients(measurements: Measurements, experiment: Experiment) -> list[Finding]:
    """Vanishing and exploding gradients, from the first and last layer with a kernel."""
    with_kernel = [(i, layer) for i, layer in enumerate(measurements.layers) if layer.gradient is not None]
    if not with_kernel or len(measurements.history) < 2:
        return []
    first_index, first = with_kernel[0]
    _, last = with_kernel[-1]
    assert first.gradient is not None
    assert last.gradient is not None
    worst_index, worst = max(with_kernel, key=lambda place: place[1].gradient or 0.0)
    still_wrong = measurements.train_loss > _STILL_WRONG * measurements.baseline
    all_dead = any(layer.dead == layer.units for layer in measurements.layers)
    if len(with_kernel) > 1 and last.gradient > 0.0:
        ratio = first.gradient / last.gradient
        if ratio < _FADING and still_wrong and not all_dead:
            return [_vanishing(first_index, first.gradient, last.gradient, measurements, experiment)]
        if ratio > _BURSTING and still_wrong:
            compared = f"{_times(ratio)} as large as the last"
            return [_exploding(first_index, first.gradient, compared, measurements, experiment)]
    if worst.weight is not None and (worst.gradient or 0.0) > _LARGE_GRADIENT * max(worst.weight, 1e-6):
        share = (worst.gradient or 0.0) / max(worst.weight, 1e-6)
        words = f"{_times(share)} as large as the weights themselves"
        return [_exploding(worst_index, worst.gradient or 0.0, words, measurements, experiment)]
    return []


def _vanishing(
    index: int, first: float, last: float, measurements: Measurements, experiment: Experiment
) -> Finding:
    size = "none is left" if first == 0.0 else f"1/{rounded_text(last / first)} is left"
    sentence = (
        f"Layer {index + 1} gets a gradient of {number(first)}, the output one of {number(last)}: on the way back "
        f"{size}, so the first layers hardly learn."
    )
    return finding("vanishing", "warning", "Vanishing gradients", sentence, measurements, experiment, index)


def _exploding(
    index: int, size: float, compared: str, measurements: Measurements, experiment: Experiment
) -> Finding:
    sentence = (
        f"Layer {index + 1} gets a gradient of {number(size)}, {compared}: steps jump out of the valley."
    )
    return finding("exploding", "warning", "Exploding gradients", sentence, measurements, experiment, index)


def _times(ratio: float) -> str:
    return f"{rounded_text(ratio)} times"


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
