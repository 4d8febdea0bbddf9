"""What is trained as one set of runs: the lanes of a race, many seeds, or a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from ..experiment.experiment import Experiment
from ..experiment.project_file import TrainerState
from ..io.bounded_number import whole
from ..runs.store import Store
from ..runs.trial import TrialResult
from .compute_target import ComputeTarget
from .sweep import Sweep


@dataclass(frozen=True)
class Pace:
    """How the lanes of a race take turns.

    - `by_seconds`: all have trained for equally long, and not for equally many epochs.
    - `epochs_per_second`: 0 for full speed. `stop_at`: the last epoch, 0 for none.
    """

    by_seconds: bool = False
    epochs_per_second: float = 0.0
    stop_at: int = 0


@dataclass(frozen=True)
class Plan:
    """A set of runs before it is trained.

    - `experiments`: one for each lane of a race, or the one that is trained from every one of `seeds` for `epochs`.
    - `engine`: what an experiment's setting "auto" stands for.
    - `sweep`: its combinations, trained by `target`.
    - `so_far`: states and seconds of training with which members go on, by their numbers.
    """

    kind: Literal["race", "seeds", "sweep"]
    experiments: tuple[Experiment, ...] = ()
    seeds: tuple[int, ...] = ()
    epochs: int = 0
    engine: str = "auto"
    pace: Pace = Pace()
    sweep: Sweep | None = None
    target: ComputeTarget = ComputeTarget()
    so_far: Mapping[int, tuple[TrainerState, float]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def last_epoch(self) -> int:
        """Where its members end; 0 for nowhere."""
        return self.epochs or self.pace.stop_at

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """A race or seeds as `to_json` describes them. Raises `ValueError`."""
        try:
            experiments = tuple(map(Experiment.from_json, given["experiments"]))
            seeds, epochs = tuple(map(whole, given["seeds"])), whole(given["epochs"])
            pace = Pace(stop_at=whole(given.get("stop_at", 0)))
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"a set's plan is incomplete: {error}") from None
        kind = given.get("kind")
        if kind not in ("race", "seeds") or not experiments or (kind == "seeds") != bool(seeds):
            raise ValueError(f"a set's plan must be a race or seeds, got {kind!r}")
        return cls(kind, experiments, seeds, epochs, pace=pace)

    def longer(self, seeds: int = 0, epochs: int = 0) -> Self:
        """The same with more seeds, or with more epochs for all."""
        more = range(self.seeds[-1] + 1, self.seeds[-1] + 1 + seeds) if seeds else ()
        return replace(
            self, seeds=(*self.seeds, *(seed % 2**31 for seed in more)), epochs=self.epochs + epochs
        )

    def to_json(self) -> dict[str, Any]:
        """A description for JSON: what is trained, and where."""
        given: dict[str, Any] = {
            "experiments": [each.to_json() for each in self.experiments],
            "seeds": list(self.seeds),
            "epochs": self.epochs,
            "stop_at": self.pace.stop_at,
        }
        if self.sweep is not None:
            given = {"sweep": self.sweep.to_json(), "target": self.target.to_json()}
        return {"kind": self.kind, **given}


@dataclass(eq=False)
class PlanSet:
    """The set of runs of a race's lanes or of many seeds; it begins with the first member that is kept.

    - `name`: its own. `names`, `texts`: of each member, its name and what is said of its data.
    - `set_id`, `key`: of one that was kept and goes on.
    """

    plan: Plan
    name: str
    names: list[str]
    texts: list[str]
    set_id: int = 0
    key: int = 0
    is_replaced: bool = field(default=False, init=False)
    """Whether another one was begun in its place: it is not to wait for its end."""
    is_begun: bool = field(default=False, init=False)
    _ended: set[int] = field(default_factory=set, init=False)

    @property
    def state(self) -> Literal["done", "paused"]:
        """That of the set while nobody trains it."""
        return "done" if self.is_replaced or len(self._ended) >= len(self.names) else "paused"

    def add(self, store: Store, result: TrialResult, thumbnail: bytes = b"") -> None:
        """Keep a member, in place of what it was before. Raises `StoreError`."""
        plan, number = self.plan, result.trial.number
        if not self.is_begun or self.set_id not in {each.id for each in store.sets()}:
            self.set_id = store.begin(plan.kind, self.name, plan.to_json(), len(self.names), key=self.key)
            self.is_begun = True
            store.release(self.set_id, self.state)
        base, text = plan.experiments[number if plan.kind == "race" else 0], self.texts[number]
        store.add(self.set_id, base, result, name=self.names[number], text=text, thumbnail=thumbnail)
        before, is_at_end = self.state, result.status != "done" or 0 < plan.last_epoch <= result.epochs
        (self._ended.add if is_at_end else self._ended.discard)(number)
        if self.state != before:
            store.release(self.set_id, self.state)


def seeds_set(plan: Plan) -> PlanSet:
    """The set of many seeds, with the names of its members."""
    names = [f"Seed {seed}" for seed in plan.seeds]
    return PlanSet(plan, f"{len(names)} seeds: {plan.experiments[0].name}", names, [""] * len(names))
