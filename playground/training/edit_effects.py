"""Which edits of an experiment apply while it trains, which keep what was learned, and where its inputs went."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from core.nn.interventions import Intervention
from core.spec import differences
from core.train.target_encoding import choose_encoding

__all__ = [
    "can_continue",
    "changes_live",
    "data_key",
    "encoding_of",
    "has_same_weights",
    "is_same_task",
    "moved_inputs",
]


def changes_live(old: Experiment, new: Experiment) -> bool:
    """Whether every setting that differs is declared `live`: it applies without a reset."""
    if not all(difference.setting.live for difference in differences(old, new)):
        return False
    # What is no setting: pruned links overwrite weights, which undo must bring back.
    same = new.features == old.features and new.corrections == old.corrections
    same &= _pruned_links(new) == _pruned_links(old)
    # A live setting, such as the loss, may still ask for another output layer.
    return same and new.stack() == old.stack() and encoding_of(new) == encoding_of(old)


def data_key(experiment: Experiment) -> tuple[object, ...]:
    """What the prepared data depend on, the corrections last."""
    return (
        experiment.dataset,
        experiment.train_share,
        experiment.data_seed,
        experiment.features if experiment.dataset.family == "points" else (),
        experiment.scaling,
        encoding_of(experiment),
        experiment.corrections,
    )


def encoding_of(experiment: Experiment) -> object:
    """How answers are coded in the outputs."""
    return choose_encoding(
        experiment.dataset.info(), experiment.training.loss, experiment.output_activation()
    )


def _pruned_links(experiment: Experiment) -> list[Intervention]:
    """These overwrite weights, which undo must bring back."""
    return [each for each in experiment.interventions if each.kind == "cut_link"]


def can_continue(old: Experiment, new: Experiment) -> bool:
    """Whether a network of `old` can go on as one of `new`.

    Another seed asks for other weights, and another dataset poses another question: both start anew. Points that are
    painted over, noisier, more or fewer are the same question, and so is a file or folder that has moved.
    """
    if old.seed != new.seed or not is_same_task(old, new):
        return False
    return new.dataset.family == "points" or old.input_shape == new.input_shape


def is_same_task(old: Experiment, new: Experiment) -> bool:
    """Whether the data of both ask the same: the same dataset, or points that were painted over."""
    if old.dataset.family != new.dataset.family:
        return False
    if old.dataset.kind != new.dataset.kind:
        return new.dataset.kind == "painted"
    return old.dataset.label == new.dataset.label


def has_same_weights(old: Experiment, new: Experiment) -> bool:
    """Whether what was saved of `old` belongs to `new` as it is: the same network on the same kind of data."""
    return (
        old.dataset.kind == new.dataset.kind
        and old.input_shape == new.input_shape
        and old.stack() == new.stack()
        and old.seed == new.seed
    )


def moved_inputs(old: Experiment, new: Experiment) -> list[int | None] | None:
    """For every feature of `new` its place among those of `old`; None where inputs are not made of features."""
    if new.dataset.family != "points":
        return None
    return [old.features.index(name) if name in old.features else None for name in new.features]
