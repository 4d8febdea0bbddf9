"""Choose the engine of a `Sequence` for its trainer."""

from __future__ import annotations

from core.compiled.readiness import EngineError, load_for
from core.train.trainer import Trainer
from core.train.training_config import ENGINES, EngineName


def check_engine(engine: EngineName) -> EngineName:
    """Raise `ValueError` unless it is the name of an engine."""
    if engine not in ENGINES:
        raise ValueError(f"Sequence: engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    return engine


def choose_engine(trainer: Trainer, engine: EngineName) -> None:
    """Load the engine that the trainer is configured for. Raises `ValueError` where "compiled" cannot train."""
    try:
        load_for(engine)
    except EngineError as error:
        raise ValueError(f"Sequence: {error}") from None
    trainer.prefer_engine("auto")
    if engine == "compiled" and trainer.why_not_compiled:
        raise ValueError(f"Sequence: {trainer.why_not_compiled}")
