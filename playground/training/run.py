"""A run: one training from its first weights on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.experiment.early_stopping import EarlyStopping
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, data_key, encoding_of, make_trainer, prepare, sealed_key
from core.experiment.project_file import TrainerState, training_numbers
from core.inspect.snapshot_taker import SnapshotTaker
from core.io.number_text import rounded_text
from core.nn.blas_threads import available_cores, limit_blas_threads
from core.train.history import HistoryLog
from core.train.opening import Opening
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from core.train.warm_start import continue_training
from playground.model.timeline.moment import Moment, Vectors, copy_moment, load_weights
from playground.model.timeline.store import TimelineStore
from playground.model.undo import Revision, WeightEdit
from playground.training.edit_effects import can_continue, changes_live, has_same_weights, moved_inputs
from playground.training.requests import RunRequest
from playground.training.stop_goal import BestGoal

_MAX_LINKS = 10_000


class CheckpointCache:
    """The last checkpoint of each earlier revision; the oldest are dropped above `max_bytes`.

    A revision whose training continued under a later one shares its checkpoint, so live edits copy nothing.
    """

    def __init__(self, max_bytes: int = 64_000_000) -> None:
        self._max_bytes = max_bytes
        self._checkpoints: OrderedDict[int, TrainerState] = OrderedDict()
        self._links: OrderedDict[int, int] = OrderedDict()
        self._bytes = 0

    def link(self, revision: int, later: int) -> None:
        """Continue the training of `revision` as that of `later`."""
        self._links.pop(later, None)
        if revision != later:
            self._links[revision] = later
        while len(self._links) > _MAX_LINKS:
            self._links.popitem(last=False)

    def put(self, revision: int, checkpoint: TrainerState) -> None:
        """Store the training state of `revision`."""
        self._links.pop(revision, None)
        self._drop(revision)
        self._checkpoints[revision] = checkpoint
        self._bytes += _size(checkpoint)
        while self._bytes > self._max_bytes and self._checkpoints:
            self._drop(next(iter(self._checkpoints)))

    def get(self, revision: int) -> TrainerState | None:
        """The last training state of `revision`; None if dropped."""
        return self._checkpoints.get(self.latest(revision))

    def latest(self, revision: int) -> int:
        """The last revision under which the training of `revision` continued."""
        while revision in self._links:
            revision = self._links[revision]
        return revision

    def clear(self) -> None:
        """Drop all checkpoints."""
        self._checkpoints.clear()
        self._links.clear()
        self._bytes = 0

    def _drop(self, revision: int) -> None:
        checkpoint = self._checkpoints.pop(revision, None)
        if checkpoint is not None:
            self._bytes -= _size(checkpoint)


def _size(checkpoint: TrainerState) -> int:
    return sum(array.nbytes for array in checkpoint.arrays.values())


_DROPPED = "Epoch {} is no longer kept: training starts anew."
_OPTIMIZER_ANEW = "The optimizer starts anew at epoch {}, because its state of then is no longer kept."


def restore_moment(
    store: TimelineStore, moment: Moment, trainer: Trainer, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """Load a moment into a trainer of its experiment, with the history until then.

    Returns a sentence for the user if training will not go on as it did then, else "". A moment that was dropped and a
    cancelled replay leave the trainer as it is.
    """
    line, vectors = store.line(moment.run), store.vectors(moment)
    if line is None or vectors is None:
        return _DROPPED.format(moment.place.text)
    found = None if moment.resumable else _replayed(store, moment, line.data, cancelled)
    if cancelled():
        return ""
    inexact = not moment.resumable and found is None
    moment, vectors = found or (moment, vectors)
    _load(moment, vectors, line.history, trainer)
    return _OPTIMIZER_ANEW.format(moment.place.text) if inexact else ""


def state_of(store: TimelineStore, moment: Moment) -> tuple[Experiment, TrainerState] | None:
    """A moment as files have it, with the figures of all samples; None if it was dropped. Nothing may train meanwhile.

    Where its optimizer is not kept, that starts anew.
    """
    line, vectors = store.line(moment.run), store.vectors(moment)
    if line is None or vectors is None:
        return None
    trainer = make_trainer(moment.experiment, line.data, evaluate=False, record_initial=False)
    _load(moment, vectors, line.history, trainer)
    load_weights(moment, vectors, trainer)
    trainer.measure()
    return moment.experiment, TrainerState.of(trainer, line.data.pipeline)


def _replayed(
    store: TimelineStore, moment: Moment, data: PreparedData, cancelled: Callable[[], bool]
) -> tuple[Moment, Vectors] | None:
    """The moment with all of its training state; None if training cannot be replayed to it."""
    start = store.resumable_before(moment)
    vectors = None if start is None else store.vectors(start)
    if start is None or vectors is None:
        return None
    assert start.numbers is not None
    # The engine that took those steps; evaluations do not change the training.
    experiment = moment.experiment.with_training(engine=start.numbers.get("engine", "numpy"))
    trainer = make_trainer(experiment, data, evaluate=False, record_initial=False)
    _load(start, vectors, HistoryLog(), trainer)
    try:
        while trainer.fractional_epoch < moment.position and not cancelled():
            trainer.step()
    except DivergedError:  # pragma: no cover - the run itself came further
        return None
    found, all_vectors = copy_moment(trainer, moment.run, moment.segment, moment.experiment, resumable=True)
    assert found.numbers is not None
    return replace(moment, numbers=found.numbers | moment.known), all_vectors


def _load(moment: Moment, vectors: Vectors, history: HistoryLog, trainer: Trainer) -> None:
    """Load a moment with the rows of `history` until then; without its training state, at the start of its epoch."""
    network, optimizer = trainer.network, trainer.optimizer_state
    network.parameters[...], network.state[...] = vectors[0], vectors[1]
    numbers = moment.numbers
    if numbers is None:
        numbers = training_numbers(trainer) | moment.known
    arrays = {f"weights/{name}": array for name, array in network.state_dict().items()}
    slots = vectors[2:] if moment.resumable else tuple(optimizer.slots.values())
    arrays |= {f"optimizer/{name}": slot for name, slot in zip(optimizer.slots, slots, strict=True)}
    rows = history.to_array()
    arrays["history"] = rows[rows[:, 0] <= moment.position]
    marks = [[mark.epoch, mark.text] for mark in history.marks if mark.epoch <= moment.position]
    TrainerState(numbers | {"marks": marks, "history_stride": history.stride}, arrays).restore(trainer)


_MAX_RUNS = 1_000
_NOT_KEPT = "The training before is no longer kept: the weight is {} again."


@dataclass
class Run:
    """`number` identifies the run, `parent` the one that it continues.

    Live settings of `experiment` may change. Weights of a failed run are unusable. `since_epoch` is the epoch at which
    the run began or was restored. `notice` is a sentence for the user, "" for none. `best` is where Train ends until it
    has ended there once.
    """

    number: int
    revision: int
    experiment: Experiment
    data: PreparedData
    trainer: Trainer
    snapshot_taker: SnapshotTaker
    failed: bool = False
    parent: int | None = None
    since_epoch: int = 0
    notice: str = ""
    best: BestGoal | None = None

    @property
    def has_trained(self) -> bool:
        return self.trainer.has_trained

    @property
    def seconds(self) -> float:
        """The time spent on steps since `since_epoch`."""
        return self.snapshot_taker.seconds

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        self.snapshot_taker.seconds = seconds

    def apply(self, experiment: Experiment) -> None:
        """Continue with settings of which only live ones differ."""
        before, self.experiment = self.experiment, experiment
        if experiment.interventions != before.interventions:
            self.trainer.intervene(experiment.interventions)
        self.trainer.configure(experiment.training)
        self.snapshot_taker.experiment = experiment


@dataclass(frozen=True)
class SetWeight:
    """A weight that was set by hand, and what was there in revision `before`: its value, whether another had been set,
    and the count of the optimizer's steps.
    """

    edit: WeightEdit
    before: int
    value: float
    had_own: bool
    updates: int


@dataclass(frozen=True, eq=False)
class ParkedCheckpoint:
    """A checkpoint of `experiment`, at the document's `revision`, that cannot continue yet."""

    revision: int
    experiment: Experiment
    checkpoint: TrainerState

    def checkpoint_for(self, request: RunRequest) -> TrainerState | None:
        """The checkpoint if the request has the same network, even if its data were moved."""
        same = request.revision.number == self.revision or has_same_weights(
            self.experiment, request.experiment
        )
        return self.checkpoint if same else None


class RunFactory:
    """Makes runs from requests; reuses the last run's data if unchanged, and earlier checkpoints."""

    def __init__(self, timeline: TimelineStore | None = None) -> None:
        self.timeline = timeline or TimelineStore()
        self.engine = "auto"
        """Meaning of the experiments' engine "auto"; see `Trainer.prefer_engine`."""
        self._runs: OrderedDict[int, int] = OrderedDict()
        self._data: PreparedData | None = None
        self._data_key: tuple[object, ...] = ()
        self._cache = CheckpointCache()
        self._weights: dict[int, SetWeight] = {}
        self.parked: ParkedCheckpoint | None = None
        """The checkpoint that waits for a request that can run."""
        self.openings: tuple[Opening, ...] = ()
        """Of sealed tests, by all runs of the document: undo does not take them back."""
        self._count = 0

    def store_checkpoint(self, run: Run, checkpoint: TrainerState) -> ParkedCheckpoint:
        """Keep the training state of a run that is about to end."""
        self._cache.put(run.revision, checkpoint)
        self._runs[run.revision] = run.number
        while len(self._runs) > _MAX_RUNS:
            self._runs.popitem(last=False)
        return ParkedCheckpoint(run.revision, run.experiment, checkpoint)

    def forget_checkpoints(self) -> None:
        """Drop the checkpoints of earlier revisions, which no undo can reach any more."""
        self.openings = ()
        self._cache.clear()
        self._runs.clear()
        self._weights.clear()
        self.timeline.clear()

    def move_on(self, run: Run, revision: int) -> None:
        """Continue `run` under a later revision that differs only in live settings."""
        self._cache.link(run.revision, revision)
        run.revision = revision

    def set_weight(self, run: Run, revision: int, edit: WeightEdit) -> None:
        """Set a weight of `run`, which goes on under `revision`; the training before is kept for undo."""
        trainer = run.trainer
        trainer.finish_evaluation()
        self._cache.put(run.revision, TrainerState.of(trainer, run.data.pipeline))
        self._runs[run.revision] = run.number
        value = float(trainer.network.weights[edit.layer][edit.name][edit.place])
        self._weights[revision] = SetWeight(
            edit, run.revision, value, trainer.has_own_weights, trainer.optimizer_state.step
        )
        trainer.set_weight(edit.layer, edit.name, edit.place, edit.value)
        run.revision = revision

    def take_weight_back(self, run: Run, request: RunRequest) -> str | None:
        """Undo or redo a weight that was set, in `run` itself: nothing was trained since, or no state is kept.

        None where that is no answer to the request; else a sentence, "" if the training is that of then.
        """
        number, trainer = request.revision.number, run.trainer
        undone, again = self._weights.get(run.revision), self._weights.get(number)
        is_kept = self._cache.get(number) is not None
        if undone is not None and undone.before == number:
            same = trainer.optimizer_state.step == undone.updates
            if is_kept and not same:
                return None
            trainer.set_weight(undone.edit.layer, undone.edit.name, undone.edit.place, undone.value)
            trainer.has_own_weights = undone.had_own or not same
            run.revision = number
            return "" if same else _NOT_KEPT.format(rounded_text(undone.value, 4))
        # What was trained after a weight was set is kept, if it was left.
        if again is not None and again.before == run.revision and not is_kept:
            self.set_weight(run, number, again.edit)
            return ""
        return None

    def park(self, request: RunRequest, left: ParkedCheckpoint | None) -> None:
        """Keep the checkpoint of a request that cannot run yet, or of the run that it replaces (`left`).

        Training continues once its data are downloaded; files saved meanwhile contain the checkpoint.
        """
        number, checkpoint = request.revision.number, request.checkpoint
        if checkpoint is not None:
            self._cache.put(number, checkpoint)
        elif request.transition.restored:
            checkpoint = self._cache.get(number)
        if checkpoint is not None:
            self.parked = ParkedCheckpoint(number, checkpoint.trained or request.experiment, checkpoint)
        elif request.transition.resets:
            self.parked = None
        elif left is not None:
            self.parked = left

    def needs_loading(self, experiment: Experiment) -> bool:
        """Whether preparing the data takes time."""
        key = data_key(experiment)
        if self._data is not None and key == self._data_key:
            return False
        # Painted points and label corrections are fast.
        corrected = self._data is not None and key[:-1] == self._data_key[:-1]
        return not corrected and experiment.dataset.kind != "painted"

    def make(
        self,
        request: RunRequest,
        before: Run | None,
        *,
        on_load: Callable[[], None] | None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Run:
        """The run after `before`; calls `on_load` before data are prepared. `DataError` if they cannot be loaded.

        A branch may replay training; `cancelled` ends that early, for a run that is to be replaced anyway.
        """
        experiment = request.experiment
        key = data_key(experiment)
        if self._data is None or key != self._data_key:
            if on_load is not None:
                on_load()
            self._data = prepare(experiment)
            self._data_key = key
        # Before anything is computed, because the number of threads changes rounding.
        limit_blas_threads()
        trainer = make_trainer(experiment, self._data, record_initial=False)
        # One core is left for the window.
        trainer.allow_threads(available_cores() - 1)
        trainer.prefer_engine(self.engine)
        checkpoint = self._checkpoint_for(request)
        self.parked = None
        parent: int | None = None
        notice = ""
        if checkpoint is not None:
            checkpoint.restore(trainer)
            parent = self._run_of(request)
        elif (moment := self._branch_of(request)) is not None:
            parent = moment.run
            notice = self._branch(moment, trainer, request, cancelled)
        elif not request.transition.resets and _continue_from(before, trainer, request.revision):
            assert before is not None
            parent = before.number
        if before is not None and parent == before.number and checkpoint is None:
            trainer.opened = before.trainer.opened
        if trainer.opened is not None and trainer.opened.key != sealed_key(experiment):
            trainer.opened = None
        trainer.openings = self.openings = tuple(dict.fromkeys((*self.openings, *trainer.openings)))
        trainer.start_history()
        self._count += 1
        snapshot_taker = SnapshotTaker(trainer, self._data, self._count, experiment)
        if before is not None:
            snapshot_taker.continue_from(before.snapshot_taker)
        number = request.revision.number
        run = Run(self._count, number, experiment, self._data, trainer, snapshot_taker, parent=parent)
        run.notice = notice
        goes_on = before is not None and parent == before.number and before.best is not None
        if (goes_on or not run.has_trained) and (
            early := EarlyStopping.of(experiment, self._data)
        ) is not None:
            run.best = BestGoal(early)
        run.since_epoch = trainer.epoch
        if before is not None and parent == before.number and trainer.epoch >= before.trainer.epoch:
            run.seconds, run.since_epoch = before.seconds, before.since_epoch
        return run

    def _branch_of(self, request: RunRequest) -> Moment | None:
        """The moment to start from, also if undo returns to a branch whose checkpoint was dropped."""
        if request.branch is not None:
            return request.branch
        if not request.transition.restored:
            return None
        number = self._run_of(request)
        last = None if number is None else self.timeline.last(number)
        return last or request.revision.branch

    def _run_of(self, request: RunRequest) -> int | None:
        """The run that trained the revision before."""
        return self._runs.get(self._cache.latest(request.revision.number))

    def _branch(
        self, moment: Moment, trainer: Trainer, request: RunRequest, cancelled: Callable[[], bool]
    ) -> str:
        """Bring `trainer` to the moment, with what the request has changed; returns a sentence if that is not exact."""
        assert self._data is not None
        experiment, data = request.experiment, self._data
        past, live = moment.experiment, changes_live(moment.experiment, experiment)
        if live:
            # Under the moment's settings: another optimizer starts anew, as after every edit.
            trainer.configure(past.training)
            trainer.network.intervene(past.interventions)
            source = trainer
        else:
            line = self.timeline.line(moment.run)
            source = make_trainer(past, data if line is None else line.data, record_initial=False)
        notice = restore_moment(self.timeline, moment, source, cancelled)
        run = Run(0, 0, past, data, source, SnapshotTaker(source, data, 0, past))
        if live:
            run.apply(experiment)
            if request.branch is not None and trainer.has_trained:
                trainer.log.mark(trainer.fractional_epoch, request.revision.edit)
        else:
            _continue_from(run, trainer, request.revision)
        return notice

    def _checkpoint_for(self, request: RunRequest) -> TrainerState | None:
        """The checkpoint to continue from; None for a fresh start."""
        checkpoint = request.checkpoint
        if checkpoint is None and request.transition.restored:
            checkpoint = self._cache.get(request.revision.number) or request.revision.checkpoint
        if checkpoint is None and self.parked is not None and not request.transition.resets:
            checkpoint = self.parked.checkpoint_for(request)
        if checkpoint is None or checkpoint.trained is None:
            return checkpoint
        return checkpoint if has_same_weights(checkpoint.trained, request.experiment) else None


def _continue_from(before: Run | None, trainer: Trainer, revision: Revision) -> bool:
    """Transfer the weights to the edited network, if its task is the same; whether that was done."""
    if before is None or before.failed or not before.has_trained:
        return False
    old, new = before.experiment, revision.experiment
    if not can_continue(old, new):
        return False
    # A moved threshold changes what outputs are called, and not what they are.
    same = encoding_of(old.replace(threshold=new.threshold)) == encoding_of(new)
    continue_training(before.trainer, trainer, revision.edit, moved_inputs(old, new), same_outputs=same)
    return True
