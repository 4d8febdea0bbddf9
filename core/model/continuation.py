"""What a fit goes on with in another model: a copy, a pickle, a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from ..io.archive import ArchiveReader
from ..optim import Optimizer
from ..train.trainer import Trainer

_SLOT: Final = "optimizer/"


@dataclass(frozen=True, eq=False)
class Continuation:
    """The optimizer's memory, the order of samples, the noise and the epoch of a trainer that is not here any more."""

    numbers: Mapping[str, Any]
    slots: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, trainer: Trainer) -> Self:
        """Copied, with the epoch's evaluation made."""
        trainer.finish_evaluation()
        return cls(
            trainer.numbers, {name: slot.copy() for name, slot in trainer.optimizer_state.slots.items()}
        )

    @classmethod
    def read(cls, archive: ArchiveReader, optimizer: Optimizer, count: int) -> Self | None:
        """That of a file, for an optimizer of `count` parameters. Raises `ValueError`."""
        if "continuation.json" not in archive:
            return None
        numbers = archive.text("continuation.json")
        if not isinstance(numbers, dict):
            raise ValueError("continuation.json must be an object")
        shapes = optimizer.slot_shapes(count) if numbers.get("optimizer") == optimizer.kind else {}
        return cls(
            numbers,
            {name: archive.array(f"{_SLOT}{name}", shape, np.float32) for name, shape in shapes.items()},
        )

    @property
    def texts(self) -> dict[str, Any]:
        """For an archive."""
        return {"continuation.json": dict(self.numbers)}

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """For an archive, which holds float32."""
        return {f"{_SLOT}{name}": slot.astype(np.float32) for name, slot in self.slots.items()}

    def restore(self, trainer: Trainer) -> None:
        """Go on with it. Raises `ValueError` if it does not fit."""
        try:
            trainer.resume(self.numbers, self.slots)
        except (KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
            raise ValueError(f"Sequence: what the training goes on with is incomplete: {error}") from None
