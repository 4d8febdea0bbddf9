"""Choose the engine of a `Sequence` for its trainer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

from ..compiled import readiness
from ..compiled.program import why_not, why_slower
from ..compiled.readiness import (
    EngineError,
    compiled_share,
    is_compiled,
    is_installed,
    load_for,
    start_compiling,
)
from ..io.number_text import percent_text
from ..train.trainer import Trainer
from ..train.training_config import ENGINES, EngineName


def check_engine(engine: EngineName) -> EngineName:
    """Raise `ValueError` unless it is the name of an engine."""
    if engine not in ENGINES:
        raise ValueError(f"Sequence: engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    return engine


def choose_engine(trainer: Trainer, engine: EngineName, say: Callable[[str], None] | None = None) -> None:
    """Load the engine that the trainer is configured for, and say where that takes long.

    Raises `ValueError` where "compiled" cannot train.
    """
    try:
        load_for(engine, say)
    except EngineError as error:
        raise ValueError(f"Sequence: {error}") from None
    trainer.prefer_engine("auto")
    if engine == "compiled" and trainer.why_not_compiled:
        raise ValueError(f"Sequence: {trainer.why_not_compiled}")


_LOOK_SECONDS = 0.2
_BEGUN = (
    "The compiled engine is being made for this machine, once, which takes about half a minute; NumPy trains this fit. "
    "`numpynet compile` makes it ahead."
)


class Compilation:
    """The engine's compilation beside the fits of a program, where "auto" would train with it. It is begun once."""

    _first_fit: float | None = None
    _process: subprocess.Popen[bytes] | None = None

    def __init__(self, trainer: Trainer, engine: EngineName, say: Callable[[str], None] | None) -> None:
        self._say, self._next = say, 0.0
        self._due = engine == "auto" and is_installed() and not is_compiled() and not hasattr(sys, "frozen")
        self._due = self._due and not (why_not(trainer.setup) or why_slower(trainer.setup))
        self._look = perf_counter()
        if Compilation._first_fit is None:
            Compilation._first_fit = self._look
        self.follow()

    def follow(self) -> None:
        """Begin it when it is due, and say so, then every quarter of it and its end."""
        now = perf_counter()
        if (
            not self._due
            or now < self._look
            or now - (Compilation._first_fit or now) < readiness.PATIENCE_SECONDS
        ):
            return
        line, share, self._look = "", compiled_share(), now + _LOOK_SECONDS
        if Compilation._process is None:
            Compilation._process, line = start_compiling(), _BEGUN
        elif share >= self._next > 0.0:
            line = f"The compiled engine: {percent_text(share)} made"
        if line or not self._next:
            self._next, self._due = (share * 4 // 1 + 1) / 4, share < 1.0
        if line and self._say is not None:
            self._say(line if self._due else "The compiled engine is ready: the next fit trains with it.")
