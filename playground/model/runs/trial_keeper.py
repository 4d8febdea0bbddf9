"""Keep the trials of a sweep among the runs, as if the window had trained them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

from core.data.datasets import DataError
from core.experiment.experiment import Experiment
from core.experiment.packed_project import unpack_project
from core.sweep.trial import TrialResult
from playground.model.runs.run_record import FinishedRun, data_key, data_text
from playground.model.runs.run_store import RunStore, RunStoreError

__all__ = ["TrialKeeper"]


class TrialKeeper:
    """Called with a result, keeps it as a run; the first reason why that is impossible is its `fault`.

    `picture` makes RGB bytes of `THUMBNAIL_PX` squared pixels, or b"". An instance belongs to the thread that calls it.
    """

    def __init__(
        self, picture: Callable[[TrialResult], bytes], *, keeps: bool = True, path: Path | None = None
    ) -> None:
        self._store = RunStore(path) if keeps else None
        self._picture = picture
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
            text, picture = self._data_text(experiment), self._picture(result)
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
