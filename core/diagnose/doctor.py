"""The training doctor: measures a training and reports why it does not learn well, worst first."""

from __future__ import annotations

from core.diagnose.curve_checks import diverging, overfitting, overshooting, slow, standing_still
from core.diagnose.data_checks import imbalanced, unscaled
from core.diagnose.finding import SEVERITIES, Finding
from core.diagnose.layer_checks import alike_units, collapsed, dead_units, gradients, saturated
from core.diagnose.measurements import Measurements, Measurer
from core.diagnose.text_checks import counts_only, memorises
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.train.trainer import Trainer


class Doctor:
    """Examines one trainer repeatedly and read-only, on at most 500 samples."""

    def __init__(self, trainer: Trainer, prepared: PreparedData) -> None:
        self._trainer = trainer
        self._measurer = Measurer(trainer, prepared)
        self._examined: Experiment | None = None
        self._since = 0.0

    def examine(self, experiment: Experiment) -> tuple[Finding, ...]:
        """Current findings since the last edit, worst first; their fixes change `experiment`, the one being trained."""
        if self._examined is not None and experiment.replace(name=self._examined.name) != self._examined:
            self._since = self._trainer.epoch
        self._examined = experiment
        return diagnose(self._measurer.measure(experiment, self._since), experiment)


def examine(trainer: Trainer, prepared: PreparedData, experiment: Experiment) -> tuple[Finding, ...]:
    """Examine once; see `Doctor.examine`."""
    return Doctor(trainer, prepared).examine(experiment)


def diagnose(measurements: Measurements, experiment: Experiment) -> tuple[Finding, ...]:
    """Compare measurements with limits. Findings that follow from another finding are omitted."""
    found = [
        finding
        for check in (unscaled, imbalanced)
        if (finding := check(measurements, experiment)) is not None
    ]
    lost = diverging(measurements, experiment) or overshooting(measurements, experiment)
    if lost is not None:
        found.append(lost)
    # Inputs in the thousands saturate the first layer; scaling fixes both.
    rough = any(finding.kind == "unscaled" for finding in found)
    flat = [it for it in saturated(measurements, experiment) if not (rough and it.layer == 0)]
    layers = alike_units(measurements, experiment) + dead_units(measurements, experiment) + flat
    if lost is None:
        # Dead and saturated units explain vanishing gradients.
        told = bool(layers)
        layers += [it for it in gradients(measurements, experiment) if not told or it.kind != "vanishing"]
    if lost is None:
        stuck = None if layers else slow(measurements, experiment) or standing_still(measurements, experiment)
        # The large weights of a network that learns by heart saturate units, too: the cause comes first.
        # A code that says nothing leaves the loss where the mean has it, and no gradient before it.
        stuck = collapsed(measurements, experiment) or counts_only(measurements, experiment) or stuck
        causes = (memorises(measurements, experiment) or overfitting(measurements, experiment), stuck)
        found += [finding for finding in causes if finding is not None]
    found += layers
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
