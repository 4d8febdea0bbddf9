"""The training doctor's findings, worst first, as a part of snapshots."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..diagnose import Doctor, Finding
from ..io.number_text import percent_text
from .flow_field import STEPS, FlowPathsPart, make_paths
from .snapshot import PARTS, RARELY, Shown, SnapshotPart

_SAME: Final = 0.001
"""Of the samples' spread: 20 of Heun's steps end 0.001 to 0.006 from 10 for moons, spirals and digits, 50 below it."""
_TITLE: Final = "More steps than the field needs"


@PARTS.register
class FindingsPart(SnapshotPart[bool, tuple[Finding, ...]]):
    """The same tuple until they change."""

    kind = "findings"
    cost = RARELY
    of_training = of_figures = True
    _doctor: Doctor | None = None
    _last: tuple[Finding, ...] = ()

    def key(self, asked: bool, shown: Shown) -> object:
        return shown.experiment, shown.request.parts.get(FlowPathsPart.kind)

    def take(self, asked: bool, shown: Shown) -> tuple[Finding, ...]:
        if self._doctor is None:
            self._doctor = Doctor(self.trainer, self.prepared)
        found = self._doctor.examine(shown.experiment) + self._excess_steps(shown)
        if found != self._last:
            self._last = found
        return self._last

    def _excess_steps(self, shown: Shown) -> tuple[Finding, ...]:
        """Whether samples of noise end where half of the chosen steps lead, too, if more than usual are chosen."""
        wish, task = FlowPathsPart.asked(shown.request), self.prepared.task
        if not task.has_time or wish.steps <= STEPS or self.trainer.epoch < 1:
            return ()
        fewer = replace(wish, steps=wish.steps // 2)
        ends, others = (make_paths(self.trainer, self.prepared, each)[-1] for each in (wish, fewer))
        spread = float(np.sqrt(np.square(ends - ends.mean(axis=0)).sum(axis=1).mean()))
        apart = float(np.sqrt(np.square(ends - others).sum(axis=1).mean()))
        # NaN, where the samples are no numbers, is not below.
        if not apart < _SAME * spread:
            return ()
        sentence = (
            f"{wish.steps} steps from noise to data end where {fewer.steps} do, to "
            f"{percent_text(apart / spread, 2)} of the samples' spread. Fewer make the same samples sooner."
        )
        return (Finding("steps", "note", _TITLE, sentence, None, (), shown.experiment),)
