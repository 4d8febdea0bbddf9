"""Find the images of a folder by class: one subfolder per class, searched recursively."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..dataset import DataError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".gif", ".webp")
IMAGE_FORMATS = "PNG, JPEG, TIFF, BMP, GIF, WebP"
MAX_IMAGE_CLASSES = 100
_MAX_FILES = 500_000
_PARTS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev"}
_TOLD_EVERY = 500


class FolderError(DataError):
    """The reason why a folder is unusable, as a sentence for the user without a full stop."""


@dataclass(frozen=True)
class ImageClass:
    """A class: its name, and its image paths in natural order (2 before 10)."""

    name: str
    files: tuple[Path, ...]


def find_classes(folder: Path, report: Callable[[int], None] | None = None) -> tuple[ImageClass, ...]:
    """Classes with images, in natural order. Hidden files and folders are ignored.

    Images are recognized by suffix. `report` receives the number found so far; an exception from it cancels the search.
    Raises `FolderError` for fewer than two classes.
    """
    report = report or (lambda _: None)
    if not folder.is_dir():
        raise FolderError(_unavailable_reason(folder))
    if not _is_text(str(folder.absolute())):
        raise FolderError(f"The name {writable_name(str(folder))} is no valid text; rename the folder")
    found: list[ImageClass] = []
    total = 0
    for place in _subfolders(folder):
        files: list[Path] = []
        for path in _images_below(place, {_key(folder)}):
            files.append(path)
            if (total + len(files)) % _TOLD_EVERY == 0:
                report(total + len(files))
            if total + len(files) > _MAX_FILES:
                raise FolderError(
                    f"{_name(folder)} holds more than {_MAX_FILES:,} images; choose a folder below it"
                )
        total += len(files)
        if files and not _is_text(place.name):
            raise FolderError(
                f"The name {writable_name(place.name)} in {_name(folder)} is no valid text; rename that folder"
            )
        if files:
            files.sort(key=lambda path: _natural(str(path.relative_to(place))))
            found.append(ImageClass(place.name, tuple(files)))
        if len(found) > MAX_IMAGE_CLASSES:
            raise FolderError(
                f"{_name(folder)} holds more than {MAX_IMAGE_CLASSES} folders with images; there can be "
                f"{MAX_IMAGE_CLASSES} classes at most"
            )
    report(total)
    fault = _fault(folder, found)
    if fault:
        raise FolderError(fault)
    return tuple(found)


def empty_folders(folder: Path, classes: Iterable[str]) -> tuple[str, ...]:
    """Names of the subfolders that hold no image, beside the `classes` that do. Raises `FolderError`."""
    named = frozenset(classes)
    return tuple(place.name for place in _subfolders(folder) if place.name not in named)


def _fault(folder: Path, found: list[ImageClass]) -> str:
    name = _name(folder)
    if len(found) > 1:
        if all(item.name.lower() in _PARTS for item in found):
            return f"{name} is divided into {' and '.join(item.name for item in found)}; choose one of them"
        return ""
    if found:
        return f"{name} has only one folder with images, {found[0].name}; at least two classes are needed"
    if any(_is_image(entry) for entry in _entries(folder)):
        return f"{name} holds images, but no folders; put the images of each class into a folder of its own"
    if any(True for _ in _subfolders(folder)):
        return f"The folders in {name} hold no images ({IMAGE_FORMATS})"
    return f"{name} holds no images; it needs one folder with images ({IMAGE_FORMATS}) per class"


def _is_text(name: str) -> bool:
    """Whether a name can be stored in a project: file systems allow any bytes."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def writable_name(name: str) -> str:
    """A file name with undecodable bytes replaced."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _unavailable_reason(folder: Path) -> str:
    if folder.exists():
        return f"{_name(folder)} is a file; choose the folder that holds one folder of images per class"
    return f"The folder {folder} is not there any more; choose it again"


def _images_below(folder: Path, seen: set[tuple[int, int] | None]) -> Iterator[Path]:
    """Images in a folder, recursively. `seen` holds visited folders, to end link cycles."""
    key = _key(folder)
    if key is None or key in seen:
        return
    seen.add(key)
    for entry in sorted(_entries(folder), key=lambda entry: entry.name):
        if _is_image(entry):
            yield Path(entry.path)
        elif _is_folder(entry):
            yield from _images_below(Path(entry.path), seen)


def _subfolders(folder: Path) -> list[Path]:
    found = [Path(entry.path) for entry in _entries(folder) if _is_folder(entry)]
    return sorted(found, key=lambda path: _natural(path.name))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except PermissionError:
        raise FolderError(f"{_name(folder)} may not be read") from None
    except OSError as error:
        raise FolderError(f"{_name(folder)} cannot be read: {error.strerror or error}") from None


def _is_image(entry: os.DirEntry[str]) -> bool:
    if not entry.name.lower().endswith(IMAGE_SUFFIXES):
        return False
    try:
        # A pipe or device with an image suffix would block the reader.
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:  # a broken link: reported when read
        return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir() and entry.name != "__MACOSX"
    except OSError:
        return False


def _key(folder: Path) -> tuple[int, int] | None:
    """Identity of a folder, whatever links lead to it; None if it is gone."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Sort key: numbers by value, so that 2 comes before 10; other text ignoring case."""
    parts = re.split(r"(\d+)", text)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts] + [
        (2, 0, text)
    ]


def _name(folder: Path) -> str:
    return folder.name or str(folder)
