"""Import of a folder of images: background reader, preview per class, options."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QScrollArea, QSizePolicy, QWidget

from core.data.datasets import ImageFolder
from core.data.images.read_folder import ImageChoice, ImageSet
from core.experiment.adapt import with_enough_steps
from core.io.number_text import count_text
from playground.plugin import ChoiceCombo, Disclosure, Document, gray_image, set_up, whole_combo
from playground.plugins.imports.import_dialog import ImportDialog, ImportTexts
from playground.plugins.imports.readers import ReadImages, load_images
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import LEFT, draw_box, draw_text

_TILE_PX = 44
_GAP_PX = 6
_ROW_PX = _TILE_PX + 2 * _GAP_PX
_NAME_PX = 150
_MAX_SHOWN = 40


class ImagePreview(QScrollArea):
    """A row per class; scrolls vertically."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = _Rows(themes)
        self.setWidget(self.rows)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(_ROW_PX)
        self.setAccessibleName("Images by class")
        self.setToolTip("The first images of each class, as the network will see them.")


class _Rows(QWidget):
    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self._themes = themes
        self._images: ImageSet | None = None
        self._invert = False
        self._pictures: dict[int, list[QImage]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.theme_changed.connect(self._clear)

    @property
    def drawn(self) -> int:
        """Number of classes drawn so far: those scrolled into view."""
        return len(self._pictures)

    def show_images(self, images: ImageSet | None, invert: bool) -> None:
        self._images, self._invert = images, invert
        if images is not None:
            names = zip(images.class_names, images.counts, strict=True)
            self.setAccessibleDescription(", ".join(f"{name}: {count:,}" for name, count in names))
        self.updateGeometry()
        self._clear()

    def sizeHint(self) -> QSize:
        count = 0 if self._images is None else len(self._images.class_names)
        return QSize(_NAME_PX + 6 * (_TILE_PX + _GAP_PX), count * _ROW_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._images is None:
            return
        painter, theme = QPainter(self), self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Draw only visible rows: there may be a hundred classes.
        first = event.rect().top() // _ROW_PX
        last = min(event.rect().bottom() // _ROW_PX, len(self._images.class_names) - 1)
        for row in range(first, last + 1):
            self._paint_row(painter, theme, row, self._images)

    def _paint_row(self, painter: QPainter, theme: Theme, row: int, images: ImageSet) -> None:
        top = row * _ROW_PX
        if row:
            painter.setPen(QPen(QColor(theme.border), 1))
            painter.drawLine(QPointF(0, top + 0.5), QPointF(self.width(), top + 0.5))
        self._write(painter, theme, row, images)
        fitting = max(1, (self.width() - _NAME_PX) // (_TILE_PX + _GAP_PX))
        for place, picture in enumerate(self._pictures_of(row, images)[:fitting]):
            left = _NAME_PX + place * (_TILE_PX + _GAP_PX)
            tile = QRectF(left, top + _GAP_PX, _TILE_PX, _TILE_PX)
            draw_box(painter, tile.adjusted(-1, -1, 1, 1), RADIUS_SMALL_PX, theme.field)
            painter.drawImage(tile, picture)

    def _write(self, painter: QPainter, theme: Theme, row: int, images: ImageSet) -> None:
        top, count, found = row * _ROW_PX, int(images.counts[row]), images.found[row]
        name, below = (QRectF(0, top + dy, _NAME_PX - 12, 18) for dy in (10, 28))
        draw_text(painter, name, images.class_names[row], theme.text, font(bold=True), LEFT, cut=True)
        counts = f"{count:,}" if count == found else f"{count:,} of {found:,}"
        draw_text(painter, below, counts, theme.text_muted, font("small"), LEFT, cut=True)

    def _pictures_of(self, row: int, images: ImageSet) -> list[QImage]:
        if row not in self._pictures:
            pixels = images.of_class(row, _MAX_SHOWN).astype(np.float32) / 255
            if self._invert and pixels.shape[-1] == 1:
                pixels = 1 - pixels
            size = round(_TILE_PX * self.devicePixelRatioF())
            self._pictures[row] = [gray_image(image, self._themes.theme, size) for image in pixels]
        return self._pictures[row]

    def _clear(self) -> None:
        self._pictures.clear()
        self.update()


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
        self._show_preview(_summary(read), first=first)

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
        self._use_data(dataset, partial(with_enough_steps, count=len(images.labels)))


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
