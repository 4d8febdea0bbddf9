"""Commands, and fuzzy matching of their names: "adl" finds "Add Dense Layer"; words and word starts rank first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """`also` are other words for it, which stand muted beside its name and are searched, else `hint`, what it does.

    `keys` is the shortcut, `icon` a name of `views.icons` or "", `key` what it is remembered by: the text can change.

    A command that is not `enabled` is listed with a hint that says why.
    """

    text: str
    hint: str
    icon: str
    run: Callable[[], object]
    keys: str = ""
    enabled: bool = True
    also: str = ""
    key: str = ""


_WORD_START = 8.0
_NEIGHBOUR = 5.0
_BEGINNING = 10.0  # more than any other letter scores
_GAP = 0.15
_WHOLE_WORD = 9.0
_SYNONYM = 9.5
_WITHIN_SYNONYMS = 4.0
_HINT_SHARE = 0.4
_DISABLED_SHARE = 0.6
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Match:
    """Score of a query, and the positions of its letters in the text and in the synonyms."""

    score: float
    places: tuple[int, ...] = ()
    also: tuple[int, ...] = ()


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
    if whole := re.search(rf"(?<!\w){re.escape(query.strip().lower())}(?!\w)", lower):
        share = _WHOLE_WORD if whole.start() else _BEGINNING
        marked = (place for place in range(*whole.span()) if not text[place].isspace())
        return Match(share * len(letters) - 0.02 * len(text), tuple(marked))
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
    """Matching commands, best first; in the given order for an empty query.

    Names and synonyms count more than hints. Letters scattered over a name are a match where there is no other.
    """
    if not query.strip():
        return [(command, Match(0.0)) for command in commands]
    found: list[tuple[Command, Match]] = []
    scattered: list[tuple[Command, Match]] = []
    for command in commands:
        named, meant = match(query, command.text), _meaning(query, command)
        if named is not None and not _by_words(named.places, command.text):
            scattered.append((command, named))
            named = None
        if named is not None:
            also = () if meant is None else meant.also
            score = named.score if meant is None else max(named.score, meant.score)
            found.append((command, Match(score, named.places, also)))
        elif meant is not None:
            found.append((command, meant))
        elif _within(query, command.hint):
            found.append((command, Match(len(query) * _HINT_SHARE)))
    return sorted(
        found or scattered, key=lambda pair: -pair[1].score * (1.0 if pair[0].enabled else _DISABLED_SHARE)
    )


def _by_words(places: tuple[int, ...], text: str) -> bool:
    """Whether each letter begins a word or follows the one before."""
    before = (-2, *places)
    return all(
        place - last == 1 or place == 0 or not text[place - 1].isalnum()
        for last, place in zip(before, places, strict=False)
    )


def _meaning(query: str, command: Command) -> Match | None:
    """The match of words with synonyms, by their starts; some may stand in the name."""
    also = [(found.start(), found[0]) for found in _WORD.finditer(command.also.lower())]
    in_name = _WORD.findall(command.text.lower())
    words = _WORD.findall(query.lower())
    places: set[int] = set()
    for word in words:
        starts = [start for start, known in also if known.startswith(word)]
        if not starts and not any(known.startswith(word) for known in in_name):
            return None
        places.update(place for start in starts for place in range(start, start + len(word)))
    if not places:
        return None
    is_whole = query.strip().lower() in (each.strip().lower() for each in command.also.split(","))
    letters = sum(map(len, words))
    return Match(letters * (_SYNONYM if is_whole else _WITHIN_SYNONYMS), (), tuple(sorted(places)))


def _within(query: str, hint: str) -> bool:
    """Whether the hint matches by word starts: in a sentence, scattered letters are noise."""
    words, known = query.lower().split(), hint.lower().split()
    return bool(words) and all(any(other.startswith(word) for other in known) for word in words)
