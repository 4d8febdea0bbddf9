"""Sequences of tokens made at random, of which it is known how well they can be continued.

A kind writes `generate` alone: the tokens, and at each position what the token that follows costs a perfect reader.
"""

from __future__ import annotations

import math
import string
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...spec import Former, setting
from ..dataset import DATASETS, NOT_COUNTED, Data, Dataset, DatasetInfo
from ..raw_form import RawTokens

Tokens = NDArray[np.int64]
Nats = NDArray[np.float64]

_LETTERS = tuple(string.ascii_lowercase)
_OPENING, _CLOSING = "([{<", ")]}>"


def _samples(default: int = 2_000, high: int = 50_000) -> Any:
    return setting(
        default,
        "Samples",
        "How many sequences there are. More are harder to learn by heart, and an epoch takes longer",
        low=10,
        high=high,
        suggestions=(500, 2_000, 10_000),
    )


class ToySequence(Dataset):
    """Sequences of `symbols`, whose tokens are to be continued where that is asked."""

    family: ClassVar[str] = "sequences"
    separator: ClassVar[str] = ""

    @property
    def symbols(self) -> tuple[str, ...]:
        """All tokens in the order of their numbers."""
        raise NotImplementedError

    @property
    def time(self) -> int:
        """Number of tokens that the network sees."""
        raise NotImplementedError

    def generate(self, rng: np.random.Generator) -> tuple[Tokens, Nats]:
        """Tokens (samples, time + 1), and nats (samples, time) of the one that follows each; NaN: it is not asked."""
        raise NotImplementedError

    def info(self) -> DatasetInfo:
        count = len(self.symbols)
        return DatasetInfo((self.time,), "tokens", count, vocabulary=count)

    def load(self, seed: int) -> Data:
        """Generate the sequences with a seeded generator."""
        tokens, nats = self.generate(np.random.default_rng(seed))
        following = np.where(np.isnan(nats), NOT_COUNTED, tokens[:, 1:])
        raw = RawTokens(self.symbols, self.separator)
        return Data(tokens[:, :-1], following, "tokens", raw=raw, floor=float(np.nanmean(nats)))


def _answered(question: Tokens, answer: Tokens) -> tuple[Tokens, Nats]:
    """A question and its only answer, which alone is asked."""
    tokens = np.concatenate([question, answer], axis=1)
    nats = np.zeros((len(tokens), tokens.shape[1] - 1))
    nats[:, : question.shape[1] - 1] = np.nan
    return tokens, nats


@DATASETS.register(
    was={
        "reverse": Former({"order": "backwards"}, {"length": "half"}),
        "sort": Former({"order": "sorted"}, {"length": "half"}),
        "induction": Former({"order": "followed", "letters": 26, "half": 12}, {"length": "half"}),
    }
)
class Repeat(ToySequence):
    """Random letters, and what can be known of them: the same again, or after a bar backwards or sorted.

    "followed": different letters, then one of them again, of which is asked what followed it before.
    """

    kind = "repeat"
    title = "Letters"
    summary = "Random letters come back: again, backwards, sorted"

    samples: int = _samples()
    letters: int = setting(12, "Letters", "How many different letters there are.", low=2, high=26)
    half: int = setting(8, "Length", "How many letters come before those that are asked.", low=2, high=64)
    order: str = setting(
        "again",
        "Order",
        "How the letters come back: again, backwards, sorted, or the one that followed.",
        choices=("again", "backwards", "sorted", "followed"),
    )

    @property
    def symbols(self) -> tuple[str, ...]:
        bar = ("|",) if self.order in ("backwards", "sorted") else ()
        return _LETTERS[: self.letters] + bar

    @property
    def time(self) -> int:
        return min(self.half, self.letters) + 1 if self.order == "followed" else 2 * self.half

    def generate(self, rng: np.random.Generator) -> tuple[Tokens, Nats]:
        """Of "again" twice the same, and its first letter once more: its first half cannot be known."""
        if self.order == "followed":
            count = self.time - 1
            order = np.argsort(rng.random((self.samples, self.letters)), axis=1)[:, :count]
            place = rng.integers(0, count - 1, (self.samples, 1))
            asked, answer = (np.take_along_axis(order, place + step, axis=1) for step in (0, 1))
            return _answered(np.concatenate([order, asked], axis=1), answer)
        given = rng.integers(0, self.letters, (self.samples, self.half))
        if self.order == "again":
            nats = np.zeros((self.samples, self.time))
            nats[:, : self.half - 1] = math.log(self.letters)
            return np.concatenate([given, given, given[:, :1]], axis=1), nats
        bar = np.full((self.samples, 1), self.letters)
        answer = given[:, ::-1] if self.order == "backwards" else np.sort(given, axis=1)
        return _answered(np.concatenate([given, bar], axis=1), answer)


@DATASETS.register()
class Add(ToySequence):
    """Sums of two numbers, no sum twice: 37+48=085, or with the answer from its last digit on."""

    kind = "add"
    title = "Add"
    summary = "Sums of two numbers, digit by digit"

    samples: int = _samples(5_000)
    digits: int = setting(2, "Digits", "How many digits each number has.", low=2, high=6)
    last_first: bool = setting(
        True,
        "Last digit first",
        "Write the answer from its last digit on, as sums are done by hand: each digit needs those before alone.",
    )

    @property
    def symbols(self) -> tuple[str, ...]:
        return (*string.digits, "+", "=")

    @property
    def time(self) -> int:
        return 3 * self.digits + 2

    def generate(self, rng: np.random.Generator) -> tuple[Tokens, Nats]:
        """As many different sums as there are samples, or all."""
        below = 10**self.digits
        pairs = rng.choice(below**2, min(self.samples, below**2), replace=False)
        first, second = np.divmod(pairs, below)
        signs = np.broadcast_to(np.array([[10], [11]]), (2, len(pairs)))
        question = [_digits(first, self.digits), signs[:1].T, _digits(second, self.digits), signs[1:].T]
        answer = _digits(first + second, self.digits + 1)
        return _answered(np.concatenate(question, axis=1), answer[:, ::-1] if self.last_first else answer)


@DATASETS.register()
class ModularSums(ToySequence):
    """All sums a + b = c modulo a prime number, each once: learned by heart first, and understood much later."""

    kind = "modular_sums"
    title = "Modular sums"
    short = "Modular"
    summary = "All sums modulo a prime, as for grokking"
    separator: ClassVar[str] = " "

    modulus: int = setting(
        97, "Modulus", "Sums are taken modulo this number.", low=5, high=211, suggestions=(23, 59, 97, 113)
    )

    @property
    def symbols(self) -> tuple[str, ...]:
        return (*map(str, range(self.modulus)), "+", "=")

    @property
    def time(self) -> int:
        return 4

    def generate(self, rng: np.random.Generator) -> tuple[Tokens, Nats]:
        """All pairs, in an order of the seed."""
        first, second = np.divmod(rng.permutation(self.modulus**2), self.modulus)
        plus, equals = (np.full_like(first, self.modulus + place) for place in (0, 1))
        return _answered(
            np.stack([first, plus, second, equals], axis=1), ((first + second) % self.modulus)[:, None]
        )


@DATASETS.register(was={"balanced": Former({"asked": "balanced"})})
class Brackets(ToySequence):
    """Balanced brackets, whose next one is asked; or whether they are balanced, where one may have been exchanged."""

    kind = "brackets"
    title = "Brackets"
    summary = "Brackets that open and close one another"

    samples: int = _samples()
    kinds: int = setting(2, "Kinds", "How many kinds of brackets there are.", low=1, high=4)
    pairs: int = setting(8, "Pairs", "How many pairs a sequence has.", low=2, high=64)
    asked: str = setting(
        "next", "Asked", "The bracket that follows, or whether all match.", choices=("next", "balanced")
    )

    @property
    def time(self) -> int:
        return 2 * self.pairs - (self.asked == "next")

    def info(self) -> DatasetInfo:
        if self.asked == "next":
            return super().info()
        return DatasetInfo((self.time,), "classes", 2, vocabulary=len(self.symbols))

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(_OPENING[: self.kinds] + _CLOSING[: self.kinds])

    def balanced(self, rng: np.random.Generator) -> tuple[Tokens, Nats]:
        """Balanced brackets (samples, 2 pairs), and the nats (samples, 2 pairs) of each for who knows the rule.

        Where a bracket can open as well as close, it does either with the same chance.
        """
        count, length = self.samples, 2 * self.pairs
        tokens, nats = np.empty((count, length), np.int64), np.zeros((count, length))
        open_kinds, depth = np.zeros((count, self.pairs), np.int64), np.zeros(count, np.int64)
        rows = np.arange(count)
        for place in range(length):
            must_open, must_close = depth == 0, depth == length - place
            opens = ~must_close & (must_open | (rng.random(count) < 0.5))
            kind = rng.integers(0, self.kinds, count)
            closed = open_kinds[rows, np.maximum(depth - 1, 0)]
            tokens[:, place] = np.where(opens, kind, self.kinds + closed)
            choice = math.log(2) + 0.5 * math.log(self.kinds)
            nats[:, place] = np.where(must_close, 0.0, np.where(must_open, math.log(self.kinds), choice))
            open_kinds[rows[opens], depth[opens]] = kind[opens]
            depth += np.where(opens, 1, -1)
        return tokens, nats

    def generate(self, rng: np.random.Generator) -> tuple[Tokens, Nats]:
        tokens, nats = self.balanced(rng)
        return tokens, nats[:, 1:]

    def load(self, seed: int) -> Data:
        """Of those that may be balanced, half have one bracket that is another."""
        if self.asked == "next":
            return super().load(seed)
        rng = np.random.default_rng(seed)
        tokens, _ = self.balanced(rng)
        labels = rng.integers(0, 2, self.samples)
        broken = np.flatnonzero(labels == 0)
        places = rng.integers(0, self.time, len(broken))
        tokens[broken, places] += rng.integers(1, len(self.symbols), len(broken))
        tokens[broken, places] %= len(self.symbols)
        return Data(tokens, labels, "classes", ("broken", "balanced"), raw=RawTokens(self.symbols))


@DATASETS.register()
class XorInTime(ToySequence):
    """Two random bits, then their XOR, again and again: each third bit can be known (Elman, 1990)."""

    kind = "xor_in_time"
    title = "XOR in time"
    short = "XOR time"
    summary = "Two random bits, then their XOR, and so on"

    samples: int = _samples(300)
    triples: int = setting(4, "Triples", "How many threes of bits a sequence has.", low=2, high=64)

    @property
    def symbols(self) -> tuple[str, ...]:
        return ("0", "1")

    @property
    def time(self) -> int:
        return 3 * self.triples - 1

    def generate(self, rng: np.random.Generator) -> tuple[Tokens, Nats]:
        """Bits from the first of a three to the last of one."""
        bits = rng.integers(0, 2, (self.samples, self.triples, 3))
        bits[:, :, 2] = bits[:, :, 0] ^ bits[:, :, 1]
        nats = np.where(np.arange(1, self.time + 1) % 3 == 2, 0.0, math.log(2))
        return bits.reshape(self.samples, -1), np.tile(nats, (self.samples, 1))


@DATASETS.register()
class Waves(Dataset):
    """Sines, squares and saws of any period and phase, with noise: which form is it?"""

    kind = "waves"
    title = "Waves"
    summary = "Is it a sine, a square or a saw?"
    family: ClassVar[str] = "sequences"

    samples: int = _samples(1_000)
    length: int = setting(48, "Length", "How many values a series has.", low=8, high=512)
    noise: float = setting(0.2, "Noise", "The deviation of what is added to each value.", low=0.0, high=2.0)

    def info(self) -> DatasetInfo:
        return DatasetInfo((self.length, 1), "classes", 3)

    def load(self, seed: int) -> Data:
        """Series (samples, length, 1) between about -1 and 1."""
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 3, self.samples)
        period = rng.uniform(0.15, 0.6, (self.samples, 1)) * self.length
        turns = np.arange(self.length) / period + rng.random((self.samples, 1))
        forms = [np.sin(2 * np.pi * turns), np.sign(np.sin(2 * np.pi * turns)), 2 * (turns % 1) - 1]
        made = np.choose(labels[:, None], forms) + self.noise * rng.standard_normal(turns.shape)
        return Data(made[..., None].astype(np.float32), labels, "classes", ("sine", "square", "saw"))


@DATASETS.register()
class Adding(Dataset):
    """Random numbers from -1 to 1, two of them marked by 1: what is 0.5 + a quarter of their sum?

    The ends are marked by -1, and a first number that is marked counts 0. Hochreiter and Schmidhuber (1997), but for
    their lengths, which vary.
    """

    kind = "adding"
    title = "Adding"
    summary = "Two of many numbers are marked: add them"
    family: ClassVar[str] = "sequences"

    samples: int = _samples(3_000)
    length: int = setting(50, "Length", "How many numbers a sequence has.", low=20, high=512)

    def info(self) -> DatasetInfo:
        return DatasetInfo((self.length, 2), "values", 1)

    def load(self, seed: int) -> Data:
        """Numbers and marks (samples, length, 2): one mark in the first ten, another in the first half."""
        rng, rows = np.random.default_rng(seed), np.arange(self.samples)
        pairs = np.zeros((self.samples, self.length, 2), np.float32)
        pairs[:, :, 0] = rng.uniform(-1, 1, (self.samples, self.length))
        pairs[:, [0, -1], 1] = -1
        first, second = rng.integers(0, [[10], [self.length // 2 - 1]], (2, self.samples))
        second += second >= first
        pairs[rows, first, 1] = pairs[rows, second, 1] = 1
        pairs[pairs[:, 0, 1] == 1, 0, 0] = 0
        sums = pairs[rows, first, 0] + pairs[rows, second, 0]
        return Data(pairs, 0.5 + sums[:, None] / 4, "values", target_name="sum")


def _digits(numbers: Tokens, count: int) -> Tokens:
    """The digits (n, count) of numbers (n,), from the first."""
    return numbers[:, None] // 10 ** np.arange(count - 1, -1, -1) % 10
