"""A finding of the doctor: one thing that keeps a network from learning well, with its measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import QuickFix

Severity = Literal["alarm", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("alarm", "warning", "note")
"""Worst first. Alarm: the network does not learn. Warning: it learns worse than it could."""


@dataclass(frozen=True)
class Finding:
    """A fault `kind` with the measurement as a `sentence`.

    `layer` is an index of the stack (len(layers) is the output) or None. `fixes` change the examined `experiment`.
    """

    kind: str
    severity: Severity
    title: str
    sentence: str
    layer: int | None
    fixes: tuple[QuickFix, ...]
    experiment: Experiment
