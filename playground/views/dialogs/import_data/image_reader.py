"""Reads a folder of images in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.data.images.read_folder import ImageChoice, ImageSet, guess_choice, read_folder
from playground.views.dialogs.import_data.background_reader import BackgroundReader

__all__ = ["ImageLoader", "ReadImages"]


@dataclass(frozen=True, eq=False)
class ReadImages:
    """What was read, and whether grey images are dark signs on bright paper."""

    images: ImageSet
    invert: bool


class ImageLoader(BackgroundReader):
    """`loaded` brings `ReadImages`."""

    def load(self, folder: Path, choice: ImageChoice, invert: bool | None = None) -> None:
        """Start to read; without `invert`, it and the colours are guessed first."""
        self.begin(folder.name, partial(_read, folder, choice, invert))


def _read(
    folder: Path, choice: ImageChoice, invert: bool | None, report: Callable[[float], None]
) -> ReadImages:
    report(0.0)
    if invert is None:
        choice, invert = guess_choice(folder, choice)
    return ReadImages(read_folder(folder, choice, report), invert)
