"""Search and group runs: ten thousand within three milliseconds, with every letter typed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .run import Run


def pareto_line(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points (cost, score) for which no other costs as little and scores more, by rising cost."""
    line: list[tuple[float, float]] = []
    for cost, score in sorted(points, key=lambda point: (point[0], -point[1])):
        if not math.isnan(score) and (not line or score > line[-1][1]):
            line.append((cost, score))
    return line


Places = NDArray[np.intp]
"""Places of runs in the order of their index, ascending."""

_MAX_WORDS = 64


@dataclass(frozen=True)
class Group:
    """The runs on the same data, or of a set, in order."""

    key: str
    label: str
    text: str
    runs: tuple[Run, ...]
    is_set: bool = False

    @property
    def best(self) -> float:
        """The best score; NaN without any."""
        return max(
            (run.final_score for run in self.runs if not math.isnan(run.final_score)), default=math.nan
        )


class RunIndex:
    """Runs in one order. Settings that runs share are searched once."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = np.empty(len(runs), object)
        self._runs[:] = runs
        self._place_of = {run.id: place for place, run in enumerate(runs)}
        self._data, self._keys = _codes([run.data_key for run in runs])
        self._settings, settings = _codes([run.settings_json for run in runs])
        self._setting_texts = [text.lower() for text in settings]
        self._starred = np.array([run.starred for run in runs], bool)
        self._texts = [run.words for run in runs]
        self._masks: dict[str, NDArray[np.bool_]] = {}

    def matching(self, words: str = "", *, data_key: str = "", starred: bool = False) -> Places:
        """The runs that have every one of `words` in name, note, data or settings, and lie in the given data."""
        mask = np.ones(len(self._runs), bool)
        if data_key:
            mask &= self._data == self._keys.get(data_key, -1)
        if starred:
            mask &= self._starred
        for word in words.lower().split():
            mask &= self._with_word(word)
        return np.flatnonzero(mask)

    def runs(self, places: Places) -> list[Run]:
        """The runs at these places."""
        return self._runs[places].tolist()  # type: ignore[no-any-return]

    def groups(self, places: Places) -> list[Group]:
        """The same by their data, in the order of the first run of each."""
        parts: dict[str, list[Run]] = {}
        for run in self.runs(places):
            parts.setdefault(run.data_key, []).append(run)
        return [Group(key, runs[0].data_label, runs[0].data_text, tuple(runs)) for key, runs in parts.items()]

    def replace(self, run: Run) -> None:
        """Put a run with other values in the place of the same run."""
        self._runs[self._place_of[run.id]] = run

    def _with_word(self, word: str) -> NDArray[np.bool_]:
        found = self._masks.get(word)
        if found is None:
            found = np.array([word in text for text in self._setting_texts], bool)[self._settings]
            found |= np.array([word in text for text in self._texts], bool)
            if len(self._masks) >= _MAX_WORDS:
                self._masks.clear()
            self._masks[word] = found
        return found


def _codes(texts: Sequence[str]) -> tuple[NDArray[np.intp], dict[str, int]]:
    """A number for each text, and the numbers by the different texts."""
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(text, len(numbers)) for text in texts]
    return np.array(codes, np.intp), numbers
