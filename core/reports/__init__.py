"""What a training leaves to read: curves, predictions and metrics as tables, and a model card."""

from core.reports.report import RECORDS, Record, TrainingRecord
from core.spec import import_modules

__all__ = ["RECORDS", "Record", "TrainingRecord"]

import_modules(__name__)
