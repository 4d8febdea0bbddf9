"""Experiments on other data with layers of their own, whatever is recommended: what many tests begin with."""

from core.data.datasets import Dataset
from core.experiment.adapt import fit_of, on_data, recommended, usual_training, with_own_layers
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import with_task
from core.train.tasks import Task


def with_dataset(experiment: Experiment, dataset: Dataset) -> Experiment:
    """The experiment with its own layers where they run on these data; with the usual training for other forms."""
    draft = on_data(experiment, dataset)
    if fit_of(draft) == fit_of(experiment):
        return draft
    kept = with_own_layers(experiment, draft)
    if kept is None or dataset.info().form == experiment.dataset.info().form == "row":
        return kept or recommended(draft)
    training = kept.training
    usual = usual_training(kept).replace(loss=training.loss, class_weights=training.class_weights)
    return kept.replace(training=usual)


def with_chosen_task(experiment: Experiment, task: Task) -> Experiment:
    """The experiment with its own layers where they take what the task gives them."""
    draft = with_task(experiment, task)
    return with_own_layers(experiment, draft) or recommended(draft)
