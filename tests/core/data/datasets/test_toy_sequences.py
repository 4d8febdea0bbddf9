"""Toy sequences obey their rules, and say how well they can be continued."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.data.dataset import NOT_COUNTED, Data
from core.data.datasets.toy_sequences import (
    Add,
    Adding,
    Brackets,
    ModularSums,
    Repeat,
    ToySequence,
    Waves,
)
from core.data.raw_form import RawTokens
from core.data.train_test_split import train_test_split

ORDERS = [Repeat(order=order) for order in Repeat.setting("order").choices]
each_toy = pytest.mark.parametrize("toy", [*ORDERS, Add(), ModularSums(), Brackets()], ids=str)


def texts(data: Data) -> list[str]:
    """What is seen and the last token that follows."""
    assert isinstance(data.raw, RawTokens)
    last = data.targets[:, -1:]
    whole = np.concatenate([data.inputs.astype(int), last], axis=1)
    return [data.raw.separator.join(data.raw.vocabulary[number] for number in row) for row in whole]


@each_toy
def test_the_data_are_what_info_says(toy: ToySequence) -> None:
    data, info = toy.load(3), toy.info()
    assert (data.shape, data.labels, data.outputs, data.vocabulary) == (
        info.shape, info.labels, info.outputs, info.vocabulary,
    )  # fmt: skip
    assert (info.form, info.classes) == ("tokens", 0)
    assert math.isfinite(data.floor)
    again, other = toy.load(3), toy.load(4)
    assert (again.inputs == data.inputs).all()
    assert not np.array_equal(other.inputs, data.inputs)


@each_toy
def test_a_target_is_the_token_that_follows(toy: ToySequence) -> None:
    data = toy.load(0)
    counted = data.targets[:, :-1] != NOT_COUNTED
    assert (data.targets[:, :-1][counted] == data.inputs[:, 1:][counted]).all()
    assert (data.targets[:, -1] != NOT_COUNTED).all()


def test_repeat_says_all_again() -> None:
    data = Repeat(samples=50).load(0)
    assert all(text[:8] == text[8:16] and text[16] == text[0] for text in texts(data))
    assert data.floor == pytest.approx(7 / 16 * math.log(12))


def test_letters_are_reversed_and_sorted() -> None:
    for name, order in (("backwards", lambda word: word[::-1]), ("sorted", sorted)):
        data = Repeat(samples=50, order=name).load(0)
        assert all(text[9:] == "".join(order(text[:8])) for text in texts(data))
        assert (data.targets[:, :8] == NOT_COUNTED).all()
        assert data.floor == 0.0


@pytest.mark.parametrize("last_first", [True, False])
def test_sums_are_right_and_none_is_there_twice(last_first: bool) -> None:
    data = Add(samples=3_000, last_first=last_first).load(0)
    found = texts(data)
    for text in found:
        first, second, answer = text[:2], text[3:5], text[6:]
        assert int(first) + int(second) == int(answer[::-1] if last_first else answer)
    assert len(set(found)) == 3_000
    assert Add(samples=50_000).load(0).samples == 10_000
    assert (data.targets != NOT_COUNTED).sum(axis=1).tolist() == [3] * 3_000


def test_all_modular_sums_are_there() -> None:
    found = texts(ModularSums(modulus=7).load(0))
    assert len(set(found)) == 49
    for text in found:
        first, plus, second, equals, answer = text.split()
        assert (plus, equals) == ("+", "=")
        assert (int(first) + int(second)) % 7 == int(answer)


def test_induction_asks_what_followed() -> None:
    for text in texts(Repeat(letters=26, half=12, order="followed", samples=50).load(0)):
        before, asked, answer = text[:12], text[12], text[13]
        assert len(set(before)) == 12
        assert before[before.index(asked) + 1] == answer
    assert Repeat(half=12, order="followed", letters=2).load(0).shape == (3,)


def is_balanced(text: str) -> bool:
    opened: list[str] = []
    for sign in text:
        if sign in "([{<":
            opened.append(")]}>"["([{<".index(sign)])
        elif not opened or opened.pop() != sign:
            return False
    return not opened


def test_brackets_are_balanced_and_cost_what_was_drawn() -> None:
    brackets = Brackets(samples=20_000, kinds=3, pairs=3)
    data = brackets.load(0)
    found = texts(data)
    assert all(map(is_balanced, found))
    # Of each beginning, the entropy of what follows it.
    nats = 0.0
    for length in range(1, 6):
        for start in {text[:length] for text in found}:
            following = [text[length] for text in found if text.startswith(start)]
            shares = np.unique(following, return_counts=True)[1] / len(following)
            nats -= len(following) * float(np.sum(shares * np.log(shares)))
    assert data.floor == pytest.approx(nats / len(found) / 5, abs=0.01)


def test_a_broken_sequence_has_one_other_bracket() -> None:
    data = Brackets(asked="balanced", samples=400).load(0)
    assert isinstance(data.raw, RawTokens)
    found = ["".join(data.raw.vocabulary[number] for number in row) for row in data.inputs]
    assert [is_balanced(text) for text in found] == (data.targets == 1).tolist()
    assert 150 < data.targets.sum() < 250
    assert (data.form, data.labels, data.n_classes) == ("tokens", "classes", 2)
    info = Brackets(asked="balanced", samples=400).info()
    assert (info.form, info.classes, info.vocabulary, info.shape) == ("tokens", 2, 4, data.shape)


def test_waves_are_series_of_three_forms() -> None:
    data, info = Waves(noise=0.0).load(0), Waves().info()
    assert (
        (data.form, data.shape, data.n_classes)
        == (info.form, info.shape, info.classes)
        == ("sequence", (48, 1), 3)
    )
    squares = data.inputs[data.targets == 1]
    assert set(np.unique(np.abs(squares))) <= {0.0, 1.0}
    train, test = train_test_split(data, 0.7, 0)
    assert (len(train), len(test)) == (700, 300)


def test_of_many_numbers_the_two_that_are_marked_are_added() -> None:
    data = Adding(samples=400, length=20).load(3)
    numbers, marks = data.inputs[..., 0], data.inputs[..., 1]
    assert (marks[:, 1:-1] >= 0).all()
    assert ((marks == 1).sum(axis=1) == 2).all()
    assert (marks[:, -1] == -1).all()
    assert (marks[:, 10:] < 1).all()
    assert (numbers[marks[:, 0] == 1, 0] == 0).all()
    sums = np.where(marks == 1, numbers, 0).sum(axis=1)
    np.testing.assert_allclose(data.targets[:, 0], 0.5 + sums / 4, rtol=1e-6)
    assert (
        Adding(samples=50, length=20).load(3).inputs == Adding(samples=50, length=20).load(3).inputs
    ).all()
