"""A folder of generated images; image caches are cleared before and after every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.data.datasets.image_folder_dataset import forget_images
from core.data.load_errors import forget_load_errors
from tests.core.data.images.painted import paint


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_images()
    forget_load_errors()
    yield
    forget_images()
    forget_load_errors()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of uniform images, 6 dark and 4 bright ones, in all formats."""
    root = tmp_path / "shades"
    for i, suffix in enumerate(("png", "PNG", "jpg", "jpeg", "bmp", "gif")):
        paint(root / "dark" / f"d{i}.{suffix}", (i, i, i))
    for i, suffix in enumerate(("png", "JPG", "webp", "png")):
        paint(root / "bright" / f"b{i}.{suffix}", (250 - i, 250 - i, 250 - i))
    return root
