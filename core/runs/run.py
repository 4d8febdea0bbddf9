"""A run: one training as it is listed, and one that is to be kept."""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from ..data.dataset import Data
from ..experiment.experiment import Experiment
from ..experiment.prepare import without_sealed
from ..io.number_text import percent_text
from ..io.sentence import in_sentence
from .run_settings import MAX_LETTERS, RunSettings
from .trial import Measures, TrialResult

SEALED: Final = " sealed"
"""What the text about data ends a share with that is sealed."""


@dataclass(frozen=True, kw_only=True)
class Run(Measures):
    """One training as it is listed; its curves, picture and weights are asked of the store by its `id`.

    - `data_key`: equal for runs on the same data; `data_label`, `data_text`: "Spirals", "500 points, noise 0.1".
    - `created`: Unix time. `size`: bytes of its checkpoint. `set_id`: the set that it is a member of.
    - `revision`: rises with every change of any row.
    """

    id: int
    created: float
    name: str
    note: str
    starred: bool
    data_key: str
    data_label: str
    data_text: str
    classifies: bool
    size: int
    settings_json: str = field(repr=False)
    set_id: int | None = None
    revision: int = field(default=0, compare=False)

    @cached_property
    def settings(self) -> RunSettings:
        """The settings; empty ones if they cannot be read."""
        try:
            return RunSettings.from_json(self.settings_json)
        except ValueError:
            return RunSettings()

    @cached_property
    def words(self) -> str:
        """Name, note and data in lower case, to search in beside the settings."""
        return f"{self.name} {self.note} {self.data_label} {self.data_text}".lower()


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """A run of the window to keep, or a model that is no network.

    - `thumbnail`: RGB bytes of `THUMBNAIL_PX` squared pixels, or b"".
    - `name`: its name among the runs; "" for what differs from the run before.
    - `since_epoch`: the epoch from which on its seconds count; above 0 where it went on from a checkpoint.
    - `settings`, `own_origin`: of a model that is no network, which replaces the one with the same origin.
    """

    experiment: Experiment
    result: TrialResult
    data_text: str
    thumbnail: bytes = b""
    name: str = ""
    since_epoch: int = 0
    settings: RunSettings | None = None
    own_origin: str = ""

    @property
    def number(self) -> int:
        """Its number in the session or sweep."""
        return self.result.trial.number

    @property
    def is_kept(self) -> bool:
        """Whether it has a finished epoch, or needs none."""
        return self.result.epochs >= 1 or bool(self.own_origin)

    @property
    def origin(self) -> str:
        """Equal for all runs that begin with the same loss: the same weights and data, whatever comes after.

        A trial is another run than one of the same settings that the window has trained for longer or less.
        """
        first = self.result.curve[:1, 1:3].astype(np.float32).tobytes()
        own = first + f"{self.experiment.seed}{self.name}".encode(errors="surrogatepass")
        return self.own_origin or hashlib.sha1(own, usedforsecurity=False).hexdigest()

    def row(self) -> Run:
        """Its row, without a number yet.

        The curve ends with the last whole epoch, and weights that were kept within one are later than that; but a run
        that diverged has no evaluation of its last weights.
        """
        row = run_row(self.experiment, self.data_text, self.result, self.name, self.settings)
        last: dict[str, Any] = dict(
            zip(self.result.metrics, self.result.curve[-1:, 1:].ravel().tolist(), strict=False)
        )
        last = {name: value for name, value in last.items() if not math.isfinite(getattr(row, name))}
        return replace(row, **last, epochs=float(math.floor(row.epochs)))


def run_row(
    experiment: Experiment,
    text: str,
    result: TrialResult,
    name: str = "",
    settings: RunSettings | None = None,
) -> Run:
    """The row of a run without a number; `text` is about its data, `settings` are those of its experiment."""
    opening = None if result.state is None else result.state.opened
    opened = "" if opening is None else opening.text(experiment.task.score)
    return Run(
        id=0,
        created=time.time(),
        name=name,
        note="",
        starred=False,
        data_key=data_key(experiment),
        data_label=experiment.dataset.label[:MAX_LETTERS],
        data_text=text[:MAX_LETTERS],
        **measured(result) | {"opened": opened},
        classifies=experiment.task.score.is_share,
        size=0,
        settings_json=(settings or RunSettings.of(experiment)).to_json(),
    )


def measured(result: Measures) -> dict[str, Any]:
    """What a row has of a result."""
    found = {item.name: getattr(result, item.name) for item in fields(Measures)}
    return found | {"epochs": float(result.epochs), "seconds": float(result.seconds)}


def data_key(experiment: Experiment) -> str:
    """A key of the rows that a run learns from and is tested on, whatever it sees of them and how they are scaled."""
    dataset = experiment.dataset.to_json()
    if experiment.dataset.selectable:
        dataset.pop("features", None)
    chosen = [
        dataset,
        experiment.data_seed,
        experiment.train_share,
        experiment.corrections.to_json() if experiment.corrections else None,
        # Runs of older programs have none.
        *([experiment.held_out] if experiment.held_out else []),
        *(["sealed", experiment.sealed_share] if experiment.sealed_share else []),
    ]
    text = json.dumps(chosen, sort_keys=True)
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def data_text(experiment: Experiment, data: Data) -> str:
    """ "500 points, noise 0.2, seed 7", "150 rows, 4 columns", "10,000 images, 28 × 28"."""
    count = f"{data.samples - sum(label is None for _, label in experiment.corrections):,}"
    if len(data.shape) == 3:
        words = [f"{count} images", f"{data.shape[0]} × {data.shape[1]}"]
    elif experiment.dataset.family == "points":
        words = [f"{count} points"]
    else:
        columns = len(experiment.dataset.offered_columns) if experiment.dataset.selectable else 0
        columns = columns or data.shape[0]
        words = [f"{count} rows", f"{columns:,} columns" if columns != 1 else "1 column"]
    words += [
        f"{in_sentence(item.label)} {getattr(experiment.dataset, item.name):g}"
        for item in experiment.dataset.settings()
        if item.name != "samples" and item.type in ("int", "float")
    ]
    if experiment.data_seed:
        words.append(f"seed {experiment.data_seed}")
    if experiment.sealed_share:
        words.append(f"{percent_text(experiment.sealed_share)}{SEALED}")
    if experiment.corrections:
        words.append("corrected")
    return ", ".join(words)


class DataTexts:
    """What to say about the data of a trial of `base`, by its result; data are loaded once.

    "" where they cannot be loaded.
    """

    def __init__(self, base: Experiment) -> None:
        self._base = base
        self._texts: dict[str, str] = {}

    def __call__(self, result: TrialResult) -> str:
        try:
            experiment = result.trial.experiment(self._base)
            key = data_key(experiment)
            if key not in self._texts:
                data = without_sealed(experiment)
                self._texts[key] = data_text(experiment, data)
            return self._texts[key]
        except (ValueError, OSError):
            return ""
