"""Train one trial, in whatever process: the same trial gives the same numbers everywhere."""

from __future__ import annotations

import math
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..compiled import readiness
from ..data.dataset import Data
from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, data_key, make_trainer, prepare
from ..experiment.problems import find_problems
from ..experiment.project_file import TrainerState, pack_project, unpack_project
from ..experiment.stack_problems import find_stack_problems
from ..inspect.flow_field import FlowPathsPart, FlowWish
from ..inspect.snapshot_taker import SnapshotTaker
from ..inspect.texts import SHOWN_WISH, SampleTextsPart
from ..io.sentence import error_sentence
from ..nn.blas_threads import limit_blas_threads
from ..runs.trial import Status, Trial, TrialResult, curve_of
from ..train.stop_condition import Reason, StopCheck, StopCondition
from ..train.train_step import DivergedError
from ..train.trainer import Trainer

THUMBNAIL_POINTS: Final = 40
_MAX_MOMENTS: Final = 400
_MAX_PROJECT: Final = 100_000_000
_SLICE_SECONDS: Final = 0.1
_NICE: Final = 10
_KEPT_DATA: Final = 2
_kept: OrderedDict[tuple[str, object], PreparedData] = OrderedDict()
"""The data that this process has prepared last."""
_lock = Lock()
"""A worker of a cluster may run trials in several threads."""
_is_nice = False


@dataclass(frozen=True)
class Budget:
    """Bounds of a trial besides its epochs. `engine`: what "auto" of the experiment stands for."""

    seconds: float = 0.0
    stop: StopCondition | None = None
    engine: str = "numpy"


@dataclass(frozen=True, eq=False)
class Task:
    """A trial to run.

    - `experiment`: what the trial's settings change.
    - `data`: the loaded data, where the process that runs it may not have their file; `token` names them.
    - `project`: what an earlier rung has learned, to train on from; without it the trial begins anew.
    - `nice`: give way to other programs, such as a window.
    """

    trial: Trial
    experiment: Experiment
    budget: Budget = field(default_factory=Budget)
    data: Data | None = None
    token: str = ""
    project: bytes = b""
    nice: bool = False


def run_trial(task: Task) -> TrialResult:
    """Train a trial to its end. What goes wrong is in the result, as a sentence."""
    if task.nice:
        _be_nice()
    try:
        with limit_blas_threads():
            experiment = task.trial.experiment(task.experiment)
            problems = find_problems(experiment) if task.data is None else find_stack_problems(experiment)
            if problems:
                return TrialResult(task.trial, "failed", problems[0].sentence)
            return _trained(task, experiment)
    except Exception as error:
        # Whatever it is, the other trials go on.
        return TrialResult(task.trial, "failed", error_sentence(error))


def _trained(task: Task, experiment: Experiment) -> TrialResult:
    prepared = _prepared(task, experiment)
    wanted = experiment.training.engine
    readiness.load_for(task.budget.engine if wanted == "auto" else wanted)
    trainer = make_trainer(experiment, prepared, record_initial=False)
    trainer.prefer_engine(task.budget.engine)
    state = unpack_project(task.project)[1] if task.project else None
    if state is not None:
        state.restore(trainer)
    start = perf_counter()
    status: Status = "done"
    try:
        trainer.start_history()
        sentence = _train(trainer, task.trial.epochs, task.budget, experiment)
    except DivergedError as error:
        status, sentence = "diverged", str(error)
    seconds = perf_counter() - start
    trainer.finish_evaluation()
    if status == "done":
        trainer.measure()
    return _result(task, experiment, trainer, prepared, status, sentence, seconds)


def _train(trainer: Trainer, epochs: int, budget: Budget, experiment: Experiment) -> str:
    """Train until an end of the budget; returns a sentence unless it was the last epoch."""
    if budget.stop is None and not budget.seconds:
        for _ in trainer.run_epochs(epochs - trainer.epoch):
            pass
        return ""
    end = perf_counter() + (budget.seconds or math.inf)
    check = None if budget.stop is None else StopCheck(budget.stop)
    reason: Reason = "" if check is None else _reason_so_far(check, trainer)
    while not reason and trainer.epoch < epochs:
        epoch = trainer.epoch
        trainer.run_for(min(_SLICE_SECONDS, max(0.0, end - perf_counter())), trainer.steps_left)
        if check is not None and trainer.epoch > epoch:
            figure = trainer.figures.decisive
            reason = check.end_epoch(trainer.epoch, figure.loss, figure.score)
        if not reason and perf_counter() >= end:
            return f"Stopped after {budget.seconds:g} seconds"
    if not reason or budget.stop is None:
        return ""
    figure, score = trainer.figures.decisive, experiment.task.score
    return budget.stop.sentence(reason, trainer.epoch, figure.loss, figure.score, score)


def _reason_so_far(check: StopCheck, trainer: Trainer) -> Reason:
    """State of the check, so that a trial that goes on ends as one that was not cut."""
    history = trainer.log.view()
    reason: Reason = ""
    losses, scores = history.test_loss, history.test_accuracy
    if trainer.test is None or not len(trainer.test):
        losses, scores = history.drawn_loss, history.train_accuracy
    for epoch, loss, score in zip(history.epoch, losses, scores, strict=True):
        if epoch >= 1 and epoch == int(epoch):
            reason = reason or check.end_epoch(int(epoch), float(loss), float(score))
    return reason


def _result(
    task: Task,
    experiment: Experiment,
    trainer: Trainer,
    prepared: PreparedData,
    status: Status,
    sentence: str,
    seconds: float,
) -> TrialResult:
    boundary, confusion, distance = None, None, math.nan
    lines: tuple[str, ...] = ()
    if status == "done":
        taker = SnapshotTaker(trainer, prepared, 0, experiment, examines=False)
        boundary, confusion = taker.take_small(THUMBNAIL_POINTS)
        made = taker.take_part(FlowPathsPart, FlowWish())
        distance = math.nan if made is None else made.distance
        texts = taker.take_part(SampleTextsPart, SHOWN_WISH)
        lines = () if texts is None else texts.short_lines
    return TrialResult.of(
        task.trial,
        trainer,
        seconds,
        status,
        sentence,
        epochs=trainer.fractional_epoch,
        curve=curve_of(trainer.log.view(), _MAX_MOMENTS),
        boundary=None if boundary is None else _halved(boundary),
        confusion=confusion,
        distance=distance,
        lines=lines,
        project=_packed(experiment, trainer, prepared),
    )


def _halved(boundary: NDArray[Any]) -> NDArray[Any]:
    """Half the digits, where they can hold the values: a thumbnail needs no more."""
    fits = np.abs(boundary).max(initial=0.0) < 60_000
    return boundary.astype(np.float16 if fits else np.float32)


def _packed(experiment: Experiment, trainer: Trainer, prepared: PreparedData) -> bytes:
    """The weights as a project; b"" if they are too large, or no longer numbers."""
    state = TrainerState.of(trainer, prepared.pipeline)
    if not state.is_finite or sum(array.nbytes for array in state.arrays.values()) > _MAX_PROJECT:
        return b""
    return pack_project(experiment, state)


def _prepared(task: Task, experiment: Experiment) -> PreparedData:
    """The data of the trial; those that the last trials had are kept."""
    key = task.token, data_key(experiment)
    with _lock:
        found = _kept.get(key)
    if found is None:
        found = prepare(experiment, task.data)
    with _lock:
        _kept[key] = found
        _kept.move_to_end(key)
        while len(_kept) > _KEPT_DATA:
            _kept.popitem(last=False)
    return found


def _be_nice() -> None:
    """Give way to other programs, once."""
    global _is_nice
    if not _is_nice and hasattr(os, "nice"):
        os.nice(_NICE)
    _is_nice = True
