"""Downloadable image archives: files, digests and mirrors, and their format IDX, read from untrusted files."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_UNSIGNED_BYTES = 0x08
_CHUNK_BYTES = 1 << 18


class IdxError(ValueError):
    """A fault of a file, as the end of a sentence that begins with its name."""


def idx_header(shape: tuple[int, ...]) -> bytes:
    """Header of a file of unsigned bytes: two zeros, type, number of axes, lengths."""
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, _UNSIGNED_BYTES, len(shape), *shape)


def read_idx(content: bytes, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The array of this `shape` in an IDX file, as a view of `content`; `IdxError` for any other."""
    header = idx_header(shape)
    if content[:4] != header[:4]:
        raise IdxError("is no IDX file of bytes (its first four bytes are wrong)")
    if content[: len(header)] != header:
        found = struct.unpack_from(f">{len(shape)}I", content.ljust(len(header), b"\0"), 4)
        raise IdxError(f"must hold an array of shape {shape}, got {found}")
    expected = len(header) + math.prod(shape)
    if len(content) != expected:
        raise IdxError(f"must be {expected:,} bytes long, got {len(content):,}")
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape)


def unpack_gzip(path: Path, expected_bytes: int) -> bytes:
    """The content of a gzip file, never unpacked beyond `expected_bytes`.

    Raises `IdxError` when it is damaged, truncated or of another length.
    """
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    content = bytearray()
    try:
        with path.open("rb") as file:
            while not unpacker.eof and (packed := file.read(_CHUNK_BYTES)):
                # One byte too many is enough to detect it.
                content += unpacker.decompress(packed, expected_bytes + 1 - len(content))
                if len(content) > expected_bytes or unpacker.unconsumed_tail:
                    raise IdxError(f"must unpack to {expected_bytes:,} bytes, got more")
    except zlib.error:
        raise IdxError("is no gzip file, or it is damaged") from None
    if not unpacker.eof:
        raise IdxError("is cut off")
    if len(content) != expected_bytes:
        raise IdxError(f"must unpack to {expected_bytes:,} bytes, got {len(content):,}")
    return bytes(content)


@dataclass(frozen=True)
class ArchiveFile:
    """One IDX file. `sha256` is of its content, `packed_sha256` of the packed file if only that is known.

    `packed_bytes` is the expected download size, which mirrors may change by other packing.
    """

    name: str
    shape: tuple[int, ...]
    packed_bytes: int
    sha256: str = ""
    packed_sha256: str = ""

    @property
    def content_bytes(self) -> int:
        """Size of the unpacked file."""
        return len(idx_header(self.shape)) + math.prod(self.shape)

    @property
    def names(self) -> tuple[str, ...]:
        """Accepted names: as published, and as some unpackers write it."""
        return self.name, self.name.replace("-idx", ".idx")


@dataclass(frozen=True)
class Archive:
    """A training and a test split, as published.

    A mirror is a base URL of .gz files, or the URL of one .npz with all of them. `npz` is the name of such a file in a
    local folder; "" if there is none.
    """

    key: str
    title: str
    what: str
    licence: str
    train_images: ArchiveFile
    train_labels: ArchiveFile
    test_images: ArchiveFile
    test_labels: ArchiveFile
    mirrors: tuple[str, ...]
    npz: str = ""

    @property
    def files(self) -> tuple[ArchiveFile, ...]:
        return self.train_images, self.train_labels, self.test_images, self.test_labels

    @property
    def packed_bytes(self) -> int:
        """Expected download size."""
        return sum(file.packed_bytes for file in self.files)

    @property
    def size(self) -> str:
        """The download size as text: "11.6 MB"."""
        return f"{self.packed_bytes / 1e6:.1f} MB"

    @property
    def train_samples(self) -> int:
        return self.train_labels.shape[0]

    @property
    def test_samples(self) -> int:
        return self.test_labels.shape[0]


def _files(digest: str, *described: tuple[int, str]) -> dict[str, Any]:
    """The files of MNIST, by their bytes packed and their digests, as everybody who publishes such sets names them."""
    published = {
        "train_images": ("train-images-idx3-ubyte", (60_000, 28, 28)),
        "train_labels": ("train-labels-idx1-ubyte", (60_000,)),
        "test_images": ("t10k-images-idx3-ubyte", (10_000, 28, 28)),
        "test_labels": ("t10k-labels-idx1-ubyte", (10_000,)),
    }
    return {
        part: ArchiveFile(name, shape, size, **{digest: content})
        for (part, (name, shape)), (size, content) in zip(published.items(), described, strict=True)
    }


MNIST = Archive(
    key="mnist",
    title="MNIST",
    what="60,000 handwritten digits to learn from and 10,000 to test on, 28 × 28 pixels in grey",
    licence="CC BY-SA 3.0 (Y. LeCun, C. Cortes, C. Burges)",
    **_files(
        "sha256",
        (9_912_422, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        (28_881, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        (1_648_877, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        (4_542, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    ),
    npz="mnist.npz",
)

FASHION_MNIST = Archive(
    key="fashion-mnist",
    title="Fashion-MNIST",
    what="60,000 pictures of clothes, shoes and bags to learn from and 10,000 to test on, 28 × 28 pixels in grey",
    licence="MIT (Zalando SE)",
    **_files(
        "packed_sha256",
        (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
    mirrors=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
)

ARCHIVES = {archive.key: archive for archive in (MNIST, FASHION_MNIST)}
