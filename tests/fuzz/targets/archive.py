"""The packed files of MNIST, whose digests are known."""

from __future__ import annotations

import gzip
from pathlib import Path

from core.data.downloads.archive_cache import ArchiveError, content_of
from core.data.downloads.archives import MNIST
from tests.fuzz.mutations import mutate_gzip
from tests.fuzz.target import Target
from tests.made_images import make_archive


def _seeds() -> list[bytes]:
    made = make_archive(MNIST)
    return [gzip.compress(made.contents[made.archive.train_labels.name], 1, mtime=0)]


def _read(path: Path) -> None:
    archive = make_archive(MNIST).archive
    content_of(archive, archive.train_labels, path)


TARGET = Target("archive", ".gz", _seeds, mutate_gzip, _read, (ArchiveError,))
