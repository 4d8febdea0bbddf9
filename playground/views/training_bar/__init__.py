"""The training bar: run controls, speed and hyperparameters."""

from __future__ import annotations

from playground.views.training_bar.bar import TrainingBar

__all__ = ["TrainingBar"]
