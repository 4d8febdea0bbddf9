"""Multithreaded BLAS for gradients, only while it is faster and bitwise identical.

Thread counts can change rounding: OpenBLAS splits a product of 784 terms differently for two threads than for
one. Choosing by timings alone would make results depend on the load of the machine, so both are tried on the
same batch, and threads are used only if the gradients are equal bit for bit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from ..nn.blas_threads import set_threads
from ..nn.network import Network, forward_flops
from ..spec.arrays import Array

Fill = Callable[..., float]
"""Takes a `Batch` as three arguments."""

# Multiplications in a pass over a batch. Below, waking a thread costs more than it saves.
_MULTITHREAD_FLOPS = 4_000_000
# Batch products gain little from more, and another process may delay each of them.
_MAX_THREADS = 4
_MIN_GAIN = 1.1
_PAIRS = 5
# Steps between two measurements of the gain while threads are in use.
_STEPS_BETWEEN_PAIRS = 64
_SLOW_STEPS = 3
# On a busy machine a multithreaded step takes 20 times as long, so trials must be rare.
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 20.0, 640.0


def threads_worth_trying(network: Network, batch: int, most: int) -> int:
    """Number of threads, up to `most`, worth trying for steps of `batch` samples; 1 for small networks."""
    heavy = most > 1 and forward_flops(network) * batch > _MULTITHREAD_FLOPS
    return max(1, min(most, _MAX_THREADS)) if heavy else 1


class ThreadGain:
    """Whether threads are worth it, by the seconds of equal work with and without them.

    A trial measures 5 pairs. Threads are used while their median gain is at least 10 %, checked every 64 pieces of
    work; three slow ones in a row, or a pair twice as slow, end it. The next trial follows after a wait that doubles
    each time.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self.in_use = False
        """Whether work uses threads at present."""
        self._clock = clock
        self._gains: deque[float] = deque(maxlen=_PAIRS)
        self._is_warm = False
        self._alone = 0.0
        self._steps = self._slow = 0
        self._wait, self._next_trial = _FIRST_WAIT_SECONDS, -np.inf

    def needs_pair(self) -> bool:
        """Whether the next piece of work is to be measured both ways."""
        if not self.in_use:
            return self._clock() >= self._next_trial
        self._steps += 1
        return self._steps % _STEPS_BETWEEN_PAIRS == 0

    def take(self, seconds: float) -> None:
        """Take the time of a piece of work with threads."""
        self._slow = self._slow + 1 if seconds > self._alone else 0
        if self._slow == _SLOW_STEPS:
            self._give_up()

    def take_pair(self, alone: float, together: float) -> None:
        """Take the times of a pair, and decide once there are enough."""
        if not self._is_warm:
            # The first pass allocates buffers; the first with threads starts them.
            self._is_warm = True
            return
        self._alone = alone
        self._gains.append(alone / together)
        if together > 2.0 * alone:
            self._give_up()
        elif len(self._gains) == _PAIRS:
            if median(self._gains) >= _MIN_GAIN:
                self.in_use, self._slow = True, 0
            else:
                self._give_up()

    def _give_up(self) -> None:
        self.in_use = self._is_warm = False
        self._gains.clear()
        self._slow = 0
        self._next_trial = self._clock() + self._wait
        self._wait = min(2.0 * self._wait, _LONGEST_WAIT_SECONDS)


class StepThreads:
    """Calls `fill(*batch)`, which computes the gradients of `network`, with one or `count` threads.

    Threads are used while they gain, see `ThreadGain`, and gradients are identical. If they differ, this batch size
    never gets threads. Other batch sizes, such as an epoch's last, use one thread.
    """

    def __init__(
        self,
        network: Network,
        fill: Fill,
        batch: int,
        count: int,
        *,
        set_threads: Callable[[int], bool] = set_threads,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.batch, self.count = batch, count
        self.differs = False
        """Whether multithreaded gradients were found to differ."""
        self._network, self._fill = network, fill
        self._set_threads, self._clock = set_threads, clock
        self._gain = ThreadGain(clock)

    @property
    def in_use(self) -> bool:
        """Whether steps are multithreaded at present."""
        return self._gain.in_use and not self.differs

    def fill(self, *batch: Array | None) -> float:
        """Call `fill(*batch)` and return its loss."""
        if self.differs or batch[0] is None or len(batch[0]) != self.batch:
            return self._fill(*batch)
        if self._gain.needs_pair():
            return self._try(batch)
        if not self._gain.in_use:
            return self._fill(*batch)
        value, seconds = self._timed(self.count, batch)
        self._gain.take(seconds)
        return value

    def _try(self, batch: tuple[Array | None, ...]) -> float:
        """Compute the gradients both ways."""
        network = self._network
        state, drawn = network.state.copy(), network.noise_state
        value, alone = self._timed(1, batch)
        found = value, network.gradients.copy(), network.state.copy()
        network.state[...], network.noise_state = state, drawn
        together, seconds = self._timed(self.count, batch)
        if not _same(found, (together, network.gradients, network.state)):
            self.differs = True
            network.gradients[...], network.state[...] = found[1:]
            return value
        self._gain.take_pair(alone, seconds)
        return value

    def _timed(self, count: int, batch: tuple[Array | None, ...]) -> tuple[float, float]:
        """The result of `fill` with `count` threads, and its seconds. All other code uses one thread."""
        start = self._clock()
        self._set_threads(count)
        try:
            value = self._fill(*batch)
        finally:
            self._set_threads(1)
        return value, self._clock() - start


def _same(found: tuple[float, Array, Array], other: tuple[float, Array, Array]) -> bool:
    """Whether loss, gradients and state are equal. All-zero gradients do not count: rounding cannot show."""
    return (
        found[0] == other[0]
        and bool(np.any(found[1]))
        and np.array_equal(found[1], other[1])
        and np.array_equal(found[2], other[2])
    )
