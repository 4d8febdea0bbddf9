"""Texts as tokens: lines, each a sample of its own, or a running text in windows that follow one another."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal

import numpy as np

from ..io.budget import check_ordinary
from ..io.sentence import printable
from .dataset import MAX_VOCABULARY, NOT_COUNTED, Data, DataError
from .raw_form import RawTokens
from .tables.table import PACKED, open_packed, table_suffix

TEXT_SUFFIX: Final = ".txt"
MAX_TEXT_BYTES: Final = 500_000_000
MAX_WORDS: Final = 2_000
"""Different words; an output for each at each position costs as much as the rest of a network."""
OTHER_WORD: Final = "\ufffd"
"""The token of all rarer words."""
END_OF_LINE: Final = "\n"
_MIN_SAMPLES: Final = 4
_PEEKED_BYTES, _MIN_ROWS = 4_096, 3
_LOOKED_AT: Final = 100_000
_MIN_LINES, _LONGEST_LINE = 20, 48
_WORD: Final = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Text:
    """The beginning of a text file, with lines that end in a line feed, and the SHA-256 of all of it."""

    path: str
    sha256: str
    text: str


def is_text_file(path: Path) -> bool:
    """Whether it is named as a text, which can also be a table."""
    return table_suffix(path).removesuffix(PACKED) == TEXT_SUFFIX


def looks_like_table(path: Path) -> bool:
    """Whether the first lines of a file have equally many columns; not where it cannot be read."""
    try:
        check_ordinary(path)
        with open_packed(path, MAX_TEXT_BYTES) as (raw, _):
            lines = raw.read(_PEEKED_BYTES).decode("utf-8", "replace").splitlines()[:-1]
    except (OSError, DataError):
        return False
    lines = [line for line in lines if line.strip()]
    counts = [{line.count(sign) for line in lines} for sign in ",;\t"]
    return len(lines) >= _MIN_ROWS and any(len(each) == 1 and each != {0} for each in counts)


def read_text(path: Path, most: int, report: Callable[[float], None] = lambda _: None) -> Text:
    """The first `most` characters of a text, which may be gzip'd, in the encoding that tables are read in.

    `report` receives the fraction read; an exception from it cancels. Raises `DataError` with a sentence.
    """
    # Few need it, and all import this module.
    from .tables.csv_reader import scan_text

    try:
        size = check_ordinary(path)
        if size > MAX_TEXT_BYTES:
            raise DataError(
                f"{path.name} must be at most {MAX_TEXT_BYTES // 1_000_000} MB, got {size // 1_000_000:,} MB"
            )
        encoding, sha256 = scan_text(
            path, lambda share: report(4.5 * share), MAX_TEXT_BYTES, "there is nothing to learn from"
        )
        with (
            open_packed(path, MAX_TEXT_BYTES) as (raw, _),
            io.TextIOWrapper(raw, encoding, "replace", newline=None) as file,
        ):
            text = file.read(most)
    except IsADirectoryError:
        raise DataError(f"{path.name} is a folder; choose a file in it") from None
    except FileNotFoundError:
        raise DataError(f"The file {path} is not there any more; choose it again") from None
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}") from None
    except MemoryError:
        raise DataError(f"{path.name} is too large for this computer's memory") from None
    report(1.0)
    return Text(str(path), sha256, text)


@dataclass(frozen=True)
class TextGuess:
    """Advice on how a text is best learned."""

    samples_are: Literal["lines", "text"]
    context: int


def guess_text(text: str) -> TextGuess:
    """Lines where there are many short ones without a space between them, as names have; else running text."""
    lines = lines_of(text[:_LOOKED_AT])
    lengths = np.array([len(line) for line in lines] or [0])
    longest = float(np.quantile(lengths, 0.95))
    if len(lines) < _MIN_LINES or longest > _LONGEST_LINE or "\n\n" in text[:_LOOKED_AT].strip():
        return TextGuess("text", 32)
    # With the end of a line.
    return TextGuess("lines", next((each for each in (8, 16, 32) if each > longest), 64))


def cut_text(text: str, separator: str) -> Sequence[str]:
    """The tokens of a text: its characters, or with a `separator` its words and signs."""
    return _WORD.findall(text) if separator else text


def text_between(text: str, first: int, last: int, separator: str) -> str:
    """A text from the token at `first` to the one before `last`."""
    if not separator:
        return text[first:last]
    found = list(islice(_WORD.finditer(text), first, last))
    return text[found[0].start() : found[-1].end()]


def vocabulary_of(text: str, separator: str) -> tuple[str, ...]:
    """The different characters in their order, or the most frequent words, and the token of the others."""
    if not separator:
        return tuple(sorted(set(text)))
    counts = Counter(cut_text(text, separator))
    others = counts.pop(OTHER_WORD, 0)
    words = tuple(word for word, _ in counts.most_common(MAX_WORDS))
    return (OTHER_WORD, *words) if others or len(counts) > MAX_WORDS else words


def numbered(vocabulary: Sequence[str]) -> dict[str, int]:
    """The number of each token."""
    return {token: number for number, token in enumerate(vocabulary)}


_PLAIN: Final = dict(
    zip("øØłŁđĐðÐıßæÆœŒþÞ", [*"oOlLdDdDi", "ss", "ae", "AE", "oe", "OE", "th", "TH"], strict=True)
)
"""What stands for letters that are none with an accent."""


def numbers_of(tokens: Sequence[str], known: Mapping[str, int]) -> list[int]:
    """The numbers of tokens; one that is not known is taken in small or in capital letters, or without its accents.

    `ValueError` names the first that is not known, unless there is a token of others.

    >>> numbers_of("Zoë", {"e": 0, "o": 1, "z": 2})
    [2, 1, 0]
    """
    other = known.get(OTHER_WORD)
    found: list[int] = []
    for token in tokens:
        number = known.get(token)
        numbers = _respelled(token, known) if number is None else [number]
        if numbers is None and other is None:
            raise ValueError(f"{token!r} is none of the {len(known):,} tokens that are known")
        found += [other] if numbers is None and other is not None else numbers or []
    return found


def _respelled(token: str, known: Mapping[str, int]) -> list[int] | None:
    """The numbers of an unknown token in the other case, or without its accents."""
    plain = "".join(map(_plain, unicodedata.normalize("NFKD", token)))
    cases = [case for each in (token, plain) for case in (each.lower(), each, each.upper())]
    spelled = [[each] for each in cases]
    if len(token) == 1:
        # A letter may become two, and an accent of its own none.
        spelled += [[*plain.lower()], [*plain.upper()]]
    return next(
        ([known[part] for part in each] for each in spelled if all(part in known for part in each)), None
    )


def _plain(letter: str) -> str:
    return "" if unicodedata.combining(letter) else _PLAIN.get(letter, letter)


def lines_of(text: str) -> list[str]:
    """The lines of a text that are not blank, without the space around them."""
    return [line for each in text.split("\n") if (line := each.strip())]


def data_of_lines(
    lines: Sequence[str], context: int, separator: str = "", tokens: Sequence[str] = ()
) -> Data:
    """Each line as a sample of `context` tokens that begins with the end of a line; what is longer is cut off.

    `tokens` are all that are known, of which some may be in no line; by default those of the lines. Others are left
    out, and counted as `Data.unknown`.
    """
    if not tokens:
        _check_count(len(lines), "lines")
    found = tokens or vocabulary_of(separator.join(lines), separator)
    _check_vocabulary(found)
    vocabulary = (END_OF_LINE, *found)
    known = numbered(vocabulary)
    cut = [_known(cut_text(line, separator), known) for line in lines]
    rows = [numbers_of(kept, known) for kept, _ in cut]
    inputs = np.zeros((len(rows), context), np.min_scalar_type(len(vocabulary) - 1))
    following = np.full((len(rows), context), NOT_COUNTED, np.int32)
    for row, target, numbers in zip(inputs, following, rows, strict=True):
        count = min(len(numbers), context - 1)
        row[1 : count + 1] = numbers[:count]
        target[:count] = numbers[:count]
        # The end of a line that was cut off is not known; what follows it is.
        target[count] = numbers[count] if len(numbers) > count else 0
    raw, unknown = RawTokens(vocabulary, separator, end=0), sum(others for _, others in cut)
    return Data(inputs, following, "tokens", raw=raw, unknown=unknown)


def data_of_text(text: str, context: int, separator: str = "", tokens: Sequence[str] = ()) -> Data:
    """A running text as windows of `context` tokens, one behind the other; for `tokens` see `data_of_lines`."""
    vocabulary = tuple(tokens) or vocabulary_of(text, separator)
    _check_vocabulary(vocabulary)
    kept, unknown = _known(cut_text(text, separator), known := numbered(vocabulary))
    stream = np.array(numbers_of(kept, known), np.int32)
    count = (len(stream) - 1) // context
    if not tokens:
        _check_count(count, f"times {context} tokens")
    inputs, following = (stream[start : start + count * context].reshape(count, context) for start in (0, 1))
    # The last target of training is the first token behind it.
    raw = RawTokens(vocabulary, separator)
    return Data(inputs, following, "tokens", raw=raw, gap=1, unknown=unknown)


def _known(tokens: Sequence[str], known: Mapping[str, int]) -> tuple[Sequence[str], int]:
    """The tokens that `numbers_of` takes, and how many others there are."""
    others = {each for each in set(tokens) if each not in known and _respelled(each, known) is None}
    if not others or OTHER_WORD in known:
        return tokens, 0
    kept = [each for each in tokens if each not in others]
    return kept, len(tokens) - len(kept)


def _check_count(count: int, what: str) -> None:
    if count < _MIN_SAMPLES:
        raise DataError(f"A text must have at least {_MIN_SAMPLES} {what} to learn from, got {count}")


def _check_vocabulary(vocabulary: Sequence[str]) -> None:
    if len(vocabulary) < 2:
        raise DataError(f"A text must have at least 2 different tokens, got {len(vocabulary)}")
    # Lines have a token of their end besides.
    if len(vocabulary) >= MAX_VOCABULARY:
        raise DataError(
            f"A text must have less than {MAX_VOCABULARY:,} different tokens, got {len(vocabulary):,}; "
            "read it as words"
        )


def shown_token(token: str) -> str:
    """A token as it can be seen: control, space and right-to-left characters by their names."""
    if len(token) == 1 and (token.isspace() or not token.isprintable()):
        return {" ": "␣", "\n": "⏎", "\t": "⇥"}.get(token, f"U+{ord(token):04X}")
    return printable(token)


def shown_text(text: str) -> str:
    """A text whose control and direction characters are shown by their numbers; line feeds and tabs stay."""
    return printable(text, keep="\n\t")
