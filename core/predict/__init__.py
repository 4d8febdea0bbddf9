"""New samples for a trained model: rows of tables, typed rows and images, and the table of their predictions."""

from .prediction_table import PredictionTable, predict_samples
from .raw_samples import RawSamples, read_samples
from .row_columns import RowColumn, row_columns, typed_samples

__all__ = [
    "PredictionTable", "RawSamples", "RowColumn", "predict_samples", "read_samples", "row_columns", "typed_samples",
]  # fmt: skip
