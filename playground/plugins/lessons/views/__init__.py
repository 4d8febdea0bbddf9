"""The panel of a lesson, and the ring around the control that a step means."""

from playground.plugins.lessons.views.panel import LessonPanel
from playground.plugins.lessons.views.ring import Ring

__all__ = ["LessonPanel", "Ring"]
