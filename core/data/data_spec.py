"""What is known of a dataset before it is loaded: enough to build a network for it and to check a stack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["DatasetInfo", "Task"]

Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class DatasetInfo:
    """`shape` is one sample's; `outputs` counts the classes, or the values to predict in a regression.

    `train_samples` and `test_samples` are told where the data come divided by their makers, else 0. Facts are equal
    when the same network fits both; how many samples there are has no part in that.
    """

    shape: tuple[int, ...]
    task: Task
    outputs: int
    train_samples: int = field(default=0, compare=False)
    test_samples: int = field(default=0, compare=False)

    @property
    def has_split(self) -> bool:
        """Whether the data say themselves what is for learning and what for testing."""
        return self.train_samples > 0
