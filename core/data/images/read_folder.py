"""Read all images of a folder at one size, in parallel; unreadable files are listed with the reason."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .class_folders import FolderError, ImageClass, find_classes, writable_name

MAX_NUMBERS = 50_000_000
"""Pixels times channels of all images: 0.2 GB as floats."""
FITS = ("crop", "pad", "stretch")
"""Fitting of images that are not square; see `read_image`."""
_THREADS = 4
# Decoding releases the GIL; this many files may be queued in memory.
_AHEAD = 64
# Channel differences above this, of 255, are colour; paper brighter than this is bright.
_COLORED = 16
_BRIGHT = 128


@dataclass(frozen=True)
class ImageChoice:
    """Reading options: `size` pixels a side, colour or grey, one of `FITS`, at most `limit` images per class."""

    size: int = 32
    color: bool = False
    fit: str = "crop"
    limit: int = 1000

    @property
    def channels(self) -> int:
        return 3 if self.color else 1


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images that were read, read-only and sorted by class: `images` (n, size, size, channels), `labels` (n,).

    `sha256` is of the names and contents of the files; `failures` are (relative path, reason); `found` counts the files
    of each class, readable or not.
    """

    folder: str
    choice: ImageChoice
    sha256: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    found: tuple[int, ...]
    failures: tuple[tuple[str, str], ...]

    def of_class(self, label: int, most: int) -> NDArray[np.uint8]:
        """The first `most` images of a class, (count, size, size, channels)."""
        start, stop = np.searchsorted(self.labels, [label, label + 1])
        return self.images[start : min(stop, start + most)]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of images read per class, (classes,)."""
        return np.bincount(self.labels, minlength=len(self.class_names))


def read_folder(folder: Path, choice: ImageChoice, report: Callable[[float], None] | None = None) -> ImageSet:
    """Read the images of a folder with one subfolder per class.

    `report` receives the fraction done; an exception from it cancels the read. Raises `FolderError` if fewer than two
    classes are readable.
    """
    report = report or (lambda _: None)
    report(0.0)
    classes = find_classes(folder, lambda count: report(0.0))
    chosen = [
        (label, path) for label, item in enumerate(classes) for path in _spread(item.files, choice.limit)
    ]
    numbers = len(chosen) * choice.size**2 * choice.channels
    if numbers > MAX_NUMBERS:
        most = MAX_NUMBERS // (choice.size**2 * choice.channels)
        raise FolderError(
            f"{len(chosen):,} images of this size are too many; {most:,} would fit. "
            "Choose a smaller size, or fewer of each class"
        )
    return _joined(folder, choice, classes, _read_all(folder, choice, chosen, report), len(chosen))


def guess_choice(folder: Path, choice: ImageChoice, looked_at: int = 20) -> tuple[ImageChoice, bool]:
    """`choice` with colour if some images are colourful, and whether grey ones are dark on bright paper.

    Samples a few images of different classes; unreadable ones are ignored. Raises `FolderError`.
    """
    classes = find_classes(folder)
    each = max(1, looked_at // len(classes))
    pixels = [
        found
        for item in classes[:looked_at]
        for path in _spread(item.files, each)
        if (found := _glance(path)) is not None
    ]
    if not pixels:
        return choice, False
    seen = np.stack(pixels).astype(np.int64)
    colored = np.mean(seen.max(axis=-1) - seen.min(axis=-1) > _COLORED) > 0.01
    border = np.concatenate([seen[:, 0], seen[:, -1], seen[:, :, 0], seen[:, :, -1]])
    bright = bool(np.median(border) > _BRIGHT)
    return ImageChoice(choice.size, bool(colored), choice.fit, choice.limit), bright and not colored


def _glance(path: Path) -> NDArray[np.uint8] | None:
    # Importing Pillow is a tenth of the start-up time, and most sessions read no images.
    from .read_image import UnreadableImageError, read_image

    try:
        return read_image(path, 16, True, "stretch")[0]
    except UnreadableImageError:
        return None


def _spread(files: tuple[Path, ...], most: int) -> tuple[Path, ...]:
    """At most `most` files, evenly spaced: neighbours often share a source."""
    count = len(files)
    return files if count <= most else tuple(files[place * count // most] for place in range(most))


@dataclass(frozen=True, eq=False)
class _Read:
    """A file: its class, relative name, pixels and digest, or the reason of failure."""

    label: int
    name: str
    pixels: NDArray[np.uint8] | None
    digest: bytes
    reason: str


def _read_all(
    folder: Path, choice: ImageChoice, chosen: list[tuple[int, Path]], report: Callable[[float], None]
) -> Iterator[_Read]:
    from .read_image import UnreadableImageError, read_image

    def read(entry: tuple[int, Path]) -> _Read:
        label, path = entry
        name = path.relative_to(folder).as_posix()
        try:
            pixels, content = read_image(path, choice.size, choice.color, choice.fit)
        except UnreadableImageError as error:
            return _Read(label, name, None, b"", str(error))
        return _Read(label, name, pixels, hashlib.sha256(content).digest(), "")

    threads = ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1), "images")
    try:
        for start in range(0, len(chosen), _AHEAD):
            for place, item in enumerate(threads.map(read, chosen[start : start + _AHEAD]), start + 1):
                yield item
                report(min(1.0, place / len(chosen)))
    finally:
        # Cancels queued reads when `report` raises.
        threads.shutdown(cancel_futures=True)


def _joined(
    folder: Path, choice: ImageChoice, classes: tuple[ImageClass, ...], read: Iterator[_Read], most: int
) -> ImageSet:
    images = np.empty((most, choice.size, choice.size, choice.channels), np.uint8)
    labels: list[int] = []
    failures: list[tuple[str, str]] = []
    digest = hashlib.sha256()
    for item in read:
        if item.pixels is None:
            failures.append((writable_name(item.name), item.reason))
            continue
        images[len(labels)] = item.pixels
        labels.append(item.label)
        digest.update(os.fsencode(item.name) + b"\0" + item.digest)
    kept = sorted(set(labels))
    if len(kept) < 2:
        name = folder.name or str(folder)
        if not kept:
            raise FolderError(f"No image in {name} can be read. {_first(failures)}")
        only = classes[kept[0]].name
        raise FolderError(f"Only the images of {only} in {name} can be read. {_first(failures)}")
    # Drop classes without readable images.
    places = np.searchsorted(kept, labels).astype(np.int64)
    images = images[: len(labels)]
    images.flags.writeable = places.flags.writeable = False
    return ImageSet(
        str(folder),
        choice,
        digest.hexdigest(),
        images,
        places,
        tuple(classes[label].name for label in kept),
        tuple(len(classes[label].files) for label in kept),
        tuple(failures),
    )


def _first(failures: list[tuple[str, str]]) -> str:
    name, reason = failures[0]
    more = f", and {len(failures) - 1:,} more" if len(failures) > 1 else ""
    return f"{name}: {reason}{more}"
