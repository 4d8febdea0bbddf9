"""The stop condition of a running training."""

from __future__ import annotations

from core.train.stop_condition import Reason, StopCheck, StopCondition
from core.train.trainer import Trainer

__all__ = ["StopGoal"]


class StopGoal:
    """A stop condition at work; `full_speed` ignores the chosen speed and ends without a message, as steps do."""

    def __init__(self, condition: StopCondition, *, full_speed: bool = False) -> None:
        self.condition, self.full_speed = condition, full_speed
        self._check = StopCheck(condition)

    def reached(self, trainer: Trainer) -> str:
        """What holds already, in words; "" where there is something to train for."""
        epoch, loss, accuracy = self._score(trainer)
        found = self._check.holds(epoch, loss, accuracy)
        if not found:
            return ""
        if found == "epoch":
            return f"Already there: epoch {epoch:,} is reached"
        return f"Already there: {self.sentence(trainer, found).partition(': ')[2]}"

    def end_epoch(self, trainer: Trainer) -> Reason:
        """Which bound stops the training at the end of an epoch; "" for none."""
        epoch, loss, accuracy = self._score(trainer)
        if epoch % trainer.log.stride and self._check.holds(epoch, loss, accuracy) != "epoch":
            # Long runs are judged every so many epochs; the numbers are older than this one.
            return ""
        return self._check.end_epoch(epoch, loss, accuracy)

    def reset(self) -> None:
        """Drop the lowest loss: another network trains now."""
        self._check = StopCheck(self.condition)

    def described(self, trainer: Trainer) -> str:
        """ "Training until epoch 200"; "" for a step."""
        if self.full_speed:
            return ""
        return f"Training until {self.condition.described(regression=trainer.encoding.classes == 0)}"

    def sentence(self, trainer: Trainer, reason: Reason) -> str:
        """Why it stopped."""
        return self.condition.sentence(
            reason, *self._score(trainer), regression=trainer.encoding.classes == 0
        )

    def _score(self, trainer: Trainer) -> tuple[int, float, float]:
        """The epoch, and the loss and the accuracy that the condition looks at."""
        on_test = self.condition.on_test and trainer.test is not None and len(trainer.test) > 0
        part = trainer.test_evaluation if on_test else trainer.train_evaluation
        return trainer.epoch, part.loss, part.accuracy
