"""Which edits of an experiment keep what was learned, and where its inputs went."""

from __future__ import annotations

from core.experiment import Experiment

__all__ = ["has_same_weights", "keeps_learning", "moved_inputs"]


def keeps_learning(old: Experiment, new: Experiment) -> bool:
    """Whether a network of `old` can go on as one of `new`.

    Another seed asks for other weights, and another dataset poses another question: both start anew. Points that are
    painted over, noisier, more or fewer are the same question.
    """
    if old.seed != new.seed or old.dataset.family != new.dataset.family:
        return False
    if old.dataset.kind != new.dataset.kind and new.dataset.kind != "painted":
        return False
    return new.dataset.family == "points" or old.input_shape == new.input_shape


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
