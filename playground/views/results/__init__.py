"""The results panel: learning curves, confusion matrix, rates, weight histograms and scores."""

from __future__ import annotations

from core.spec import import_modules
from playground.views.results.panel import ResultsPanel
from playground.views.results.previous_runs import PreviousRun

__all__ = ["PreviousRun", "ResultsPanel"]

import_modules(__name__)
