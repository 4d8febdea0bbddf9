"""A scan predicts every pixel of a plane, in steps, from coarse to fine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.plane import PlaneChoice
from core.inspect import plane_scan
from core.inspect.plane_image import pixel_centers
from core.inspect.plane_scan import PlaneRefinement, PlaneScan
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
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
    monkeypatch.setattr(plane_scan, "_MAX_FLOPS", 1_000_000)
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


REQUEST = SnapshotRequest(pixels=70)


def finish(task: PlaneRefinement | None) -> int:
    assert task is not None
    while not task.finished:
        task.advance()
    return task.result()


def settle(taker: SnapshotTaker) -> None:
    finish(taker.refinement())
    taker.take_refined()


def test_without_pixels_there_are_no_images() -> None:
    _, _, taker = start(MOONS, 0)
    assert taker.refinement() is None
    picture = taker.take(SnapshotRequest(hovered=(0, 1)))
    assert (picture.image, picture.neuron_image, taker.refinement()) == (None, None, None)


def test_the_image_of_the_moment_is_refined_at_rest() -> None:
    _, _, taker = start(MOONS, 2)
    first = taker.take(REQUEST)
    assert first.image is not None
    assert first.image.side == 70
    assert not first.image.is_final
    assert finish(taker.refinement()) == 1
    second = taker.take_refined()
    assert second is not None
    assert second.image is not None
    assert second.image.is_final
    assert second.only_images_differ(first)
    assert taker.refinement() is None


def test_a_hovered_unit_comes_first_and_then_again_at_once() -> None:
    _, _, taker = start(BLOBS, 1)
    taker.take(REQUEST)
    settle(taker)
    hovering = replace(REQUEST, hovered=(0, 2))
    coarse = taker.take(hovering)
    assert coarse.neuron_image is not None
    assert coarse.image is not None
    assert (coarse.neuron_image.is_final, coarse.image.is_final) == (False, True)
    settle(taker)
    assert taker.take(REQUEST).neuron_image is None
    again = taker.take(hovering)
    assert again.neuron_image is not None
    assert again.neuron_image.is_final
    assert taker.take(replace(REQUEST, hovered=(-1, 0))).neuron_image is not None
    for missing in ((0, 99), (7, 0), (-1, 5)):
        assert taker.take(replace(REQUEST, hovered=missing)).neuron_image is None


def test_new_weights_are_drawn_anew() -> None:
    trainer, _, taker = start(IRIS, 1)
    taker.take(REQUEST)
    settle(taker)
    kept = taker.take(replace(REQUEST, sample=3))
    assert kept.image is not None
    assert kept.image.is_final  # another sample, the same network
    # As an edited weight does: the step stays the same.
    trainer.network.weights[0]["kernel"][0, 0] += 1.0
    edited = taker.take(replace(REQUEST, sample=3))
    assert edited.image is not None
    assert not edited.image.is_final
    settle(taker)
    trainer.step()
    running = taker.take(REQUEST, running=True)
    assert running.image is not None
    assert not running.image.is_final


def test_a_refinement_is_of_the_moment_at_which_it_began() -> None:
    trainer, prepared, taker = start(MOONS, 1)
    taker.take(REQUEST)
    task = taker.refinement()
    trainer.network.parameters[:] = 0.0
    finish(task)
    image = taker._exact.find(prepared.plane, 70, None)
    assert image is not None
    assert np.abs(image.values).max() > 0.1  # not the network of zeros
