"""The page of the gallery: what the presets of points learn, drawn while the site is built, and the window."""

from __future__ import annotations

import io
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import load_experiment, preset_files

_SIZE = 240
_EPOCHS = 120
# The window's first colors of classes; see playground/views/theme/colors.py.
_COLORS = np.array([[245, 147, 34], [8, 119, 189], [0, 162, 115], [240, 228, 66], [86, 184, 237]], float)
_PALE = np.array([247.0, 247.0, 247.0])


def presets() -> list[tuple[Path, Experiment]]:
    """The presets whose samples are points of a plane."""
    loaded = [(path, load_experiment(path)) for path in preset_files()]
    return [(path, experiment) for path, experiment in loaded if experiment.dataset.family == "points"]


def picture(experiment: Experiment) -> bytes:
    """A PNG of the plane as the network sees it after its training, with the samples."""
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(_EPOCHS):
        trainer.run_epoch()
    outputs = trainer.network.predict(prepared.grid_inputs(_SIZE))
    # The grid begins with the lowest row, a picture with the highest.
    rows = np.flipud(_colors(outputs, prepared).reshape(_SIZE, _SIZE, 3))
    image = Image.fromarray(rows).resize((2 * _SIZE, 2 * _SIZE))
    draw, plane = ImageDraw.Draw(image), prepared.plane
    low, high = np.array(plane.low), np.array(plane.high)
    for points, labels in (
        (prepared.train_points, prepared.train_targets),
        (prepared.test_points, prepared.test_targets),
    ):
        places = (points - low) / (high - low) * 2 * _SIZE
        for (x, y), color in zip(places, _of_labels(labels, prepared), strict=True):
            y = 2 * _SIZE - y
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=color, outline="white")
    file = io.BytesIO()
    image.resize((_SIZE, _SIZE), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _colors(outputs: NDArray[Any], prepared: Any) -> NDArray[np.uint8]:
    """A color for each place: that of its class, paler where the network is less sure."""
    if outputs.shape[1] > 1:
        sure = outputs.max(axis=1, keepdims=True)
        full, share = (
            _COLORS[outputs.argmax(axis=1) % len(_COLORS)],
            (sure - 1 / outputs.shape[1]) / (1 - 1 / outputs.shape[1]),
        )
    else:
        signed = _signed(outputs[:, 0], prepared)
        full, share = _COLORS[(signed > 0).astype(int)], np.abs(signed)[:, None]
    return np.uint8(_PALE + (full - _PALE) * np.clip(share, 0, 1) * 0.75)


def _of_labels(labels: NDArray[Any], prepared: Any) -> list[tuple[int, ...]]:
    if prepared.encoding.classes:
        return [tuple(each) for each in _COLORS[labels % len(_COLORS)].astype(int).tolist()]
    signed = labels[:, 0] / max(1e-9, float(np.abs(labels).max()))
    return [tuple(each) for each in _COLORS[(signed > 0).astype(int)].astype(int).tolist()]


def _signed(values: NDArray[Any], prepared: Any) -> NDArray[Any]:
    """Values from -1 for the first class (or the lowest value) to 1."""
    threshold = prepared.encoding.threshold if prepared.encoding.classes else 0.0
    return (values - threshold) * (2.0 if threshold == 0.5 else 1.0)


def page(pictures: list[tuple[str, str, Path]]) -> str:
    """The page, of rows (title, network in words, file of the picture beside the page)."""
    parts = [
        "# Gallery",
        "What the presets of points have learned after 120 epochs: each place has the color of the class that the "
        "network sees there, paler where it is less sure. They are drawn while this site is built, by the engine of "
        "the window, which opens them from **File > Presets**.",
        '<div class="cards">\n'
        + "\n".join(
            f'<figure><img src="{file}" alt="{escape(title)}" width="{_SIZE}">'
            f"<figcaption><b>{escape(title)}</b><br>{escape(network) or 'no hidden layers'}</figcaption></figure>"
            for title, network, file in pictures
        )
        + "\n</div>",
        "## The window",
        "| light | dark |\n| --- | --- |\n"
        "| ![Spirals, light](../pictures/points-light.png) | ![Spirals, dark](../pictures/points-dark.png) |\n"
        "| ![MNIST, light](../pictures/images-light.png) | ![MNIST, dark](../pictures/images-dark.png) |",
    ]
    return "\n\n".join(parts) + "\n"
