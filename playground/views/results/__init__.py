"""The panel that shows how well the training goes: curves, confusion matrix and numbers."""

from __future__ import annotations

from playground.views.results.panel import ResultsPanel

__all__ = ["ResultsPanel"]
