"""What is kept of lessons, beside their progress."""

from __future__ import annotations

from core.spec import Spec, setting


class LessonSettings(Spec):
    kind = "lessons"
    keys = (("folder", "files/lessons_folder"),)
    folder: str = setting("", "")
    """Of a class's own lessons; "" for none."""
