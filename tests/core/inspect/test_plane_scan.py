"""A scan predicts every pixel of a plane, in steps, from coarse to fine."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.plane import PlaneChoice
from core.inspect import plane_scan
from core.inspect.plane_image import pixel_centers
from core.inspect.plane_scan import PlaneScan
from tests.core.inspect.started import BLOBS, DIGITS, HILLS, IRIS, MOONS, start

ALL = {"moons": MOONS, "blobs": BLOBS, "hills": HILLS, "iris": IRIS, "digits": DIGITS}
SIDE = 64


@pytest.mark.parametrize("name", ALL)
def test_every_pixel_is_the_prediction_at_its_center(name: str) -> None:
    trainer, prepared, _ = start(ALL[name], 1)
    plane = prepared.plane
    image = PlaneScan(trainer.network, prepared, plane, SIDE).result()
    across, up = (pixel_centers(*limits, SIDE) for limits in zip(plane.low, plane.high, strict=True))
    outputs = trainer.network.predict(prepared.plane_inputs(plane.points(across, up)))
    if name in ("iris", "blobs", "digits"):
        assert image.labels is not None
        np.testing.assert_array_equal(image.labels.ravel(), outputs.argmax(axis=1))
        np.testing.assert_allclose(image.values.ravel(), outputs.max(axis=1), rtol=1e-4)
    else:
        signed = prepared.encoding.to_signed(outputs)
        np.testing.assert_allclose(image.values.ravel(), signed.ravel(), rtol=1e-4, atol=1e-5)
    assert image.is_final


def test_a_unit_and_a_feature_are_scanned() -> None:
    trainer, prepared, _ = start(MOONS, 1)
    plane = prepared.plane
    across, up = (pixel_centers(*limits, SIDE) for limits in zip(plane.low, plane.high, strict=True))
    inputs = prepared.plane_inputs(plane.points(across, up))
    expected = {
        (0, 3): trainer.network.layer_outputs(inputs)[0][:, 3],
        (2, 0): prepared.encoding.to_signed(trainer.network.predict(inputs))[:, 0],
        (-1, 2): inputs[:, 2],
    }
    for place, values in expected.items():
        image = PlaneScan(trainer.network, prepared, plane, SIDE, place).result()
        np.testing.assert_allclose(image.values.ravel(), values, rtol=1e-5, atol=1e-6)
        assert image.line is None


def test_a_chosen_plane_is_scanned() -> None:
    trainer, prepared, _ = start(IRIS, 1)
    plane = prepared.plane_of(PlaneChoice(2, 3, (5.8, 3.0, 0.0, 0.0)))
    image = PlaneScan(trainer.network, prepared, plane, SIDE).result()
    raw = np.array(
        [
            [
                5.8,
                3.0,
                *(plane.low[axis] + 0.5 * (plane.high[axis] - plane.low[axis]) / SIDE for axis in (0, 1)),
            ]
        ]
    )
    first = trainer.network.predict(prepared.pipeline.inputs.scaled(raw.astype(np.float32)))
    assert image.values[0, 0] == pytest.approx(first.max(), rel=1e-3)


def test_slow_networks_get_coarse_images_first(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, prepared, _ = start(MOONS, 1)
    monkeypatch.setattr(plane_scan, "_QUICK_FLOPS", 100_000)
    scan = PlaneScan(trainer.network, prepared, prepared.plane, SIDE)
    images = []
    while not scan.finished:
        scan.advance()
        if scan.image is not None and scan.image not in images[-1:]:
            images.append(scan.image)
    assert len(images) > 1
    assert [image.side for image in images] == [SIDE] * len(images)
    assert [image.is_final for image in images] == [False] * (len(images) - 1) + [True]


def test_the_slowest_networks_end_with_an_enlarged_image(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, prepared, _ = start(MOONS, 1)
    whole = PlaneScan(trainer.network, prepared, prepared.plane, SIDE).result()
    monkeypatch.setattr(plane_scan, "_MOST_FLOPS", 1_000_000)
    image = PlaneScan(trainer.network, prepared, prepared.plane, SIDE).result()
    assert image.is_final
    assert image.side == SIDE
    assert ((image.values > 0) == (whole.values > 0)).mean() > 0.99


def test_a_step_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, prepared, _ = start(MOONS, 1)
    monkeypatch.setattr(plane_scan, "_STEP_POINTS", 3 * SIDE)
    scan, steps = PlaneScan(trainer.network, prepared, prepared.plane, SIDE), 0
    while not scan.finished:
        scan.advance()
        steps += 1
    assert steps == -(-SIDE // 3)
