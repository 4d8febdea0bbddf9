"""The stop condition of a running training."""

from __future__ import annotations

from core.experiment.early_stopping import UNTIL_BEST, EarlyStopping
from core.io.number_text import place_text
from core.train.stop_condition import Reason, StopCheck, StopCondition
from core.train.trainer import Trainer


class StopGoal:
    """An active stop condition; `full_speed` ignores the selected speed and ends without a message, for steps."""

    def __init__(self, condition: StopCondition, *, full_speed: bool = False) -> None:
        self.condition, self.full_speed = condition, full_speed
        self._check = StopCheck(condition)
        self._epoch = 0

    def reached(self, trainer: Trainer) -> str:
        """The bound that holds already, as a sentence; "" if there is something to train."""
        epoch, loss, accuracy = self._score(trainer)
        found = self._check.holds(epoch, loss, accuracy)
        if not found:
            return ""
        if found == "epoch":
            return f"Already there: epoch {place_text(epoch)} is reached"
        return f"Already there: {self.sentence(trainer, found).partition(': ')[2]}"

    def start(self, trainer: Trainer) -> None:
        """Count from the trainer's epoch on; the lowest loss was another network's."""
        self._check, self._epoch = StopCheck(self.condition), trainer.epoch

    def end_epoch(self, trainer: Trainer) -> Reason:
        """The bound that stops training; "" for none, and where no epoch has ended since the last call.

        An epoch may end between two slices, as whoever wants figures finishes its evaluation.
        """
        epoch, loss, accuracy = self._score(trainer)
        if epoch == self._epoch:
            return ""
        self._epoch = epoch
        if epoch % trainer.log.stride and self._check.holds(epoch, loss, accuracy) != "epoch":
            # Long runs are not evaluated every epoch; the last evaluation is older than this one.
            return ""
        return self._check.end_epoch(epoch, loss, accuracy)

    def described(self, trainer: Trainer) -> str:
        """ "Training until epoch 200"; "" for a step."""
        if self.full_speed:
            return ""
        return f"Training until {self.condition.described(trainer.task.score)}"

    def sentence(self, trainer: Trainer, reason: Reason) -> str:
        """The reason why training stopped, as a sentence."""
        return self.condition.sentence(reason, *self._score(trainer), trainer.task.score)

    def _score(self, trainer: Trainer) -> tuple[int, float, float]:
        """The epoch, and the loss and accuracy of the condition's split."""
        figure = trainer.figures.decisive if self.condition.on_test else trainer.figures.train
        return trainer.epoch, figure.loss, figure.score


class BestGoal(StopGoal):
    """Early stopping: it waits over pauses, until samples set apart are predicted no better."""

    def __init__(self, stopping: EarlyStopping) -> None:
        super().__init__(UNTIL_BEST)
        self.stopping = stopping
        self._measured = -1

    def end_epoch(self, trainer: Trainer) -> Reason:
        # Between slices, an epoch may be half done.
        if trainer.step_in_epoch or trainer.epoch == self._measured:
            return ""
        self._measured = trainer.epoch
        return "patience" if self.stopping.end_epoch(trainer) else ""

    def reset(self) -> None:
        self._measured = -1
        self.stopping.reset()

    def described(self, trainer: Trainer) -> str:
        return f"Training until the rows set apart show {self.condition.described(trainer.task.score)}"

    def sentence(self, trainer: Trainer, reason: Reason) -> str:
        told = self.stopping.sentence(trainer.epoch)
        return f"Stopped at epoch {trainer.place.text}: {told}; train again to go on from them"
