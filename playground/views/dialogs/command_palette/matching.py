"""Fuzzy matching of names: "adl" finds "Add Dense Layer"; whole words and word starts rank first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playground.views.dialogs.command_palette.command import Command

__all__ = ["Match", "best_matches", "match"]

_WORD_START = 8.0
_NEIGHBOUR = 5.0
_BEGINNING = 10.0  # more than any other letter scores
_GAP = 0.15
_HINT_SHARE = 0.4


@dataclass(frozen=True)
class Match:
    """Score of a query, and the positions of its letters in the text."""

    score: float
    places: tuple[int, ...] = ()


def match(query: str, text: str) -> Match | None:
    """The best match of `query` as a subsequence of `text`, spaces ignored; None without one.

    A letter scores more at the start of a word and next to the previous match; gaps cost a little. Dynamic programming
    over (letter, position): the cost is their product.
    """
    letters = [letter for letter in query.lower() if not letter.isspace()]
    lower = text.lower()
    if not letters:
        return Match(0.0)
    if len(lower) != len(text) or len(letters) > len(text):
        return None
    whole = query.strip().lower()
    if lower.startswith(whole) and not lower[len(whole) : len(whole) + 1].isalnum():
        places_in_front = tuple(place for place, letter in enumerate(whole) if not letter.isspace())
        return Match(_BEGINNING * len(letters) - 0.02 * len(text), places_in_front)
    best: list[dict[int, tuple[float, int]]] = []
    for index, letter in enumerate(letters):
        row: dict[int, tuple[float, int]] = {}
        for place, found in enumerate(lower):
            if found != letter:
                continue
            start = _WORD_START if place == 0 or not lower[place - 1].isalnum() else 0.0
            if index == 0:
                row[place] = (1.0 + start - _GAP * place, -1)
                continue
            before = [
                (score + (_NEIGHBOUR if place - end == 1 else 0.0) - _GAP * (place - end - 1), end)
                for end, (score, _) in best[-1].items()
                if end < place
            ]
            if before:
                score, end = max(before)
                row[place] = (1.0 + start + score, end)
        if not row:
            return None
        best.append(row)
    place = max(best[-1], key=lambda end: best[-1][end][0])
    score = best[-1][place][0] - 0.02 * len(text)
    places = []
    for row in reversed(best):
        places.append(place)
        place = row[place][1]
    return Match(score, tuple(reversed(places)))


def best_matches(query: str, commands: Sequence[Command]) -> list[tuple[Command, Match]]:
    """Matching commands, best first; in the given order for an empty query. Hints score less than names."""
    found: list[tuple[Command, Match]] = []
    for command in commands:
        in_text = match(query, command.text)
        if in_text is None and _within(query, command.hint):
            in_text = Match(len(query) * _HINT_SHARE)
        if in_text is not None:
            found.append((command, in_text))
    if not query.strip():
        return found
    return sorted(found, key=lambda pair: (-pair[1].score, not pair[0].enabled))


def _within(query: str, hint: str) -> bool:
    """Whether the hint matches by word starts: in a sentence, scattered letters are noise."""
    words, known = query.lower().split(), hint.lower().split()
    return bool(words) and all(any(other.startswith(word) for other in known) for word in words)
