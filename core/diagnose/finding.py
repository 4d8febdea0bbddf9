"""What the doctor says: one thing that keeps a network from learning well, with the number that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import QuickFix

__all__ = ["SEVERITIES", "Finding", "Severity"]

Severity = Literal["alarm", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("alarm", "warning", "note")
"""The worst first. An alarm: the network does not learn. A warning: it learns worse than it could."""


@dataclass(frozen=True)
class Finding:
    """`kind` names what is wrong, `sentence` says what was measured.

    `layer` is an index of the stack (len(layers) is the output), None where no layer is at fault. `fixes` are changes
    of `experiment`, the one that was examined.
    """

    kind: str
    severity: Severity
    title: str
    sentence: str
    layer: int | None
    fixes: tuple[QuickFix, ...]
    experiment: Experiment
