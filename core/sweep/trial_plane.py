"""Predictions of a finished trial over the plane, pixel by pixel from the weights that it kept."""

from __future__ import annotations

from ..experiment.prepare import PreparedData, make_network, prepare
from ..experiment.project_file import unpack_project
from ..inspect.plane_scan import PlaneScan
from .run_trial import data_part


class TrialPlanes:
    """Scans the planes of trials; keeps the data of the last one. An instance belongs to the thread that uses it."""

    def __init__(self) -> None:
        self._kept: tuple[object, PreparedData] | None = None

    def scan(self, project: bytes, pixels: int) -> PlaneScan | None:
        """The scan of a trial's project at `pixels` a side; None for images and series, and where no weights were kept.

        Raises `ValueError` and `OSError` where the project or the data cannot be read.
        """
        experiment, state = unpack_project(project) if project else (None, None)
        if experiment is None or state is None or len(experiment.dataset.info().shape) > 1:
            return None
        if experiment.task.has_time:
            # Its picture is of samples, and not of outputs.
            return None
        key = data_part(experiment)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, prepare(experiment)
        prepared = self._kept[1]
        network = make_network(experiment)
        network.load_state_dict(state.weights)
        return PlaneScan(network, prepared, prepared.plane, pixels)
