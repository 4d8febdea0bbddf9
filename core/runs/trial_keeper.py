"""Keep the trials of a sweep among the runs, as if the window had trained them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

from ..data.datasets import DataError
from ..experiment.experiment import Experiment
from .run import FinishedRun, data_key, data_text
from .run_settings import MAX_LETTERS
from .store import Store, StoreError
from .trial import Key, TrialResult
from .trial_text import trial_text


class TrialKeeper:
    """Called with a result, keeps it as a run; the first reason why that is impossible is its `fault`.

    `experiment` is that of the sweep; `picture` makes RGB bytes of `THUMBNAIL_PX` squared pixels, or b"". The weights
    stay in the journal, at `address`; "" keeps them in the database. An instance belongs to the thread that calls it.
    """

    def __init__(
        self,
        experiment: Experiment,
        picture: Callable[[TrialResult], bytes],
        address: Callable[[Key], str] = lambda _: "",
        *,
        keeps: bool = True,
        path: Path | None = None,
    ) -> None:
        self._store = Store(path) if keeps else None
        self._experiment, self._picture, self._address = experiment, picture, address
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
            experiment = result.trial.experiment(self._experiment)
            run = trial_run(experiment, result, self._picture(result), self._data_text(experiment))
            self._store.record(replace(run, address=self._address(result.key)))
        except (StoreError, ValueError, OSError) as error:
            self.fault = str(error)

    def _data_text(self, experiment: Experiment) -> str:
        key = data_key(experiment)
        if key not in self._texts:
            self._texts[key] = loaded_text(experiment)
        return self._texts[key]


def trial_run(experiment: Experiment, result: TrialResult, picture: bytes, text: str) -> FinishedRun:
    """A trial as a run; `experiment` has its settings, `text` is about its data."""
    return FinishedRun(experiment, result, text, picture, trial_text(result.trial)[:MAX_LETTERS])


def loaded_text(experiment: Experiment) -> str:
    """Text about the data of a run; "" where they cannot be loaded."""
    try:
        return data_text(experiment, experiment.dataset.load(experiment.data_seed))
    except (DataError, OSError):
        return ""
