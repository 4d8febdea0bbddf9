"""The panel of a lesson, and the ring around the control that a step means."""

from playground.views.lessons.panel import LessonPanel
from playground.views.lessons.ring import Ring

__all__ = ["LessonPanel", "Ring"]
