"""The formats of films, as the export dialog lists them beside those of models and pictures."""

from __future__ import annotations

from typing import ClassVar

from core.spec import Registry, Spec


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
