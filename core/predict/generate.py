"""Texts that a trained network writes, token by token."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..data.pipeline import Pipeline, TokenInputs, TokenOutputs
from ..nn.generation import next_tokens, token_shares
from ..nn.network import Network

MAX_LENGTH = 100_000


def makes_texts(pipeline: Pipeline | None) -> bool:
    """Whether a model with this pipeline continues texts."""
    return pipeline is not None and isinstance(pipeline.outputs, TokenOutputs)


def generate(
    network: Network,
    pipeline: Pipeline | None,
    prompt: str | Iterable[int] = "",
    count: int = 5,
    length: int | None = None,
    temperature: float = 0.8,
    top_k: int = 0,
    seed: int = 0,
) -> list[str] | NDArray[np.int64]:
    """`count` texts that continue `prompt`; without a pipeline token numbers (count, tokens) of token numbers.

    Up to `length` tokens are added, by default as many as the network sees at once; a text that ends is over before.
    Without a prompt texts begin as those of the data do, or with any token. With `temperature` 0 the likeliest token
    is always taken; `top_k` draws from so many of the likeliest. Equal seeds give equal texts. Raises `ValueError`.
    """
    shape = network.output_shape
    if len(network.input_shape) != 1 or len(shape) != 2 or shape[0] != network.input_shape[0]:
        raise ValueError(
            "generate: only a network that tells at each position which token follows writes texts; "
            f"this one has inputs of shape {network.input_shape} and outputs of shape {shape}"
        )
    _check(count, length, temperature, top_k, seed)
    (context,), tokens = network.input_shape, shape[1]
    noise = np.random.default_rng(seed)
    inputs = None if pipeline is None else pipeline.inputs
    end = -1
    if isinstance(inputs, TokenInputs):
        end = inputs.end
        numbers = _numbers(inputs, prompt)
        if end >= 0:
            numbers.insert(0, end)
    else:
        given = np.asarray([] if isinstance(prompt, str) and not prompt else prompt)
        wholes = given.dtype.kind in "iu" and ((given >= 0) & (given < tokens)).all()
        if given.ndim != 1 or (given.size and not wholes):
            raise ValueError(
                f"generate: without texts the prompt must be token numbers below {tokens}, got {prompt!r:.60}"
            )
        numbers = given.tolist()
    if not numbers:
        numbers = [int(noise.integers(0, tokens))]

    made = next_tokens(
        token_shares(network),
        context,
        numbers,
        count,
        context if length is None else length,
        noise,
        temperature=temperature,
        top_k=top_k,
        end=end,
    )
    return inputs.raw(made) if isinstance(inputs, TokenInputs) else made


def _numbers(inputs: TokenInputs, prompt: str | Iterable[int]) -> list[int]:
    if not isinstance(prompt, str):
        raise ValueError(f"generate: the prompt must be a text, got {prompt!r:.60}")
    try:
        return inputs.tokens(prompt)
    except ValueError as error:
        raise ValueError(f"generate: the prompt cannot be read: {error}") from None


def _check(count: int, length: int | None, temperature: float, top_k: int, seed: int) -> None:
    for name, value, low, high in (
        ("count", count, 1, MAX_LENGTH),
        ("length", 1 if length is None else length, 1, MAX_LENGTH),
        ("top_k", top_k, 0, MAX_LENGTH),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
            raise ValueError(f"generate: {name} must be a whole number from {low} to {high:,}, got {value!r}")
    if (
        isinstance(temperature, bool)
        or not isinstance(temperature, int | float)
        or not math.isfinite(temperature)
    ):
        raise ValueError(f"generate: temperature must be a number of at least 0, got {temperature!r}")
    if temperature < 0.0:
        raise ValueError(f"generate: temperature must be at least 0, got {temperature:g}")
