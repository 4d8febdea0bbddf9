"""What is known of a dataset before it is loaded: enough to build a network for it and to check a stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["DataFacts", "Task"]

Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class DataFacts:
    """`shape` is one sample's; `outputs` counts the classes, or the values to predict in a regression."""

    shape: tuple[int, ...]
    task: Task
    outputs: int
