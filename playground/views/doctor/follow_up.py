"""What became of a fix: the loss before it and since."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.inspect.snapshot import Snapshot
from core.io.number_text import epochs_text, rounded_text

_ENOUGH_EPOCHS = 5.0
_FELL = 0.97
"""A smaller loss than this share of the one before is no chance."""


@dataclass(frozen=True)
class FollowUp:
    """The fix `text`, with the training loss and the epoch at which it was chosen; `fresh`: training began anew."""

    text: str
    loss: float
    epoch: float
    fresh: bool
    run: int

    @classmethod
    def of(cls, text: str, snapshot: Snapshot, *, fresh: bool) -> FollowUp:
        """From the picture in which the fix was chosen."""
        losses = snapshot.history.train_loss
        known = losses[np.isfinite(losses)]
        epoch = float(snapshot.history.epoch[-1]) if len(snapshot.history) else 0.0
        return cls(text, float(known[-1]) if len(known) else math.nan, epoch, fresh, snapshot.run)

    def sentence(self, snapshot: Snapshot) -> str:
        """ "Reset with rate 0.1: the loss fell from 0.693 to 0.0312 in 40 epochs."; what to do before there is one."""
        history = snapshot.history
        began = 0.0 if self.fresh and snapshot.run != self.run else self.epoch
        since = float(history.epoch[-1]) - began if len(history) else 0.0
        if since <= 0.0 or (self.fresh and snapshot.run == self.run):
            return f"{self.text}: train on, to see what comes of it."
        now = float(history.train_loss[-1])
        span = f"{rounded_text(self.loss)} to {rounded_text(now)} in {epochs_text(since)}"
        if now < _FELL * self.loss:
            return f"{self.text}: the loss fell from {span}."
        if since < _ENOUGH_EPOCHS or math.isnan(self.loss):
            return f"{self.text}: the loss went from {span}."
        return f"{self.text}: the loss has not fallen, from {span}. Undo takes it back."
