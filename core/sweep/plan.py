"""What is trained as one set of runs: the lanes of a race, many seeds, or a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..experiment.experiment import Experiment
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
    """

    kind: Literal["race", "seeds", "sweep"]
    experiments: tuple[Experiment, ...] = ()
    seeds: tuple[int, ...] = ()
    epochs: int = 0
    engine: str = "auto"
    pace: Pace = Pace()
    sweep: Sweep | None = None
    target: ComputeTarget = ComputeTarget()

    def to_json(self) -> dict[str, Any]:
        """A description for JSON: what is trained, and where."""
        given: dict[str, Any] = {
            "experiments": [each.to_json() for each in self.experiments],
            "seeds": list(self.seeds),
            "epochs": self.epochs,
        }
        if self.sweep is not None:
            given = {"sweep": self.sweep.to_json(), "target": self.target.to_json()}
        return {"kind": self.kind, **given}


@dataclass(eq=False)
class PlanSet:
    """The set of runs of a race's lanes or of many seeds; it begins with the first member that is kept.

    - `name`: its own. `names`, `texts`: of each member, its name and what is said of its data.
    """

    plan: Plan
    name: str
    names: list[str]
    texts: list[str]
    set_id: int = 0

    def add(self, store: Store, result: TrialResult, thumbnail: bytes = b"") -> None:
        """Keep a member, in place of what it was before. Raises `StoreError`."""
        plan, number = self.plan, result.trial.number
        if self.set_id not in {each.id for each in store.sets()}:
            self.set_id = store.begin(plan.kind, self.name, plan.to_json(), len(self.names))
            # Nothing can go on with it, so that it may make room.
            store.release(self.set_id, "done")
        base, text = plan.experiments[number if plan.kind == "race" else 0], self.texts[number]
        store.add(self.set_id, base, result, name=self.names[number], text=text, thumbnail=thumbnail)


def seeds_set(plan: Plan) -> PlanSet:
    """The set of many seeds, with the names of its members."""
    names = [f"Seed {seed}" for seed in plan.seeds]
    return PlanSet(plan, f"{len(names)} seeds: {plan.experiments[0].name}", names, [""] * len(names))
