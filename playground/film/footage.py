"""What a film is made of: moments of one or more runs, each run with its data and history."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from core.experiment.prepare import PreparedData
from core.train.history import History
from playground.model.timeline.moment import Moment, Vectors

__all__ = ["Footage", "Scene", "Shot"]

_position = attrgetter("position")


@dataclass(frozen=True, eq=False)
class Scene:
    """Moments of one run, by position; `seconds` has the time of each in a recording, and is empty for a timeline."""

    data: PreparedData
    history: History
    moments: tuple[Moment, ...]
    seconds: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Shot:
    """What one frame shows: a moment, `position` in epochs."""

    scene: Scene
    moment: Moment
    position: float


@dataclass(frozen=True, eq=False)
class Footage:
    """`vectors(moment)` returns a moment's vectors, None if they were dropped.

    A timeline is one scene, whose places are epochs; a recording may have several, whose places are seconds.
    """

    scenes: tuple[Scene, ...]
    vectors: Callable[[Moment], Vectors | None]

    def __post_init__(self) -> None:
        if not self.scenes or not all(scene.moments for scene in self.scenes):
            raise ValueError("Film: there must be moments to show, got none")

    @property
    def is_recording(self) -> bool:
        return bool(self.scenes[0].seconds)

    @property
    def end(self) -> float:
        """The last place, in epochs or seconds."""
        last = self.scenes[-1]
        return last.seconds[-1] if last.seconds else last.moments[-1].position

    @property
    def epochs(self) -> float:
        """The last epoch of any scene."""
        return max(scene.moments[-1].position for scene in self.scenes)

    def shot(self, place: float) -> Shot:
        """What is seen at a place: the last moment until then."""
        if not self.is_recording:
            scene = self.scenes[0]
            found = bisect_right(scene.moments, place, key=_position) - 1
            return Shot(scene, scene.moments[max(0, found)], place)
        index = bisect_right(self.scenes, place, key=lambda scene: scene.seconds[0]) - 1
        scene = self.scenes[max(0, index)]
        moment = scene.moments[max(0, bisect_right(scene.seconds, place) - 1)]
        return Shot(scene, moment, moment.position)
