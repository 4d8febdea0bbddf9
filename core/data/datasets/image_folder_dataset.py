"""A user's image folder as a dataset: one subfolder per class, images of one size.

An experiment stores the path and a SHA-256 of the names and contents of the files used, not the images. Images that
were read stay cached.
"""

from __future__ import annotations

from dataclasses import field, replace
from pathlib import Path, PurePath
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...spec import SettingError, setting
from ...spec.arrays import Indices
from ..dataset import DATASETS, Data, Dataset, DatasetInfo
from ..images.class_folders import MAX_IMAGE_CLASSES, FolderError
from ..images.read_folder import FITS, ImageChoice, ImageSet, read_folder
from ..raw_form import RawImages
from ..recent import Recent, WeakArrayCache
from .file_dataset import FileDataset


@DATASETS.register()
class ImageFolder(FileDataset):
    """Images of a folder. Create with `ImageFolder.of`, since `classes` repeats what the folder holds."""

    kind = "image_folder"
    title = "Your images"
    summary = "Images of yours, a folder for each class"
    family: ClassVar[str] = "images"
    citation: ClassVar[str] = "A folder of the user's."
    kept: ClassVar[Recent[Any, ImageSet]] = Recent(2)
    error: ClassVar[type[FolderError]] = FolderError
    unchosen: ClassVar[str] = "No folder is chosen; open one"
    told: ClassVar[tuple[str, ...]] = ("classes",)

    path: str = setting("", "Folder", "Where the folders of the classes are.")
    sha256: str = setting("", "Content", "A digest of the images, by which a change is noticed.")
    classes: str = setting("0/1", "Classes", "The names of the classes, with / between them.")
    size: int = setting(32, "Size", "The pixels on each side of an image.", low=8, high=64, unit="px")
    color: bool = setting(False, "Colour", "Red, green and blue, or shades of grey.")
    fit: str = setting("crop", "Fit", "How images that are no squares become squares.", choices=FITS)
    limit: int = setting(
        1000, "Images per class", "At most so many of each class are read.", low=1, high=100_000
    )
    invert: bool = setting(
        False, "Dark on bright", "Grey only: dark signs on bright paper count as ink, as in MNIST."
    )
    embedded: ImageSet | None = field(default=None, repr=False)
    """The images, of the project that holds them; the folder is not read then."""

    def __post_init__(self) -> None:
        super().__post_init__()
        count = len(self.class_names)
        if not 2 <= count <= MAX_IMAGE_CLASSES:
            raise SettingError(f"{self.title}: classes must be from 2 to {MAX_IMAGE_CLASSES}, got {count}")

    @classmethod
    def of(cls, images: ImageSet, invert: bool = False) -> ImageFolder:
        """The dataset of an image set."""
        choice = images.choice
        dataset = cls(
            images.folder,
            images.sha256,
            # Folder names cannot contain a slash.
            "/".join(images.class_names),
            choice.size,
            choice.color,
            choice.fit,
            choice.limit,
            invert and not choice.color,
        )
        dataset.remember(images)
        return dataset

    @property
    def label(self) -> str:
        """The folder's name."""
        return PurePath(self.path).name or self.title

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the class folders."""
        return tuple(self.classes.split("/"))

    @property
    def sources(self) -> tuple[Path, ...]:
        held = self.embedded is not None or not self.path
        return () if held else tuple(Path(self.path) / name for name in self.class_names)

    @property
    def choice(self) -> ImageChoice:
        """The reading options."""
        return ImageChoice(self.size, self.color, self.fit, self.limit)

    def info(self) -> DatasetInfo:
        return DatasetInfo((self.size, self.size, self.choice.channels), "classes", len(self.class_names))

    def same_samples(self, other: Dataset) -> bool:
        """See `Dataset.same_samples`. Size and colour may differ."""
        return isinstance(other, ImageFolder) and (self.sha256, self.classes) == (other.sha256, other.classes)

    def unavailable_reason(self) -> str:
        if self.in_memory is not None:
            return ""
        if not self.path:
            return self.unchosen
        if not Path(self.path).is_dir():
            return f"The folder {self.path} is not there any more; choose it again"
        return ""

    @property
    def in_memory(self) -> ImageSet | None:
        if self.embedded is not None and self.embedded.choice == self.choice:
            return self.embedded
        found: ImageSet | None = super().in_memory
        return found

    @property
    def _choices(self) -> tuple[object, ...]:
        return (self.choice,)

    def _read(self, path: Path) -> ImageSet:
        images = read_folder(path, self.choice)
        if images.sha256 != self.sha256 or not {*self.class_names} <= {*images.class_names}:
            raise FolderError(
                f"The images in {self.label} have changed since they were chosen; open the folder again"
            )
        return images

    def _rows(self, whole: ImageSet) -> tuple[int, int | None]:
        return len(whole.labels), None

    def _part(self, whole: ImageSet, rows: Indices) -> ImageSet:
        known, labels = np.unique(whole.labels[rows], return_inverse=True)
        names = tuple(whole.class_names[label] for label in known)
        return replace(whole, images=whole.images[rows], labels=labels.astype(np.int64), class_names=names)

    def _told(self, content: ImageSet) -> dict[str, Any]:
        return {"classes": "/".join(content.class_names)}

    def _data(self, content: ImageSet, seen: Data | None = None) -> Data:
        """Images (n, size, size, 1 or 3) from 0 to 1, from the cache if possible."""
        inverted = self.invert and not self.color
        # A part has the digest of all; and embedded images only claim one: other images may have it.
        key = content.sha256 if content is super().in_memory else content
        inputs, labels = _shared.get((key, content.choice, inverted), lambda: _arrays(content, inverted))
        raw = RawImages(255.0, inverted, self.fit)
        return Data(inputs, labels, "classes", content.class_names, raw=raw)


_shared = WeakArrayCache()


def _arrays(images: ImageSet, inverted: bool) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    inputs = images.images.astype(np.float32)
    inputs *= np.float32(1 / 255)
    if inverted:
        np.subtract(1, inputs, out=inputs)
    return inputs, images.labels


forget_images = ImageFolder.forget
