"""Folders of small generated images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from core.data.images.read_folder import ImageChoice, ImageSet, read_folder


def paint(path: Path, color: Any, size: tuple[int, int] = (20, 20), mode: str = "RGB", **given: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(path, **given)
    return path


def read(folder: Path, **changes: Any) -> ImageSet:
    return read_folder(folder, ImageChoice(**({"size": 8} | changes)))
