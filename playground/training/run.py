"""One training, from its first weights on, with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.experiment.experiment import Experiment
from core.experiment.prepare import Prepared, make_trainer, prepare
from core.experiment.project_file import Progress
from core.inspect.snapshot_taker import Camera
from core.nn.blas_threads import available_cores, limit_threads
from core.train.trainer import Trainer
from core.train.warm_start import continue_training
from playground.model.undo import Revision
from playground.training.edit_effects import (
    coding_of,
    data_key,
    has_same_weights,
    keeps_learning,
    moved_inputs,
)
from playground.training.progress_cache import LearningMemory
from playground.training.requests import Order

__all__ = ["Run", "RunMaker", "Waiting"]


@dataclass
class Run:
    """`number` tells runs apart, `revision` is the document's. What `experiment` says live may change meanwhile.

    A run that `failed` has no weights that anybody wants.
    """

    number: int
    revision: int
    experiment: Experiment
    data: Prepared
    trainer: Trainer
    camera: Camera
    failed: bool = False

    @property
    def has_learned(self) -> bool:
        return self.trainer.has_learned

    def apply(self, experiment: Experiment) -> None:
        """Go on under settings of which only live ones differ."""
        before, self.experiment = self.experiment, experiment
        # What is half judged is judged as it was.
        self.trainer.settle()
        if experiment.holds != before.holds:
            self.trainer.network.hold(experiment.holds)
        if experiment.class_weights != before.class_weights:
            targets, classes = self.data.train_targets, self.data.coding.classes
            self.trainer.weigh_classes(experiment.class_weights.weights(targets, classes))
        self.trainer.use(
            loss=experiment.loss,
            optimizer=experiment.optimizer,
            regularizer=experiment.regularizer,
            clipping=experiment.clipping,
            schedule=experiment.schedule,
            augmentation=experiment.augmentation,
            batch_size=experiment.batch_size,
        )
        self.camera.experiment = experiment


@dataclass(frozen=True, eq=False)
class Waiting:
    """A checkpoint of `experiment`, the document's revision `revision`, that cannot be continued yet."""

    revision: int
    experiment: Experiment
    progress: Progress

    def progress_for(self, order: Order) -> Progress | None:
        """The checkpoint where the request is for the same network, perhaps with its data in another place."""
        same = order.revision.number == self.revision or has_same_weights(self.experiment, order.experiment)
        return self.progress if same else None


class RunMaker:
    """Makes runs from requests; reuses the last run's data where they are the same, and what was learned before."""

    def __init__(self) -> None:
        self._data: Prepared | None = None
        self._data_key: tuple[object, ...] = ()
        self._memory = LearningMemory()
        self._waiting: Waiting | None = None
        self._count = 0

    @property
    def waiting(self) -> Waiting | None:
        """The checkpoint that waits for a request that can run."""
        return self._waiting

    def remember(self, run: Run, progress: Progress) -> Waiting:
        """Keep the training state of a run that is about to end."""
        self._memory.keep(run.revision, progress)
        return Waiting(run.revision, run.experiment, progress)

    def put_by(self, order: Order, left: Waiting | None) -> None:
        """Keep the checkpoint of a request that cannot run yet, or that of the run which it `left`.

        Once its data are downloaded, training continues; a file that is saved meanwhile holds it.
        """
        number, progress = order.revision.number, order.progress
        if progress is not None:
            self._memory.keep(number, progress)
        elif order.transition.restored:
            progress = self._memory.recall(number)
        if progress is not None:
            self._waiting = Waiting(number, progress.trained or order.experiment, progress)
        elif order.transition.resets:
            self._waiting = None
        elif left is not None:
            self._waiting = left

    def loads(self, experiment: Experiment) -> bool:
        """Whether data must be prepared anew, and take their time for it."""
        key = data_key(experiment)
        if self._data is not None and key == self._data_key:
            return False
        # Painted points and mended labels are there at once.
        corrected = self._data is not None and key[:-1] == self._data_key[:-1]
        return not corrected and experiment.dataset.kind != "painted"

    def make(self, order: Order, before: Run | None, *, on_load: Callable[[], None] | None) -> Run:
        """The run of a request, which follows `before`; `on_load` is called before data are prepared.

        Raises `DataError` where the data cannot be had.
        """
        experiment = order.experiment
        key = data_key(experiment)
        if self._data is None or key != self._data_key:
            if on_load is not None:
                on_load()
            self._data = prepare(experiment)
            self._data_key = key
        trainer = make_trainer(experiment, self._data, begins_record=False)
        # Before anything is computed: other threads round otherwise.
        limit_threads()
        # One core is for the window.
        trainer.allow_threads(available_cores() - 1)
        progress = self._progress_for(order)
        self._waiting = None
        if progress is not None:
            progress.restore(trainer)
        elif not order.transition.resets:
            _go_on(before, trainer, order.revision)
        trainer.begin_record()
        self._count += 1
        camera = Camera(trainer, self._data, self._count, experiment)
        if before is not None:
            camera.follow(before.camera)
        return Run(self._count, order.revision.number, experiment, self._data, trainer, camera)

    def _progress_for(self, order: Order) -> Progress | None:
        """The checkpoint from which the requested experiment continues; None for a fresh start."""
        progress = order.progress
        if progress is None and order.transition.restored:
            progress = self._memory.recall(order.revision.number)
        if progress is None and self._waiting is not None and not order.transition.resets:
            progress = self._waiting.progress_for(order)
        if progress is None or progress.trained is None:
            return progress
        return progress if has_same_weights(progress.trained, order.experiment) else None


def _go_on(before: Run | None, trainer: Trainer, revision: Revision) -> None:
    """Carry what was learned over to the edited network, where both look at the same kind of thing."""
    if before is None or before.failed or not before.has_learned:
        return
    old, new = before.experiment, revision.experiment
    if keeps_learning(old, new):
        same = coding_of(old) == coding_of(new)
        continue_training(before.trainer, trainer, revision.edit, moved_inputs(old, new), answers=same)
