"""Checks of the layers: dead units, saturated activations, vanishing and exploding gradients.

The limits were tuned on the healthy presets and on the faults in tests/core/diagnose/illnesses.py.
"""

from __future__ import annotations

from ..experiment.experiment import Experiment
from ..io.number_text import rounded_text
from .curve_checks import number, percent
from .fixes import Finding, Severity, finding, usual_weights
from .measurements import Measurements

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
        learn = "it cannot learn" if layer.units == layer.dead == 1 else "they cannot learn"
        sentence = (
            f"Layer {index + 1}: {layer.dead} of {layer.units} ReLU units are 0 on {samples} training samples. "
            f"Without a gradient {learn}."
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
            f"Layer {index + 1}: {percent(layer.at_ends)} of the {function.title.lower()} outputs lie at "
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
