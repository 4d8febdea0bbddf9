"""Other data or another task for an experiment: what stays, what comes instead, and what is put aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..data.datasets import Dataset
from ..data.seal import NO_SEAL, Seal
from ..io.archive import ArchiveReader
from ..io.sentence import opening
from ..train.tasks import Task
from .adapt import fit_of, is_alike, on_data, recommended, with_own_layers, with_setup
from .experiment import Experiment
from .stack_problems import with_task

MAX_ASIDES = 50
_ENTRY = "asides.json"

Asides = tuple[Experiment, ...]
"""Experiments whose network and training are put aside until their data or task come back, the newest last."""

_KEPT_TRAINING = ("optimizer", "batch_size", "regularizer", "clipping", "schedule")


@dataclass(frozen=True)
class Belongs:
    """What of an experiment is another one than before."""

    data: bool
    """The data themselves, or what they say: other classes, columns or tokens."""
    samples: bool
    """Some samples, also by a setting or a seed of the same data."""
    task: bool
    network: bool

    @property
    def asks_anew(self) -> bool:
        """Whether nothing that was asked of the old is meant for the new."""
        return self.data or self.task


@dataclass(frozen=True)
class Change:
    """From the experiment `before` to `experiment`.

    Where another network came, `replaces`, `mine` is the experiment with as much of the old one as runs, if there is
    any, and `returns` tells whether it is one that was put aside before.
    """

    before: Experiment
    experiment: Experiment
    replaces: bool = False
    returns: bool = False
    mine: Experiment | None = None

    @property
    def own(self) -> Experiment:
        """The experiment with as much of the old network and training as runs."""
        return self.mine or self.experiment

    @property
    def kept(self) -> tuple[str, ...]:
        """What of the old network and training is kept by `mine`, in words."""
        mine, new = self.mine, self.experiment
        if mine is None:
            return ()
        training, optimizer = mine.training, mine.training.optimizer
        words = (
            ("the layers", mine.layers != new.layers),
            (f"{optimizer.title} at {optimizer.learning_rate:g}", optimizer != new.training.optimizer),
            (f"batches of {training.batch_size}", training.batch_size != new.training.batch_size),
            (training.regularizer.title, training.regularizer != new.training.regularizer),
            ("the clipping", training.clipping != new.training.clipping),
            ("the schedule", training.schedule != new.training.schedule),
        )
        return tuple(text for text, differs in words if differs)


def begun(dataset: Dataset, engine: str = "auto", seal: Seal = NO_SEAL) -> Experiment:
    """The experiment that data begin with: a network and a training that are recommended for what is not sealed."""
    start = Experiment(sealed=seal.share, data_seed=seal.seed)
    return recommended(on_data(start.with_training(engine=engine), dataset))


def changed(
    experiment: Experiment, asides: Asides = (), *, dataset: Dataset | None = None, task: Task | None = None
) -> Change:
    """The experiment on other data or with another task.

    Where one network and training serve both, they stay. Else those come back that were put aside for the new ones, or
    else what is recommended comes; a setting of the same data keeps the layers that run.
    """
    draft, here = experiment, experiment.dataset
    if dataset is not None:
        draft = on_data(experiment, dataset)
        last = _newest(asides, lambda each: each.dataset.kind == dataset.kind != here.kind)
        if last is not None and not last.task.why_not(dataset.info()):
            draft = draft.replace(task=last.task)
    if task is not None:
        draft = with_task(draft, task)
    fit = fit_of(draft)
    if fit == fit_of(experiment):
        return Change(experiment, draft)
    found = _newest(asides, lambda each: _key(each) == _key(draft))
    found = found or _newest(asides, lambda each: fit_of(each) == fit)
    own = with_own_layers(experiment, draft)
    if own is not None and task is None and is_alike(here, draft.dataset):
        same = found is not None and found.layers == own.layers
        return Change(experiment, with_setup(draft, found) if found is not None and same else own)
    new = recommended(draft) if found is None else with_setup(draft.replace(task=found.task), found)
    if found is not None and found.dataset == draft.dataset:
        new = new.replace(name=found.name)
    if draft.dataset == here:
        new = new.replace(train_share=draft.train_share, held_out=draft.held_out)
    # Nobody breaks a seal by taking other data.
    new = new.replace(sealed=experiment.sealed)
    kept = {name: getattr(experiment.training, name) for name in _KEPT_TRAINING}
    mine = own or new.with_training(**kept)
    return Change(experiment, new, True, found is not None, None if mine == new else mine)


def with_aside(asides: Asides, before: Experiment, after: Experiment) -> Asides:
    """What waits after a step between the two: `before`, too, where its network and training do not serve both, or
    where its data would else come back with an earlier task."""
    last = _newest(asides, lambda each: each.dataset.kind == before.dataset.kind != after.dataset.kind)
    if fit_of(before) == fit_of(after) and (last is None or last.task == before.task):
        return asides
    return (*(each for each in asides if _key(each) != _key(before)), before)[-MAX_ASIDES:]


def difference(old: Experiment, new: Experiment) -> Belongs:
    """What of `new` is another one than in `old`."""
    same_kind = is_alike(old.dataset, new.dataset) and old.dataset.label == new.dataset.label
    seeded = new.dataset.uses_seed and old.data_seed != new.data_seed
    split = old.split != new.split
    data = not same_kind or old.dataset.info() != new.dataset.info()
    return Belongs(
        data=data,
        samples=data or seeded or split or not new.dataset.same_samples(old.dataset),
        task=old.task.kind != new.task.kind,
        network=old.stack() != new.stack() or old.input_shape != new.input_shape,
    )


def asides_entry(asides: Asides) -> dict[str, Any]:
    """What `load_asides` reads, for `extra` of `project_file.save_project`."""
    return {_ENTRY: [each.to_json() for each in asides]} if asides else {}


def load_asides(path: Path) -> Asides:
    """What is put aside in a project, beside what `load_project` reads. Raises as that does."""
    if path.suffix.lower() == ".json":
        return ()
    with ArchiveReader(path) as archive, opening(path, (ValueError, TypeError)):
        # Older files have none.
        found = archive.text(_ENTRY) if _ENTRY in archive else []
        if not isinstance(found, list) or len(found) > MAX_ASIDES:
            raise ValueError(f"{_ENTRY} must be a list of at most {MAX_ASIDES} experiments")
        return tuple(Experiment.from_json(each) for each in found)


def _key(experiment: Experiment) -> object:
    return experiment.dataset.kind, fit_of(experiment)


def _newest(asides: Asides, fits: Callable[[Experiment], bool]) -> Experiment | None:
    return next((each for each in reversed(asides) if fits(each)), None)
