"""Whether a snapshot shows a given stack: after an edit, one of the old stack may still arrive."""

from __future__ import annotations

from collections.abc import Sequence

from core.experiment.experiment import Experiment
from core.inspect.snapshot import LayerSnapshot, Snapshot
from core.nn import Shape

__all__ = ["fits"]


def fits(snapshot: Snapshot, experiment: Experiment, shapes: Sequence[Shape]) -> bool:
    """`shapes` are those of `shapes_of(experiment)`; too few, when a layer cannot work, fit nothing."""
    if not len(snapshot.layers) == len(shapes) == len(experiment.layers) + 1:
        return False
    inputs = experiment.input_shape
    if not _input_fits(snapshot, experiment, inputs):
        return False
    before = [inputs, *shapes]
    return all(
        _layer_fits(picture, into, out)
        for picture, into, out in zip(snapshot.layers, before, shapes, strict=False)
    )


def _input_fits(snapshot: Snapshot, experiment: Experiment, inputs: Shape) -> bool:
    if experiment.dataset.family == "points":
        maps = snapshot.feature_maps
        return snapshot.sample is None and (maps is None or len(maps) == inputs[0])
    return snapshot.feature_maps is None and (snapshot.sample is None or snapshot.sample.shape == inputs)


def _layer_fits(picture: LayerSnapshot, into: Shape, out: Shape) -> bool:
    kernel = picture.kernel
    if kernel is not None and kernel.shape[-1] != out[-1]:
        return False
    if kernel is not None and kernel.ndim == 2 and kernel.shape[0] != into[0]:
        return False
    if picture.activations is not None and picture.activations.shape != out:
        return False
    # There are maps of as many units as were asked for.
    return picture.maps is None or len(picture.maps) <= out[0]
