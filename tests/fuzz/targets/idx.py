"""Unpacked IDX files of Fashion-MNIST, whose digests are not known."""

from __future__ import annotations

from pathlib import Path

from core.data.downloads.archive_cache import ArchiveError, content_of
from core.data.downloads.archives import FASHION_MNIST
from tests.fuzz.mutations import mutate_bytes
from tests.fuzz.target import Target
from tests.made_images import make_archive


def _seeds() -> list[bytes]:
    made = make_archive(FASHION_MNIST)
    return [made.contents[made.archive.test_images.name]]


def _read(path: Path) -> None:
    archive = make_archive(FASHION_MNIST).archive
    content_of(archive, archive.test_images, path)


TARGET = Target("idx", "", _seeds, mutate_bytes, _read, (ArchiveError,))
