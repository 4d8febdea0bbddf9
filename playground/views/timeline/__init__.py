"""The timeline: a slider over the moments of a run, with thumbnails and edits, and the marks of a look back."""

from __future__ import annotations

from playground.views.timeline.panel import PastMarks, TimelinePanel

__all__ = ["PastMarks", "TimelinePanel"]
