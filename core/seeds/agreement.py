"""Many seeds of one experiment beside each other, and pictures of how far they agree."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..experiment.prepare import PreparedData
from ..experiment.presets import classic_of
from ..inspect.classics import ClassicPart
from ..inspect.latent import draws_samples
from ..inspect.plane_image import AgreementImage, PlaneImage, enlarged
from ..inspect.plane_scan import PlaneScan, kind_of
from ..inspect.snapshot import Snapshot, SnapshotRequest
from ..inspect.snapshot_taker import SnapshotTaker
from ..inspect.texts import SHOWN_WISH, SampleTextsPart, continues_texts
from ..nn.network import forward_flops
from ..runs.trial import TrialResult, curve_of
from ..spec.arrays import Array
from ..sweep.plan import Pace
from .lanes import LaneSet, Learned, Moment
from .results import agreement
from .training import SeedTraining

_REQUEST: Final = SnapshotRequest(grid=56, maps=0)
_MIN_PX: Final = 56
_ENLARGED_NUMBERS: Final = 3_000_000
"""Outputs of all seeds that are interpolated for one picture while they train; takes about 20 ms."""
_SCANNED_FLOPS: Final = 400_000_000_000
"""Limit of seconds for a picture of all seeds at rest."""


class SeedLanes(LaneSet):
    """The seeds of `training`; `number` tells its snapshots from those of another one."""

    slice_seconds, frame_seconds, picture_share = 0.03, 0.05, 0.3

    def __init__(self, training: SeedTraining, number: int = 0) -> None:
        self.training, self.data = training, training.data
        self._takers = {
            seed: SnapshotTaker(trainer, training.data, number, training.experiment, examines=False)
            for seed, trainer in training.trainers.items()
        }
        self._pixels = _MIN_PX
        self._shown: Moment | None = None
        self._good: list[int] = []
        """The seeds whose outputs are finite."""
        self._scans: list[PlaneScan] = []
        self._agreement: AgreementImage | None = None

    @property
    def is_done(self) -> bool:
        return self.training.is_done

    def runs(self) -> tuple[TrialResult, ...]:
        self.training.write_back()
        return self.training.reached()

    def ended(self) -> Collection[int]:
        training, faults = self.training, self.training.faults
        trainers = enumerate(training.trainers.items())
        return [n for n, (seed, each) in trainers if seed in faults or each.epoch >= training.epochs]

    def moment(self, *, running: bool, drawn: bool = True) -> Moment:
        training, runs = self.training, self.runs()
        done, total = training.finished_epochs, training.epochs * len(training.seeds)
        found = Moment(runs, done, total, training.seconds, running, _curves(training), way=training.way)
        if drawn:
            found = replace(found, picture=self._picture(training.data, running))
            self._shown = found
            self._begin_refining()
        return found

    def results(self, wanted: Collection[int] | None = None) -> list[Learned]:
        """Of a classic each snapshot has what the paper measured."""
        seeds = None if wanted is None else {self.training.seeds[place] for place in wanted}
        known = classic_of(self.training.experiment)
        asked = replace(_REQUEST, parts={ClassicPart.kind: None if known is None else known.classic})
        return [
            (result, self._takers[result.trial.seed].take(asked, running=False))
            for result in self.training.results(seeds)
        ]

    def begin(self, pace: Pace) -> None:
        self._stop_refining()

    def run_for(self, seconds: float) -> None:
        self.training.run_for(seconds)

    def close(self) -> None:
        self._stop_refining()
        self.training.close()

    def draw_at(self, pixels: int) -> None:
        if pixels != self._pixels:
            self._pixels = max(_MIN_PX, pixels)
            self._begin_refining()

    @property
    def refines(self) -> bool:
        return bool(self._scans)

    def refine(self) -> Moment | None:
        """Predict a part of one seed's plane; the last one makes another picture of the same moment."""
        moment, made = self._shown, self._agreement
        if not self._scans or moment is None or moment.picture is None or made is None:
            return None
        scan = self._scans[0]
        scan.advance()
        if scan.finished:
            self._scans.pop(0)
            made.add(scan.result())
        if self._scans:
            return None
        self._shown = replace(moment, picture=replace(moment.picture, image=made.image()))
        return self._shown

    def _begin_refining(self) -> None:
        """Predict the planes of all seeds at the pixels of the picture, in steps, if the moment is at rest."""
        self._stop_refining()
        moment, good, training = self._shown, self._good, self.training
        if moment is None or moment.running or not good:
            return
        networks = [training.trainers[seed].network for seed in good]
        most = math.isqrt(_SCANNED_FLOPS // (len(good) * max(1, forward_flops(networks[0]))))
        data, side = training.data, min(self._pixels, max(_MIN_PX, most))
        self._scans = [PlaneScan(network, data, data.plane, side) for network in networks]
        self._agreement = AgreementImage(kind_of(data), data.encoding.outputs)

    def _stop_refining(self) -> None:
        self._scans, self._agreement = [], None

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
        side = min(self._pixels, max(_MIN_PX, most))
        made = AgreementImage(kind, outputs)
        for plane in planes:
            made.add(enlarged(plane, side, kind))
        return replace(made.image(), is_final=False)


def _curves(training: SeedTraining) -> tuple[NDArray[np.float32], ...]:
    curves = {seed: curve_of(trainer.log.view()) for seed, trainer in training.trainers.items()}
    # While threads are at different epochs, the band ends where the last one is.
    ends = [curve[-1:, 0].max(initial=0.0) for seed, curve in curves.items() if seed not in training.faults]
    return tuple(curve[curve[:, 0] <= min(ends, default=np.inf)] for curve in curves.values())
