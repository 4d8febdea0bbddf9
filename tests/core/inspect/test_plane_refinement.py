"""Images at rest: exact ones replace those of the moment, and are kept until the weights change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.inspect.plane_refinement import PlaneRefinement
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from tests.core.inspect.started import BLOBS, IRIS, MOONS, start

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
