"""PolynomialDecay: from the full learning rate to 0."""

from __future__ import annotations

from core.optim.schedules import SCHEDULES, Schedule
from core.spec import setting


@SCHEDULES.register()
class PolynomialDecay(Schedule):
    """base * (1 - epoch / epochs)^power, and 0 afterwards. Keras's PolynomialDecay."""

    kind = "polynomial_decay"
    title = "Polynomial"
    summary = "A curve down to 0"

    epochs: int = setting(100, "Epochs", low=1, high=1_000_000, live=True, help="When the rate reaches 0.")
    power: float = setting(
        2.0, "Power", low=0.0, high=10.0, above=True, live=True, help="1 is a straight line; more bends it."
    )

    def rate(self, base: float, step: int, steps_per_epoch: int) -> float:
        left = max(0.0, 1.0 - step / (self.epochs * steps_per_epoch))
        return float(base * left**self.power)
