"""Learning rate schedules. The spec computes the rate of any step; `Scheduler` holds the state of ReduceOnPlateau."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..spec import Registry, Spec, setting


class Schedule(Spec):
    """`rate` is the learning rate of step `step` (from 0), where an epoch has `steps_per_epoch` steps."""

    constant: ClassVar[bool] = False
    """Whether the rate never changes, so that callers can skip `rate`."""

    def rate(self, base: float, step: int, steps_per_epoch: int) -> float:
        raise NotImplementedError


SCHEDULES: Registry[Schedule] = Registry("schedule")


def _epochs(default: int, help: str, low: int = 1) -> Any:
    return setting(
        default, "Epochs", help, low=low, high=1_000_000, suggestions=(10, 20, 50, 100, 200, 500), live=True
    )


def _factor(default: float, help: str) -> Any:
    return setting(default, "Factor", help, low=0.0, high=1.0, above=True, live=True)


@SCHEDULES.register()
class Constant(Schedule):
    kind = "constant"
    title = "Constant"
    summary = "The same learning rate all the time"
    equations = ("r = base",)
    constant = True

    def rate(self, base: float, step: int, steps_per_epoch: int) -> float:
        return base


@SCHEDULES.register("step_decay")
class StepDecay(Schedule):
    """base * factor^floor(epoch / epochs). PyTorch's StepLR."""

    kind = "step"
    title = "Steps"
    summary = "Drops all of a sudden every so many epochs"
    equations = ("r = base · factor^floor(epoch / epochs)",)

    factor: float = _factor(0.5, "What the rate is multiplied by at each drop.")
    epochs: int = _epochs(50, "How many epochs lie between two drops.")

    def rate(self, base: float, step: int, steps_per_epoch: int) -> float:
        return base * self.factor ** (step // (self.epochs * steps_per_epoch))


@SCHEDULES.register("exponential_decay")
class ExponentialDecay(Schedule):
    """base * factor^epoch, with fractional epochs: PyTorch's ExponentialLR, continuous."""

    kind = "exponential"
    title = "Exponential"
    summary = "Falls by the same share in every epoch"
    equations = ("r = base · factor^epoch",)

    factor: float = _factor(0.98, "What the rate is multiplied by in each epoch.")

    def rate(self, base: float, step: int, steps_per_epoch: int) -> float:
        return base * float(self.factor ** (step / steps_per_epoch))


@SCHEDULES.register("cosine_decay")
class CosineDecay(Schedule):
    """A linear warm-up, then base * (alpha + (1 - alpha) (1 + cos(pi progress)) / 2), then constant at base * alpha.

    Loshchilov and Hutter, 2016: SGDR, without restarts. Equals PyTorch's LinearLR followed by CosineAnnealingLR;
    Keras's names.
    """

    kind = "cosine"
    title = "Cosine"
    summary = "Warms up, then falls slowly, fast, slowly"
    equations = ("r = base · (alpha + (1 - alpha) · (1 + cos(π p)) / 2)",)

    epochs: int = _epochs(100, "The epoch in which the rate reaches its end, the warm-up included.")
    warmup_epochs: int = setting(
        0, "Warm-up", "For so many epochs the rate grows to its full size.", low=0, high=1_000_000, live=True
    )
    warmup_start: float = setting(
        0.01,
        "Warm-up start",
        "The share of the rate to begin the warm-up with.",
        low=0.0,
        high=1.0,
        live=True,
    )
    alpha: float = setting(
        0.0, "End", "The share of the rate that is left at the end.", low=0.0, high=1.0, live=True
    )

    def rate(self, base: float, step: int, steps_per_epoch: int) -> float:
        warm, total = self.warmup_epochs * steps_per_epoch, self.epochs * steps_per_epoch
        if step < warm:
            return base * (self.warmup_start + (1.0 - self.warmup_start) * step / warm)
        progress = (step - warm) / (total - warm) if step < total else 1.0
        return base * _eased(1.0, self.alpha, progress)


@SCHEDULES.register("onecycle")
class OneCycle(Schedule):
    """From base / div_factor up to base, then down to base / div_factor / final_div_factor, along cosines.

    Smith and Topin, 2017: Super-convergence. PyTorch's OneCycleLR without the momentum cycle; constant after the end.
    """

    kind = "one_cycle"
    title = "One cycle"
    summary = "Up to the full rate once, then down to nearly nothing"

    epochs: int = _epochs(100, "How many epochs the cycle takes.")
    pct_start: float = setting(
        0.3, "Rising part", "The share of the cycle in which the rate grows.", low=0.0, high=1.0, live=True
    )
    div_factor: float = setting(
        25.0,
        "Start divisor",
        "The rate begins at the full one divided by this.",
        low=1.0,
        high=1e6,
        live=True,
    )
    final_div_factor: float = setting(
        1e4, "End divisor", "The rate ends at the first one divided by this.", low=1.0, high=1e9, live=True
    )

    def rate(self, base: float, step: int, steps_per_epoch: int) -> float:
        last = self.epochs * steps_per_epoch - 1
        peak = self.pct_start * (last + 1) - 1.0
        start = base / self.div_factor
        if step <= peak:
            return _eased(start, base, step / peak) if peak > 0.0 else base
        progress = min(1.0, (step - peak) / (last - peak)) if last > peak else 1.0
        return _eased(base, start / self.final_div_factor, progress)


@SCHEDULES.register("reduce_on_plateau", "reduce_lr_on_plateau")
class ReduceOnPlateau(Schedule):
    """Multiply the rate by `factor` after more than `patience` epochs without a gain of `min_delta`.

    PyTorch's ReduceLROnPlateau with absolute thresholds, Keras's names. Monitors the test loss, or the training loss
    without a test split.
    """

    kind = "plateau"
    title = "On plateau"
    summary = "Drops when the loss gets no better"

    factor: float = _factor(0.1, "What the rate is multiplied by at each drop.")
    patience: int = setting(
        10, "Patience", "How many epochs without gain it waits.", low=0, high=1_000_000, live=True
    )
    min_delta: float = setting(
        1e-4, "Least gain", "By how much the loss must fall to count as better.", low=0.0, high=1e6, live=True
    )
    cooldown: int = setting(
        0,
        "Cool-down",
        "For so many epochs after a drop nothing is counted.",
        low=0,
        high=1_000_000,
        live=True,
    )
    min_lr: float = setting(
        0.0, "Lowest rate", "The rate never drops below this one.", low=0.0, high=100.0, live=True
    )

    def rate(self, base: float, step: int, steps_per_epoch: int, drops: int = 0) -> float:
        return max(base * self.factor**drops, min(base, self.min_lr))


class Scheduler:
    """The state of a schedule. `start` is the epoch in which it began, from which a warm-up counts.

    ReduceOnPlateau uses `best` (lowest loss), `waited` (epochs without a better one), `cooling` (cool-down epochs left)
    and `drops` (reductions so far).
    """

    def __init__(self, schedule: Schedule, start: int = 0) -> None:
        self.schedule = schedule
        self.start = start
        self.best = math.inf
        self.waited = self.cooling = self.drops = 0

    def configure(self, schedule: Schedule, epoch: int) -> None:
        """Apply other settings; another kind starts in `epoch`."""
        if type(schedule) is not type(self.schedule):
            self.__init__(schedule, epoch)  # type: ignore[misc]
        self.schedule = schedule

    def rate(self, base: float, epoch: int, step_in_epoch: int, steps_per_epoch: int) -> float:
        """The learning rate of a step in `epoch`, both counted from 0."""
        step = (epoch - self.start) * steps_per_epoch + step_in_epoch
        if isinstance(self.schedule, ReduceOnPlateau):
            return self.schedule.rate(base, step, steps_per_epoch, self.drops)
        return self.schedule.rate(base, max(0, step), steps_per_epoch)

    @property
    def uses_loss(self) -> bool:
        """Whether `end_epoch` needs losses."""
        return isinstance(self.schedule, ReduceOnPlateau)

    def end_epoch(self, loss: float) -> None:
        """Update the plateau state with the monitored loss."""
        plateau = self.schedule
        if not isinstance(plateau, ReduceOnPlateau):
            return
        if loss < self.best - plateau.min_delta:
            self.best, self.waited = loss, 0
        else:
            self.waited += 1
        if self.cooling > 0:
            self.cooling -= 1
            self.waited = 0
        if self.waited > plateau.patience:
            self.drops += 1
            self.cooling, self.waited = plateau.cooldown, 0

    def state_dict(self) -> dict[str, Any]:
        """JSON-ready state."""
        best = self.best if math.isfinite(self.best) else None
        return {
            "kind": self.schedule.kind,
            "start": self.start,
            "best": best,
            "waited": self.waited,
            "cooling": self.cooling,
            "drops": self.drops,
        }

    def load_state_dict(self, state: Any) -> None:
        """The inverse of `state_dict`; ignored for another kind, `ValueError` when invalid."""
        if not isinstance(state, dict):
            raise ValueError(f"the schedule's state must be an object, got {state!r}")
        if state.get("kind") != self.schedule.kind:
            return
        counts = [state.get(name) for name in ("start", "waited", "cooling", "drops")]
        best = state.get("best")
        whole = all(type(count) is int and 0 <= count < 2**53 for count in counts)
        if not whole or not (best is None or isinstance(best, (int, float))):
            raise ValueError(f"the schedule's state must hold whole numbers of at least 0, got {state!r}")
        self.start, self.waited, self.cooling, self.drops = (int(count or 0) for count in counts)
        self.best = math.inf if best is None else float(best)


def _eased(start: float, end: float, progress: float) -> float:
    """Interpolate from `start` to `end` along half a cosine."""
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * progress))
