"""Films: between the timeline, the dialog and the disk."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from core.io import strict_json
from core.io.number_text import count_text, percent_text, size_text
from core.io.sentence import error_reason
from playground.plugin import Activity, BackgroundJob, PluginWindow, Toast, WritingController
from playground.plugins.film.settings import FilmSettings, LastFilm
from playground.views.pictures import frame_image

if TYPE_CHECKING:
    from playground.plugin import Added
    from playground.plugins.film.dialog import FilmDialog
    from playground.plugins.film.exports import FilmContent
    from playground.plugins.film.film import Film
    from playground.plugins.film.footage import Footage

_LONG_MS: Final = 9000
_OF_ONE_FILM: Final = ("caption", "first", "last")
_NOT_TRAINED: Final = "There is nothing to film yet. Press Space to train; then this run is here."
_THUMBS: Final = 9
_THUMB_PX: Final = 42


def exports(window: PluginWindow) -> Added:
    """The film of this run among the formats of the export dialog."""
    from playground.plugins.film.film import FILM_FORMATS
    from playground.views.dialogs.export import Added

    films = window.plugins["film"]
    return Added(tuple(FILM_FORMATS), films.run_film(), lambda path: films.open(path=path))


class FilmPreviews(QObject):
    """Of frames that are wanted faster than they are made, the newest is. The small ones come when none is wanted."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._dialog: FilmDialog | None = None
        self._film: Film | None = None
        self._wanted: int | None = None
        self._thumbs_of: tuple[object, ...] = ()
        self._job = BackgroundJob("film preview", self)
        self._job.finished.connect(self._on_made)
        self._job.failed.connect(self._on_failed)

    def show_in(self, dialog: FilmDialog | None) -> None:
        """Show frames in this dialog from now on."""
        self._dialog, self._film, self._wanted, self._thumbs_of = dialog, None, None, ()

    def use(self, film: Film) -> None:
        """Make frames of this film."""
        self._film = film

    def want(self, number: int) -> None:
        """Make a frame as soon as possible."""
        self._wanted = number
        self._make_next()

    def close(self) -> None:
        """Make no more."""
        self.show_in(None)
        self._job.abandon()

    def _make_next(self) -> None:
        film, number, dialog = self._film, self._wanted, self._dialog
        if film is None or dialog is None or self._job.busy:
            return
        if number is not None:
            self._wanted = None
            number = min(number, len(film) - 1)
            self._job.start(lambda _report: (film, number, frame_image(film.frame(number))))
            return
        shown = (film.settings.dark, film.settings.places(1e9), len(film))
        if shown != self._thumbs_of:
            self._thumbs_of = shown
            side = round(_THUMB_PX * dialog.devicePixelRatioF())
            self._job.start(lambda _report: (film, None, _thumbnails(film, side)))

    def _on_made(self, made: tuple[Film, int | None, Any]) -> None:
        film, number, found = made
        if self._dialog is not None and film is self._film:
            if number is None:
                self._dialog.preview.show_thumbnails(found)
            else:
                self._dialog.preview.show_frame(number, found)
        self._make_next()

    def _on_failed(self, error: Exception) -> None:
        if self._dialog is not None:
            self._dialog.foot.show_error(f"{error}.")


def _thumbnails(film: Film, side: int) -> list[Any]:
    """Frames that are evenly spread over the film, in small."""
    from playground.plugins.film.preview import FrameThumbnail

    begin = film.settings.title_frames
    last = len(film) - 1 - round(film.settings.hold * film.settings.fps)
    count = max(2, min(_THUMBS, last - begin + 1))
    numbers = [begin + round((last - begin) * index / (count - 1)) for index in range(count)]
    return [
        FrameThumbnail(number, film.label(number), frame_image(film.thumbnail(number, side)))
        for number in numbers
    ]


class FilmController(WritingController):
    """One dialog and one film in writing at a time."""

    def __init__(self, window: PluginWindow) -> None:
        context, status = window.context, window.panels.status
        super().__init__(context)
        self.writing_note = Activity(
            "A film is written", "Cancel", "Stop writing; nothing is left of the film.", status
        )
        self.writing_note.end_requested.connect(self.cancel)
        status.add(self.writing_note)
        self._dialog: FilmDialog | None = None
        self._footage: Footage | None = None
        """What the open dialog makes a film of."""
        self._path = Path()
        self._began = 0.0
        self._previews = FilmPreviews(self)
        self._writer = BackgroundJob("film", self)
        self._writer.progressed.connect(self._on_progress)
        self._writer.finished.connect(self._on_written)
        self._writer.failed.connect(self._on_write_failed)
        self._writer.cancelled.connect(self._on_cancelled)

    @property
    def is_writing(self) -> bool:
        return self._writer.busy

    def run_film(self) -> FilmContent:
        """The film of this run, as it was composed last."""
        from playground.plugins.film.exports import FilmContent
        from playground.plugins.film.film import Film

        if (footage := self._run_footage()) is None:
            return FilmContent(None, _NOT_TRAINED)
        return FilmContent(Film(self._last_settings()[0], footage, self._footer))

    def _run_footage(self) -> Footage | None:
        from playground.plugins.film.footage import timeline_footage

        try:
            footage = timeline_footage(self._session.timeline, self._session.past.run)
        except ValueError:
            return None
        return footage if footage.end > 0 else None

    def open(self, path: Path | None = None) -> None:
        """Open the dialog, for the file `path` if given."""
        from playground.plugins.film.dialog import FilmDialog
        from playground.plugins.film.writer import FilmError, check_film

        footage = self._footage = self._run_footage()
        no_video = ""
        try:
            check_film(Path("film.mp4"))
        except FilmError as error:
            no_video = str(error)
        settings, suffix = self._last_settings()
        experiment = self._document.experiment
        file = path or Path(self._preferences.dialog_folder) / self._named(suffix)
        dialog = FilmDialog(
            experiment.name,
            0.0 if footage is None else footage.end,
            settings,
            file,
            self._themes,
            self._window,
            fault="" if footage is not None else _NOT_TRAINED,
            no_video=no_video,
        )
        self._dialog = dialog
        self._previews.show_in(dialog)
        self._connect(dialog)
        dialog.show_film()
        if self.is_writing:
            dialog.show_writing(True)
        dialog.open()

    def cancel(self) -> None:
        """Stop writing; nothing is left of the film."""
        self._writer.cancel()

    @property
    def ends(self) -> str:
        return "A film is being written; its file is not kept." if self.is_writing else ""

    def close(self) -> None:
        """End everything, because the window closes."""
        self._previews.close()
        self._writer.cancel()

    def _connect(self, dialog: FilmDialog) -> None:
        dialog.film_changed.connect(self._on_film_changed)
        dialog.frame_requested.connect(self._previews.want)
        dialog.write_requested.connect(self._on_write_requested)
        dialog.cancel_requested.connect(self.cancel)
        dialog.finished.connect(self._on_closed)

    def _on_film_changed(self) -> None:
        from playground.plugins.film.film import Film

        assert self._dialog is not None
        assert self._footage is not None
        self._previews.use(Film(self._dialog.preview_settings, self._footage, self._footer))

    def _on_closed(self) -> None:
        if self._dialog is not None:
            self._keep_settings(self._dialog)
        self._dialog = None
        self._previews.show_in(None)
        self._footage = None

    # -- writing ------------------------------------------------------------------------------------------------------

    def _on_write_requested(self, settings: FilmSettings, path: Path) -> None:
        from playground.plugins.film.film import Film

        dialog = self._dialog
        if dialog is None or self._footage is None or self.is_writing:
            return
        if not self._may_write(path, parent=dialog, tell=lambda why: dialog.foot.show_error(f"{why}.")):
            return
        film = Film(settings, self._footage, self._footer)
        self._path, self._began, self._frames = path, perf_counter(), len(film)
        dialog.show_writing(True)
        self.writing_note.show_text("Film 0 %")
        self._writer.start(lambda report: film.write(path, lambda frame, size: report((frame, size))))

    def _on_progress(self, progress: tuple[int, int]) -> None:
        frame, size = progress
        seconds = perf_counter() - self._began
        left = seconds / frame * (self._frames - frame) if frame > 9 else math.nan
        self.writing_note.show_text(f"Film {percent_text(frame / self._frames)}")
        if self._dialog is not None:
            self._dialog.show_progress(frame, self._frames, size, left)

    def _on_written(self, _result: object) -> None:
        self._end_writing()
        self._preferences.last_folder = str(self._path.parent)
        size = size_text(self._path.stat().st_size)
        toast = Toast(
            f"{self._path.name} is written: {count_text(self._frames, 'frame')}, {size}",
            self._window,
            duration_ms=_LONG_MS,
            reduced_motion=self._preferences.reduced_motion,
        )
        toast.setToolTip(str(self._path))
        if self._dialog is not None:
            self._dialog.accept()

    def _on_write_failed(self, error: Exception) -> None:
        self._end_writing()
        sentence = f"{self._path.name} cannot be written: {error_reason(error)}"
        if self._dialog is not None:
            self._dialog.foot.show_error(sentence)
        else:
            self.message_requested.emit(sentence)

    def _on_cancelled(self) -> None:
        self._end_writing()
        if self._dialog is None:
            self.message_requested.emit(f"{self._path.name} is not written")

    def _end_writing(self) -> None:
        self.writing_note.show_text("")
        if self._dialog is not None:
            self._dialog.show_writing(False)

    # -- the settings -------------------------------------------------------------------------------------------------

    @property
    def _footer(self) -> str:
        return f"NumpyNet Playground · seed {self._document.experiment.seed}"

    def _last_settings(self) -> tuple[FilmSettings, str]:
        """The settings and the suffix of the last film, with a caption for this one."""
        caption = f"A network learns {self._document.experiment.name}"
        try:
            kept = strict_json.load(self._preferences.of(LastFilm).last)
            suffix = str(kept.pop("suffix"))
            return FilmSettings(**kept, caption=caption), suffix
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return FilmSettings(caption=caption, dark=self._themes.theme.is_dark), ".webp"

    def _keep_settings(self, dialog: FilmDialog) -> None:
        try:
            kept = asdict(dialog.settings)
        except ValueError:
            return
        for name in _OF_ONE_FILM:
            kept.pop(name)
        self._preferences.keep(LastFilm(last=json.dumps(kept | {"suffix": dialog.formats.current})))
