"""A still picture of what a network predicts: what a page shows without its program, and a gallery of each page."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...data.pipeline import ClassOutputs, ImageInputs, Pipeline, ValueOutputs
from ...experiment.prepare import PreparedData
from ...io.resources import resource
from ...spec.arrays import Array
from ..trained_model import TrainedModel

SIDE: Final = 480
_GRID: Final = 160
_MAX_DOTS: Final = 300
_ACROSS, _DOWN = 5, 2
"""Test images side by side."""


def still_picture(model: TrainedModel, data: PreparedData, *, samples: bool = True) -> tuple[bytes, str]:
    """A WebP, `SIDE` pixels wide, and a sentence about it: the prediction over the data's plane, or test images.

    `samples`: whether samples of the data may be in it; (b"", "") where nothing is left to draw.
    """
    assert model.pipeline is not None
    if not data.has_plane:
        return b"", ""
    if isinstance(model.pipeline.inputs, ImageInputs):
        return _test_images(model, data) if samples else (b"", "")
    return _plane(model, model.pipeline, data, samples)


def _plane(model: TrainedModel, pipeline: Pipeline, data: PreparedData, dots: bool) -> tuple[bytes, str]:
    from PIL import Image, ImageDraw

    colours = _colours(pipeline, model.network.predict(data.grid_inputs(_GRID)))
    # A grid begins with its lowest row, a picture with its highest; drawn at twice the size, for smooth edges.
    full = 2 * SIDE
    image = Image.fromarray(np.flipud(colours.reshape(_GRID, _GRID, 3))).resize((full, full))
    if dots:
        draw, plane = ImageDraw.Draw(image), data.plane
        inks = _colours(pipeline, data.test.targets[:_MAX_DOTS])
        places = (data.test_points - np.array(plane.low)) / np.subtract(plane.high, plane.low) * full
        for (x, y), ink in zip(places.tolist(), inks.tolist(), strict=False):
            edge = (x - 9, full - y - 9, x + 9, full - y + 9)
            draw.ellipse(edge, fill=tuple(ink), outline="white", width=3)
    image = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    axes = " and ".join(data.plane.labels)
    return _webp(image), f"What it predicts, as a colour, over {axes}" + (", and samples" if dots else "")


def _test_images(model: TrainedModel, data: PreparedData) -> tuple[bytes, str]:
    from PIL import Image

    assert model.pipeline is not None
    assert isinstance(model.pipeline.inputs, ImageInputs)
    inputs = data.test.inputs[: _ACROSS * _DOWN]
    raw = np.asarray(data.raw_test_samples(len(inputs)), np.float64) / model.pipeline.inputs.high
    height, width, channels = raw.shape[1:]
    sheet = np.ones((_DOWN * _ACROSS, height + 1, width + 1, 3))  # a white line between them
    sheet[: len(raw), :-1, :-1] = raw[..., :3] if channels > 2 else raw[..., :1]
    rows = sheet.reshape(_DOWN, _ACROSS, height + 1, width + 1, 3).transpose(0, 2, 1, 3, 4)
    pixels = np.uint8(255 * rows.clip(0, 1)).reshape(_DOWN * (height + 1), _ACROSS * (width + 1), 3)
    image = Image.fromarray(pixels)
    image = image.resize((SIDE, SIDE * image.height // image.width), Image.Resampling.NEAREST)
    predictions = model.pipeline.decode(model.network.predict(inputs)).labels
    said = "" if predictions is None else f", which it takes for {', '.join(map(str, predictions))}"
    return _webp(image), f"Images that it did not learn from{said}"


@cache
def _colour(name: str) -> NDArray[np.float64]:
    """A colour of the page's light style, (3,)."""
    found = re.search(rf"--{name}: #(\w{{6}})", resource("page", "page.css").read_text("utf-8"))
    assert found is not None
    return np.array(list(bytes.fromhex(found[1])), np.float64)


def _colours(pipeline: Pipeline, outputs: Array) -> NDArray[np.uint8]:
    """Colours (n, 3) of outputs (n, outputs), as the page's program has them: paler where the network is less sure."""
    predictions = pipeline.decode(outputs)
    if isinstance(pipeline.outputs, ClassOutputs):
        shares = np.asarray(predictions.probabilities)
        if shares.shape[1] > 2:
            count, best = shares.shape[1], shares.argmax(axis=1)
            classes = np.array([_colour(f"class-{number}") for number in range(10)])
            sure = (shares.max(axis=1, keepdims=True) - 1 / count) / (1 - 1 / count)
            return _mixed(classes[best % 10], sure.clip(0.1, 1))
        signed = (
            pipeline.outputs.encoding.to_signed(shares[:, 1:])
            if pipeline.outputs.outputs == 1
            else 2 * shares[:, 1:] - 1
        )
    else:
        assert isinstance(pipeline.outputs, ValueOutputs)
        column = pipeline.outputs.columns[0]
        signed = (np.asarray(predictions.values)[:, :1] - column.shift) / (2 * column.scale)
    return _mixed(np.where(signed < 0, _colour("negative"), _colour("positive")), np.abs(signed).clip(0, 1))


def _mixed(colours: Array, share: Array) -> NDArray[np.uint8]:
    zero = _colour("zero")
    mixed: NDArray[np.uint8] = (zero + (colours - zero) * share).round().astype(np.uint8)
    return mixed


def _webp(image: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=85)
    return file.getvalue()
