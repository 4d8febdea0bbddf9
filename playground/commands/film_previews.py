"""Frames of a film for its dialog, made one at a time on a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PIL import Image
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from playground.model.background_job import BackgroundJob

if TYPE_CHECKING:
    from playground.film.film import Film
    from playground.views.dialogs.film import FilmDialog

_THUMBS: Final = 9
_THUMB_PX: Final = 42


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
        shown = (dialog.source.current, film.settings.dark, film.settings.places(1e9), len(film))
        if shown != self._thumbs_of:
            self._thumbs_of = shown
            side = round(_THUMB_PX * dialog.devicePixelRatioF())
            self._job.start(lambda _report: (film, None, _thumbnails(film, side)))

    def _on_made(self, made: tuple[Film, int | None, Any]) -> None:
        film, number, found = made
        if self._dialog is not None and film is self._film:
            if number is None:
                self._dialog.show_thumbnails(found)
            else:
                self._dialog.show_frame(number, found)
        self._make_next()

    def _on_failed(self, error: Exception) -> None:
        if self._dialog is not None:
            self._dialog.show_error(f"{error}.")


def _thumbnails(film: Film, side: int) -> list[Any]:
    """Frames that are evenly spread over the film, in small."""
    from playground.views.dialogs.film.preview import Thumbnail

    begin = film.settings.title_frames
    last = len(film) - 1 - round(film.settings.hold * film.settings.fps)
    count = max(2, min(_THUMBS, last - begin + 1))
    numbers = [begin + round((last - begin) * index / (count - 1)) for index in range(count)]
    return [
        Thumbnail(number, film.label(number), frame_image(film.thumbnail(number, side))) for number in numbers
    ]


def frame_image(picture: Image.Image) -> QImage:
    """A frame for Qt."""
    width, height = picture.size
    data = picture.convert("RGB").tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
