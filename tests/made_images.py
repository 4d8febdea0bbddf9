"""Small generated image archives, so that tests need neither a network nor 70,000 images.

They replace MNIST and Fashion-MNIST in all tests: built-in digits in IDX files of the same format, with digests.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import Digits, FashionMnist
from core.data.downloads import archive_cache as image_store
from core.data.downloads.archives import Archive, ArchiveFile, idx_header

TRAIN, TEST = 300, 100


@dataclasses.dataclass(frozen=True)
class MadeArchive:
    """An archive, with the plain `contents` and the `packed` form of its files by name."""

    archive: Archive
    contents: dict[str, bytes]
    packed: dict[str, bytes]

    def put(self, folder: Path, *, packed: bool = False) -> Path:
        """Write all files to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (self.packed if packed else self.contents).items():
            (folder / (f"{name}.gz" if packed else name)).write_bytes(content)
        return folder


@cache
def make_archive(like: Archive, first: int = 0) -> MadeArchive:
    """An archive like another: 300 training and 100 test digits, with balanced classes."""
    digits = Digits(size="28x28").load(0)
    images = np.rint(digits.inputs[..., 0] * 255).astype(np.uint8)
    rows = [
        np.flatnonzero(digits.targets == label)[first : first + (TRAIN + TEST) // 10] for label in range(10)
    ]
    order = np.stack(rows, axis=1).ravel()
    arrays = {
        "train_images": images[order[:TRAIN]],
        "train_labels": digits.targets[order[:TRAIN]],
        "test_images": images[order[TRAIN:]],
        "test_labels": digits.targets[order[TRAIN:]],
    }
    contents, packed, files = {}, {}, {}
    for role, array in arrays.items():
        model: ArchiveFile = getattr(like, role)
        content = idx_header(array.shape) + array.astype(np.uint8).tobytes()
        contents[model.name], packed[model.name] = content, gzip.compress(content, mtime=0)
        files[role] = dataclasses.replace(
            model,
            shape=array.shape,
            packed_bytes=len(packed[model.name]),
            sha256=hashlib.sha256(content).hexdigest() if model.sha256 else "",
            packed_sha256=hashlib.sha256(packed[model.name]).hexdigest() if model.packed_sha256 else "",
        )
    return MadeArchive(dataclasses.replace(like, **files), contents, packed)


@contextmanager
def standing_in(folder: Path) -> Iterator[None]:
    """Context manager: small archives replace the real ones, cached below `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(image_store, "user_cache_path", lambda name: folder / name)
        for kind, first in ((Digits, 0), (FashionMnist, 50)):
            made = make_archive(kind.archive, first)
            patch.setattr(kind, "archive", made.archive)
            made.put(folder / "numpynet" / "datasets" / made.archive.key)
        yield
