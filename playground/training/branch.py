"""Bring a trainer to an earlier moment of a run, exactly.

A moment without optimizer state is reached by a replay: from the nearest resumable moment before it, under the same
settings, training takes the same steps again, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.experiment.prepare import PreparedData, make_trainer
from core.experiment.project_file import TrainerState, training_numbers
from core.train.history import HistoryLog
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from playground.model.timeline.moment import Moment, Vectors, copy_moment
from playground.model.timeline.store import TimelineStore

_DROPPED = "Epoch {:,} is no longer kept: training starts anew."
_OPTIMIZER_ANEW = "The optimizer starts anew at epoch {:,}, because its state of then is no longer kept."


def restore_moment(
    store: TimelineStore, moment: Moment, trainer: Trainer, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """Load a moment into a trainer of its experiment, with the history until then.

    Returns a sentence for the user if training will not go on as it did then, else "". A moment that was dropped and a
    cancelled replay leave the trainer as it is.
    """
    line, vectors = store.line(moment.run), store.vectors(moment)
    if line is None or vectors is None:
        return _DROPPED.format(moment.epoch)
    found = None if moment.resumable else _replayed(store, moment, line.data, cancelled)
    if cancelled():
        return ""
    inexact = not moment.resumable and found is None
    moment, vectors = found or (moment, vectors)
    _load(moment, vectors, line.history, trainer)
    return _OPTIMIZER_ANEW.format(moment.epoch) if inexact else ""


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
    evaluations = [[each.loss, each.accuracy] for each in (moment.train, moment.test)]
    return replace(moment, numbers=found.numbers | {"evaluations": evaluations}), all_vectors


def _load(moment: Moment, vectors: Vectors, history: HistoryLog, trainer: Trainer) -> None:
    """Load a moment with the rows of `history` until then; without its training state, at the start of its epoch."""
    network, optimizer = trainer.network, trainer.optimizer_state
    network.parameters[...], network.state[...] = vectors[0], vectors[1]
    numbers = moment.numbers
    if numbers is None:
        evaluations = [[each.loss, each.accuracy] for each in (moment.train, moment.test)]
        numbers = training_numbers(trainer) | {"epoch": moment.epoch, "evaluations": evaluations}
    arrays = {f"weights/{name}": array for name, array in network.state_dict().items()}
    slots = vectors[2:] if moment.resumable else tuple(optimizer.slots.values())
    arrays |= {f"optimizer/{name}": slot for name, slot in zip(optimizer.slots, slots, strict=True)}
    rows = history.to_array()
    arrays["history"] = rows[rows[:, 0] <= moment.position]
    marks = [[mark.epoch, mark.text] for mark in history.marks if mark.epoch <= moment.position]
    TrainerState(numbers | {"marks": marks, "history_stride": history.stride}, arrays).restore(trainer)
