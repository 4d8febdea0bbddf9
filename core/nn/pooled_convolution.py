"""The normal form of a pass: a convolution and the max pool behind it as one, and an activation after the pool.

The maximum commutes with a bias and with what never falls, such as ReLU, also in rounding, so that both see a quarter
of the numbers. A map that is pooled at once, two rows at a time within the cache, is never written to memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..spec.arrays import Array
from . import Activation, ActivationFunction, Conv2D, Linear, MaxPooling2D, Op, OpContext
from .convolution import ConvolutionOp
from .layer import Stage, in_memory
from .pooling import keep_loser


def joined(stages: Iterable[Stage]) -> list[Stage]:
    """The normal form of a pass, which both engines plan: the same numbers from fewer or smaller stages.

    However a network is written, an activation is a stage of its own, behind the max pool that follows it if it never
    falls. Only the outputs of layers in between are no longer computed.
    """
    found: list[Stage] = []
    for stage in stages:
        if isinstance(stage.layer, Activation):
            # It does nothing itself: its function is the next stage.
            continue
        if isinstance(stage.layer, Linear) and found and not found[-1].ends_layer:
            found[-1] = found[-1]._replace(ends_layer=True)
            continue
        if isinstance(stage.layer, Linear) and stage.overrides is None:
            continue
        # Those within a block round as they always have.
        if not isinstance(stage.layer, MaxPooling2D) or "/" in stage.path:
            found.append(stage)
            continue
        bend = found.pop() if found and _commutes(found[-1]) else None
        pool = stage if bend is None else stage._replace(overrides=None, ends_layer=True)
        if found and _is_pooled_at_once(found[-1], pool):
            found.append(_pooled(found.pop(), pool))
        else:
            found.append(pool)
        if bend is not None:
            shape = stage.output_shape
            found.append(bend._replace(input_shape=shape, output_shape=shape, overrides=stage.overrides))
    return found


def _commutes(stage: Stage) -> bool:
    """Whether a maximum may be taken before the stage instead of behind it."""
    return isinstance(stage.layer, ActivationFunction) and stage.layer.rises and stage.overrides is None


def _is_pooled_at_once(stage: Stage, pool: Stage) -> bool:
    assert isinstance(pool.layer, MaxPooling2D)
    overridden = stage.ends_layer and stage.overrides is not None
    return isinstance(stage.layer, Conv2D) and not overridden and pool.layer.halves(pool.input_shape)


def _pooled(stage: Stage, pool: Stage) -> Stage:
    assert isinstance(stage.layer, Conv2D)
    return stage._replace(
        layer=PooledConvolution(stage.layer),
        output_shape=pool.output_shape,
        ends_layer=pool.ends_layer,
        overrides=pool.overrides,
    )


class PooledConvolution:
    """A convolution without its activation, and the maxima of 2 x 2 pixels of its map."""

    def __init__(self, layer: Conv2D) -> None:
        self.layer = layer

    def bind(self, context: OpContext) -> Op:
        """The op, for the output shape of the pool."""
        windows = self.layer.windows(context.input_shape)
        # A last odd row or column belongs to no window of the pool, and is not computed.
        rows, columns = (replace(each, count=each.count - each.count % 2) for each in windows)
        return _PooledConvolutionOp((rows, columns), context)


class _PooledConvolutionOp(ConvolutionOp):
    """Two rows of the map at a time; winners are kept as by the pool's own op."""

    def _prepare_outputs(self, context: OpContext) -> None:
        height, width, filters = context.output_shape
        bits = np.dtype(f"i{context.dtype.itemsize}")
        self._y = context.empty()
        self._map = np.empty((2, filters, 2 * width, context.batch), context.dtype)
        self._map_rows = self._map.reshape(2, filters, -1)
        self._left, self._right = self._map[:, :, 0::2], self._map[:, :, 1::2]
        self._pairs = np.empty((2, filters, width, context.batch), context.dtype)
        self._training = context.training
        if context.training:
            self._right_wins = np.empty((height, *self._pairs.shape), bits)
            self._lower_wins = np.empty((height, *self._pairs.shape[1:]), bits)

    def forward(self, x: Array) -> Array:
        """Maxima (batch, rows, columns, filters) of conv(x, W) + b; x is (batch, height, width, channels)."""
        self._fill(x)
        kernel, (upper, lower), (above, below) = self._kernel.T, self._map_rows, self._pairs
        for number, y in enumerate(in_memory(self._y)):
            np.dot(kernel, self._stretches[2 * number], out=upper)
            np.dot(kernel, self._stretches[2 * number + 1], out=lower)
            np.maximum(self._left, self._right, out=self._pairs)
            np.maximum(above, below, out=y)
            if self._training:
                keep_loser(self._left, self._right, self._right_wins[number])
                keep_loser(above, below, self._lower_wins[number])
            if self._bias is not None:
                np.add(y, self._bias[:, np.newaxis], out=y)
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Fill dW and db; return dx, (batch, height, width, channels)."""
        memory = self._gradients.memory_of(gradient)
        self._begin_gradients(memory)
        bits = self._lower_wins.dtype
        left, right, (above, below) = self._left.view(bits), self._right.view(bits), self._pairs.view(bits)
        upper, lower = self._map_rows
        for number, whole in enumerate(memory.view(bits)):
            np.bitwise_and(whole, self._lower_wins[number], out=below)
            np.bitwise_xor(whole, below, out=above)
            pairs = self._pairs.view(bits)
            np.bitwise_and(pairs, self._right_wins[number], out=right)
            np.bitwise_xor(pairs, right, out=left)
            self._add_gradients(2 * number, upper)
            self._add_gradients(2 * number + 1, lower)
        return gradient if self._input_gradient is None else self._input_gradient
