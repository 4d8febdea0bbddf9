"""The results panel: learning curves, confusion matrix, rates, weight histograms and scores."""

from __future__ import annotations

from playground.views.results.panel import ResultsPanel

__all__ = ["ResultsPanel"]
