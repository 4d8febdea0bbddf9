"""What a film may be."""

from __future__ import annotations

from typing import Any

import pytest

from playground.plugins.film.settings import FilmSettings


@pytest.mark.parametrize(("shape", "size"), [("1:1", (480, 480)), ("16:9", (854, 480)), ("9:16", (480, 854))])
def test_sizes_are_even_and_of_the_shape(shape: str, size: tuple[int, int]) -> None:
    assert FilmSettings(shape=shape).size == size


def test_a_slow_start_gives_the_first_epochs_more_time() -> None:
    slow, even = FilmSettings(seconds=1, hold=0.1), FilmSettings(seconds=1, hold=0.1, slow_start=False)
    assert slow.frames == len(slow.places(100.0)) == 33
    assert slow.places(100.0)[0] == even.places(100.0)[0] == 0.0
    assert slow.places(100.0)[-4:] == [100.0] * 4
    assert slow.places(100.0)[15] < 15.0 < 45.0 < even.places(100.0)[15]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"side": 10}, "shorter side must be at least 120, got 10"),
        ({"fps": 0}, "frames per second must be at least 1, got 0"),
        ({"seconds": 1e9}, "seconds must be at most 120, got"),
        ({"seconds": 120.0, "fps": 60}, "at most 3,600 frames"),
        ({"first": 4.0, "last": 4.0}, "last must be above first, got 4 to 4"),
        ({"shape": "2:1"}, "shape must be one of 1:1, 16:9, 9:16, got '2:1'"),
        ({"boundary": False, "network": False, "curves": False}, "must be in the picture"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FilmSettings(**changes)
