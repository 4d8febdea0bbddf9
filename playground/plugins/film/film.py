"""A film of some footage: which moment each frame shows, and its snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from PIL import Image

from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer
from core.inspect.latent import draws_samples
from core.inspect.snapshot import Snapshot
from core.inspect.snapshot_taker import SnapshotTaker
from core.inspect.texts import SHOWN_WISH, SampleTextsPart
from core.spec import Registry, Spec
from playground.model.timeline.moment import Moment, load_weights
from playground.plugins.film.composer import FrameComposer, frame_request
from playground.plugins.film.footage import Footage, Scene, Shot
from playground.plugins.film.settings import FilmSettings
from playground.plugins.film.writer import write_film

_PALETTE_FRAMES = 6


class Film:
    """Makes one frame at a time, on any thread. Raises `ValueError` where no moment is kept any more."""

    def __init__(self, settings: FilmSettings, footage: Footage, footer: str = "") -> None:
        self.settings, self._footage, self._footer = settings, footage, footer
        self._places = settings.places(footage.end)
        self._request = frame_request(settings)
        self._composers: dict[Scene, FrameComposer] = {}
        self._taker: SnapshotTaker | None = None
        self._experiment: Experiment | None = None
        self._scene: Scene | None = None
        self._last: tuple[Moment, Snapshot] | None = None
        self._drawn: tuple[Moment, float, Image.Image] | None = None

    def __len__(self) -> int:
        return self.settings.title_frames + len(self._places)

    def place(self, number: int) -> float:
        """Position of a frame, in epochs; the first for the title card."""
        return self._places[max(0, number - self.settings.title_frames)]

    def label(self, number: int) -> str:
        """Position of a frame, as text: "1,200"."""
        return f"{int(self.place(number)):,}"

    def frame(self, number: int) -> Image.Image:
        """One frame."""
        shot = self._shot(number)
        composer = self._composer(shot.scene)
        if number < self.settings.title_frames:
            return composer.title()
        if self._drawn is not None and self._drawn[:2] == (shot.moment, shot.position):
            return self._drawn[2]
        image = composer.frame(self._snapshot(shot), shot.position)
        self._drawn = shot.moment, shot.position, image
        return image

    def thumbnail(self, number: int, side: int) -> Image.Image:
        """The boundary of a frame, `side` pixels high and wide."""
        shot = self._shot(number)
        return self._composer(shot.scene).small(self._snapshot(shot), side)

    def write(self, path: Path, report: Callable[[int, int], None] | None = None) -> None:
        """Write the film; see `write_film`."""
        settings = self.settings
        last = len(self) - 1
        samples = [round(last * index / (_PALETTE_FRAMES - 1)) for index in range(_PALETTE_FRAMES)]
        write_film(
            path, len(self), settings.fps, self.frame, loop=settings.loop, report=report, samples=samples
        )

    def _shot(self, number: int) -> Shot:
        return self._footage.shot(self.place(number))

    def _composer(self, scene: Scene) -> FrameComposer:
        if scene not in self._composers:
            self._composers[scene] = FrameComposer(
                self.settings, scene.data, scene.history, self._footage.end, self._footer
            )
        return self._composers[scene]

    def _snapshot(self, shot: Shot) -> Snapshot:
        """The moment's snapshot, or the last one where it was dropped."""
        moment = shot.moment
        if self._last is not None and self._last[0] is moment:
            return self._last[1]
        vectors = self._footage.vectors(moment)
        if vectors is None and self._last is not None:
            return self._last[1]
        if vectors is None:
            raise ValueError("Film: the moments are no longer kept")
        if self._taker is None or moment.experiment is not self._experiment or shot.scene is not self._scene:
            data = shot.scene.data
            self._trainer = make_trainer(moment.experiment, data, evaluate=False, record_initial=False)
            self._taker = SnapshotTaker(self._trainer, data, 0, moment.experiment, examines=False)
            self._experiment, self._scene = moment.experiment, shot.scene
        load_weights(moment, vectors, self._trainer)
        self._taker.forget()
        with np.errstate(all="ignore"):
            snapshot = self._taker.take(self._request, running=True)
            # The last ones may be those of a moment before.
            if draws_samples(shot.scene.data):
                snapshot = replace(snapshot, boundary=self._taker.take_small(self._request.grid)[0])
            snapshot = snapshot.with_parts(sample_texts=self._taker.take_part(SampleTextsPart, SHOWN_WISH))
        self._last = moment, snapshot
        return snapshot


class FilmFormat(Spec):
    """A format of films. The film's own dialog asks what is in it."""

    suffix: ClassVar[str] = ""
    group: ClassVar[str] = "Film"
    action: ClassVar[str] = "Compose…"
    """The text of the dialog's button, instead of "Save"."""


FILM_FORMATS: Registry[FilmFormat] = Registry("film format")


@FILM_FORMATS.register()
class WebpFilm(FilmFormat):
    """Sharp, small, and shown by every browser."""

    kind = "film_webp"
    title = "WebP (.webp)"
    summary = "The training as a film for web pages: sharp, and it loops"
    suffix = ".webp"


@FILM_FORMATS.register()
class GifFilm(FilmFormat):
    """256 colors, shown by everything."""

    kind = "film_gif"
    title = "GIF (.gif)"
    summary = "The training as a film that opens anywhere, in 256 colors"
    suffix = ".gif"


@FILM_FORMATS.register()
class Mp4Film(FilmFormat):
    """The smallest; needs PyAV."""

    kind = "film_mp4"
    title = "MP4 (.mp4)"
    summary = "The training as a video for talks and messages, the smallest of all"
    suffix = ".mp4"
