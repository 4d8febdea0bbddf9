"""Reports of a training: curves, predictions and metrics as tables, and a model card."""

from core.reports.report import REPORTS, Report, TrainingRecord
from core.spec import import_modules

__all__ = ["REPORTS", "Report", "TrainingRecord"]

import_modules(__name__)
