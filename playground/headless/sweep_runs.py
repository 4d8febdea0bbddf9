"""Keep the trials of a sweep among the runs, as if the window had trained them."""

from __future__ import annotations

from typing import Self

from core.data.datasets import DataError
from core.experiment.experiment import Experiment
from core.experiment.packed_project import unpack_project
from core.sweep.trial import TrialResult
from playground.film.palette import Palette
from playground.model.runs.run_record import THUMBNAIL_PX, FinishedRun, data_key, data_text
from playground.model.runs.run_store import RunStore, RunStoreError

__all__ = ["RunKeeper"]


class RunKeeper:
    """Called with a result, keeps it as a run; the first reason why that is impossible is its `fault`."""

    def __init__(self, keeps: bool = True) -> None:
        self._store = RunStore() if keeps else None
        self._palette = Palette.of(dark=False)
        self._texts: dict[str, str] = {}
        self.fault = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.close()

    def __call__(self, result: TrialResult) -> None:
        """Keep a result that has weights."""
        if self._store is None or self.fault or not result.project:
            return
        try:
            experiment, state = unpack_project(result.project)
            if state is None:
                return
            text, picture = self._data_text(experiment), self._thumbnail(result)
            diverged = result.status == "diverged"
            self._store.record(
                FinishedRun(
                    experiment, state, result.seconds, 0, text, picture, diverged, result.trial.number
                )
            )
        except (RunStoreError, ValueError, OSError) as error:
            self.fault = str(error)

    def _data_text(self, experiment: Experiment) -> str:
        key = data_key(experiment)
        if key not in self._texts:
            try:
                self._texts[key] = data_text(experiment, experiment.dataset.load(experiment.data_seed))
            except (DataError, OSError):
                self._texts[key] = ""
        return self._texts[key]

    def _thumbnail(self, result: TrialResult) -> bytes:
        if result.boundary is None:
            return b""
        return self._palette.outputs(result.boundary.astype("f4"), (THUMBNAIL_PX, THUMBNAIL_PX)).tobytes()
