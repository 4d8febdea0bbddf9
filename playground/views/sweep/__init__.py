"""The page of sweeps: which settings vary, and a picture of every combination of their values."""

from playground.views.sweep.page import SweepPage

__all__ = ["SweepPage"]
