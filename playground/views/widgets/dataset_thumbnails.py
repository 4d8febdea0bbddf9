"""Thumbnails of datasets: computed from samples on a thread without Qt, painted later in the theme's colors.

Loading a table or the digits takes longer than a frame, so it never runs on the GUI thread. The thread only makes
arrays; a timer fetches them, so that no signal crosses threads. Thumbnails never import scikit-learn: until something
else has, precomputed ones from `resources/make_thumbnails.py` are used.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from core.data.datasets import Data, Dataset, Painted
from core.data.datasets.sklearn_tables import is_sklearn_imported
from core.data.plane import Plane
from core.data.raw_form import RawTokens
from core.data.texts import shown_token
from core.io.resources import resource
from core.spec.arrays import Array
from playground.views.theme.colors import Theme, class_color, diverging_lut, rgb
from playground.views.theme.theme import font
from playground.views.widgets.painted import cut_text, draw_dot, draw_text

MAX_POINTS = 150
_POLL_MS = 30
_MARGIN_PX = 5.0
_DOT_PX = 1.35
_FEW_PIXELS, _MIN_FONT_PX = 12, 9
_LINE_LETTERS, _CURVE_PIXELS = 7, 48
_SHOWN_CLASS = {"digits": 8}
_OTHER_SHOWN_CLASS = 5


@dataclass(frozen=True, eq=False)
class DatasetThumbnail:
    """`points` (n, 2), centered, within -1 … 1, with `values` (n,); an `image` (height, width), 0 … 1; or `lines`.

    `values` are class indices if `n_classes` is not 0, else numbers -1 … 1.
    """

    points: NDArray[np.float32]
    values: NDArray[Any]
    n_classes: int
    image: NDArray[np.float32] | None = None
    lines: tuple[str, ...] = ()


def make_thumbnail(dataset: Dataset, seed: int) -> DatasetThumbnail:
    """Load a small part of the dataset and make its thumbnail."""
    if isinstance(dataset, Painted) and not dataset.points:
        return DatasetThumbnail(np.zeros((0, 2), np.float32), np.zeros(0), dataset.classes)
    thumbnail_image = dataset.thumbnail_image()
    if thumbnail_image is not None:
        return _pictured(thumbnail_image)
    names = {item.name for item in dataset.settings()}
    if "samples" in names:
        least = int(dataset.setting("samples").low or 1)
        wanted = max(least, MAX_POINTS)
        dataset = dataset.replace(samples=min(dataset.samples, wanted))  # type: ignore[attr-defined]
    data = dataset.load(seed)
    if data.form == "image":
        return _image_of(dataset, data)
    if data.form == "tokens":
        return DatasetThumbnail(np.zeros((0, 2), np.float32), np.zeros(0), 0, lines=_lines_of(data))
    if data.form == "sequence":
        # Windows that follow one another are the series itself.
        return _pictured(_curve(data.inputs[0, :, 0] if data.gap is None else data.inputs[:, 0, 0]))
    inputs: Array = data.inputs
    if dataset.family != "points":
        # Columns have different units: unscaled, the largest would dominate.
        inputs = (inputs - inputs.mean(axis=0)) / np.maximum(inputs.std(axis=0), 1e-6)
        if inputs.shape[1] != 2:
            inputs = Plane.of_main_directions(inputs).place(inputs)
    stride = -(-len(inputs) // MAX_POINTS)
    chosen = inputs[::stride]
    middle = (chosen.max(axis=0) + chosen.min(axis=0)) / 2
    reach = max(float(np.abs(chosen - middle).max()), 1e-6)
    values = data.targets[::stride]
    if data.labels == "values":
        values = values[:, 0] / max(float(np.abs(values[:, 0]).max()), 1e-6)
    return DatasetThumbnail(((chosen - middle) / reach).astype(np.float32), values, data.n_classes)


def _pictured(image: NDArray[np.float32]) -> DatasetThumbnail:
    return DatasetThumbnail(np.zeros((0, 2), np.float32), np.zeros(0), 0, image)


def _lines_of(data: Data) -> tuple[str, ...]:
    """The beginning of a text: a line if it is short, else two."""
    raw = data.raw
    assert isinstance(raw, RawTokens)
    row = next(
        (each for each in data.inputs if raw.end >= 0 and 4 <= len(set(each.tolist())) <= 7), data.inputs[0]
    )
    numbers = [int(each) for each in row if each != raw.end]
    if raw.end < 0 and data.labels == "tokens":
        numbers.append(max(0, int(data.targets[0, -1])))
    if raw.separator:
        words = [shown_token(raw.vocabulary[number]) for number in numbers]
        first, second = words[: len(words) // 2], words[len(words) // 2 :]
        return (" ".join(first[:3]), " ".join(second[:3]))
    text = "".join(shown_token(raw.vocabulary[number]) for number in numbers)
    half = min(_LINE_LETTERS, -(-len(text) // 2))
    return (text,) if len(text) <= _LINE_LETTERS else (text[:half], text[half : half + _LINE_LETTERS])


def _curve(values: Array) -> NDArray[np.float32]:
    """A picture of values over time, with the highest at the top."""
    image = np.zeros((_CURVE_PIXELS, _CURVE_PIXELS), np.float32)
    columns = np.arange(_CURVE_PIXELS)
    y = np.interp(columns, np.linspace(0, _CURVE_PIXELS - 1, len(values)), values)
    rows = (y.max() - y) / max(float(np.ptp(y)), 1e-12) * (_CURVE_PIXELS - 1)
    for column, (start, end) in enumerate(zip(rows, [*rows[1:], rows[-1]], strict=True)):
        image[int(min(start, end)) : int(max(start, end)) + 1, column] = 1.0
    return image


def save_thumbnail(made: DatasetThumbnail, file: Path) -> None:
    """Write a thumbnail as a NumPy archive (.npz)."""
    image = np.zeros((0, 0), np.float32) if made.image is None else made.image
    np.savez_compressed(file, points=made.points, values=made.values, n_classes=made.n_classes, image=image)


def shipped_thumbnail(dataset: Dataset) -> DatasetThumbnail:
    """The precomputed thumbnail of the dataset's kind with default settings."""
    with np.load(resource("thumbnails", f"{dataset.kind}.npz"), allow_pickle=False) as file:
        image = file["image"] if file["image"].size else None
        return DatasetThumbnail(file["points"], file["values"], int(file["n_classes"]), image)


def _image_of(dataset: Dataset, data: Data) -> DatasetThumbnail:
    wanted = _SHOWN_CLASS.get(dataset.kind, _OTHER_SHOWN_CLASS) % max(data.n_classes, 1)
    found = np.flatnonzero(data.targets == wanted) if data.n_classes else np.array([], int)
    image = data.inputs[int(found[0]) if len(found) else 0].mean(axis=-1)
    # User files may have values up to 255.
    image = image / max(1.0, float(image.max()))
    return _pictured(_cropped(image))


def _cropped(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """The bounding square of the ink."""
    inked = np.argwhere(image > 0.1)
    if not len(inked):
        return image
    low, high = inked.min(axis=0), inked.max(axis=0) + 1
    side = int((high - low).max())
    square = np.zeros((side, side), np.float32)
    top, left = (side - (high - low)) // 2
    piece = image[low[0] : high[0], low[1] : high[1]]
    square[top : top + piece.shape[0], left : left + piece.shape[1]] = piece
    return square


def paint_thumbnail(
    made: DatasetThumbnail, theme: Theme, width_px: int, height_px: int, ratio: float = 1.0
) -> QImage:
    """The thumbnail on a transparent background, `width_px` x `height_px` in logical pixels."""
    size = (round(width_px * ratio), round(height_px * ratio))
    picture = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    if made.lines:
        _paint_lines(painter, made.lines, theme, QRectF(0, 0, width_px, height_px))
    elif made.image is not None:
        side = min(width_px, height_px) - 2 * _MARGIN_PX
        place = QRectF((width_px - side) / 2, (height_px - side) / 2, side, side)
        # Few pixels are not smoothed.
        smooth = made.image.shape[1] > _FEW_PIXELS
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(place, _ink(made.image, theme))
    else:
        _paint_points(painter, made, theme, width_px, height_px)
    painter.end()
    return picture


def _paint_lines(painter: QPainter, lines: tuple[str, ...], theme: Theme, place: QRectF) -> None:
    face = font(bold=True)
    room, widest = place.width() - 2 * _MARGIN_PX, max(lines, key=len)
    while face.pixelSize() > _MIN_FONT_PX and QFontMetricsF(face).horizontalAdvance(widest) > room:
        face.setPixelSize(face.pixelSize() - 1)
    cut = [cut_text(face, line, room) for line in lines]
    draw_text(painter, place, "\n".join(cut), theme.text, face)


def _paint_points(
    painter: QPainter, made: DatasetThumbnail, theme: Theme, width_px: int, height_px: int
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # One scale for both axes, to fit the shorter side.
    reach = np.maximum(np.abs(made.points).max(axis=0, initial=0.0), 1e-6)
    scale = min((width_px / 2 - _MARGIN_PX) / reach[0], (height_px / 2 - _MARGIN_PX) / reach[1])
    x = width_px / 2 + made.points[:, 0] * scale
    y = height_px / 2 - made.points[:, 1] * scale
    for i, color in enumerate(_colors(made, theme)):
        draw_dot(painter, QPointF(float(x[i]), float(y[i])), _DOT_PX, color)


def _colors(made: DatasetThumbnail, theme: Theme) -> list[QColor]:
    if made.n_classes == 0:
        lut = diverging_lut(theme)
        entries = np.rint((np.clip(made.values, -1, 1) + 1) / 2 * 255).astype(int)
        return [QColor(*map(int, lut[entry])) for entry in entries]
    return [QColor(class_color(int(value))) for value in made.values]


def _ink(image: NDArray[np.float32], theme: Theme) -> QImage:
    height, width = image.shape
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3] = rgb(theme.text)
    pixels[..., 3] = np.rint(np.clip(image, 0, 1) * 255)
    data = QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return data.copy()  # the bytes above are freed on return


def paint_waiting(painter: QPainter, frame: QRectF, theme: Theme) -> None:
    """Three dots in place of a thumbnail that is being made."""
    painter.setBrush(QColor(theme.field_pressed))
    for shift in (-8, 0, 8):
        painter.drawEllipse(frame.center() + QPointF(shift, 0), 2, 2)


class ThumbnailLoader(QObject):
    """Makes thumbnails in the background, one by one; per key, only the latest request counts."""

    thumbnail_ready = Signal(object, object)
    """Carries the requested Dataset and its DatasetThumbnail."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, "thumbnails")
        self._pending: dict[str, tuple[Dataset, Future[DatasetThumbnail]]] = {}
        self._stand_ins: dict[str, tuple[Dataset, int]] = {}
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._poll)
        # Bound to the thread: this object is gone by then.
        self.destroyed.connect(_Closing(self._thread))

    def load(self, dataset: Dataset, seed: int, key: str = "") -> None:
        """Make a thumbnail in the background; emits `thumbnail_ready`.

        Replaces a pending request with the same `key`, by default the dataset's kind. If `dataset` needs scikit-learn
        before it has been imported, the precomputed thumbnail of its kind comes first, its own after the import.
        """
        key = key or dataset.kind
        before = self._pending.get(key)
        if before is not None:
            before[1].cancel()
        if dataset.uses_sklearn and not is_sklearn_imported():
            self._stand_ins[key] = (dataset, seed)
            self._pending[key] = (dataset, self._thread.submit(shipped_thumbnail, dataset))
        else:
            self._stand_ins.pop(key, None)
            self._pending[key] = (dataset, self._thread.submit(make_thumbnail, dataset, seed))
        if not self._timer.isActive():
            self._timer.start()

    @property
    def busy(self) -> bool:
        """Whether thumbnails are pending, other than those waiting for scikit-learn."""
        return bool(self._pending)

    def _poll(self) -> None:
        for key, (dataset, future) in list(self._pending.items()):
            if not future.done():
                continue
            del self._pending[key]
            # A dataset with a missing file keeps its placeholder; selecting it shows the error.
            if not future.cancelled() and future.exception() is None:
                self.thumbnail_ready.emit(dataset, future.result())
        if self._stand_ins and is_sklearn_imported():
            for key, (dataset, seed) in list(self._stand_ins.items()):
                self.load(dataset, seed, key)
        if not self._pending and not self._stand_ins:
            self._timer.stop()


class _Closing:
    """Stops a thread without waiting for it."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread

    def __call__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
