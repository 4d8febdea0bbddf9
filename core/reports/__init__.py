"""Reports of a training: curves, predictions and metrics as tables, and a model card."""

from ..spec import import_modules
from .report import REPORTS, Report, TrainingRecord

__all__ = ["REPORTS", "Report", "TrainingRecord"]

import_modules(__name__)
