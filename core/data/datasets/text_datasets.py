"""Texts as datasets: names that ship with the project, and a file of the user's."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import Any, ClassVar, Literal

import numpy as np

from ...io.resources import resource
from ...spec import setting
from ...spec.arrays import Indices
from ..dataset import DATASETS, Data, Dataset, DatasetInfo
from ..raw_form import RawTokens
from ..recent import Recent
from ..texts import (
    Text,
    cut_text,
    data_of_lines,
    data_of_text,
    lines_of,
    read_text,
    text_between,
    vocabulary_of,
)
from .file_dataset import FileDataset


def _context(default: int) -> Any:
    return setting(
        default,
        "Context",
        "How many tokens the network sees at once. More know more of what was before, and take longer",
        low=4,
        high=512,
        suggestions=(16, 32, 64, 128),
    )


@DATASETS.register()
class Names(Dataset):
    """First names, letter by letter; a name begins and ends with the end of a line."""

    kind = "names"
    title = "Names"
    summary = "First names, letter by letter"
    family: ClassVar[str] = "sequences"
    citation: ClassVar[str] = (
        "The most frequent first names of 2018, US Social Security Administration, public domain; "
        "from karpathy/makemore (MIT), without those that are there twice."
    )

    samples: int = setting(
        8_000,
        "Samples",
        "How many names there are. Fewer are learned by heart sooner",
        low=100,
        high=29_494,
        suggestions=(1_000, 8_000, 29_494),
    )

    def info(self) -> DatasetInfo:
        return DatasetInfo((16,), "tokens", 27, vocabulary=27)

    def load(self, seed: int) -> Data:
        """`samples` of all names, chosen by the seed, in a mixed order."""
        names = _names()
        chosen = np.random.default_rng(seed).permutation(len(names))[: self.samples]
        # A hundred names may have no q.
        return data_of_lines([names[place] for place in chosen], 16, tokens=ascii_lowercase)


@cache
def _names() -> list[str]:
    return resource("datasets", "names.txt").read_text("ascii").split()


@DATASETS.register()
class TextFile(FileDataset):
    """Lines or running text of a file. Create with `TextFile.of`, since `vocabulary` repeats what the file holds."""

    kind = "text_file"
    title = "Your text"
    summary = "A text from a file of yours"
    family: ClassVar[str] = "sequences"
    kept: ClassVar[Recent[Any, Text]] = Recent(2)

    samples_are: Literal["lines", "text"] = setting(
        "lines", "Samples", "Each line is a sample, or the text runs on.", choices=("lines", "text")
    )
    tokens: Literal["letters", "words"] = setting(
        "letters", "Tokens", "The text is cut into letters, or into words.", choices=("letters", "words")
    )
    context: int = _context(32)
    most: int = setting(
        1_000_000,
        "Characters",
        "How much of the text is learned from, from its beginning.",
        low=1_000,
        high=20_000_000,
        suggestions=(100_000, 1_000_000, 10_000_000),
    )
    vocabulary: int = setting(2, "Vocabulary", "The number of different tokens.", low=2, high=65_536)
    told: ClassVar[tuple[str, ...]] = ("vocabulary",)

    @classmethod
    def of(cls, text: Text, **choices: Any) -> TextFile:
        """The dataset of a text that was read. Raises `DataError` if there is too little to learn from."""
        made = cls(text.path, text.sha256, **choices)
        made.remember(text)
        return made.replace(vocabulary=made._data(text).vocabulary)

    def info(self) -> DatasetInfo:
        return DatasetInfo((self.context,), "tokens", self.vocabulary, vocabulary=self.vocabulary)

    @property
    def _choices(self) -> tuple[object, ...]:
        return (self.most,)

    def _read(self, path: Path) -> Text:
        return read_text(path, self.most)

    @property
    def _cuts(self) -> tuple[object, ...]:
        return self.samples_are, self.tokens, self.context, self.most

    @property
    def _separator(self) -> str:
        return " " if self.tokens == "words" else ""

    def _rows(self, whole: Text) -> tuple[int, int | None]:
        if self.samples_are == "lines":
            return len(lines_of(whole.text[: self.most])), None
        return (len(cut_text(whole.text[: self.most], self._separator)) - 1) // self.context, 1

    def _part(self, whole: Text, rows: Indices) -> Text:
        text = whole.text[: self.most]
        if self.samples_are == "lines":
            lines = lines_of(text)
            return replace(whole, text="\n".join(lines[row] for row in rows))
        # With the token behind the last.
        first, last = (int(row) * self.context for row in (rows[0], rows[-1] + 1))
        return replace(whole, text=text_between(text, first, last + 1, self._separator))

    def _data(self, content: Text, seen: Data | None = None) -> Data:
        text, known = content.text[: self.most], None if seen is None else seen.raw
        tokens = known.vocabulary if isinstance(known, RawTokens) else ()
        if self.samples_are == "lines":
            return data_of_lines(lines_of(text), self.context, self._separator, tokens[1:])
        return data_of_text(text, self.context, self._separator, tokens)

    def _told(self, content: Text) -> dict[str, Any]:
        text = content.text[: self.most]
        if self.samples_are == "text":
            return {"vocabulary": len(vocabulary_of(text, self._separator))}
        # With the token of their end.
        return {"vocabulary": 1 + len(vocabulary_of(self._separator.join(lines_of(text)), self._separator))}
