"""Edits of an experiment that apply live or keep the weights, and the remapping of its inputs."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from core.experiment.prepare import data_key, encoding_of
from core.nn.interventions import Intervention
from core.spec import differences


def changes_live(old: Experiment, new: Experiment) -> bool:
    """Whether all changed settings are declared `live`, so that no reset is needed."""
    if not all(difference.setting.live for difference in differences(old, new)):
        return False
    # Not settings. Pruned links overwrite weights, which undo must restore.
    same = new.features == old.features and new.corrections == old.corrections
    same &= _pruned_links(new) == _pruned_links(old)
    # A live setting, such as the loss, may still require another output layer.
    return same and new.stack() == old.stack() and encoding_of(new) == encoding_of(old)


def sees_same_samples(old: Experiment, new: Experiment) -> bool:
    """Whether networks of both take the same samples, whose labels may be others; of painted points also added ones."""
    painted = old.dataset.kind == new.dataset.kind == "painted"
    before, now = data_key(old.replace(threshold=new.threshold)), data_key(new)
    return before[1:-1] == now[1:-1] and (painted or before[0] == now[0])


def _pruned_links(experiment: Experiment) -> list[Intervention]:
    return [each for each in experiment.interventions if each.kind == "cut_link"]


def can_continue(old: Experiment, new: Experiment) -> bool:
    """Whether training can continue from `old` to `new`.

    Another seed, dataset or split starts anew: nothing is tested on what it has learned from. Painting points, their
    noise and number, and moving a file or folder do not; but of other points none is sealed that was learned from.
    """
    if (old.seed, old.data_seed, old.split) != (new.seed, new.data_seed, new.split):
        return False
    if not is_same_task(old, new) or (new.sealed_share and not new.dataset.same_samples(old.dataset)):
        return False
    return new.dataset.family == "points" or old.input_shape == new.input_shape


def is_same_task(old: Experiment, new: Experiment) -> bool:
    """Whether both learn the same from the same dataset, or from points that were painted over."""
    if old.dataset.family != new.dataset.family or old.task != new.task:
        return False
    if old.dataset.kind != new.dataset.kind:
        return new.dataset.kind == "painted"
    return old.dataset.label == new.dataset.label


def has_same_weights(old: Experiment, new: Experiment) -> bool:
    """Whether weights of `old` fit `new` unchanged: the same network on the same kind of data."""
    return (
        old.dataset.kind == new.dataset.kind
        and old.input_shape == new.input_shape
        and old.stack() == new.stack()
        and old.seed == new.seed
    )


def moved_inputs(old: Experiment, new: Experiment) -> list[int | None] | None:
    """For every network input of points of `new` its index in `old`, or None; None for other data.

    A task may take coordinates instead of the chosen features, and add inputs of its own, such as a time.
    """
    if new.dataset.family != "points":
        return None
    before = old.feature_labels
    return [before.index(name) if name in before else None for name in new.feature_labels]
