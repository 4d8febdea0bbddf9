"""Pictures of the window's panels as the export dialog shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from core.io.atomic_write import atomic_write
from playground.views.dialogs.export import Fact, FormatContent
from playground.views.pictures import Picture, picture_bytes, picture_image, picture_size
from playground.views.theme.theme import ThemeSource


def not_shown(picture: Any) -> str:
    """The sentence for a picture, or kind of picture, whose panel is hidden."""
    return f"{picture.title} is not shown now; show its panel first"


@dataclass(frozen=True)
class PictureContent(FormatContent[Picture]):
    """Pictures of the panels of `window`, in the colors of `themes`."""

    window: QWidget
    themes: ThemeSource

    def check(self, spec: Picture) -> None:
        """Raise a `ValueError` where there is nothing to show, or too much."""
        self._image(spec)

    def idle(self, spec: Picture) -> frozenset[str]:
        """Lines have no scale."""
        return frozenset() if spec.format == "png" else frozenset({"scale"})

    def facts(self, spec: Picture) -> Sequence[Fact]:
        """Format and size."""
        size = picture_size(self._widgets(spec))
        shown = size * spec.factor if spec.format == "png" else size
        kind = "bitmap" if spec.format == "png" else "vector, sharp at any size"
        return (
            Fact("Format", spec.format.upper()),
            Fact("Size", f"{shown.width():,} × {shown.height():,}"),
            Fact("Type", kind),
            Fact("Colors", "dark" if self.themes.theme.is_dark else "light"),
        )

    def preview(self, spec: Picture) -> QImage:
        """The picture at its scale."""
        return self._image(spec)

    def write(self, spec: Picture, path: Path) -> None:
        """Write the file. Raises `OSError` and `ValueError`."""
        data = picture_bytes(self._widgets(spec), self.themes.theme.surface, spec.format, spec.factor)
        with atomic_write(path) as file:
            file.write(data)

    def _image(self, spec: Picture) -> QImage:
        factor = spec.factor if spec.format == "png" else 2.0
        return picture_image(self._widgets(spec), self.themes.theme.surface, factor)

    def _widgets(self, spec: Picture) -> list[QWidget]:
        found: list[QWidget] = spec.find(self.window)
        if not found:
            raise ValueError(not_shown(spec))
        return found
