"""Texts that the network writes now, beside those of the data; and what each token of a sample costs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..data.pipeline import TokenInputs, TokenOutputs
from ..data.texts import shown_text
from ..experiment.prepare import PreparedData
from ..nn.generation import next_tokens, token_shares
from ..spec.arrays import Array
from ..train.trainer import Trainer
from .snapshot import PARTS, Cost, Shown, SnapshotPart, SnapshotRequest

MAX_NEW: Final = 64
"""Tokens that are added to a prompt."""
SHOWN_TEXTS: Final = 9
"""Texts of lines that a page shows; of those that run on, which take more steps, a third."""
_SHORT: Final = 10
_TRIES: Final = 4
"""So many times as many texts are written where only new ones are shown."""
Mark = Literal["", "new", "known", "right", "wrong"]


@dataclass(frozen=True)
class TextWish:
    """Texts to write: `count` that continue `prompt`, or the questions of test samples if it is empty."""

    prompt: str = ""
    temperature: float = 0.8
    top_k: int = 0
    count: int = 3
    seed: int = 0
    only_new: bool = False


SHOWN_WISH: Final = TextWish(temperature=1.0, count=8)
"""The network's own chances, and always the same random numbers: to compare runs."""


@dataclass(frozen=True)
class Written:
    """A text: what it was asked to continue, what the network wrote, and whether that is in the data or right."""

    prompt: str
    text: str
    mark: Mark = ""


@dataclass(frozen=True, eq=False)
class Texts:
    """`separator` stands between prompt and text; `fault` says why a prompt cannot be continued.

    `note` says how a prompt was read whose letters the network does not know as they are.
    """

    written: tuple[Written, ...] = ()
    separator: str = ""
    fault: str = ""
    note: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The whole texts."""
        return tuple(self.separator.join(filter(None, (each.prompt, each.text))) for each in self.written)

    @property
    def marked_lines(self) -> tuple[str, ...]:
        """The whole texts, each in one line, with a tick or a cross where it is known what is right."""
        marks = {"right": " ✓", "wrong": " ✗"}
        lines = zip(self.written, self.lines, strict=True)
        return tuple(shown_text(" ".join(line.split())) + marks.get(each.mark, "") for each, line in lines)

    @property
    def short_lines(self) -> tuple[str, ...]:
        """The texts for small pictures: of long questions the answers alone, and each in one line."""
        asked = any(each.mark in ("right", "wrong") for each in self.written)
        lines = zip(self.written, self.lines, strict=True)
        short = (each.text if asked and len(line) > _SHORT else line for each, line in lines)
        return tuple(shown_text(" ".join(line.split())) for line in short)


def continues_texts(prepared: PreparedData) -> bool:
    """Whether the network tells at each position of a text which token follows."""
    inputs, outputs = prepared.pipeline.inputs, prepared.pipeline.outputs
    return isinstance(inputs, TokenInputs) and isinstance(outputs, TokenOutputs)


def last_counted(targets: NDArray[Any]) -> int:
    """The last position (time,) at which a token is to be told; that of the end if there is none."""
    counted = np.flatnonzero(targets >= 0)
    return int(counted[-1]) if len(counted) else len(targets) - 1


def positions_of(prepared: PreparedData, request: SnapshotRequest, *, is_drawn: bool) -> tuple[int, int]:
    """The position of the sample (drawn: of the prompt) that is looked at, and the last at which a token follows."""
    samples, row, _ = prepared.find(request.sample)
    drawn = request.drawn if is_drawn else None
    last = last_counted(samples.labels[row]) if drawn is None else drawn.length - 1
    return last if request.position is None else min(request.position, last), last


def nats_of(shares: Array, targets: NDArray[Any]) -> Array:
    """Loss at each position, of probabilities (time, tokens) of the next token; NaN where none is asked."""
    own = np.take_along_axis(shares, np.maximum(targets, 0)[:, None].astype(np.int64), axis=1)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(targets >= 0, -np.log(own.astype(np.float64)), np.nan)


@PARTS.register
class TextsPart(SnapshotPart[TextWish, Texts]):
    """Texts of the weights of now; with equal wishes the same random numbers."""

    kind = "texts"
    cost = Cost(0.25, 0.04)

    def __init__(self, trainer: Trainer, prepared: PreparedData) -> None:
        super().__init__(trainer, prepared)
        self._known: set[bytes] | None = None
        self._stream = b""

    def take(self, asked: TextWish, shown: Shown) -> Texts | None:
        inputs = self.prepared.pipeline.inputs
        network = self.trainer.network
        if not continues_texts(self.prepared) or not isinstance(inputs, TokenInputs):
            return None
        noise = np.random.default_rng(asked.seed)
        (context,) = network.input_shape
        try:
            prompts, answers = self._prompts(inputs, asked, noise)
        except ValueError as error:
            return Texts(separator=inputs.separator, fault=str(error))
        begin, data = prompts.shape[1], self.prepared.data
        length = context if inputs.end >= 0 else MAX_NEW
        if answers is not None:
            length = answers.shape[1]
        elif inputs.end < 0 and data.gap is None:
            # As long as the sequences of the data.
            length = max(1, context + 1 - begin)
        made = next_tokens(
            token_shares(network), context, prompts, len(prompts), min(length, MAX_NEW), noise,
            temperature=asked.temperature, top_k=asked.top_k, end=inputs.end,
        )  # fmt: skip
        written = []
        for place, row in enumerate(made.tolist()):
            if answers is None:
                mark: Mark = "known" if self._is_known(row, inputs) else "new"
            else:
                mark = "right" if row[begin:] == answers[place].tolist() else "wrong"
            shown_prompt, text = (self._text(inputs, part) for part in (row[:begin], row[begin:]))
            written.append(Written(shown_prompt, text, mark))
        if asked.only_new and answers is None:
            written = [each for each in written if each.mark == "new"][: asked.count]
        return Texts(tuple(written), inputs.separator, note=inputs.read_as(asked.prompt))

    def _prompts(
        self, inputs: TokenInputs, asked: TextWish, noise: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
        """Token numbers (n, begin) to continue, and what should follow (n, tokens) where that is known."""
        test = self.prepared.test.head(asked.count)
        count = asked.count * (_TRIES if asked.only_new else 1)
        if asked.prompt:
            numbers = inputs.tokens(asked.prompt)
            return np.tile(([inputs.end] if inputs.end >= 0 else []) + numbers, (count, 1)), None
        if inputs.end >= 0:
            return np.full((count, 1), inputs.end), None
        asks = [np.flatnonzero(row >= 0) for row in test.labels]
        if asks and all(len(each) and each[0] == asks[0][0] > 0 for each in asks):
            # Only answers are learned: those to questions of the test samples can be checked.
            first = int(asks[0][0])
            return test.inputs[:, : first + 1].astype(np.int64), test.labels[:, first:].astype(np.int64)
        return noise.integers(0, len(inputs.vocabulary), (count, 1)), None

    def _text(self, inputs: TokenInputs, numbers: list[int]) -> str:
        """The part of a text, without its ends."""
        return inputs.text(number for number in numbers if number != inputs.end)

    def _is_known(self, row: list[int], inputs: TokenInputs) -> bool:
        """Whether a text is in the data: a whole line, or a piece of a text that runs on."""
        data = self.prepared.data
        kind = data.inputs.dtype
        if inputs.end < 0 and data.gap is not None:
            self._stream = self._stream or data.inputs.tobytes()
            piece, place = np.array(row, kind).tobytes(), -1
            while (place := self._stream.find(piece, place + 1)) >= 0:
                if place % kind.itemsize == 0:
                    return True
            return False
        if self._known is None:
            whole = np.concatenate([data.inputs, np.maximum(data.targets[:, -1:], 0).astype(kind)], axis=1)
            self._known = {_ended(each.tolist(), inputs.end) for each in whole}
        if inputs.end >= 0:
            return _ended(row, inputs.end) in self._known
        return _ended(row[: data.inputs.shape[1] + 1], -1) in self._known


@PARTS.register
class SampleTextsPart(TextsPart):
    """Those of `SHOWN_WISH`, whatever a page asks for: for pictures of runs, trials, lanes and seeds, and in films."""

    kind = "sample_texts"

    @classmethod
    def asked(cls, request: SnapshotRequest) -> TextWish | None:
        """See `SnapshotPart.asked`; they are in every snapshot whose request does not have None."""
        found: TextWish | None = request.parts.get(cls.kind, SHOWN_WISH)
        return found


def _ended(row: list[int], end: int) -> bytes:
    """The numbers of a text up to its end, to compare it."""
    numbers = row[1:] if end >= 0 and row[:1] == [end] else row
    if end in numbers:
        numbers = numbers[: numbers.index(end)]
    return np.array(numbers, np.uint16).tobytes()
