"""Choose how the labels of a dataset are encoded for a loss."""

from __future__ import annotations

from core.data.dataset import DatasetInfo
from core.data.target_encoding import TargetEncoding
from core.nn import ActivationFunction
from core.nn.losses import Loss


def output_count(info: DatasetInfo, loss: Loss) -> int:
    """Number of network outputs for a dataset under a loss."""
    if info.task == "classification" and info.outputs == 2 and loss.single_output:
        return 1
    return info.outputs


def choose_encoding(info: DatasetInfo, loss: Loss, activation: ActivationFunction) -> TargetEncoding:
    """The encoding for a dataset, a loss and an output activation, whose range sets `low` and `high`."""
    outputs = output_count(info, loss)
    classes = info.outputs if info.task == "classification" else 0
    if classes == 2 and outputs == 1 and not loss.fuses and activation.low < 0.0:
        return TargetEncoding(classes, outputs, -1.0, 1.0)
    return TargetEncoding(classes, outputs)
