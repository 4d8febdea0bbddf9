"""Texts and series become network inputs, and come back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.data.datasets import NoScaling, Standardize
from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import ModularSums, Repeat, Waves
from core.data.pipeline import (
    INPUTS,
    OUTPUTS,
    NumberColumn,
    SeriesInputs,
    TokenInputs,
    TokenOutputs,
    fit_inputs,
)
from core.spec import SettingError

LINES = TokenInputs(("\n", "a", "b"), 4, end=0)
WORDS = TokenInputs(("to", "be", ","), 4, " ")
SERIES = SeriesInputs((NumberColumn("a", shift=1.0, scale=2.0), NumberColumn("b")), 3)


@pytest.mark.parametrize(
    "dataset",
    [Names(samples=500), Repeat(order="backwards", samples=50), ModularSums(modulus=11), Waves(samples=50)],
)
def test_raw_samples_are_encoded_as_the_data_hold_them(dataset: object) -> None:
    data = dataset.load(0)  # type: ignore[attr-defined]
    inputs = fit_inputs(data, slice(None), Standardize() if isinstance(dataset, Waves) else NoScaling())
    raw = inputs.raw(data.inputs)
    encoded = inputs.encode(raw)
    assert encoded.dtype == data.inputs.dtype
    np.testing.assert_array_equal(encoded, data.inputs)
    scaled = inputs.scaled(encoded)
    assert scaled.shape[1:] == inputs.input_shape
    assert len(inputs.names_out) == np.prod(inputs.input_shape)
    back = inputs.inverse_transform(scaled)
    if isinstance(dataset, Waves):
        assert abs(scaled.mean()) < 1e-5
        np.testing.assert_allclose(back, raw, atol=1e-6)
    else:
        assert back == raw


def test_a_text_begins_with_the_end_and_is_filled_up() -> None:
    assert LINES.encode(["ab", "", "abab"]).tolist() == [[0, 1, 2, 0], [0, 0, 0, 0], [1, 2, 1, 2]]
    assert LINES.raw(np.array([[0, 1, 2, 0], [0, 0, 0, 0], [1, 2, 1, 2]])) == ["ab", "", "abab"]
    assert LINES.encode(np.array([[0, 1, 2, 0]])).tolist() == [[0, 1, 2, 0]]
    assert WORDS.encode(["to be, to be"]).tolist() == [[1, 2, 0, 1]]
    assert WORDS.raw(np.array([[1, 2, 0, 1]])) == ["be , to be"]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (["ab", "ax"], "^Tokens: text 1 cannot be read: 'x' is none of the 3 tokens that are known$"),
        (["a\u202e"], r"^Tokens: text 0 cannot be read: '\\u202e' is none"),
        ("ab", "^Tokens: raw must be texts, or an array of whole numbers, got 'ab'$"),
        ([3], "^Tokens: text 0 must be a text, got 3$"),
        (np.array([[0, 1]]), r"^Tokens: raw must be \(samples, 4\), got an array of shape \(1, 2\)$"),
        (np.array([[0, 1, 2, 3]]), "^Tokens: numbers must be from 0 to 2, got others$"),
    ],
)
def test_what_is_no_text_of_these_tokens_is_refused(raw: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        LINES.encode(raw)


@pytest.mark.parametrize("inputs", [LINES, WORDS, SERIES])
def test_inputs_come_back_from_json(inputs: TokenInputs | SeriesInputs) -> None:
    assert INPUTS.from_json(json.loads(json.dumps(inputs.to_json()))) == inputs


def test_outputs_are_tokens_and_their_probabilities() -> None:
    outputs = TokenOutputs(("\n", "a", "b"))
    predictions = outputs.decode(np.array([[[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]]], np.float32))
    assert predictions.numbers is not None
    assert predictions.labels is not None
    assert predictions.probabilities is not None
    assert predictions.numbers.tolist() == [[1, 0]]
    assert predictions.labels.tolist() == [["a", "\n"]]
    assert predictions.probabilities.shape == (1, 2, 3)
    assert outputs.encoding.tokens
    assert OUTPUTS.from_json(json.loads(json.dumps(outputs.to_json()))) == outputs


def test_a_vocabulary_must_have_different_texts() -> None:
    for vocabulary in (("a",), ("a", "a"), ("a", 3)):
        for make in (TokenInputs, TokenOutputs):
            with pytest.raises(
                SettingError, match=r"vocabulary must be from 2 to 65,536 different texts, got"
            ):
                make(vocabulary)
    with pytest.raises(SettingError, match=r"end must be below 2, got 2"):
        TokenInputs(("a", "b"), end=2)


def test_a_series_has_its_own_shape_and_finite_numbers() -> None:
    encoded = SERIES.encode(np.arange(6).reshape(1, 3, 2))
    np.testing.assert_allclose(SERIES.scaled(encoded)[0, :, 0], [-0.5, 0.5, 1.5])
    assert SERIES.names_out[:3] == ("a_0", "b_0", "a_1")
    with pytest.raises(ValueError, match=r"^Series: raw must be numbers \(samples, 3, 2\), got an array of"):
        SERIES.encode(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"^Series: sample 1 must have finite numbers, got others$"):
        SERIES.encode(np.array([np.zeros((3, 2)), np.full((3, 2), np.nan)]))
    assert SeriesInputs((NumberColumn("a"),), 3).encode([[1, 2, 3]]).shape == (1, 3, 1)
