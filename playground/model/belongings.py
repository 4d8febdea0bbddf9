"""What belongs to the data, the task or the network that were: whoever holds it forgets it when these are others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from PySide6.QtCore import QObject, Signal

from core.experiment.change import Belongs

ANOTHER: Final = Belongs(data=True, samples=True, task=True, network=True)
"""Of another document."""


class Belongings(QObject):
    """Tells in time: before the experiment that has other data is shown to anybody."""

    data, samples, task, network = Signal(), Signal(), Signal(), Signal()

    def add(self, forget: Callable[[], object], *of: Literal["data", "samples", "task", "network"]) -> None:
        """Call `forget` when one of these becomes another one: by default the data or the task."""
        for name in of or ("data", "task"):
            getattr(self, name).connect(forget)

    def forget(self, belongs: Belongs) -> None:
        """Call all who hold something of what is another one now."""
        for name in ("data", "samples", "task", "network"):
            if getattr(belongs, name):
                getattr(self, name).emit()
