"""The film of this run among the formats of the export dialog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from core.io.number_text import size_text
from core.spec import SettingError
from playground.plugin import Fact, FormatContent
from playground.plugins.film.film import FilmFormat
from playground.plugins.film.writer import check_film
from playground.views.pictures import frame_image

if TYPE_CHECKING:
    from playground.plugins.film.film import Film


@dataclass(frozen=True, eq=False)
class FilmContent(FormatContent[FilmFormat]):
    """`film` is None where there is nothing to film yet; `message` then says why."""

    film: Film | None
    message: str = "There is nothing to film yet"

    def check(self, spec: FilmFormat) -> None:
        """Raise a `ValueError` without a training, and without what the format needs."""
        check_film(Path(f"film{spec.suffix}"))
        _ = self._found

    def facts(self, spec: FilmFormat) -> Sequence[Fact]:
        """Content of the film as it was composed last."""
        film = self._found
        settings = film.settings
        width, height = settings.size
        names = ("boundary", "network", "curves", "epoch")
        return (
            Fact("Shows", ", ".join(name for name in names if getattr(settings, name))),
            Fact("Epochs", f"0 to {film.label(len(film) - 1)}"),
            Fact("Length", f"{len(film) / settings.fps:.1f} s, {len(film):,} frames"),
            Fact("Size", f"{width:,} × {height:,}"),
            Fact("File", f"about {size_text(settings.estimated_bytes(spec.suffix))}"),
        )

    def preview(self, spec: FilmFormat) -> QImage | None:
        """The last frame; None where its moment was dropped while the dialog was open."""
        try:
            return self._last_frame
        except ValueError:
            return None

    @cached_property
    def _last_frame(self) -> QImage:
        film = self._found
        return frame_image(film.frame(len(film) - 1))

    @property
    def _found(self) -> Film:
        if self.film is None:
            raise SettingError(self.message)
        return self.film
