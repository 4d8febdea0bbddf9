"""What is kept of the timeline."""

from __future__ import annotations

from core.spec import Spec, setting


class TimelineSettings(Spec):
    kind = "timeline"
    title = "Timeline"
    keys = (("megabytes", "training/timeline_megabytes"),)
    megabytes: int = setting(
        256,
        "Timeline in memory (MB)",
        "How much memory earlier moments of the training may take. Up to four times that go to the disk.",
        low=32,
        high=4096,
        suggestions=(32, 64, 128, 256, 512, 1024, 2048, 4096),
    )
