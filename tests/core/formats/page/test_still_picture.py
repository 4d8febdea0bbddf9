"""The still picture of a page: it has the colours of the predictions."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from core.experiment.prepare import prepare
from core.formats.page.still_picture import SIDE, still_picture
from tests.core.formats.page.test_exporter import trained


def test_a_still_picture_has_the_colours_of_what_is_predicted() -> None:
    model, _ = trained("XOR", 60)
    assert model.experiment is not None
    data = prepare(model.experiment)
    with Image.open(io.BytesIO(still_picture(model, data, samples=False)[0])) as picture:
        pixels = np.asarray(picture.convert("RGB"), float)
    places = (
        SIDE * (data.test_points - np.array(data.plane.low)) / np.subtract(data.plane.high, data.plane.low)
    )
    columns, rows = places.astype(int).T
    blue = pixels[SIDE - 1 - rows, columns, 2] > pixels[SIDE - 1 - rows, columns, 0]
    assert np.mean(blue == (data.test.labels == 1)) > 0.8
