"""The same training in idiomatic JAX: an epoch is one compiled call, a scan over its batches."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from tests.benchmarks.rivals import AbsentError, Case, Epochs


def jax_scan(case: Case, epochs: int) -> Epochs:
    """`epochs` epochs; several seeds at once by `vmap`. Raises `AbsentError` if JAX is not installed."""
    try:
        import jax
    except ImportError:
        raise AbsentError("not installed") from None
    if case.is_field or case.is_vae or case.on_sequences:
        raise AbsentError("not written")
    import jax.numpy as jnp

    raw, labels = case.data()
    inputs = jnp.asarray(raw)
    targets = jnp.asarray(labels, jnp.float32)[:, None] if case.classes == 1 else jnp.asarray(labels)
    whole = case.samples // case.batch

    def loss_of(weights: Any, rows: Any) -> Any:
        logits = _forward(case, weights, inputs[rows])
        if case.classes == 1:
            return jnp.mean(jax.nn.softplus(logits) - targets[rows] * logits)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), targets[rows][:, None], axis=1)
        return -jnp.mean(chosen)

    def step(state: Any, rows: Any) -> tuple[Any, Any]:
        weights, memory, count = state
        loss, gradients = jax.value_and_grad(loss_of)(weights, rows)
        return (*_update(case, weights, gradients, memory, count + 1), count + 1), loss

    def epoch(state_and_key: Any) -> Any:
        state, key = state_and_key
        key, drawn = jax.random.split(key)
        order = jax.random.permutation(drawn, case.samples)
        full = order[: whole * case.batch].reshape(whole, case.batch)
        state, _ = jax.lax.scan(step, state, full)
        if case.samples % case.batch:
            state, _ = step(state, order[whole * case.batch :])
        return state, key

    keys = jax.random.split(jax.random.key(0), case.seeds)
    state: Any = (_start(case, keys[0]), keys[0])
    if case.seeds > 1:
        state = (jax.vmap(partial(_start, case))(keys), keys)
    train_epoch = jax.jit(jax.vmap(epoch) if case.seeds > 1 else epoch)

    def run(count: int = epochs) -> None:
        nonlocal state
        for _ in range(count):
            state = train_epoch(state)
        jax.block_until_ready(state)

    run(1)
    return run


def _start(case: Case, key: Any) -> Any:
    """Weights, optimizer state and step count."""
    import jax
    import jax.numpy as jnp

    shapes: list[tuple[int, ...]] = []
    side, channels = case.inputs[0], case.inputs[-1]
    for filters in case.convolutions:
        shapes.append((3, 3, channels, filters))
        side, channels = (side - 2) // 2, filters
    width = side * side * channels if case.convolutions else math.prod(case.inputs)
    for units in (*case.units, case.classes):
        shapes.append((width, units))
        width = units
    parts = jax.random.split(key, len(shapes))
    weights = [
        (jax.random.normal(part, shape) / math.sqrt(math.prod(shape[:-1])), jnp.zeros(shape[-1]))
        for part, shape in zip(parts, shapes, strict=True)
    ]
    zeros = jax.tree.map(jnp.zeros_like, weights)
    return weights, (zeros, zeros) if case.optimizer == "adam" else (), jnp.zeros((), jnp.int32)


def _forward(case: Case, weights: Any, x: Any) -> Any:
    import jax
    import jax.numpy as jnp

    function = {"relu": jax.nn.relu, "tanh": jnp.tanh}[case.activation]
    convolutions = len(case.convolutions)
    for kernel, bias in weights[:convolutions]:
        x = jax.lax.conv_general_dilated(
            x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = function(x + bias)
        side = x.shape[1] // 2
        x = x[:, : 2 * side, : 2 * side].reshape(len(x), side, 2, side, 2, -1).max((2, 4))
    x = x.reshape(len(x), -1)
    for kernel, bias in weights[convolutions:-1]:
        x = function(x @ kernel + bias)
    kernel, bias = weights[-1]
    return x @ kernel + bias


def _update(case: Case, weights: Any, gradients: Any, memory: Any, count: Any) -> tuple[Any, Any]:
    """SGD or Adam: new weights and new optimizer state."""
    import jax
    import jax.numpy as jnp

    rate = case.learning_rate
    if case.optimizer == "sgd":
        return jax.tree.map(lambda w, g: w - rate * g, weights, gradients), memory
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, memory[0], gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, memory[1], gradients)
    scale = rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    moved = jax.tree.map(lambda w, m, v: w - scale * m / (jnp.sqrt(v) + 1e-7), weights, first, second)
    return moved, (first, second)
