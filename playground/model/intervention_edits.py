"""Keep interventions when the stack is edited: move them with their layers, drop those of removed ones."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import shapes_of
from core.nn.interventions import remap
from core.train.warm_start import match_layers


def with_remapped_interventions(old: Experiment, new: Experiment) -> Experiment:
    """`new`, made from `old`, with interventions moved to the new positions of their layers."""
    if not new.interventions or new.interventions != old.interventions:
        return new
    same_inputs = (old.dataset.family, old.input_shape, old.features) == (
        new.dataset.family,
        new.input_shape,
        new.features,
    )
    if same_inputs and old.stack() == new.stack():
        return new
    shapes, _ = shapes_of(new)
    partners = [*match_layers(old.layers, new.layers), len(old.layers)]
    # Links from other inputs are other links.
    interventions = [
        each for each in new.interventions if same_inputs or each.layer > 0 or each.input is None
    ]
    return new.replace(interventions=remap(interventions, partners, new.stack(), (new.input_shape, *shapes)))
