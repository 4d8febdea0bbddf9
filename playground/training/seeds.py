"""Many seeds of the open experiment: the worker that trains and draws them, and the session on the GUI thread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Slot

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.latent import draws_samples
from core.inspect.plane_image import AgreementImage, PlaneImage, enlarged
from core.inspect.plane_scan import PlaneScan, kind_of
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.inspect.texts import SHOWN_WISH, SampleTextsPart, continues_texts
from core.nn.blas_threads import available_cores
from core.nn.network import forward_flops
from core.runs.trial import TrialResult
from core.seeds import SeedTraining, Way, agreement, curve_band
from core.spec.arrays import Array
from playground.training.group_session import GroupSession
from playground.training.group_worker import GroupRequest, GroupWorker
from playground.training.mailbox import Mailbox
from playground.training.worker_thread import guarded

QUANTITIES: Final = ("test_accuracy", "test_loss", "train_loss")
_REQUEST = SnapshotRequest(grid=56, maps=0)
_LEAST_PX = 56
_ENLARGED_NUMBERS = 3_000_000
"""Outputs of all seeds that are interpolated for one picture while they train; takes about 20 ms."""
_SCANNED_FLOPS = 400_000_000_000
"""Limit of seconds for a picture of all seeds at rest."""
_SLICE_SECONDS = 0.03


@dataclass(frozen=True)
class SeedsRequest(GroupRequest):
    """An experiment, and the seeds to train it from; `engine` is what the setting "auto" stands for."""

    seeds: tuple[int, ...]
    epochs: int
    engine: str = "auto"


@dataclass(frozen=True, eq=False)
class SeedsMoment:
    """One moment of all seeds.

    - `bands`: epochs (moments,) and quantiles (5, moments) by the column of the history.
    - `picture`: a snapshot whose boundary and image are how far the seeds agree, or whose confusion matrix is the
      median.
    - `done` of `total` epochs, of all seeds together; `seconds` of training.
    """

    runs: tuple[TrialResult, ...]
    bands: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
    picture: Snapshot
    done: int
    total: int
    seconds: float
    way: Way
    running: bool

    @property
    def is_done(self) -> bool:
        return self.done >= self.total


class SeedsWorker(GroupWorker):
    """Lives in the thread of a `SeedsSession`; every slot is called through queued signals."""

    title = "The training of the seeds"
    frame_seconds = 0.05
    picture_share = 0.3

    def __init__(self, requests: Mailbox[SeedsRequest], moments: Mailbox[tuple[int, SeedsMoment]]) -> None:
        super().__init__(requests, moments)
        self._training: SeedTraining | None = None
        self._takers: dict[int, SnapshotTaker] = {}
        self._pixels = _LEAST_PX
        self._shown: SeedsMoment | None = None
        self._good: list[int] = []
        """The seeds whose outputs are finite."""
        self._scans: list[PlaneScan] = []
        self._agreement: AgreementImage | None = None
        self._refining = QTimer(self)
        self._refining.timeout.connect(self._refine)

    def _make(self, request: SeedsRequest) -> PreparedData:
        (experiment,) = request.experiments
        # A core stays with the window.
        cores = max(1, available_cores() - 1)
        training = self._training = SeedTraining(
            experiment, request.seeds, request.epochs, engine=request.engine, cores=cores
        )
        self._takers = {
            seed: SnapshotTaker(trainer, training.data, self._number, experiment, examines=False)
            for seed, trainer in training.trainers.items()
        }
        return training.data

    def _begin(self, *, was_running: bool) -> None:
        self.play()
        self._show()

    @Slot(int)
    def draw_at(self, pixels: int) -> None:
        """Predict pictures at rest for so many pixels a side."""
        if pixels != self._pixels:
            self._pixels = max(_LEAST_PX, pixels)
            if self._shown is not None and not self._timer.isActive():
                self._begin_refining()

    def _let_go(self) -> None:
        """End threads and processes of the seeds, too."""
        self._stop_refining()
        self._shown = None
        if self._training is not None:
            self._training.close()
            self._training = None
        self._takers = {}

    def _results(self, wanted: tuple[int, ...] | None) -> list[tuple[TrialResult, Snapshot]]:
        assert self._training is not None
        running = self._timer.isActive()
        return [
            (result, self._takers[result.trial.seed].take(_REQUEST, running=running))
            for result in self._training.results(wanted)
        ]

    @property
    def _has_trainers(self) -> bool:
        return self._training is not None

    @property
    def _is_done(self) -> bool:
        return self._training is not None and self._training.is_done

    def _before_playing(self) -> None:
        self._stop_refining()

    def _train(self) -> None:
        assert self._training is not None
        self._training.run_for(_SLICE_SECONDS)

    def _moment(self, *, running: bool) -> SeedsMoment:
        training = self._training
        assert training is not None
        training.write_back()
        return SeedsMoment(
            training.reached(), _bands(training), self._picture(training.data, running), training.finished_epochs,
            training.epochs * len(training.seeds), training.seconds, training.way, running,
        )  # fmt: skip

    def _put(self, moment: object) -> None:
        super()._put(moment)
        assert isinstance(moment, SeedsMoment)
        self._shown = moment
        if not moment.running and moment.picture.image is not None and not moment.picture.image.is_final:
            self._begin_refining()

    def _begin_refining(self) -> None:
        """Predict the planes of all seeds at the pixels of the picture, in steps."""
        training, good = self._training, self._good
        if training is None or not good:
            return
        networks = [training.trainers[seed].network for seed in good]
        most = math.isqrt(_SCANNED_FLOPS // (len(good) * max(1, forward_flops(networks[0]))))
        data, side = training.data, min(self._pixels, max(_LEAST_PX, most))
        self._scans = [PlaneScan(network, data, data.plane, side) for network in networks]
        self._agreement = AgreementImage(kind_of(data), data.encoding.outputs)
        self._refining.start(0)

    def _stop_refining(self) -> None:
        self._refining.stop()
        self._scans, self._agreement = [], None

    @guarded
    def _refine(self) -> None:
        """Predict a part of one seed's plane; the last one makes another picture of the same moment."""
        moment, made = self._shown, self._agreement
        if moment is None or made is None or not self._scans:
            self._stop_refining()
            return
        scan = self._scans[0]
        scan.advance()
        if not scan.finished:
            return
        self._scans.pop(0)
        made.add(scan.result())
        if not self._scans:
            self._stop_refining()
            self._put(replace(moment, picture=replace(moment.picture, image=made.image())))

    def _picture(self, data: PreparedData, running: bool) -> Snapshot:
        # All texts would be written, of which one seed's are shown.
        asked = replace(_REQUEST, parts={SampleTextsPart.kind: None})
        taken = {seed: taker.take(asked, running=running) for seed, taker in self._takers.items()}
        if draws_samples(data) or continues_texts(data):
            self._good = []
            best = max(taken, key=lambda seed: np.nan_to_num(taken[seed].figures.test.score, nan=-np.inf))
            texts = self._takers[best].take_part(SampleTextsPart, SHOWN_WISH, running=running)
            return taken[best].with_parts(sample_texts=texts)
        first = next(iter(taken.values()))
        planes = {seed: each.boundary for seed, each in taken.items() if each.boundary is not None}
        good = {seed: plane for seed, plane in planes.items() if np.isfinite(plane).all()}
        self._good = list(good)
        if good:
            agreed = list(good.values())
            boundary = agreement(agreed, values=not data.task.classifies)
            return replace(first, boundary=boundary, image=self._agreed_image(agreed, data))
        counts = [each.confusion for each in taken.values() if each.confusion is not None]
        if counts:
            median = np.rint(np.median(counts, axis=0)).astype(np.int64)
            return replace(first, evaluated=replace(first.evaluated, confusion=median))
        return first

    def _agreed_image(self, planes: list[Array], data: PreparedData) -> PlaneImage:
        """Interpolated before it is asked who says what: else the steps between shares would be stairs."""
        outputs, kind = planes[0].shape[2], kind_of(data)
        most = math.isqrt(_ENLARGED_NUMBERS // (len(planes) * outputs))
        side = min(self._pixels, max(_LEAST_PX, most))
        made = AgreementImage(kind, outputs)
        for plane in planes:
            made.add(enlarged(plane, side, kind))
        return replace(made.image(), is_final=False)


def _bands(training: SeedTraining) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    histories = [trainer.log.view() for trainer in training.trainers.values()]
    # While threads are at different epochs, the band ends where the last one is.
    running = [
        len(h) for h, seed in zip(histories, training.seeds, strict=True) if seed not in training.faults
    ]
    common = min(running, default=max(map(len, histories), default=0))
    epochs = [history.epoch[:common] for history in histories]
    found = {}
    for name in QUANTITIES:
        curves = [getattr(history, name)[:common] for history in histories]
        if name.startswith("test") and not any(np.isfinite(curve).any() for curve in curves):
            curves = [getattr(history, name.replace("test", "train"))[:common] for history in histories]
        found[name] = curve_band(epochs, curves)
    return found


class SeedsSession(GroupSession):
    """`prepared` has the PreparedData of all, `moment_taken` a `SeedsMoment`.

    `results_ready` has (TrialResult, Snapshot) of every seed that was asked for.
    """

    _worker: SeedsWorker

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("seeds", SeedsWorker, parent)

    def start(self, experiment: Experiment, seeds: Sequence[int], epochs: int, engine: str = "auto") -> None:
        """Train an experiment from every seed; those of before are let go."""
        self._request(SeedsRequest(self._next_number(), (experiment,), tuple(seeds), epochs, engine))

    def draw_at(self, pixels: int) -> None:
        """Pictures at rest are predicted for so many pixels a side."""
        self._thread.call(self._worker.draw_at, pixels)
