"""What the engines are meant to reach beside others, and whether they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from tests.benchmarks.measuring import Spent, ratios, spread

HEAD: Final = ("", "engine", "beside", "times as fast", "wanted", "")
_UNCOMPILED = ("eager", "foreach", "fused")
_TORCH = (*_UNCOMPILED, "compile")


@dataclass(frozen=True)
class Target:
    """That `engine` needs at most 1 / `wanted` of the CPU time of the fastest of `rivals` in a case."""

    case: str
    engine: str
    rivals: tuple[str, ...]
    wanted: float

    def row(self, rounds: dict[str, list[Spent]]) -> tuple[str, ...]:
        """The cells under `HEAD` for the measurements of the case by contestant."""
        found = self.ratio(rounds)
        beside = "PyTorch's best" if self.rivals == _TORCH else " / ".join(self.rivals)
        reached = "—" if not found else "yes" if median(found) >= self.wanted else "NO"
        return (
            self.case,
            self.engine,
            beside,
            spread(found, 1 if self.wanted >= 1 else 3),
            f"{self.wanted:.3g}",
            reached,
        )

    def ratio(self, rounds: dict[str, list[Spent]]) -> list[float]:
        """How many times as fast the engine is, per round; empty if one was not measured."""
        there = [rounds[name] for name in self.rivals if name in rounds]
        if not there or self.engine not in rounds:
            return []
        best = min(there, key=lambda spent: median(item.cpu for item in spent))
        return ratios([item.cpu for item in best], [item.cpu for item in rounds[self.engine]])


def _small(case: str) -> Sequence[Target]:
    return (
        Target(case, "compiled", _UNCOMPILED, 50.0),
        Target(case, "compiled", ("compile",), 20.0),
        Target(case, "compiled", ("JAX",), 3.0),
    )


TARGETS: Final = (
    *_small("2-4-2-1 SGD"),
    *_small("2-8-8-8-1 SGD"),
    Target("2-64-64-3 Adam", "compiled", _TORCH, 8.0),
    Target("flow 3-64-64-2 Adam", "numpy", ("fused",), 3.0),
    # 130 µs where 2-8-8-8-1 takes 21.
    Target("VAE 64-128-2-128-64 Adam", "numpy", ("2-8-8-8-1",), 21 / 130),
    Target("784-160-10 Adam", "compiled", ("fused",), 1.6),
    Target("784-512-512-10 Adam", "compiled", ("fused",), 1.6),
    Target("CNN 16-32", "compiled", ("fused",), 2.0),
    Target("CNN 32-64", "compiled", ("fused",), 2.0),
    Target("CNN 64-128", "compiled", ("fused",), 2.0),
    Target("GRU 32 of 16", "compiled", _TORCH, 2.0),
    Target("LSTM 32 of 16", "compiled", _TORCH, 2.0),
)
