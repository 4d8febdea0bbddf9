"""Import of a folder of images: background reader, preview per class, options."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from core.data.datasets import ImageFolder
from core.data.images.read_folder import ImageChoice
from core.experiment.adapt import with_images
from core.io.number_text import count_text
from playground.model.document import Document
from playground.views.dialogs.import_data.image_preview import ImagePreview
from playground.views.dialogs.import_data.import_dialog import ImportDialog, ImportTexts
from playground.views.dialogs.import_data.readers import ReadImages, load_images
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo
from playground.views.widgets.boxes import set_up
from playground.views.widgets.combos import whole_combo
from playground.views.widgets.settings_form import Disclosure

_SIZE_PX = (760, 600)
_FAILURES_PX = 96
_MAX_NAMED = 3
_COLORS = {"grey": "Grey", "ink": "Grey, dark on bright", "color": "Colour"}
_FITS = {"crop": "Crop the middle", "pad": "Keep all, pad", "stretch": "Stretch"}


_TEXTS = ImportTexts(
    "Import images",
    "Other folder…",
    "Choose another folder: one with a folder of images for each class.",
    "Use images",
    "Train on these images. It can be undone.",
)


class ImageDialog(ImportDialog):
    """Previews a folder of images; "Use images" changes the document's dataset as one undo step."""

    def __init__(self, document: Document, themes: ThemeSource, folder: Path, parent: QWidget) -> None:
        super().__init__(_TEXTS, document, folder, parent)
        self.resize(*_SIZE_PX)
        self._read: ReadImages | None = None
        self._make_head()
        self.preview = ImagePreview(themes, self)
        self._pages.addWidget(self.preview)
        self._make_failures(themes)
        self._make_choices()
        self._lay_out(self.progress, self.failures, self.failure_list)
        self.loader.finished.connect(self._show_images)
        self.load(folder)

    @property
    def choice(self) -> ImageChoice:
        return ImageChoice(
            int(self.image_size.value),
            self.colors.current == "color",
            self.fit.current,
            int(self.limit.value),
        )

    def load(self, path: Path) -> None:
        """Read a folder. Options are guessed, or those of the dataset if the folder is in use."""
        self._show_path(path)
        self._read = None
        used = self._document.experiment.dataset
        # A folder replacing a missing one is assumed to be the same one, moved.
        if isinstance(used, ImageFolder) and (Path(used.path) == path or not Path(used.path).is_dir()):
            self._show_choice(used.choice, used.invert)
            self._begin_images(used.invert)
        else:
            self._begin_images(None)

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _make_failures(self, themes: ThemeSource) -> None:
        hint = "Which files cannot be read, and why. They are left out."
        self.failures = Disclosure(themes, tooltip=hint, parent=self)
        self.failure_list = set_up(QPlainTextEdit(self), readOnly=True, tabChangesFocus=True, toolTip=hint)
        self.failures.toggled_open.connect(self.failure_list.setVisible)
        self.failure_list.setFixedHeight(_FAILURES_PX)
        self.failure_list.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.failure_list.setAccessibleName("Files that cannot be read")
        self.failures.hide()
        self.failure_list.hide()

    def _make_choices(self) -> None:
        self.image_size = whole_combo(
            ImageFolder.setting("size"),
            self,
            (8, 16, 24, 28, 32, 48, 64),
            "The pixels on each side. Small images are learned much faster, and show less.",
        )
        self.colors = ChoiceCombo(
            list(_COLORS.items()),
            tooltip="Red, green and blue, or shades of grey. Dark on bright: dark signs on bright paper count as "
            "ink, as in MNIST.",
            parent=self,
        )
        self.fit = ChoiceCombo(
            list(_FITS.items()),
            tooltip="How images that are no squares become squares: cut off the long side, put the colour of the "
            "border beside the short one, or squeeze them.",
            parent=self,
        )
        self.limit = whole_combo(
            ImageFolder.setting("limit"),
            self,
            (20, 100, 200, 500, 1000, 2000, 5000, 10_000),
            "At most so many of each class, evenly taken from all of them.",
        )
        for combo in (self.image_size, self.limit):
            combo.value_chosen.connect(self._read_again)
        for chooser in (self.colors, self.fit):
            chooser.chosen.connect(self._read_again)
        self._make_form(
            ("Size in pixels", self.image_size),
            ("Colours", self.colors),
            ("Fit", self.fit),
            ("Images per class", self.limit),
        )

    # -- reading --------------------------------------------------------------------------------------------------

    def _begin_images(self, invert: bool | None) -> None:
        if self._read is None:
            # Otherwise keep the preview until it is replaced.
            self._show_failures(())
        read = partial(load_images, self._path, self.choice, invert)
        self._begin(read, keeps_preview=self._read is not None)

    def _read_again(self) -> None:
        read, invert = self._read, self.colors.current == "ink"
        if read is not None and read.images.choice == self.choice and not self.loader.busy:
            # Only the ink color changed.
            self._show_images(dataclasses.replace(read, invert=invert))
        else:
            self._begin_images(invert)

    def _show_failure(self, error: Exception) -> None:
        self._read = None
        self._show_failures(())
        super()._show_failure(error)

    def _show_images(self, read: ReadImages) -> None:
        first, images = self._read is None, read.images
        self._read = read
        self.progress.hide()
        self._show_choice(images.choice, read.invert)
        self.preview.rows.show_images(images, read.invert)
        found = sum(images.found)
        counts = f"{count_text(found, 'image')} · {count_text(len(images.class_names), 'class')}"
        self.details.setText(f"{counts}{_without_images(read.empty)}")
        self._show_failures(images.failures)
        self.summary.setText(_summary(read))
        self.use_button.setEnabled(True)
        self._pages.setCurrentIndex(1)
        if first:
            self.use_button.setFocus()

    def _show_choice(self, choice: ImageChoice, invert: bool) -> None:
        self.image_size.set_value(choice.size)
        self.colors.set_current("color" if choice.color else "ink" if invert else "grey")
        self.fit.set_current(choice.fit)
        self.limit.set_value(choice.limit)

    def _show_failures(self, failures: tuple[tuple[str, str], ...]) -> None:
        self.failures.setVisible(bool(failures))
        self.failure_list.setVisible(bool(failures) and self.failures.is_open)
        text = f"{count_text(len(failures), 'file')} cannot be read"
        self.failures.set_texts(text, text)
        self.failure_list.setPlainText("\n".join(f"{name}: {reason}" for name, reason in failures))

    # -- using ----------------------------------------------------------------------------------------------------

    def _use(self) -> None:
        if self._read is None or not self.use_button.isEnabled():
            return
        images = self._read.images
        dataset = ImageFolder.of(images, self._read.invert)
        changed = with_images(self._document.experiment, dataset, len(images.labels))
        self.accept()
        self._use_data(changed)


def _summary(read: ReadImages) -> str:
    images = read.images
    shape = " × ".join(map(str, images.images.shape[1:]))
    return f"{count_text(len(images.labels), 'image')} · {shape} · {count_text(len(images.class_names), 'class')}"


def _without_images(empty: tuple[str, ...]) -> str:
    """ " · no images in cats and dogs": a class that is meant to be there may have been forgotten."""
    if not empty:
        return ""
    named = list(empty[:_MAX_NAMED]) + (
        [f"{len(empty) - _MAX_NAMED} more"] if len(empty) > _MAX_NAMED else []
    )
    *first, last = named
    return f" · no images in {', '.join(first)} and {last}" if first else f" · no images in {last}"
