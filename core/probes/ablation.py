"""Ablation: how much worse the network gets without each of its units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..experiment.experiment import Experiment
from ..io.budget import OnProgress
from ..io.number_text import rounded_text
from ..nn.interventions import Intervention
from ..nn.network import forward_flops
from ..train.figures import Figure
from ..train.tasks import Score
from .subject import Subject, no_report

_SAMPLES: Final = 2_000
_FEWEST = 100
_FLOPS = 60_000_000_000


@dataclass(frozen=True)
class UnitImportance:
    """Effect of muting one unit: rise of the loss, fall of accuracy or R²; negative ones are gains."""

    layer: int
    unit: int
    loss_rise: float
    score_fall: float


@dataclass(frozen=True)
class Ablation:
    """All units, the most important one first; on the way those that were muted until then.

    - `whole`: the evaluation with all units. `on_test`: whether of test samples, else of training samples.
    """

    units: tuple[UnitImportance, ...]
    whole: Figure
    on_test: bool
    score: Score
    share: float = 1.0

    @property
    def sentence(self) -> str:
        """The finding, in a sentence."""
        if not self.units:
            return "The network has no hidden units to mute."
        idle = sum(unit.loss_rise <= 0.0 for unit in self.units)
        first = self.units[0]
        found = (
            f"Unit {first.unit + 1} of layer {first.layer + 1} matters most: "
            f"without it the loss rises by {rounded_text(first.loss_rise, 2)}."
        )
        one = "One unit is of no use: the loss does not rise without."
        many = f"{idle} units are of no use: the loss does not rise without."
        return f"{found} {one if idle == 1 else many}" if idle else found


def units_of(experiment: Experiment) -> list[tuple[int, int]]:
    """(layer, unit) of all units that can be muted and are not, in the layers that have weights of their own."""
    muted = {each.place[:2] for each in experiment.interventions if each.kind in ("mute", "clamp")}
    stack, shape = experiment.stack(), experiment.input_shape
    found: list[tuple[int, int]] = []
    for index, layer in enumerate(stack[:-1]):
        weighted = any(len(parameter.shape) > 1 for parameter in layer.parameters(shape))
        shape = layer.output_shape(shape)
        if weighted:
            found += [(index, unit) for unit in range(shape[-1]) if (index, unit) not in muted]
    return found


def ablate(subject: Subject, report: OnProgress = no_report) -> Ablation:
    """Mute every unit of the hidden layers, one at a time, and evaluate on the test samples."""
    trainer = subject.trainer()
    experiment, evaluated = subject.experiment, subject.evaluated
    places = units_of(experiment)
    cost = forward_flops(trainer.network) * max(1, len(places))
    samples = evaluated.evenly(max(_FEWEST, min(_SAMPLES, _FLOPS // cost)))
    whole = trainer.evaluate(samples)
    found: list[UnitImportance] = []
    score = subject.prepared.task.score

    def result(share: float) -> Ablation:
        ranked = sorted(found, key=lambda unit: (-unit.loss_rise, unit.layer, unit.unit))
        return Ablation(tuple(ranked), whole, len(subject.prepared.test) > 0, score, share)

    for done, (layer, unit) in enumerate(places):
        if done % max(1, len(places) // 50) == 0:
            report(result(done / len(places)))
        trainer.network.intervene((*experiment.interventions, Intervention("mute", layer, unit)))
        without = trainer.evaluate(samples)
        found.append(UnitImportance(layer, unit, without.loss - whole.loss, whole.score - without.score))
    return result(1.0)
