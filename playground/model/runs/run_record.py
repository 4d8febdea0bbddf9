"""Record of a run: a row of the table, and its curves; and the row of the run that trains now."""

from __future__ import annotations

import hashlib
import json
import math
import time
import zlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Data
from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.sweep.trial import COUNTED, Trial, TrialResult, curve_of
from playground.model.runs.run_settings import MAX_LETTERS, RunSettings, run_name

LIVE_ID: Final = 0
"""The number of a run that is not kept yet; the database counts from 1."""


@dataclass(frozen=True, eq=False)
class LiveRun:
    """A run as it is now. `number` is that in its session; `training`: whether it goes on."""

    summary: RunSummary
    snapshot: Snapshot
    number: int
    training: bool

    @property
    def curves(self) -> Curves:
        return curve_of(self.snapshot.history)


def first_live_row(
    experiment: Experiment, data: Data, before: RunSummary | None, parameters: int
) -> RunSummary:
    """The row of a run that is not kept yet, at epoch 0; `before` is the last kept one on the same data."""
    nothing = TrialResult(Trial(LIVE_ID, 0, experiment.seed, 0), "done", parameters=parameters)
    name = run_name(experiment, None if before is None else before.settings)
    return run_row(experiment, data_text(experiment, data), nothing, name)


def live_row(row: RunSummary, snapshot: Snapshot, seconds: float) -> RunSummary:
    """The row with what a snapshot measured."""
    return replace(row, epochs=float(snapshot.epoch), seconds=seconds, **snapshot.figures.columns)


Curves = NDArray[np.float32]
"""Shape (moments, 5): epoch, training loss, test loss, training score, test score; NaN where not measured."""

CURVE_COLUMNS: Final = 5
THUMBNAIL_PX: Final = 84
_MAX_MOMENTS = 1_000
_THUMBNAIL_BYTES = 3 * THUMBNAIL_PX * THUMBNAIL_PX


@dataclass(frozen=True)
class RunSummary:
    """A row of the table of runs. Losses and scores are NaN where not measured; a score is accuracy or R², 1 is best.

    - `data_key`: equal for runs on the same data; `data_label`, `data_text`: "Spirals", "500 points, noise 0.1".
    - `mean_loss`, `train_samples`, `test_samples`: see `TrialResult`; NaN in runs of older programs.
    - `created`: Unix time. `size`: bytes of its checkpoint. `diverged`: whether it ended by diverging.
    """

    id: int
    created: float
    name: str
    note: str
    starred: bool
    data_key: str
    data_label: str
    data_text: str
    epochs: float
    seconds: float
    parameters: int
    train_loss: float
    test_loss: float
    train_score: float
    test_score: float
    classifies: bool
    diverged: bool
    seed: int
    size: int
    settings_json: str = field(repr=False)
    mean_loss: float = math.nan
    train_samples: float = math.nan
    test_samples: float = math.nan

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

    @property
    def score(self) -> float:
        """The test score, or the training score without test samples."""
        return self.train_score if math.isnan(self.test_score) else self.test_score


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """A run to keep: of the window, of a sweep, a race or many seeds, or a model that is no network.

    - `thumbnail`: RGB bytes of `THUMBNAIL_PX` squared pixels, or b"".
    - `name`: its name among the runs; "" for what differs from the run before.
    - `since_epoch`: the epoch from which on its seconds count; above 0 where it went on from a checkpoint.
    - `address`: where its weights are kept already, in the journal of a sweep; see `project_at`.
    - `settings`, `own_origin`: of a model that is no network, which replaces the one with the same origin.
    """

    experiment: Experiment
    result: TrialResult
    data_text: str
    thumbnail: bytes = b""
    name: str = ""
    since_epoch: int = 0
    address: str = ""
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

    def row(self) -> RunSummary:
        """Its row, without a number yet.

        The curve ends with the last whole epoch, and weights that were kept within one are later than that; but a run
        that diverged has no evaluation of its last weights.
        """
        row = run_row(self.experiment, self.data_text, self.result, self.name, self.settings)
        last: dict[str, Any] = dict(
            zip(self.result.metrics, self.result.curve[-1:, 1:].ravel().tolist(), strict=False)
        )
        return replace(row, **{name: last[name] for name in last if not math.isfinite(getattr(row, name))})


def run_row(
    experiment: Experiment,
    text: str,
    result: TrialResult,
    name: str = "",
    settings: RunSettings | None = None,
) -> RunSummary:
    """The row of a run without a number; `text` is about its data, `settings` are those of its experiment."""
    return RunSummary(
        id=0,
        created=time.time(),
        name=name,
        note="",
        starred=False,
        data_key=data_key(experiment),
        data_label=experiment.dataset.label[:MAX_LETTERS],
        data_text=text[:MAX_LETTERS],
        epochs=float(math.floor(result.epochs)),
        seconds=float(result.seconds),
        parameters=result.parameters,
        **result.metrics,
        **{name: getattr(result, name) for name in COUNTED},
        classifies=experiment.task.classifies,
        diverged=result.status == "diverged",
        seed=experiment.seed,
        size=0,
        settings_json=(settings or RunSettings.of(experiment)).to_json(),
    )


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
    ]
    text = json.dumps(chosen, sort_keys=True)
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def data_text(experiment: Experiment, data: Data) -> str:
    """ "500 points, noise 0.2, seed 7", "150 rows, 4 columns", "10,000 images, 28 × 28"."""
    count = f"{data.samples:,}"
    if len(data.shape) == 3:
        words = [f"{count} images", f"{data.shape[0]} × {data.shape[1]}"]
    elif experiment.dataset.family == "points":
        words = [f"{count} points"]
    else:
        columns = len(experiment.dataset.offered_columns) if experiment.dataset.selectable else 0
        columns = columns or data.shape[0]
        words = [f"{count} rows", f"{columns:,} columns" if columns != 1 else "1 column"]
    words += [
        f"{item.label.lower()} {getattr(experiment.dataset, item.name):g}"
        for item in experiment.dataset.settings()
        if item.name != "samples" and item.type in ("int", "float")
    ]
    if experiment.data_seed:
        words.append(f"seed {experiment.data_seed}")
    if experiment.corrections:
        words.append("corrected")
    return ", ".join(words)


def pack_curves(curves: Curves) -> bytes:
    """Curves as bytes for the database."""
    return zlib.compress(np.ascontiguousarray(curves, "<f4").tobytes(), 3)


def unpack_curves(packed: object) -> Curves:
    """The inverse of `pack_curves`. Raises `ValueError` for anything else."""
    row = 4 * CURVE_COLUMNS
    data = _unpack(packed, 2 * _MAX_MOMENTS * row, "curves")
    if len(data) % row:
        raise ValueError("a run's curves are damaged")
    curves = np.frombuffer(data, "<f4").reshape(-1, CURVE_COLUMNS)
    epochs = curves[:, 0]
    if not np.isfinite(epochs).all() or (np.diff(epochs) < 0).any() or (epochs < 0).any():
        raise ValueError("a run's curves must be over ascending epochs")
    return curves.astype(np.float32, copy=False)


def pack_thumbnail(pixels: bytes) -> bytes:
    """RGB bytes for the database; b"" stays."""
    return zlib.compress(pixels, 6) if pixels else b""


def unpack_thumbnail(packed: object) -> bytes:
    """The inverse of `pack_thumbnail`; b"" for anything else."""
    try:
        pixels = _unpack(packed, _THUMBNAIL_BYTES, "picture")
    except ValueError:
        return b""
    return pixels if len(pixels) == _THUMBNAIL_BYTES else b""


def _unpack(packed: object, most: int, what: str) -> bytes:
    if not isinstance(packed, bytes):
        raise ValueError(f"a run's {what} must be bytes, got {type(packed).__name__}")
    if not packed:
        return b""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, most)
    except zlib.error:
        raise ValueError(f"a run's {what} are damaged") from None
    if not unpacker.eof:
        raise ValueError(f"a run's {what} must be at most {most:,} bytes")
    return data
