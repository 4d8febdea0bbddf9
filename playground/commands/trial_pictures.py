"""The pictures of a sweep's trials: coarse at once, then predicted at the pixels of their cells, on a thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from core.inspect.plane_image import PlaneImage
from core.runs.trial import Key, TrialResult
from core.sweep.journal import JournalError
from core.sweep.trial_plane import TrialPlanes
from playground.model.background_job import BackgroundJob, Report
from playground.views.output.run_thumbnail import boundary_pixmap, confusion_pixmap, lines_image, plane_pixmap
from playground.views.theme.theme import ThemeSource

log = logging.getLogger(__name__)

_COARSE_PX: Final = 200
_MOST_LINES: Final = 4
_LEAST_PX: Final = 40
"""Below this side the points that a trial sends are as fine as the pixels."""
_MOST_PX: Final = 1200
_JOB_SECONDS: Final = 0.15
"""Pictures that are finished meanwhile are shown at once."""
_KEPT_PIXELS: Final = 1_500_000
"""Of images that were shown large; each takes 4 bytes, and 4 more drawn."""

_Wanted = tuple[Key, int]
"""A trial, and pixels a side."""


class TrialPictures(QObject):
    """`picture` gives the finest picture that is known; `refined` is emitted when there are finer ones."""

    refined = Signal()

    def __init__(self, themes: ThemeSource, project: Callable[[Key], bytes], parent: QObject) -> None:
        """`project` gives the content of a trial's project file, from any thread; b"" if none was kept."""
        super().__init__(parent)
        self._themes, self._project = themes, project
        self._classifies: Callable[[TrialResult], bool] = lambda _: True
        self._images: dict[_Wanted, PlaneImage | None] = {}
        """None where no finer one can be made."""
        self._pixmaps: dict[_Wanted, QPixmap | None] = {}
        self._queue: list[_Wanted] = []
        self._planes = TrialPlanes()
        self._job = BackgroundJob("pictures of trials", self, daemon=True)
        self._job.finished.connect(self._take)
        self._job.failed.connect(lambda error: log.error("Pictures of trials cannot be refined: %s", error))

    def begin(self, classifies: Callable[[TrialResult], bool]) -> None:
        """Forget the trials of another sweep; `classifies` tells how those of this one are drawn."""
        self.close()
        self._classifies, self._planes = classifies, TrialPlanes()
        self._images.clear()
        self.redraw()

    def redraw(self) -> None:
        """Draw all again, in another theme."""
        self._pixmaps.clear()

    def close(self) -> None:
        """End what runs."""
        self._queue.clear()
        self._job.abandon()

    def picture(self, result: TrialResult, pixels: int) -> QPixmap | None:
        """A trial's picture, meant for `pixels` a side; None if there is nothing to show."""
        pixels = min(pixels, _MOST_PX)
        image = self._images.get((result.key, pixels))
        wanted = (result.key, 0 if image is None else pixels)
        if wanted not in self._pixmaps:
            if len(self._pixmaps) > len(self._images) + 1000:
                self._pixmaps.clear()
            self._pixmaps[wanted] = self._drawn(result, image)
            if image is not None:
                # 160 KB; it is drawn again if this size goes.
                self._pixmaps.pop((result.key, 0), None)
        return self._pixmaps[wanted]

    def refine(
        self, cells: Iterable[TrialResult], pixels: int, large: Iterable[tuple[TrialResult, int]]
    ) -> None:
        """Predict the pictures of cells at `pixels` a side, after those of `large` (trial, pixels).

        What was predicted of other cells or sizes is dropped, beyond the newest, as far as there is room.
        """
        sides = [*large, *((result, pixels) for result in cells)]
        wanted = [
            (result.key, min(side, _MOST_PX))
            for result, side in sides
            if result.boundary is not None and side > _LEAST_PX
        ]
        kept = {*wanted, *self._newest()}
        self._images = {each: image for each, image in self._images.items() if each in kept}
        self._pixmaps = {
            each: pixmap for each, pixmap in self._pixmaps.items() if not each[1] or each in self._images
        }
        self._queue = [each for each in dict.fromkeys(wanted) if each not in self._images]
        self._go_on()

    def _newest(self) -> Iterator[_Wanted]:
        """The images that were made last, as many as have room."""
        room = _KEPT_PIXELS
        for wanted in reversed(self._images):
            room -= wanted[1] ** 2
            if room < 0:
                return
            yield wanted

    def _go_on(self) -> None:
        if self._job.busy or not self._queue:
            return
        queue, planes, project = tuple(self._queue), self._planes, self._project

        def work(report: Report) -> tuple[TrialPlanes, dict[_Wanted, PlaneImage | None]]:
            found: dict[_Wanted, PlaneImage | None] = {}
            end = perf_counter() + _JOB_SECONDS
            for key, pixels in queue:
                found[key, pixels] = _predicted(planes, project, key, pixels, report)
                if perf_counter() >= end:
                    break
            return planes, found

        self._job.start(work)

    def _take(self, found: tuple[TrialPlanes, dict[_Wanted, PlaneImage | None]]) -> None:
        planes, images = found
        if planes is not self._planes:
            return
        self._images |= images
        self._queue = [each for each in self._queue if each not in self._images]
        self._go_on()
        if any(image is not None for image in images.values()):
            self.refined.emit()

    def _drawn(self, result: TrialResult, image: PlaneImage | None) -> QPixmap | None:
        theme = self._themes.theme
        if result.lines:
            return QPixmap.fromImage(lines_image(result.lines[:_MOST_LINES], theme, _COARSE_PX // 2, 2.0))
        if result.confusion is not None:
            return confusion_pixmap(result.confusion, theme, _COARSE_PX)
        if result.boundary is None:
            return None
        if image is not None:
            return plane_pixmap(image, theme, result.boundary.shape[2])
        values = result.boundary.astype("f4")
        return boundary_pixmap(values, theme, _COARSE_PX, self._classifies(result))


def _predicted(
    planes: TrialPlanes, project: Callable[[Key], bytes], key: Key, pixels: int, report: Report
) -> PlaneImage | None:
    """A trial's picture, predicted in steps between which it can be cancelled."""
    try:
        scan = planes.scan(project(key), pixels)
        while scan is not None and not scan.finished:
            scan.advance()
            report(None)
    except (JournalError, ValueError, OSError, MemoryError):
        log.exception("The picture of a trial cannot be refined")
        return None
    return None if scan is None else scan.image
