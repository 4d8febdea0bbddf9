"""MNIST as Keras packs it: four arrays in one file."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from core.data.downloads.archive_cache import ArchiveError, content_of
from core.data.downloads.archives import MNIST, read_idx
from tests.fuzz.mutations import mutate_zip
from tests.fuzz.target import Target
from tests.made_images import make_archive


def _seeds() -> list[bytes]:
    """Only the labels that are read are all there: large entries make mutations slow."""
    made, packed = make_archive(MNIST), io.BytesIO()
    file = made.archive.test_labels
    labels = read_idx(made.contents[file.name], file.shape)
    images = np.zeros((2, 28, 28), np.uint8)
    np.savez_compressed(packed, x_train=images, y_train=labels[:2], x_test=images, y_test=labels)
    return [packed.getvalue()]


def _read(path: Path) -> None:
    archive = make_archive(MNIST).archive
    content_of(archive, archive.test_labels, path)


TARGET = Target("keras_npz", ".npz", _seeds, mutate_zip, _read, (ArchiveError,))
