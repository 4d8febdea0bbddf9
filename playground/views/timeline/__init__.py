"""The timeline: a slider over the moments of a run, with thumbnails and edits, and the marks of a look back."""

from __future__ import annotations

from playground.views.timeline.panel import TimelinePanel
from playground.views.timeline.past_marks import PastMarks

__all__ = ["PastMarks", "TimelinePanel"]
