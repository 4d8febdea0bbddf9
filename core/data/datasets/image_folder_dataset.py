"""A user's image folder as a dataset: one subfolder per class, images of one size.

An experiment stores the path and a SHA-256 of the names and contents of the files used, not the images. Images that
were read stay cached.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path, PurePath
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...spec import SettingError, setting
from ..dataset import DATASETS, Data, Dataset, DatasetInfo
from ..images.class_folders import MAX_IMAGE_CLASSES, FolderError
from ..images.read_folder import FITS, ImageChoice, ImageSet, read_folder
from ..raw_form import RawImages
from ..recent import Recent, WeakArrayCache

_kept: Recent[tuple[str, ImageChoice], ImageSet] = Recent(2)


@DATASETS.register()
class ImageFolder(Dataset):
    """Images of a folder. Create with `ImageFolder.of`, since `classes` repeats what the folder holds."""

    kind = "image_folder"
    title = "Your images"
    summary = "Images of yours, a folder for each class"
    family: ClassVar[str] = "images"
    uses_seed = False
    selectable: ClassVar[bool] = False
    citation: ClassVar[str] = "A folder of the user's."

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
        remember_images(images)
        choice = images.choice
        return cls(
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
            return "No folder is chosen; open one"
        if not Path(self.path).is_dir():
            return f"The folder {self.path} is not there any more; choose it again"
        return ""

    def load(self, seed: int) -> Data:
        """All images, (n, size, size, 1 or 3) from 0 to 1, from the cache if possible; the seed is ignored.

        Raises `FolderError` when the folder is missing, unreadable or changed.
        """
        images = self.image_set()
        inverted = self.invert and not self.color
        # Embedded images only claim a digest: other images may have it.
        key = images.sha256 if images is not self.embedded else images
        inputs, labels = _shared.get((key, images.choice, inverted), lambda: _arrays(images, inverted))
        raw = RawImages(255.0, inverted, self.fit)
        return Data(inputs, labels, "classes", images.class_names, raw=raw)

    @property
    def in_memory(self) -> ImageSet | None:
        """The images if they need not be read."""
        if self.embedded is not None and self.embedded.choice == self.choice:
            return self.embedded
        return _kept.get((self.sha256, self.choice))

    def image_set(self) -> ImageSet:
        """The images, read if they are not in memory. Raises as `load` does."""
        return self.in_memory or self._read()

    def _read(self) -> ImageSet:
        if not self.path:
            raise FolderError("No folder is chosen; open one")
        images = read_folder(Path(self.path), self.choice)
        if (images.sha256, images.class_names) != (self.sha256, self.class_names):
            raise FolderError(
                f"The images in {self.label} have changed since they were chosen; open the folder again"
            )
        remember_images(images)
        return images


_shared = WeakArrayCache()


def _arrays(images: ImageSet, inverted: bool) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    inputs = images.images.astype(np.float32)
    inputs *= np.float32(1 / 255)
    if inverted:
        np.subtract(1, inputs, out=inputs)
    return inputs, images.labels


def remember_images(images: ImageSet) -> None:
    """Cache images for datasets made of them; older ones are dropped."""
    _kept.put((images.sha256, images.choice), images)


def forget_images() -> None:
    """Clear the cache."""
    _kept.clear()
