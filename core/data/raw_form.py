"""The names of a dataset's numbers before encoding: columns, pixels, or the tokens of a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RawColumn:
    """A column of a table: numbers, or one of `categories`, which `Data.inputs` holds as one-hot columns.

    `fill` takes the place of missing values; None refuses them. `unit` is what its cells have, such as "%"; `format` is
    a `ColumnFormat.text`, how texts become numbers. `is_usual`: `fill` is the mean or the most frequent category, which
    `Data.filled_from` finds anew.
    """

    name: str
    categories: tuple[str, ...] = ()
    fill: float | str | None = None
    unit: str = ""
    format: str = "point"
    is_usual: bool = False

    @property
    def width(self) -> int:
        """Its number of columns in `Data.inputs`."""
        return max(1, len(self.categories))


@dataclass(frozen=True)
class RawImages:
    """Pixels from 0 to `high`, which `Data.inputs` holds divided by `high`, and subtracted from 1 if `inverted`.

    `fit` says how images of another size become squares (see `read_image`); "" refuses them.
    """

    high: float = 1.0
    inverted: bool = False
    fit: str = ""


@dataclass(frozen=True)
class RawSeries:
    """Values over time, which `Data.inputs` holds as (samples, time, channels): a column for each channel."""

    columns: tuple[RawColumn, ...]


@dataclass(frozen=True)
class RawTokens:
    """Texts, whose tokens `Data.inputs` holds by their numbers in `vocabulary`.

    A text is cut at each `separator`, or into its characters if that is "". `end` is the number of the token that
    begins and ends a text; -1 for texts that go on.
    """

    vocabulary: tuple[str, ...]
    separator: str = ""
    end: int = -1

    @property
    def noun(self) -> str:
        """What people call a token: "letter"."""
        return self._nouns[0]

    @property
    def plural(self) -> str:
        """What they call several: "letters"."""
        return self._nouns[1]

    @property
    def _nouns(self) -> tuple[str, str]:
        longest = max(map(len, self.vocabulary), default=0) if self.separator else 0
        if longest > 3:
            return "word", "words"
        is_letters = not self.separator and any(token.isalpha() for token in self.vocabulary)
        return ("letter", "letters") if is_letters else ("token", "tokens")


RawForm = tuple[RawColumn, ...] | RawImages | RawSeries | RawTokens
