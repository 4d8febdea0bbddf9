"""L-BFGS: full-batch steps with a curvature estimate from the last few steps, and the line search of a step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..spec import setting
from ..spec.arrays import Array
from .optimizer import OPTIMIZERS, Optimizer, OptimizerState, RateSetting, rate_setting

_MAX_PROBES = 25
_MIN_DESCENT = 1e-4
_FLATTER = 0.9
# Stop when no weight moves by more than this within the interval.
_NARROW = 1e-9


@dataclass(frozen=True)
class _Point:
    """A step length, with value and slope along the direction there."""

    length: float
    value: float
    slope: float


def strong_wolfe(
    probe: Callable[[float], tuple[float, float]], value: float, slope: float, length: float, span: float
) -> float:
    """The step length found, starting at `length`; `probe` returns (value, slope) at a length.

    `value` and `slope` (negative) are those at 0; `span` is the largest absolute component of the direction. A length l
    is accepted when value(l) <= value + 1e-4 l slope and |slope(l)| <= 0.9 |slope|; after 25 probes the lowest is
    returned. Nocedal and Wright, 2006, algorithms 3.5 and 3.6, with cubic interpolation (3.59).
    """
    if length == 0.0:  # a schedule has ended
        return 0.0
    search = _Search(probe, _Point(0.0, value, slope), span)
    return search.run(length)


class _Search:
    def __init__(self, probe: Callable[[float], tuple[float, float]], start: _Point, span: float) -> None:
        self._probe, self._start, self._span = probe, start, span
        self._probes = 0

    def run(self, length: float) -> float:
        last, point = self._start, self._at(length)
        while self._probes <= _MAX_PROBES:
            # From the third probe on, as in PyTorch; the book starts at the second.
            if self._too_high(point) or (self._probes > 2 and not point.value < last.value):
                return self._narrow(last, point)
            if self._flat(point):
                return point.length
            if point.slope >= 0.0:
                return self._narrow(last, point)
            low = point.length + 0.01 * (point.length - last.length)
            last, point = point, self._at(_between(last, point, low, 10.0 * point.length))
        # Still descending: return the furthest point, unless the start is lower.
        return point.length if point.value < self._start.value else 0.0

    def _narrow(self, one: _Point, other: _Point) -> float:
        """The zoom phase: shrink the interval between two points, keeping the lower one as best."""
        best, end = (one, other) if one.value <= other.value else (other, one)
        slow = False
        while self._probes <= _MAX_PROBES:
            low, high = sorted((best.length, end.length))
            if (high - low) * self._span < _NARROW:
                break
            length = _between(best, end, low, high)
            margin = 0.1 * (high - low)
            if min(high - length, length - low) < margin:
                # Close to an end twice in a row: step away from it.
                if slow or length >= high or length <= low:
                    length = high - margin if abs(length - high) < abs(length - low) else low + margin
                    slow = False
                else:
                    slow = True
            else:
                slow = False
            point = self._at(length)
            if self._too_high(point) or not point.value < best.value:
                end = point
                if end.value < best.value:
                    best, end = end, best
                continue
            if self._flat(point):
                return point.length
            if point.slope * (end.length - best.length) >= 0.0:
                end = best
            best = point
        return best.length

    def _at(self, length: float) -> _Point:
        self._probes += 1
        return _Point(length, *self._probe(length))

    def _too_high(self, point: _Point) -> bool:
        return not point.value <= self._start.value + _MIN_DESCENT * point.length * self._start.slope

    def _flat(self, point: _Point) -> bool:
        return abs(point.slope) <= -_FLATTER * self._start.slope


def _between(one: _Point, other: _Point, low: float, high: float) -> float:
    """Minimum of the cubic through two points and their slopes, clamped to `low` and `high`."""
    middle = 0.5 * (low + high)
    if not all(map(math.isfinite, (one.value, one.slope, other.value, other.slope))):
        return middle
    a, b = (one, other) if one.length <= other.length else (other, one)
    first = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.length - b.length)
    square = first * first - a.slope * b.slope
    if square < 0.0:
        return middle
    second = math.sqrt(square)
    divisor = b.slope - a.slope + 2.0 * second
    if divisor == 0.0:
        return middle
    lowest = b.length - (b.length - a.length) * ((b.slope + second - first) / divisor)
    return min(max(lowest, low), high)


# PyTorch's thresholds: a smaller slope or curvature is rounding noise.
_FLAT = 1e-7
_MIN_SLOPE = 1e-9
_MIN_BEND = 1e-10


@OPTIMIZERS.register("l-bfgs", "l_bfgs")
class LBFGS(Optimizer):
    """Limited-memory BFGS. Each step searches along -H g, where H is built from the last `history_size` steps.

    Nocedal and Wright, 2006: Numerical optimization, algorithms 7.4 (two loops) and 3.5 (line search); PyTorch's
    choices where the book leaves them open. One step is one direction and one line search, so that training can pause
    between any two. The learning rate is the initial step length of the search.
    """

    kind = "lbfgs"
    title = "L-BFGS"
    summary = "All samples at once, and a guess of the curvature"
    equations = ("w = w - a H g",)
    # The last steps and gradient changes, one row each, and the last step with the gradient at its start.
    slots = ("steps", "changes", "last_step", "last_gradient")
    full_batch = True

    learning_rate: RateSetting = rate_setting(1.0)
    history_size: int = setting(
        10, "History", "How many past steps tell how the slope bends.", low=1, high=100, live=True
    )
    line_search: str = setting(
        "strong_wolfe",
        "Line search",
        "Look for a good length along each direction, or always go the learning rate's.",
        choices=("strong_wolfe", "none"),
        live=True,
    )

    def slot_shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        rows = (self.history_size, count)
        return {"steps": rows, "changes": rows, "last_step": (count,), "last_gradient": (count,)}

    def bind(self, parameters: Array, gradients: Array) -> OptimizerState:
        return LBFGSState(self, parameters, gradients)


class LBFGSState(OptimizerState):
    """The two-loop recursion over a ring buffer of steps; a step allocates nothing."""

    optimizer: LBFGS

    def __init__(self, optimizer: LBFGS, parameters: Array, gradients: Array) -> None:
        super().__init__(optimizer, parameters, gradients)
        self._direction = np.zeros_like(parameters)
        self._start = np.zeros_like(parameters)
        self._scratch = np.empty_like(parameters)
        self._count = 0
        """Rows of the ring that are filled; the oldest is overwritten at `_next`."""
        self._next = 0
        self._products = [0.0] * optimizer.history_size
        """Inner product of each stored step and gradient change."""
        self._scale = 1.0

    def update(self) -> None:
        """A step of length `rate` along -H g, without a line search."""
        slope = self._turn()
        if slope < -_MIN_SLOPE:
            self._go(self._first_length())

    def minimize(self, evaluate: Callable[[], float]) -> None:
        value = evaluate()
        if not math.isfinite(value):
            return
        slope = self._turn()
        if not slope < -_MIN_SLOPE:
            return
        length = self._first_length()
        if self.optimizer.line_search == "none":
            self._go(length)
            return
        np.copyto(self._start, self.parameters)
        span = float(np.max(np.absolute(self._direction, out=self._scratch)))

        def probe(length: float) -> tuple[float, float]:
            np.copyto(self.parameters, self._start)
            self._move(length)
            return evaluate(), self._dot(self.gradients, self._direction)

        length = strong_wolfe(probe, value, slope, length, span)
        np.copyto(self.parameters, self._start)
        self._go(length)

    def state_dict(self) -> dict[str, Any]:
        return {
            "count": self._count,
            "next": self._next,
            "scale": self._scale,
            "products": list(self._products),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        size = self.optimizer.history_size
        try:
            count, following = int(state["count"]), int(state["next"])
            scale, products = float(state["scale"]), [float(value) for value in state["products"]]
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"the memory of L-BFGS is incomplete: {error}") from None
        if not (0 <= count <= size and 0 <= following < size and len(products) == size):
            raise ValueError(f"the memory of L-BFGS must hold {size} steps, got {len(products)}")
        if not all(map(math.isfinite, (scale, *products))) or 0.0 in products[:count]:
            raise ValueError("the memory of L-BFGS must hold finite products")
        self._count, self._next, self._scale, self._products = count, following, scale, products

    def _turn(self) -> float:
        """Set the direction for the current gradients; return the slope along it (0 if all gradients vanish)."""
        if float(np.max(np.absolute(self.gradients, out=self._scratch), initial=0.0)) <= _FLAT:
            return 0.0
        self.step += 1
        if self.step == 1:
            np.negative(self.gradients, out=self._direction)
        else:
            self._store_step()
            self._solve()
        np.copyto(self.slots["last_gradient"], self.gradients)
        self.slots["last_step"].fill(0.0)
        return self._dot(self.gradients, self._direction)

    def _first_length(self) -> float:
        if self.step > 1:
            return self.rate
        # No curvature estimate yet: limit the first step to an L1 norm of `rate`.
        total = float(np.sum(np.absolute(self.gradients, out=self._scratch)))
        return min(1.0, 1.0 / total) * self.rate

    def _go(self, length: float) -> None:
        self._move(length)
        np.multiply(self._direction, length, out=self.slots["last_step"])

    def _move(self, length: float) -> None:
        np.multiply(self._direction, length, out=self._scratch)
        np.add(self.parameters, self._scratch, out=self.parameters)

    def _store_step(self) -> None:
        """Store the last step and gradient change if the curvature is positive and finite."""
        step = self.slots["last_step"]
        change = np.subtract(self.gradients, self.slots["last_gradient"], out=self._scratch)
        product, length = self._dot(change, step), self._dot(change, change)
        if not (product > _MIN_BEND and math.isfinite(product + length)):
            return
        row = self._next
        np.copyto(self.slots["steps"][row], step)
        np.copyto(self.slots["changes"][row], change)
        self._products[row] = product
        self._scale = product / length
        size = self.optimizer.history_size
        self._next = (row + 1) % size
        self._count = min(self._count + 1, size)

    def _solve(self) -> None:
        """direction = -H g by the two-loop recursion, newest step to oldest and back."""
        direction = np.negative(self.gradients, out=self._direction)
        steps, changes, size = self.slots["steps"], self.slots["changes"], self.optimizer.history_size
        newest_first = [(self._next - 1 - age) % size for age in range(self._count)]
        shares = {}
        for row in newest_first:
            shares[row] = share = self._dot(steps[row], direction) / self._products[row]
            np.subtract(direction, np.multiply(changes[row], share, out=self._scratch), out=direction)
        np.multiply(direction, self._scale, out=direction)
        for row in reversed(newest_first):
            share = shares[row] - self._dot(changes[row], direction) / self._products[row]
            np.add(direction, np.multiply(steps[row], share, out=self._scratch), out=direction)

    @staticmethod
    def _dot(a: Array, b: Array) -> float:
        return float(np.dot(a, b))
