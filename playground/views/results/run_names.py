"""Short names of earlier runs, by their differences from the current experiment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.experiment.experiment import Experiment
from core.optim.regularizers import NoRegularizer

__all__ = ["difference"]


def _optimizer(run: Experiment, now: Experiment) -> str:
    rate = run.training.optimizer.learning_rate
    if run.training.optimizer.kind != now.training.optimizer.kind:
        return run.training.optimizer.title
    return (
        f"rate {rate:g}"
        if rate != now.training.optimizer.learning_rate
        else f"other {run.training.optimizer.title}"
    )


def _penalty(run: Experiment, _: Experiment) -> str:
    penalty = run.training.regularizer
    if isinstance(penalty, NoRegularizer):
        return "no penalty"
    return f"{penalty.title} {penalty.rate:g}"  # type: ignore[attr-defined]


# In display order.
_WORDS: Final[dict[str, Callable[[Experiment, Experiment], str]]] = {
    "optimizer": _optimizer,
    "batch_size": lambda run, _: f"batch {run.training.batch_size}",
    "regularizer": _penalty,
    "seed": lambda run, _: f"seed {run.seed}",
    "loss": lambda run, _: run.training.loss.title,
    "features": lambda *_: "other inputs",
    "layers": lambda *_: "other layers",
    "output": lambda *_: "other output",
    "schedule": lambda *_: "other schedule",
    "clipping": lambda *_: "other clipping",
    "dataset": lambda *_: "other data",
    "train_share": lambda *_: "other split",
    "data_seed": lambda *_: "other data",
    "scaling": lambda *_: "other scaling",
}


def difference(run: Experiment, now: Experiment) -> tuple[str, ...]:
    """ "rate 0.01", "batch 32", "other layers": the settings of `run` that differ; empty if none matters."""
    told = [words(run, now) for name, words in _WORDS.items() if _value(run, name) != _value(now, name)]
    return tuple(dict.fromkeys(told))


def _value(experiment: Experiment, name: str) -> object:
    return getattr(experiment.training if hasattr(experiment.training, name) else experiment, name)
