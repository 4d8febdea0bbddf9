"""The training doctor's findings, worst first, as a part of snapshots."""

from __future__ import annotations

from core.diagnose import Doctor, Finding
from core.experiment.experiment import Experiment
from core.inspect.snapshot import PARTS, RARELY, Shown, SnapshotPart, SnapshotRequest


@PARTS.register
class FindingsPart(SnapshotPart[bool, tuple[Finding, ...]]):
    """The same tuple until they change."""

    kind = "findings"
    cost = RARELY
    of_training = True
    _doctor: Doctor | None = None
    _last: tuple[Finding, ...] = ()

    @classmethod
    def asked(cls, request: SnapshotRequest) -> bool:
        return True

    def key(self, asked: bool, shown: Shown) -> Experiment:
        return shown.experiment

    def take(self, asked: bool, shown: Shown) -> tuple[Finding, ...]:
        if self._doctor is None:
            self._doctor = Doctor(self.trainer, self.prepared)
        found = self._doctor.examine(shown.experiment)
        if found != self._last:
            self._last = found
        return self._last
