"""Tokens are drawn by their probabilities, one after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.nn.generation import choose_tokens, next_tokens
from core.spec.arrays import Array


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    shares = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    numbers = np.random.default_rng(0).random(20_000)
    rows = np.broadcast_to(shares, (20_000, 4))

    def drawn(**choices: float) -> NDArray[np.float64]:
        found = choose_tokens(rows, numbers, **choices)  # type: ignore[arg-type]
        return np.bincount(found, minlength=4) / len(found)

    np.testing.assert_allclose(drawn(), shares, atol=0.01)
    np.testing.assert_allclose(drawn(temperature=0.5), shares**2 / np.sum(shares**2), atol=0.01)
    np.testing.assert_allclose(drawn(top_k=2), [0, 0, 3 / 7, 4 / 7], atol=0.01)
    np.testing.assert_array_equal(drawn(temperature=0.0), [0, 0, 0, 1])
    np.testing.assert_array_equal(drawn(temperature=1e-6), [0, 0, 0, 1])
    # Both ends of what a generator draws.
    assert choose_tokens(rows[:2], np.array([0.0, np.nextafter(1.0, 0.0)])).tolist() == [0, 3]
    assert choose_tokens(np.array([[0.0, 1.0]]), np.array([0.0])).tolist() == [1]


def test_a_text_is_continued_from_what_is_seen_of_it() -> None:
    seen: list[list[int]] = []

    def counts(tokens: Array) -> Array:
        """The token one higher at each position, modulo 7."""
        seen.append(tokens[0].tolist())
        return np.eye(7, dtype=np.float32)[(tokens + 1) % 7]

    noise = np.random.default_rng(0)
    made = next_tokens(counts, 4, [1, 2], 2, 5, noise)
    assert made.tolist() == [[1, 2, 3, 4, 5, 6, 0]] * 2
    assert seen == [[1, 2, 0, 0], [1, 2, 3, 0], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 6]]
    # The longest past is the last that is seen.
    assert next_tokens(counts, 2, [1, 2, 3, 4], 1, 1, noise).tolist() == [[1, 2, 3, 4, 5]]
    assert next_tokens(counts, 4, [3], 1, 9, noise, end=6).tolist() == [[3, 4, 5, 6]]


def test_a_text_that_ended_stays_so_while_others_go_on() -> None:
    def predict(tokens: Array) -> Array:
        return np.full((*tokens.shape, 3), 1 / 3, np.float32)

    made = next_tokens(predict, 4, [1], 30, 12, np.random.default_rng(1), end=0)
    for text in made.tolist():
        if 0 in text:
            assert not any(text[text.index(0) :])
    assert any(text[2] for text in made.tolist())
    again = next_tokens(predict, 4, [1], 30, 12, np.random.default_rng(1), end=0)
    np.testing.assert_array_equal(made, again)
