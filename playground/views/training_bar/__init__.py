"""The strip along the top of the window: how to run, how fast, and by which rules the network learns."""

from __future__ import annotations

from playground.views.training_bar.bar import TrainingBar

__all__ = ["TrainingBar"]
