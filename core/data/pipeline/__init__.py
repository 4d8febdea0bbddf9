"""The way from raw samples to network inputs, and from network outputs to predictions: part of every trained model."""

from .columns import COLUMNS, CategoryColumn, FittedColumn, NumberColumn, unit_of, without_unit
from .inputs import INPUTS, FittedInputs, ImageInputs, PointInputs, TableInputs
from .outputs import (
    OUTPUTS,
    ClassOutputs,
    FittedOutputs,
    Predictions,
    ReconstructionOutputs,
    ValueOutputs,
    VelocityOutputs,
    scaled_numbers,
)
from .pipeline import Pipeline, fit_inputs, fit_outputs
from .sequences import SeriesInputs, TokenInputs, TokenOutputs

__all__ = [
    "COLUMNS", "INPUTS", "OUTPUTS", "CategoryColumn", "ClassOutputs", "FittedColumn", "FittedInputs", "FittedOutputs",
    "ImageInputs", "NumberColumn", "Pipeline", "PointInputs", "Predictions", "ReconstructionOutputs", "SeriesInputs",
    "TableInputs", "TokenInputs", "TokenOutputs", "ValueOutputs", "VelocityOutputs", "fit_inputs", "fit_outputs",
    "scaled_numbers", "unit_of", "without_unit",
]  # fmt: skip
