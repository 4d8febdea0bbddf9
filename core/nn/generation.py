"""Samples from a trained network: noise that follows a field of velocities, and texts token by token."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array

if TYPE_CHECKING:
    from .network import Network

Field = Callable[[Array, float], Array]
"""Velocities (n, numbers) of points (n, numbers) at a time from 0 to 1."""
Method = Literal["euler", "heun"]
METHODS: Final[tuple[Method, ...]] = ("euler", "heun")
STARTS: Final = ("normal", "uniform", "ring")


def draw_start(kind: str, shape: tuple[int, int], noise: np.random.Generator) -> Array:
    """Start of samples, float32: normal with a deviation of 1, uniform with the same, or a ring of 1."""
    if kind == "uniform":
        # From -sqrt(3) to sqrt(3) the deviation is 1.
        drawn: Array = (noise.random(shape, np.float32) * 2 - 1) * np.float32(math.sqrt(3.0))
        return drawn
    drawn = noise.standard_normal(shape, np.float32)
    if kind == "ring":
        # Pulled towards a circle, and not onto it: from a line nothing flows to a plane.
        drawn *= (
            np.linalg.norm(drawn, axis=1, keepdims=True) / np.float32(math.sqrt(shape[1]))
        ) ** np.float32(-0.8)
    return drawn


def flow(
    predict: Callable[[Array], Array],
    width: int,
    start: Array,
    steps: int = 40,
    method: Method = "euler",
    *,
    label: int | NDArray[np.int64] | None = None,
    guidance: float = 1.0,
) -> Array:
    """The paths (steps + 1, n, numbers) of `start` (n, numbers) along the field of a network that `predict`s."""
    return integrate(field_of(predict, width, label=label, guidance=guidance), start, steps, method)


def field_of(
    predict: Callable[[Array], Array],
    width: int,
    *,
    label: int | NDArray[np.int64] | None = None,
    guidance: float = 1.0,
) -> Field:
    """The field of a network that `predict`s.

    `width` is that of its inputs: the numbers, the time, and classes. `label` is the class to make, or one for each
    point (n,); with more `guidance` than 1 samples are more typical of it than those of the data, with 0 they are of
    any class.
    """

    def field(points: Array, time: float) -> Array:
        count, numbers = points.shape
        inputs = np.zeros((count, width), points.dtype)
        inputs[:, :numbers], inputs[:, numbers] = points, time
        if label is None or guidance == 0.0:
            return predict(inputs)
        free = None if guidance == 1.0 else predict(inputs).copy()
        inputs[np.arange(count), numbers + 1 + label] = 1.0
        own = predict(inputs)
        return own if free is None else free + points.dtype.type(guidance) * (own - free)

    return field


def integrate(field: Field, start: Array, steps: int, method: Method = "euler") -> Array:
    """Positions of points `start` (n, numbers) at equal steps from time 0 to 1, (steps + 1, n, numbers).

    Euler's error falls by 2 with half the step, Heun's, which asks the field twice a step, by 4. Raises `ValueError`.
    """
    if method not in METHODS:
        raise ValueError(f"sample: method must be one of {', '.join(METHODS)}, got {method!r}")
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
        raise ValueError(f"sample: steps must be a whole number of at least 1, got {steps!r}")
    paths = np.empty((steps + 1, *start.shape), start.dtype)
    paths[0] = start
    step = 1.0 / steps
    for number in range(steps):
        points, time = paths[number], number * step
        velocity = field(points, time)
        if method == "heun":
            ahead = field(points + start.dtype.type(step) * velocity, min(1.0, time + step))
            velocity = start.dtype.type(0.5) * (velocity + ahead)
        np.add(points, start.dtype.type(step) * velocity, out=paths[number + 1])
    return paths


def token_shares(network: Network) -> Callable[[NDArray[np.int64]], Array]:
    """Gives the probabilities (n, context, tokens) of what follows each of the token numbers (n, context)."""

    def shares(seen: NDArray[np.int64]) -> Array:
        found = network.predict(network.checked(seen))
        function = network.final_activation
        if function is not None and function.kind == "softmax":
            return found
        made: Array = np.exp(found - found.max(axis=-1, keepdims=True))
        made /= made.sum(axis=-1, keepdims=True)
        return made

    return shares


def next_tokens(
    predict: Callable[[NDArray[np.int64]], Array],
    context: int,
    prompt: Sequence[int] | NDArray[np.int64],
    count: int,
    length: int,
    noise: np.random.Generator,
    *,
    temperature: float = 1.0,
    top_k: int = 0,
    end: int = -1,
) -> NDArray[np.int64]:
    """`count` texts (count, tokens) that continue the token numbers of a `prompt`, or of one each, by up to `length`.

    `predict` gives probabilities (n, context, tokens) of token numbers (n, context); of longer texts it sees the last
    ones. A text is over at the token `end`, and what follows it is `end`. Each token takes one random number for each
    text, so that a program that does the same draws the same.
    """
    begin = np.shape(prompt)[-1]
    tokens = np.full((count, begin + length), max(0, end), np.int64)
    tokens[:, :begin] = prompt
    over = np.zeros(count, np.bool_)
    for place in range(begin, begin + length):
        start = max(0, place - context)
        # What follows a position is not seen from there.
        seen = np.full((count, context), max(0, end), np.int64)
        seen[:, : place - start] = tokens[:, start:place]
        shares = predict(seen)[:, place - start - 1]
        chosen = choose_tokens(shares, noise.random(count), temperature, top_k)
        tokens[:, place] = np.where(over, end, chosen)
        over |= chosen == end
        if over.all():
            return tokens[:, : place + 1]
    return tokens


def choose_tokens(
    shares: Array, numbers: NDArray[np.float64], temperature: float = 1.0, top_k: int = 0
) -> NDArray[np.int64]:
    """The token of each row of probabilities (n, tokens), for random `numbers` (n,) from 0 to 1.

    With a `temperature` below 1 likely tokens are taken more often; with 0 always the likeliest. `top_k` is how many of
    the likeliest are drawn from; 0 for all.
    """
    if temperature == 0.0:
        return np.asarray(shares.argmax(axis=1))
    with np.errstate(divide="ignore"):
        logs = np.log(shares.astype(np.float64)) / temperature
    if 0 < top_k < logs.shape[1]:
        least = np.partition(logs, -top_k, axis=1)[:, -top_k, None]
        logs[logs < least] = -np.inf
    sums = np.cumsum(np.exp(logs - logs.max(axis=1, keepdims=True)), axis=1)
    chosen = np.count_nonzero(sums <= numbers[:, None] * sums[:, -1:], axis=1)
    found: NDArray[np.int64] = np.minimum(chosen, shares.shape[1] - 1)
    return found
